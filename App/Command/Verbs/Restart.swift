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

    func run(_ session: Session) async throws {
        try await session.act(Methods.restart, on: try Targets.named(targets, for: "restart"), did: "restarted")
    }
}
