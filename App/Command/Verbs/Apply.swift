internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Apply: Verb {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Makes a project equal to its config, and says why each app is restarted.",
        usage: "od apply [FILE | DIR | -] [OPTIONS]",
        discussion: """
            New apps are started, changed ones restarted, missing ones stopped and forgotten; what is the same is not \
            touched. What holds without a new run (restart policy, killTimeout, instances) restarts nothing, and \
            neither does another shell. A config with a mistake changes nothing at all. od diff FILE shows it before.
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "A config file, a folder that has one, or - for stdin; default: the current folder.")
    var file: String?

    @OptionGroup var flags: ProjectFlags

    @Flag(help: "Say what would be changed, and change nothing.")
    var dryRun = false

    func run(_ session: Session) async throws {
        try session.requireLocal("a config")
        let chosen = try flags.chosen()
        // All mistakes are told before a daemon is started for it.
        let config = try session.config(file, chosen)
        if dryRun {
            session.printer.plan(try await session.plan(config, chosen))
            return
        }
        try await session.up(config, client: try await session.connect(), chosen, dashboard: false)
    }
}

struct Diff: Verb {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows what od apply would change; changes nothing.",
        usage: "od diff [FILE | DIR | -] [OPTIONS]",
        discussion: "Exit code 0 when nothing differs, 1 when something does. Values of secrets are stars.")

    @OptionGroup var globals: Globals

    @Argument(help: "A config file, a folder that has one, or - for stdin; default: the current folder.")
    var file: String?

    @OptionGroup var flags: ProjectFlags

    func run(_ session: Session) async throws {
        try session.requireLocal("a config")
        let chosen = try flags.chosen()
        let changes = try await session.plan(try session.config(file, chosen), chosen)
        session.printer.plan(changes)
        if changes.contains(where: { $0.change != .same }) { throw ExitCode(1) }
    }
}

extension Session {
    /// What `od apply` would change. A home that has never had an app needs no daemon to tell.
    func plan(_ config: Config, _ chosen: ProjectFlags.Chosen) async throws -> [AppChange] {
        let project = try resolve(config, chosen)
        project.failures.forEach(printer.warning)
        if isFresh, !daemonRuns {
            return project.apps.map { AppChange(namespace: $0.namespace, name: $0.name, change: .added) }
        }
        let client = try await connect()
        let changes = try await client.call(Methods.diff, ApplyRequest(config, project, chosen))
        await client.close()
        return changes
    }
}
