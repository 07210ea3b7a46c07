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
            \(ConfigFile.namesInWords).
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "A config file, a folder that has one, or - for stdin.")
    var file: String?

    @OptionGroup var flags: ProjectFlags

    @Flag(help: "Print the table instead.")
    var noDashboard = false

    func run(_ session: Session) async throws {
        try session.requireLocal("a config")
        let chosen = try flags.chosen()
        let config = try session.config(file, chosen)
        let console = session.printer.console
        let opens = console.inputIsTerminal && console.outputIsTerminal && !globals.json && !noDashboard
        let client = try await session.connect(embedded: opens)
        try await session.up(config, client: client, chosen, dashboard: opens)
    }
}
