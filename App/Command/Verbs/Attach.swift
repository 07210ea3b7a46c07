internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Send: Verb {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Writes a line to the stdin of apps that have ‘stdin: pipe’.",
        usage: "od send TARGET LINE... [OPTIONS]",
        discussion: """
            The words behind the target are one line, with blanks between them; without any, what od reads from its \
            own stdin is sent.

            \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "An app, an instance, a project, an id, /regex/, or all.")
    var target: String

    @Argument(help: "What is written, followed by a newline.")
    var line: [String] = []

    func run(_ session: Session) async throws {
        let names = try Targets.named([target], for: "send")
        let client = try await session.connect()
        var processes: [InstanceInfo] = []
        if !line.isEmpty {
            let text = line.joined(separator: " ") + "\n"
            processes = try await client.call(Methods.send, SendRequest(targets: names, text: text))
        }
        while line.isEmpty, let text = readLine(strippingNewline: false) {
            processes = try await client.call(Methods.send, SendRequest(targets: names, text: text))
        }
        guard !processes.isEmpty else {
            throw Failure(
                .usage, "there is nothing to send", why: "no words stand behind \(target), and stdin has no line",
                next: "od send \(target) WORDS, or echo WORDS | od send \(target)")
        }
        session.printer.processes(processes, did: "sent to")
        await client.close()
    }
}

struct Attach: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Shows what an app writes, and sends it the lines that you type.",
        usage: "od attach TARGET [OPTIONS]",
        discussion: """
            It is for apps with ‘stdin: pipe’; of others od logs -f shows the same. ^C or ^D leaves; the app goes on.

            \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "An app, an instance or an id.")
    var target: String

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("How many of the last lines come first.", valueName: "n"))
    var lines: Int = Defaults.logLines

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines takes a number from 0") }
    }

    func run(_ session: Session) async throws {
        let names = try Targets.named([target], for: "attach")
        let client = try await session.connect()
        // Whether it is there and takes anything is known before anything is typed.
        _ = try await client.call(Methods.send, SendRequest(targets: names, text: ""))
        let form: LogWriter.Form =
            globals.json
            ? .json
            : .lines(clean: session.printer.console.outputIsTerminal, colour: session.printer.console.outputColour)
        let request = LogRequest(targets: names, lines: lines, follow: true)
        let (printer, updates) = (session.printer, client.logs(request))
        let showing = Task {
            var writer = LogWriter(form: form)
            for await update in updates {
                // We leave, and that the connection ends is no failure.
                if Task.isCancelled { return }
                if case .failed(let failure) = update { return printer.failure(failure) }
                printer.log(writer.add(update))
            }
        }
        defer { showing.cancel() }
        for await line in Self.typed() {
            do {
                _ = try await client.call(Methods.send, SendRequest(targets: names, text: line))
            } catch let failure as Failure {
                // It may be starting again: what was typed is lost, and said so.
                printer.warning(failure)
            }
        }
        showing.cancel()
        await client.close()
    }

    /// Lines of our stdin, read by a thread of their own: reading waits.
    private static func typed() -> AsyncStream<String> {
        AsyncStream { lines in
            Task {
                await ScreenThread.run {
                    while let line = readLine(strippingNewline: false) { lines.yield(line) }
                }
                lines.finish()
            }
        }
    }
}
