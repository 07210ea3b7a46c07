internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Up: Verb {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Makes a project equal to its config, then opens the dashboard.",
        usage: "od up [FILE] [OPTIONS]",
        discussion: """
            New apps are started, changed ones restarted, missing ones stopped and forgotten. Without a terminal, with \
            --json or with --no-dashboard it prints the table. Without FILE, in the current folder: \
            \(ConfigFile.names.joined(separator: ", ")).
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "A config file, or a folder that has one.")
    var file: String?

    @Option(help: ArgumentHelp("Sets a variable for all apps; may be repeated.", valueName: "name=value"))
    var env: [String] = []

    @Flag(help: "Print the table instead.")
    var noDashboard = false

    func run(_ session: Session) async throws {
        try session.requireLocal("a config")
        var variables: [String: String] = [:]
        for text in env {
            let (name, value) = try AppEnvironment.assignment(text)
            variables[name] = value
        }
        let config = try ConfigFile.load(file ?? ".", in: FilePath.currentDirectory())
        let console = session.printer.console
        let opens = console.inputIsTerminal && console.outputIsTerminal && !globals.json && !noDashboard
        let client = try await session.connect(embedded: opens)
        try await session.up(config, client: client, env: variables, dashboard: opens)
    }
}
