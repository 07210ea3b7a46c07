internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Logs: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows the last lines of logs, and with -f what is added.",
        usage: "od logs [TARGET...] [OPTIONS]",
        discussion: """
            Without a target: all apps. Several files are told apart by a prefix. On a terminal, control characters of \
            the apps are taken out; --raw shows the bytes as they were written.
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(name: [.short, .long], help: "Go on with what is added, until ^C.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "How many of the last lines of each file; default: \(Defaults.logLines), with --since or --until all.",
            valueName: "n")
    )
    var lines: Int?

    @Option(help: ArgumentHelp("From what was written since: 2h, 90s, 2026-05-01T12:00:00Z, 12:30.", valueName: "time"))
    var since: Since?

    @Option(help: ArgumentHelp("To what was written until then.", valueName: "time"))
    var until: Since?

    @Flag(help: "Only stderr.")
    var err = false

    @Flag(help: "Only stdout.")
    var out = false

    @Flag(help: "Bytes as they were written, without prefixes.")
    var raw = false

    func validate() throws {
        guard lines ?? 0 >= 0 else { throw ValidationError("--lines takes a number from 0") }
        guard lines == nil || since == nil && until == nil else {
            throw ValidationError("--lines counts from the end: it goes with neither --since nor --until")
        }
        guard !follow || until == nil else { throw ValidationError("--follow and --until exclude each other") }
        guard !raw || !globals.json else { throw ValidationError("--raw and --json exclude each other") }
    }

    func run(_ session: Session) async throws {
        let wanted = targets.isEmpty ? ["all"] : try Targets.named(targets, for: "logs")
        let channels: [LogChunk.Channel] = err == out ? [.out, .error] : err ? [.error] : [.out]
        let client = try await session.connect()
        let console = session.printer.console
        var writer = LogWriter(
            form: raw
                ? .raw : globals.json ? .json : .lines(clean: console.outputIsTerminal, colour: console.outputColour))
        let request = LogRequest(
            targets: wanted, lines: lines ?? Defaults.logLines, since: since?.time, until: until?.time, follow: follow,
            channels: channels)
        for await update in client.logs(request) {
            if case .failed(let failure) = update { throw failure }
            session.printer.log(writer.add(update))
        }
        session.printer.log(writer.finish())
        await client.close()
    }
}
