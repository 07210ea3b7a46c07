import Core
import Widgets

// Taking back, what is not allowed, and what was done.
extension State {
    /// What was stopped last and has not been started since.
    private var down: [InstanceName] { stopped.filter { live.rows[$0]?.process.status.isActive == false } }

    /// Apps that were scaled last, with another number of instances than before.
    private var rescaled: [AppName] {
        scaled.keys.filter { app in count(of: app) > 0 && count(of: app) != scaled[app] }.sorted()
    }

    var canUndo: Bool { !down.isEmpty || !rescaled.isEmpty }

    /// The command line that takes it back.
    var undoLine: String? {
        if !down.isEmpty { return commandLine("start", down) }
        return rescaled.first.map { "\(program) scale \(appName($0)) \(scaled[$0] ?? 0)" }
    }

    mutating func undo() -> [Command] {
        let (down, apps, counts) = (down, rescaled, scaled)
        stopped = []
        scaled = [:]
        if !down.isEmpty { return send(.start(down)) }
        return apps.flatMap { send(.scale([$0], .exactly(counts[$0] ?? 0), before: [:])) }
    }

    /// Why a key has no effect now, where that is not plain to see.
    private func whyNot(_ action: Action) -> String? {
        if showsNoProcess, action.isOfProcesses {
            return "no process is shown here: \(keys.name(of: .back)) goes back to them"
        }
        switch action {
        case .undo: return "there is nothing to take back"
        case .later, .present: return "this is now"
        case .whole: return log.process.map { "\(shortName($0)) is the only instance of its app" }
        case .nextMatch, .previousMatch, .onlyMatches:
            return layout.panes.contains(.log)
                ? "nothing is searched for in the log: \(keys.name(of: .find)) does" : nil
        default: return nil
        }
    }

    /// A key that has no effect now: where only reading is allowed, it says so.
    mutating func refuse(_ action: Action) -> [Command] {
        if isReadOnly, action.changes {
            say(.info, "read-only: nothing can be changed from here")
        } else if let why = whyNot(action) {
            say(.info, why)
        }
        if let tab = Tab(action), let name = shown, !tabs.contains(tab) {
            say(
                .info,
                past == nil
                    ? "\(shortName(name)) does not run: it has no \(tab == .files ? "open files" : "figures")"
                    : "\(tab == .files ? "open files" : "the environment") of the past are not kept")
        }
        return []
    }

    /// A reload was a restart for those that have nothing to stand in for them.
    mutating func report(_ done: Pending, restarted: [String]) {
        guard case .reload(let names) = done.call else { return }
        let time = Format.elapsed(milliseconds: now.milliseconds(since: done.since))
        let apps = Set(names.map { appName($0) })
        let whose = restarted.count == apps.count ? "" : "reloaded \(title(names)), but "
        let who = restarted.count == 1 ? restarted[0] : "\(restarted.count) apps"
        let why = restarted.count == 1 ? "it has" : "they have"
        say(
            .success, "\(whose)restarted \(who) in \(time): \(why) no second instance to stand in meanwhile",
            command: commandLine("reload", names))
    }

    /// What to say of calls that the engine has carried out.
    mutating func reportMore(_ done: Pending, _ time: String) {
        switch done.call {
        case .reload(let names):
            say(.success, "reloaded \(title(names)) in \(time)", command: commandLine("reload", names))
        case .reset(let names):
            say(.success, "restarts of \(title(names)) count from zero", command: commandLine("reset", names))
        case .signal(let number, let names):
            let name = Signal.name(number)
            say(.success, "sent \(name) to \(title(names))", command: commandLine("signal \(name)", names))
        case .flush(let names):
            say(.success, "emptied the log of \(title(names))", command: commandLine("flush", names))
            if let shown, names.contains(shown) { log.empty() }
        case .scale(let apps, let wish, let before):
            (scaled, stopped) = (before, [])
            let back = before.isEmpty ? "" : "    U takes it back"
            say(.success, "scaled \(title(apps)) in \(time)", command: scaleLine(apps, wish) + back)
        case .set(let apps, let name, let value):
            say(.success, "changed \(title(apps)) in \(time)", command: setLine(apps, name, value))
        default: break
        }
    }

    /// `od scale api +1`
    func scaleLine(_ apps: [AppName], _ wish: ScaleWish) -> String {
        "\(program) scale \(self.apps(apps)) \(wish.text)"
    }

    /// `od set api env.PORT=3000`, for each app.
    func setLine(_ apps: [AppName], _ name: String, _ value: String) -> String {
        let value = SecretVariable.isSecret(name, value) ? FieldChange.stars : value
        return apps.map { "\(program) set \(appName($0)) env.\(name)=\(value)" }.joined(separator: "; ")
    }
}
