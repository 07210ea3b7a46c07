internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Why: Verb {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tells why an app is as it is: how it ended, who did what, what it said last, what is different.",
        usage: "od why TARGET... [OPTIONS]",
        discussion: """
            The last \(Defaults.crashReports) crashes of each app are kept with the last \(Defaults.crashLines) lines of \
            their stderr, and who has started, stopped or changed it. \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        let targets = try Targets.named(targets, for: "why")
        let client = try await session.connect()
        session.printer.stories(try await client.call(Methods.why, TargetRequest(targets: targets)))
        await client.close()
    }
}
