import Core
import Widgets

/// What is printed when the dashboard has gone.
enum Farewell {
    static let stopped = "All apps are stopped, and OpenDaemon with them.\n`od start` or `od up` brings them back."
    static let stopping = "OpenDaemon is stopping all apps."

    /// - Parameter host: the other machine, as `--host` takes it; nil for this one.
    static func detached(_ active: Int, on host: String?) -> String? {
        guard active > 0 else { return nil }
        let apps = active == 1 ? "1 process goes" : "\(active) processes go"
        guard let host else {
            return "\(apps) on in the background.\n`od` shows them again, `od daemon stop` ends them."
        }
        return "\(apps) on at \(host).\n`od --host \(host)` shows them again."
    }
}

extension State {
    /// Sends a call, unless the same is under way: a key that is held does nothing more.
    mutating func send(_ call: Call) -> [Command] {
        guard !isReadOnly || !call.changes else { return refuse(.toggle) }
        if case .lost = link {
            say(.error, "not connected: OpenDaemon is tried again every second")
            return []
        }
        if past != nil, call.changes {
            say(.error, "this is the past: \(keys.name(of: .present)) goes back to now")
            return []
        }
        guard !pending.values.contains(where: { $0.call == call }) else { return [] }
        guard pending.count < Self.maxPending else {
            say(.error, "\(Self.maxPending) commands are under way: wait for one of them")
            return []
        }
        calls += 1
        pending[calls] = Pending(call: call, since: now)
        if let doing = doing(call) { say(.info, doing) }
        return [.call(calls, call)]
    }

    mutating func finish(_ number: Int, _ answer: Answer) -> [Command] {
        guard let done = pending.removeValue(forKey: number) else { return [] }
        if let doing = doing(done.call) { toasts.removeAll { $0.text == doing } }
        switch (done.call, answer) {
        case (.status, .status(let status)):
            return leave(clients: status.clients)
        case (.detach, _):
            return [.quit(farewell)]
        case (.shutdown, _):
            return [.quit(isStoppingAll ? Farewell.stopped : nil)]
        case (_, .failures(let failures)) where !failures.isEmpty:
            for failure in failures { say(failure) }
            return []
        case (_, .reloaded(let failures, let restarted)):
            if failures.isEmpty, restarted.isEmpty { report(done) }
            for failure in failures { say(failure) }
            if failures.isEmpty, !restarted.isEmpty { report(done, restarted: restarted) }
            return []
        default:
            report(done)
            return []
        }
    }

    mutating func fail(_ number: Int, _ failure: Failure) -> [Command] {
        guard let failed = pending.removeValue(forKey: number) else { return [] }
        if let doing = doing(failed.call) { toasts.removeAll { $0.text == doing } }
        if failed.call == .status { return leave(clients: nil) }
        if failed.call == .shutdown { isStoppingAll = false }
        say(failure)
        return []
    }

    /// The way out of `q`, once it is known who else is attached; nil when nobody said.
    private mutating func leave(clients: Int?) -> [Command] {
        guard asksAt != nil else { return [] }
        asksAt = nil
        if let clients, clients > 1 { return [.quit(farewell)] }
        guard live.activeCount > 0 else { return send(.shutdown) }
        question = Question(.leave)
        return []
    }

    private mutating func report(_ done: Pending) {
        let time = Format.elapsed(milliseconds: now.milliseconds(since: done.since))
        switch done.call {
        case .restart(let names):
            report(start: "restarted \(title(names)) in \(time)", of: names, commandLine("restart", names))
        case .stop(let names):
            let back =
                names == stopped ? "    \(keys.name(of: .undo)) starts \(names.count == 1 ? "it" : "them") again" : ""
            say(.success, "stopped \(title(names)) in \(time)", command: commandLine("stop", names) + back)
        case .start(let names):
            report(start: "started \(title(names)) in \(time)", of: names, commandLine("start", names))
        case .delete(let names):
            say(.success, "deleted \(title(names))", command: commandLine("delete", names))
        case .reload, .reset, .signal, .flush, .scale, .set:
            reportMore(done, time)
        case .status, .detach, .shutdown:
            break
        }
    }

    /// A start that is not over is no success yet.
    private mutating func report(start text: String, of names: [InstanceName], _ command: String) {
        let isUnderWay = names.contains(where: isStarting)
        let said = isUnderWay ? text + (names.count == 1 ? ": it is starting" : ": they are starting") : text
        say(isUnderWay ? .info : .success, said, command: command)
        lookAfter(names, said: said)
    }

    private func doing(_ call: Call) -> String? {
        switch call {
        case .restart(let names): "restarting \(title(names))"
        case .stop(let names): "stopping \(title(names))"
        case .start(let names): "starting \(title(names))"
        case .delete(let names): "deleting \(title(names))"
        case .reload(let names): "reloading \(title(names))"
        case .scale(let apps, _, _): "scaling \(title(apps))"
        case .set(let apps, _, _): "changing \(title(apps))"
        case .reset, .signal, .flush: nil
        case .status, .detach, .shutdown: nil
        }
    }

    /// `api#1`, or `12 processes`.
    func title(_ names: [InstanceName]) -> String {
        names.count == 1 ? shortName(names[0]) : "\(names.count) processes"
    }

    /// `od`, and of which machine: what a command line begins with.
    var program: String { remote.map { "od --host \($0)" } ?? "od" }

    /// The title of a dialog, with the machine that it is about where that is another.
    func placed(_ title: String) -> String {
        guard let remote else { return title }
        return title.hasSuffix("?") ? "\(title.dropLast()) at \(remote)?" : "\(title) at \(remote)"
    }

    /// The command line that does the same.
    func commandLine(_ verb: String, _ names: [InstanceName]) -> String {
        if names.count == fleet.rows.count, names.count > 1 { return "\(program) \(verb) all" }
        let apps = Set(names.map { AppName($0) })
        if apps.count == 1, names.count > 1, names.count == instances(ofAppsOf: names).count {
            return "\(program) \(verb) " + appName(names[0])
        }
        return "\(program) \(verb) " + names.map(shortName).joined(separator: " ")
    }
}
