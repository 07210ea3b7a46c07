internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Flush: Verb {
    static let configuration = CommandConfiguration(
        commandName: "flush", abstract: "Empties logs and removes their old files.",
        usage: "od flush [TARGET...] [OPTIONS]",
        discussion: """
            Without a target: the logs of all apps. Where all are meant, it asks on a terminal. Who follows a log goes \
            on with what comes after. \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(name: [.short, .long], help: "Do not ask.")
    var yes = false

    func run(_ session: Session) async throws {
        let wanted = targets.isEmpty ? ["all"] : try Targets.named(targets, for: "flush")
        let isAll = wanted.contains("all")
        guard !isAll || yes || session.confirm("Empty the logs of all apps?") else {
            throw Failure(.usage, "nothing was emptied", why: "the answer was no", next: "od flush NAME empties one")
        }
        let client = try await session.connect()
        let logs = try await client.call(Methods.logFlush, TargetRequest(targets: wanted))
        session.printer.flushed(logs)
        await client.close()
    }
}
