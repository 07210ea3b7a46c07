import Core

/// What an action would have been for when its key was pressed.
package struct Aim: Hashable, Sendable {
    /// The highlighted row.
    package var line: Listing.Line?
    /// The processes that it is for; nil where the action has a choice of its own.
    package var names: [InstanceName]?

    package init(line: Listing.Line?, names: [InstanceName]?) {
        self.line = line
        self.names = names
    }
}

// Something is to be done while the past is shown: it is done now, and to what was highlighted then.
extension State {
    /// Asks before something is done while the past is shown; nil when it may be done.
    mutating func guardPresent(_ deed: Chooser.Deed) -> [Command]? {
        guard past != nil, deed.changes else { return nil }
        let names = deed.process.map { [$0] } ?? (deed.isForTargets ? list.targets : nil)
        let line = deed.process.map { Listing.Line.instance($0) } ?? list.cursor
        question = Question(.present(deed, Aim(line: line, names: names)))
        return []
    }

    /// Goes back to now and does it there. Nothing is done to processes that the question has not named.
    mutating func replay(_ deed: Chooser.Deed, _ aim: Aim) -> [Command] {
        let names = aim.names ?? []
        if let gone = names.first(where: { live.rows[$0] == nil }) {
            say(.error, "nothing was done: \(shortName(gone)) is not there any more")
            return []
        }
        var commands = returnToNow()
        if let line = aim.line, list.cursor != line { commands += select(line) }
        guard aim.names == nil || deed.process != nil || Set(list.targets) == Set(names) else {
            say(.error, "nothing was done: there are others now than were highlighted; look, and press the key again")
            return commands
        }
        return commands + take(Chooser.Choice(deed: deed, title: ""))
    }

    /// Selects a row of now; a filter that hides it is taken away.
    private mutating func select(_ line: Listing.Line) -> [Command] {
        switch line {
        case .instance(let name): return select(name)
        case .app(let app):
            guard let name = live.rows.keys.filter({ AppName($0) == app }).min() else { return [] }
            let commands = select(name)
            if let index = list.lines.firstIndex(of: line) { list.select(index, page: layout.listRows, at: now) }
            return commands + showSelected()
        }
    }
}

extension Chooser.Deed {
    /// It does something to processes, or to the daemon.
    var changes: Bool {
        switch self {
        case .action(let action): action.changes
        case .restart, .toggle, .reload, .reset, .signal: true
        case .go, .log, .theme, .why: false
        }
    }

    /// It is for what is marked or highlighted.
    fileprivate var isForTargets: Bool {
        switch self {
        case .action(.restartAll), .action(.undo): false
        default: true
        }
    }

    /// What it does, in a word or two.
    var words: String {
        switch self {
        case .action(let action): action.verb
        case .restart: "restart"
        case .toggle: "stop or start"
        case .reload: "reload"
        case .reset: "count restarts from zero of"
        case .signal(let number): "send \(Signal.name(number)) to"
        case .go, .log, .theme, .why: ""
        }
    }
}

extension Action {
    /// It does something to processes, and not only to the screen.
    var changes: Bool {
        switch self {
        case .restart, .restartAll, .toggle, .delete, .undo, .reload, .signal, .scale, .editEnv, .flush: true
        default: false
        }
    }

    /// What those that change something do, in a word or two.
    fileprivate var verb: String {
        switch self {
        case .restart: "restart"
        case .restartAll: "restart all"
        case .toggle: "stop or start"
        case .delete: "delete the app of"
        case .undo: "take back what was done last"
        case .reload: "reload"
        case .signal: "send a signal to"
        case .scale: "scale the app of"
        case .editEnv: "change the environment of"
        case .flush: "empty the log of"
        default: ""
        }
    }
}

extension Call {
    /// It does something to processes.
    var changes: Bool {
        switch self {
        case .status, .detach, .shutdown: false
        default: true
        }
    }
}
