internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Down: Verb {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Stops all apps of a project and forgets it; logs stay.",
        usage: "od down [FILE | PROJECT] [OPTIONS]",
        discussion: "Without an argument: the project of the config in the current folder.")

    @OptionGroup var globals: Globals

    @Argument(help: ArgumentHelp("A config file, a folder that has one, or a project's name.", valueName: "project"))
    var project: String?

    func run(_ session: Session) async throws {
        if project == nil { try session.requireLocal("a config") }
        let (namespace, file) = try project(in: FilePath.currentDirectory())
        let client = try await session.connect()
        // A project without apps is no project: the same request as od up, with nothing in it.
        let result = try await session.working(.stopping, client) {
            try await client.call(Methods.apply, ApplyRequest(namespace: namespace, apps: [], file: file))
        }
        guard !result.changes.isEmpty else {
            throw Failure(
                .noSuchTarget, "there is no project ‘\(namespace)’", why: "no app belongs to it",
                next: "od list shows the projects")
        }
        session.printer.applied(result)
        session.tellOfLogs(in: ["\(session.home)/logs/\(namespace)"])
        await client.close()
        if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
    }

    /// The project and, when it was named by its config, that file.
    private func project(in directory: String) throws(Failure) -> (namespace: String, file: String?) {
        func of(_ word: String) throws(Failure) -> (String, String?) {
            let config = try ConfigFile.load(word, in: directory)
            return (config.namespace, config.isFile ? config.file : nil)
        }
        guard let project else { return try of(".") }
        let path = FilePath.absolute(project, in: directory)
        let isFolder =
            FilePath.kind(of: path) == .directory && (!AppName.isValid(project) || ConfigFile.find(in: path) != nil)
        if project == "-" || ConfigFile.isConfig(project) || isFolder { return try of(project) }
        guard AppName.isValid(project) else {
            throw Failure(
                .badName, "‘\(project)’ is no project", why: "there is no such file, and no project can be called so",
                next: "od list shows the projects")
        }
        return (project, nil)
    }
}
