package import Core
import Themes
package import Widgets

/// Why an instance is as it is, for `od why` and the dashboard.
package struct StoryText {
    /// How a moment is written.
    private let clock: (WallTime) -> String

    /// Lines of each part; the rest is counted.
    private static let mostEvents = 8
    private static let mostDeeds = 4
    private static let mostLines = 12

    /// A screen: how it is in a sentence, then what comes next, what happened, who did what, what is different.
    ///
    /// - Parameter clock: how a moment is written; as ISO 8601 when nothing is said.
    package static func lines(
        _ story: ProcessStory, clock: @escaping (WallTime) -> String = { $0.description }
    ) -> [StyledText] {
        StoryText(clock: clock).lines(story)
    }

    /// How it is and since when, or why.
    package static func headline(_ story: ProcessStory) -> String {
        StoryText(clock: { $0.description }).headline(story)
    }

    private func lines(_ story: ProcessStory) -> [StyledText] {
        let process = story.process
        var text = [
            StyledText(Text.sanitize(process.label), .heading, .bold) + " is "
                + StyledText(process.word, process.status.role)
                + StyledText(": " + Text.sanitize(headline(story)))
        ]
        func part(_ title: String, _ lines: [String]) {
            guard !lines.isEmpty else { return }
            text.append(StyledText("  ") + StyledText(title, .dim))
            text += lines.map { StyledText("    " + Text.sanitize($0)) }
        }
        part("next", next(process))
        part("hint", hints(story))
        part("what it depends on", story.dependencies?.map(line) ?? [])
        part("what happened", story.events.suffix(Self.mostEvents).map(line))
        part("who did what", story.deeds.prefix(Self.mostDeeds).reversed().map(line))
        part(
            "different from when it ran well" + (story.goodUntil.map { ", until \(clock($0))" } ?? ""),
            story.changes.map(line))
        if let crash = story.crashes.first {
            let core = crash.core.map { "core dump: \($0)" }
            part("last crash", [line(crash)] + [crash.outOfMemory, core].compactMap { $0 })
            part("its last words on stderr", Self.lastWords(crash.stderr).map { "| " + $0 })
            part("crashes before", story.crashes.dropFirst().prefix(Self.mostDeeds).map(line))
        }
        return text
    }

    /// The last lines. A stack that begins before them is shown with the line that says what it is of.
    private static func lastWords(_ lines: [String]) -> [String] {
        let (before, tail) = (lines.dropLast(mostLines), lines.suffix(mostLines))
        let head = before.lastIndex { line in
            line.first?.isWhitespace == false && errorWords.contains { line.lowercased().contains($0) }
        }
        guard let head else { return Array(tail) }
        let rest = lines.suffix(mostLines - 2)
        let left = lines.count - rest.count - head - 1
        return [lines[head], "… \(left) lines"] + rest
    }

    private static let errorWords = ["error", "exception", "panic", "fatal", "traceback"]

    // MARK: the one sentence

    private func headline(_ story: ProcessStory) -> String {
        let process = story.process
        let since = story.since.map { " since \(clock($0))" } ?? ""
        let exit = process.exit.map { "\($0)" + (process.exitedAt.map { " at \(clock($0))" } ?? "") }
        switch process.status {
        case .online, .reloading:
            // Who has asked for this run has said so before it was there.
            let start = story.deeds.first { deed in
                ["start", "restart", "apply", "reload"].contains(deed.what) && story.since.map { deed.at <= $0 } ?? true
            }
            let last = story.events.last { $0.name == .restarting || $0.name == .starting }
            if let cause = story.cause { return "it runs\(since), restarted by od: \(cause)" }
            // A restart of ours comes with its own event; then nobody asked for it.
            if last?.name == .restarting || process.restarts > 0, let exit, isOurs(story) {
                return "it runs\(since), restarted by od after \(exit)"
            }
            return "it runs\(since)" + (start.map { "; \(who($0))" } ?? "")
        case .waiting, .errored:
            return process.reason ?? exit ?? "no reason is known"
        case .stopped:
            if process.finished != true, let order = order(story) { return order }
            return exit.map { "it ended by itself with \($0), and its policy wants no restart" } ?? "it was stopped"
        case .stopping, .killing:
            return (order(story) ?? story.cause.map { "od restarts it: \($0)" } ?? "it is to end")
                + "; processes of it live yet"
        case .created: return "it was never started"
        case .starting: return "it is being started\(since)"
        }
    }

    /// No deed lies between the last exit and now.
    private func isOurs(_ story: ProcessStory) -> Bool {
        guard let exited = story.process.exitedAt else { return false }
        // The end of a run that this one has replaced: od reload.
        if let started = story.process.startedAt, started < exited { return false }
        // Who has ended a run has said so while it lived.
        let before = story.events.filter { $0.at <= exited }
        let begun = before.last { $0.name == .online }?.at.milliseconds ?? exited.milliseconds - 1000
        return !story.deeds.contains { $0.at.milliseconds >= begun && $0.what != "start" }
    }

    private static let ends = ["stop", "delete", "daemon stop"]

    /// Who wanted that it is down: people, or the daemon's own end. nil when it ended by itself.
    private func order(_ story: ProcessStory) -> String? {
        let begun = story.events.last { $0.name == .online }?.at ?? WallTime(milliseconds: 0)
        // Who starts an app by `apply` has not stopped it when it ends soon after.
        let wasAsked = story.events.contains { $0.name == .stopping && $0.at >= begun }
        let stops = wasAsked ? Self.ends + ["apply", "scale"] : Self.ends
        if let deed = story.deeds.first, stops.contains(deed.what), deed.at >= begun { return who(deed) }
        if let end = story.events.last(where: { $0.name == .engineStopping }), end.at >= begun {
            return "the daemon was stopped at \(clock(end.at))"
        }
        return nil
    }

    private func who(_ deed: Deed) -> String {
        "\(deed.user ?? "user \(deed.uid)") said ‘\(deed.by)’ at \(clock(deed.at))"
    }

    // MARK: the parts

    private func next(_ process: InstanceInfo) -> [String] {
        if let until = process.waitsUntil {
            return [
                process.status == .starting
                    ? "it must be ready by \(clock(until))" : "the next try comes at \(clock(until))"
            ]
        }
        switch process.status {
        case .errored: return ["no further try: mend it, then od restart \(process.label)"]
        case .stopped: return ["nothing before somebody says od start \(process.label)"]
        default: return []
        }
    }

    private func hints(_ story: ProcessStory) -> [String] {
        var hints: [String] = []
        let exits = story.events.filter { $0.name == .exited }
        if story.process.status != .online, exits.count > 1,
            exits.suffix(2).allSatisfy({ $0.message.map(isQuickSuccess) ?? false })
        {
            hints.append(
                "it ends at once with success: if it goes into the background by itself, let it stay in the foreground")
        }
        if let crash = story.crashes.first, case .signal(9, _) = crash.exit, crash.outOfMemory == nil {
            hints.append("SIGKILL came from outside: od has not sent it, and the kernel counts no lack of memory")
        }
        let isPortTaken = story.crashes.first.map { crash in
            crash.stderr.contains { $0.contains("EADDRINUSE") || $0.lowercased().contains("address already in use") }
        }
        if isPortTaken == true {
            hints.append(
                "what it was to listen on was taken: ss -ltnp shows by whom. Several instances share one port by ‘port’; where "
                    + "a cluster was there before the keeper was killed, od restart \(story.process.name) frees it")
        }
        if case .code(let code)? = story.crashes.first?.exit {
            switch code {
            case 126: hints.append("exit 126 of a shell: what it was to run cannot be executed")
            case 127: hints.append("exit 127 of a shell: what it was to run was not found in PATH")
            case 129...159: hints.append("exit \(code) of a shell: its program ended by \(Signal.name(code - 128))")
            default: break
            }
        }
        return hints
    }

    /// `exit 0 after 12 ms`
    private func isQuickSuccess(_ message: String) -> Bool {
        let words = message.split(separator: " ")
        guard words.prefix(3) == ["exit", "0", "after"], words.count > 4, words[4] == "ms" else { return false }
        return Int(words[3]).map { $0 < Defaults.minUptime } ?? false
    }

    private func line(_ event: FleetEvent) -> String {
        let name = event.name.rawValue.replacing("process:", with: "")
        return "\(clock(event.at))  \(name)" + (event.message.map { ": \($0)" } ?? "")
    }

    private func line(_ deed: Deed) -> String {
        "\(clock(deed.at))  \(deed.what) by \(deed.user ?? "user \(deed.uid)"): \(deed.by)"
    }

    private func line(_ state: DependencyState) -> String {
        let wanted = "\(state.name) must be \(state.condition.rawValue): "
        guard let obstacle = state.obstacle else { return wanted + "it is" }
        return wanted + obstacle + (state.since.map { " since \(clock($0))" } ?? "")
            + (state.reason.map { "; \($0)" } ?? "")
    }

    private func line(_ change: FieldChange) -> String {
        "\(change.key): \(change.old ?? "not set") -> \(change.new ?? "not set")"
    }

    private func line(_ crash: CrashReport) -> String {
        "\(clock(crash.at))  \(crash.exit) after \(Format.elapsed(milliseconds: crash.uptime)), pid \(crash.pid), "
            + "at most \(Format.bytes(crash.maxMemory))"
    }
}
