internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Stop: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops apps; they stay known and can be started again.",
        usage: "od stop TARGET... [OPTIONS]",
        discussion: Targets.note)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        try await session.act(Methods.stop, on: try Targets.named(targets, for: "stop"), did: "stopped")
    }
}
