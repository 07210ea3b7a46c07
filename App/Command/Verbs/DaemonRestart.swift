internal import ArgumentParser
internal import CKernel
internal import Core
internal import Engine
internal import OpenDaemon

struct DaemonRestart: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "Replaces the daemon by the executables beside this one. Apps go on, no connection of theirs drops.",
        usage: "od daemon restart [OPTIONS]",
        discussion: "The engine is always replaced; the keeper, which holds the apps, when its executable has changed.")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        try session.requireLocal("the od that od daemon restart starts anew")
        session.printer.replaced(try await Self.replace(session))
    }

    /// What was there before and what is there now.
    struct Change: Hashable, Sendable, Codable {
        struct Part: Hashable, Sendable, Codable {
            var pid: Int32
            var version: String
        }

        var engine: [Part]
        var keeper: [Part]
        /// Why the keeper is still the old one though its executable has changed.
        var note: String?

        init(_ before: DaemonStatus, _ after: DaemonStatus, note: String?) {
            engine = [before, after].map { Part(pid: $0.pid, version: $0.version) }
            keeper = [before, after].map { Part(pid: $0.keeperPid, version: $0.keeperVersion ?? "") }
            self.note = note
        }
    }

    /// How long the next engine may take to serve; milliseconds.
    private static let patience = 30_000

    /// Replaces engine and keeper of a daemon that runs, and waits until the next engine serves.
    static func replace(_ session: Session) async throws -> Change {
        let client = try await session.connect(start: .never)
        let before = try await client.call(Methods.status, Nothing())
        let own = Installation.ofThisProcess()
        var note: String?
        do {
            let request = DaemonRestartRequest(keeper: own.keeper, engine: own.od)
            note = try await client.call(Methods.restartDaemon, request).note
        } catch let failure as Failure where failure.code == .protocolError {
            // An engine that does not know the request: it may be killed at any time, and its keeper starts the next.
            try end(before.pid)
        }
        let after = try await successor(of: before, client)
        await client.close()
        return Change(before, after, note: note)
    }

    private static func end(_ pid: Int32) throws(Failure) {
        let pidfd = od_pidfd(pid)
        guard pidfd >= 0 else { return }
        defer { od_close(pidfd) }
        guard od_signal_process(pidfd, Int32(OD_SIG_KILL.rawValue)) == 0 else {
            throw Failure(
                .notReplaced, "the engine was not replaced", why: "it is of an older version, and is not ours to end",
                next: "od daemon stop, then od daemon start")
        }
    }

    private static func successor(of before: DaemonStatus, _ client: OpenDaemon) async throws -> DaemonStatus {
        let end = ContinuousClock.now + .milliseconds(patience)
        while ContinuousClock.now < end {
            if let now = try? await client.call(Methods.status, Nothing()), now.pid != before.pid { return now }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Failure(
            .engineSilent, "no other engine serves yet", why: "\(patience / 1000) s have passed",
            next: "look at engine.log in \(before.home), or again with od daemon status")
    }
}

extension Printer {
    /// What a restart of the daemon changed.
    func replaced(_ change: DaemonRestart.Change) {
        if json { return value(change) }
        for (name, parts) in [("engine", change.engine), ("keeper", change.keeper)] {
            let texts = parts.map { "\($0.version.isEmpty ? "of an unknown version" : $0.version) (pid \($0.pid))" }
            let isSame = parts.first == parts.last
            say(isSame ? "\(name) \(texts[0]) stays" : "\(name) \(texts[0]) replaced by \(texts[1])")
        }
        if let note = change.note { warning(note) }
    }
}
