internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Delete: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Stops apps and forgets them; their logs stay.",
        usage: "od delete TARGET... [OPTIONS]",
        discussion: Targets.note,
        aliases: ["del", "rm"])

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(name: [.short, .long], help: "Do not ask before all apps are deleted.")
    var yes = false

    func run(_ session: Session) async throws {
        let targets = try Targets.named(targets, for: "delete")
        if targets.contains("all"), !yes, !session.confirm("Stop and forget all apps of \(session.home)?") {
            throw Failure(
                .usage, "nothing was deleted", why: "the answer was no", next: "od delete all --yes does not ask")
        }
        try await session.act(Methods.delete, on: targets, did: "deleted")
    }
}
