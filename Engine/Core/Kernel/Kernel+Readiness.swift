// Readiness: an app that tells when it is ready is `starting` until then, and has failed when the time for it is over.
//
// The time is counted from exec, on the boot clock, and readiness is stored with the run: an engine that takes over knows
// which runs were ready, and waits for the others as long as the one before would have.
extension Kernel {
    /// A run executes: what it says is heard, and if it is not ready the time for that begins or goes on.
    mutating func listen(
        _ id: RunID, _ running: Lifecycle.Running, _ spec: AppSpec, isReady: Bool, _ now: Moment,
        _ effects: inout Effects
    ) {
        let awaited = isReady ? nil : spec.ready
        let attention = Attention(voice: spec.voice, awaits: awaited)
        if !attention.voice.isEmpty || awaited != nil {
            effects.keeper.append(.listen(id, pid: running.pid, attention))
        }
        if let awaited {
            let due = running.since.advanced(byMilliseconds: awaited.timeout)
            arm(.ready, id, in: due.milliseconds(since: now.boot), &effects)
        } else if let watchdog = spec.ready?.watchdog {
            arm(.watchdog, id, in: watchdog, &effects)
        }
    }

    /// A run says something of itself, or something is seen of it. It may be said twice.
    mutating func said(_ id: RunID, _ sign: Sign, _ now: Moment, _ effects: inout Effects) {
        if fleet[id.instance]?.beside?.run == id.run {
            if sign == .ready { besideReady(id, now, &effects) }
            return
        }
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            instance.life.running?.run == id.run
        else { return }
        switch sign {
        case .ready:
            guard instance.life.ready(run: id.run) else { return }
            instance.record.ready = id.run
            fleet[id.instance] = instance
            noteReady(id, app.spec, &effects)
            publish(.online, id.instance, now, &effects)
        case .alive:
            guard case .online = instance.life.state, let watchdog = app.spec.ready?.watchdog else { return }
            arm(.watchdog, id, in: watchdog, &effects)
        case .status(let text):
            fleet[id.instance]?.message = text.isEmpty ? nil : text
        }
    }

    /// A run is ready, and that is stored; from now on it must give signs of life, if its app does.
    func noteReady(_ id: RunID, _ spec: AppSpec, _ effects: inout Effects) {
        store(id.instance, &effects)
        effects.timers.append(.cancel(TimerID(id: id, kind: .ready)))
        if let watchdog = spec.ready?.watchdog { arm(.watchdog, id, in: watchdog, &effects) }
    }

    private func arm(_ kind: TimerID.Kind, _ id: RunID, in milliseconds: Int, _ effects: inout Effects) {
        effects.timers.append(.arm(TimerID(id: id, kind: kind), milliseconds: milliseconds))
    }

    /// What was to come in time did not: the run has failed, and is ended.
    mutating func overdue(_ timer: TimerID, _ now: Moment, _ effects: inout Effects) {
        let id = timer.id
        let flaw: RunFlaw = timer.kind == .ready ? .late : .silent
        if let app = fleet.app(of: id.instance), fleet[id.instance]?.beside?.run == id.run {
            return besideOverdue(id, flaw, Self.text(flaw, .unknown, app.spec), now, &effects)
        }
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            instance.life.fail(run: id.run, flaw)
        else { return }
        fleet[id.instance] = instance
        // One that is silent leaves a core, if it may: that shows where it hangs.
        let signal = flaw == .silent ? Defaults.watchdogSignal : app.spec.killSignal
        beginEnding(id, app.spec, now, &effects, signal: signal, why: Self.text(flaw, .unknown, app.spec))
    }

    /// Nothing of a run lives that had failed otherwise than by its exit code. That is a quick exit, however long it ran
    /// before it was ready; but an exit code that is final stays so.
    mutating func failed(
        _ key: UInt64, _ flaw: RunFlaw, _ exit: Exit, at end: Instant, _ now: Moment, _ effects: inout Effects
    ) {
        guard let app = fleet.app(of: key) else { return }
        let isFinal = app.spec.restart.stopExitCodes.contains { $0.matches(exit) }
        let trouble = isFinal ? nil : Self.text(flaw, exit, app.spec) + leftBehind(key)
        // With 0 it would be no failure for `restart: on-failure`.
        decide(key, isFinal ? exit : .unknown, uptime: 0, trouble: trouble, at: end, now, &effects)
    }

    private static func text(_ flaw: RunFlaw, _ exit: Exit, _ spec: AppSpec) -> String {
        let sign = spec.ready?.description ?? "sign"
        let awaited = sign.hasPrefix("a ") ? String(sign.dropFirst(2)) : sign
        return switch flaw {
        case .early: "it ended before it was ready: \(exit), no \(awaited)"
        case .late: "it was not ready in \(spec.ready?.timeout ?? 0) ms: no \(awaited)"
        case .silent: "it gave no sign of life for \(spec.ready?.watchdog ?? 0) ms (WATCHDOG=1)"
        }
    }

    /// A run ends or has ended: nothing is expected of it any more.
    func cancelWatches(of id: RunID, _ effects: inout Effects) {
        guard fleet.app(of: id.instance)?.spec.ready != nil else { return }
        for kind in [TimerID.Kind.ready, .watchdog] { effects.timers.append(.cancel(TimerID(id: id, kind: kind))) }
    }

    // MARK: programs that go into the background

    /// For the event of an exit.
    static func leftBehind(_ end: RunEnd, _ action: Lifecycle.ExitedAction) -> String {
        guard case .sweep = action, end.exit.isSuccess else { return "" }
        return background(end.left)
    }

    /// For the reason of a wait and of giving up.
    func leftBehind(_ key: UInt64) -> String {
        let left = fleet[key]?.left ?? 0
        return left > 0 ? Self.background(left) : ""
    }

    private static func background(_ left: Int) -> String {
        "; its first process ended with 0 and left \(left == 1 ? "a process" : "\(left) processes"), which are ended: "
            + "if it puts itself into the background, start it so that it does not"
    }
}

extension AppSpec {
    /// What each of its runs is given.
    var voice: Voice {
        var voice = Voice()
        voice.channel = hasChannel
        voice.needsChannel = ready?.notify == .node || shutdownWithMessage == true
        voice.notify = ready?.notify == .systemd
        voice.watchdog = ready?.watchdog
        voice.descriptor = ready?.notify == .fd ? ready?.descriptor ?? Defaults.notifyDescriptor : nil
        return voice
    }
}
