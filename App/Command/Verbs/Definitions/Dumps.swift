internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Save: Verb {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Writes all apps into a dump, for od resurrect.",
        usage: "od save [OPTIONS]",
        discussion: """
            After a reboot or a crash apps come back without it: what is wanted is always kept. A dump is a copy to go \
            back to. The last \(Defaults.dumps) are kept below the home, in dump/, for the owner's eyes only.
            """)

    @OptionGroup var globals: Globals

    @Flag(name: [.short, .long], help: "Save an empty list though the last dump has apps.")
    var force = false

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        let result = try await client.call(Methods.save, SaveRequest(force: force))
        await client.close()
        if session.printer.json { return session.printer.value(result) }
        let apps = result.apps == 1 ? "1 app" : "\(result.apps) apps"
        session.printer.done("saved \(apps), \(result.running) running, in \(result.file)")
    }
}

struct Resurrect: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resurrect", abstract: "Brings back the apps of the last dump that are not there.",
        usage: "od resurrect [OPTIONS]",
        discussion: """
            Apps that run are left alone; those that ran when od save was said and are stopped are started. A dump that is \
            damaged is named, and the one before it is used.
            """)

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        let clock = ContinuousClock()
        let asked = clock.now
        var result = try await session.working(.starting, client) {
            try await client.call(Methods.resurrect, Nothing())
        }
        await client.close()
        for line in result.broken { session.printer.warning("not used: \(line)") }
        if session.printer.json { return session.printer.value(result) }
        session.printer.note("from \(result.file)")
        // What was stopped when the dump was made is there again, and was not started.
        result.started.processes.removeAll { [.created, .stopped].contains($0.status) }
        if result.started.processes.isEmpty, result.started.failures.isEmpty {
            return session.printer.done("nothing to start: \(result.file) has no app that ran")
        }
        session.printer.started(result.started, within: asked.duration(to: clock.now))
        if let failure = result.started.failures.first { throw ExitCode(failure.exitCode) }
    }
}
