internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct List: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists apps, one line an instance.", usage: "od list [TARGET...] [OPTIONS]",
        discussion: "Without a target: all. " + Targets.note,
        aliases: ["ls", "l", "ps", "status"])

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Option(
        help: ArgumentHelp(
            "The order: id, name, namespace, status, mode, pid, uptime, restarts, cpu or memory, and :desc.",
            valueName: "field"))
    var sort: String?

    @Flag(name: [.customShort("m"), .long], help: "One short line an instance: id, name, status, pid.")
    var miniList = false

    func run(_ session: Session) async throws {
        let order = try sort.map { text throws(Failure) in try ListOrder(text) }
        let chosen = targets.isEmpty ? nil : try Targets.named(targets, for: "list")
        let client = try await session.connect()
        var processes = try await client.call(Methods.list, Nothing())
        if let chosen {
            // The daemon says whom a target names, and that it names nobody.
            let details = try await client.call(Methods.info, TargetRequest(targets: chosen))
            let ids = Set(details.map(\.process.id))
            processes = processes.filter { ids.contains($0.id) }
        }
        await client.close()
        if let order { processes = order.sorted(processes) }
        if miniList, !session.printer.json { return session.printer.output.write(MiniList.text(processes)) }
        session.printer.processes(processes)
    }
}
