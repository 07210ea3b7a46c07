internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Stop: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops apps; they stay known and can be started again.",
        usage: "od stop TARGET... [OPTIONS]",
        discussion: Targets.note
            + "\nApps that others depend on end last. Those that depend on what is stopped go on, and are named; with "
            + "--cascade, or by their key cascade, they are stopped too.")

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(help: "Stop those too that depend on them.")
    var cascade = false

    func run(_ session: Session) async throws {
        try await session.act(
            Methods.stop, on: try Targets.named(targets, for: "stop"), did: "stopped", cascade: cascade)
    }
}
