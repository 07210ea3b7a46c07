internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Info: Verb {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Tells all about apps: how they run, how they ended, where their logs are.",
        usage: "od info TARGET... [OPTIONS]",
        discussion: Targets.note,
        aliases: ["describe", "show"])

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        let targets = try Targets.named(targets, for: "info")
        let client = try await session.connect()
        session.printer.details(try await client.call(Methods.info, TargetRequest(targets: targets)))
        await client.close()
    }
}
