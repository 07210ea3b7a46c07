import Core

/// Leaving, and the dialogs.
extension State {
    /// `q`: the owner of an engine is asked, unless others are attached or nothing runs.
    mutating func quit() -> [Command] {
        guard isOwner else { return [.quit(farewell)] }
        if case .lost = link { return [.quit(farewell)] }
        guard asksAt == nil else { return [] }
        asksAt = now.advanced(byMilliseconds: Self.patience)
        return send(.status)
    }

    /// What is said of processes that go on; nothing of those on several machines.
    var farewell: String? { hostCount > 1 ? nil : Farewell.detached(live.activeCount, on: remote) }

    mutating func pressWhileStopping(_ key: Key) -> [Command] {
        switch key {
        case .escape, "q", .control("c"): [.quit(Farewell.stopping)]
        case .control("l"): [.redraw]
        case .control("z"): [.suspend]
        default: []
        }
    }

    /// A key while a dialog asks.
    mutating func answer(_ key: Key, _ action: Action?) -> [Command] {
        guard var asked = question else { return [] }
        switch action {
        case .nextChoice, .previousChoice:
            asked.mark(next: action == .nextChoice)
            question = asked
            return []
        case .choose: return choose(asked.choices[asked.marked], asked.subject)
        case .cancel: return choose(.cancel, asked.subject)
        default:
            guard case .character(let letter) = key, let choice = asked.choice(for: letter) else { return [] }
            return choose(choice, asked.subject)
        }
    }

    private mutating func choose(_ choice: Question.Choice, _ subject: Question.Subject) -> [Command] {
        question = nil
        switch (choice, subject) {
        case (.cancel, _): return []
        case (.confirm, .stop(let names)):
            stopped = names
            return send(.stop(names))
        case (.confirm, .start(let names)): return send(.start(names))
        case (.confirm, .restartAll(let names)): return send(.restart(names))
        case (.confirm, .delete(let names)): return send(.delete(names))
        case (.confirm, .reload(let names)): return send(.reload(names))
        case (.confirm, .signal(let number, let names)): return send(.signal(number, names))
        case (.confirm, .flush(let names)): return send(.flush(names))
        case (.confirm, .present(let deed, let aim)): return replay(deed, aim)
        case (.detach, _): return send(.detach)
        case (.stopAll, _):
            let commands = send(.shutdown)
            isStoppingAll = !commands.isEmpty
            return commands
        case (.confirm, .leave): return []
        }
    }
}
