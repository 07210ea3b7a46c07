internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Logs: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Shows the last lines of logs, and with -f what is added.",
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
        name: [.customShort("n"), .long], help: ArgumentHelp("How many of the last lines of each file.", valueName: "n")
    )
    var lines = Defaults.logLines

    @Flag(help: "Only stderr.")
    var err = false

    @Flag(help: "Only stdout.")
    var out = false

    @Flag(help: "Bytes as they were written, without prefixes.")
    var raw = false

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines takes a number from 0") }
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
        let request = LogRequest(targets: wanted, lines: lines, follow: follow, channels: channels)
        for await update in client.logs(request) {
            if case .failed(let failure) = update { throw failure }
            session.printer.output.write(bytes: writer.add(update))
        }
        session.printer.output.write(bytes: writer.finish())
        await client.close()
    }
}
