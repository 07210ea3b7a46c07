internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct List: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all apps, one line an instance.", usage: "od list [OPTIONS]",
        aliases: ["ls", "l", "ps", "status"])

    @OptionGroup var globals: Globals

    @Option(
        help: ArgumentHelp(
            "The order: id, name, namespace, status, mode, pid, uptime, restarts, cpu or memory, and :desc.",
            valueName: "field"))
    var sort: String?

    @Flag(name: [.customShort("m"), .long], help: "One short line an instance: id, name, status, pid.")
    var miniList = false

    func run(_ session: Session) async throws {
        let order = try sort.map { text throws(Failure) in try ListOrder(text) }
        let client = try await session.connect()
        var processes = try await client.call(Methods.list, Nothing())
        await client.close()
        if let order { processes = order.sorted(processes) }
        if miniList, !session.printer.json { return session.printer.output.write(MiniList.text(processes)) }
        session.printer.processes(processes)
    }
}
