internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Env: Verb {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Shows the environment of apps, and where each variable comes from.",
        usage: "od env TARGET... [OPTIONS]",
        discussion: """
            Sources, of which a later one wins: shell (inherited from who started the app), envFile, config (its ‘env’; \
            defaults when it stands there), env_NAME (chosen with --env NAME), --env, od (set for each run). Behind a \
            source is the place where the variable stands. Secret values are hidden: those whose name says so, and addresses with a password.

            \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(help: "Show secret values too.")
    var show = false

    func run(_ session: Session) async throws {
        let request = EnvironmentRequest(targets: try Targets.named(targets, for: "env"), show: show)
        let client = try await session.connect()
        session.printer.environments(try await client.call(Methods.environment, request))
        await client.close()
    }
}
