internal import ArgumentParser
internal import Core
internal import OpenDaemon

/// Verbs with a name that a type has already.
enum Steering {
    struct Signal: Verb {
        static let configuration = CommandConfiguration(
            commandName: "signal", abstract: "Sends a signal to the main processes of apps.",
            usage: "od signal SIGNAL TARGET... [OPTIONS]",
            discussion: """
                A signal is SIGHUP, hup or 1; it may also stand behind the targets. Children of an app are not sent it.

                \(Targets.note)
                """, aliases: ["sendSignal"])

        @OptionGroup var globals: Globals

        @Argument(help: "A signal, and names of apps, instances or projects, ids, /regex/, or all.")
        var targets: [String] = []

        func run(_ session: Session) async throws {
            let (signal, names) = try Self.parts(targets)
            let request = SignalRequest(targets: try Targets.named(names, for: "signal"), signal: signal)
            let client = try await session.connect()
            let processes = try await client.call(Methods.signal, request)
            session.printer.processes(processes, did: "sent \(Core.Signal.name(signal)) to")
            await client.close()
        }

        /// The signal is the first word or, as `pm2 sendSignal` has it nowhere else but people do, the last.
        static func parts(_ words: [String]) throws(Failure) -> (Int32, [String]) {
            if let first = words.first.flatMap(Core.Signal.number) { return (first, Array(words.dropFirst())) }
            if let last = words.last.flatMap(Core.Signal.number), words.count > 1 { return (last, words.dropLast()) }
            guard let word = words.first else {
                throw Failure(
                    .usage, "no signal was named, and nobody to send it to", why: "it takes a signal and targets",
                    next: "for example od signal SIGHUP api; kill -l lists the signals")
            }
            throw Failure(
                .usage, "‘\(word)’ is no signal",
                why: "a signal is a name like SIGHUP or hup, or its number",
                next: "od signal SIGHUP NAME; kill -l lists them")
        }
    }
}
