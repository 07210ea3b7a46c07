internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Restart: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Stops and starts apps.",
        usage: "od restart TARGET... [OPTIONS]",
        discussion: Targets.note)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(help: "Restart those too that depend on them: they end before, and start when these are ready.")
    var cascade = false

    @OptionGroup var waiting: WaitFlags

    func run(_ session: Session) async throws {
        let limit = try waiting.limit()
        let targets = try Targets.named(targets, for: "restart")
        guard waiting.wait else {
            return try await session.act(Methods.restart, on: targets, did: "restarted", cascade: cascade)
        }
        let client = try await session.connect()
        let (processes, failures) = try await session.working(.restarting, client) {
            let begun = try await client.call(
                Methods.restart, TargetRequest(targets: targets, cascade: cascade ? true : nil))
            return try await session.untilReady(begun, client, limit: limit)
        }
        session.printer.processes(processes, did: "restarted")
        failures.forEach(session.printer.warning)
        await client.close()
        if let failure = failures.first { throw ExitCode(failure.exitCode) }
    }
}
