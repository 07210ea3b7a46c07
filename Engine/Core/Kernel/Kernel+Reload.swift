// Reload: the runs of an app are replaced one instance after the other.
//
//     own run      online ──────────────────────────── online ── stop signal ──> gone
//     beside it               starting ──> online ──╮
//                                  │                ╰─ takes over: it is the own run now
//                                  ╰─ ends: the reload has failed, the own run goes on, no other instance is touched
//
// A successor waits for what its app depends on, as one that is started again does; the own run goes on meanwhile.
// There are two runs of one instance at most, and only then. Where the two would want the same port, the instance is
// restarted instead. What is wanted is in the instance's record, so that the next engine goes on with it.
extension Kernel {
    mutating func reload(_ targets: [String], _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        try refuseWhileLeaving()
        let keys = try resolve(targets)
        var restarted: Set<String> = []
        for key in ordered(keys) {
            guard let instance = fleet[key], let app = fleet.app(of: key), !instance.deleting,
                instance.record.number < app.spec.instances
            else { continue }
            if !app.spec.canOverlap, !instance.life.isDown { restarted.insert(app.spec.name) }
            remember(key, &effects) { $0 = ReloadMemory(wants: instance.record.run, present: $0.present) }
            reloading.insert(app.key)
            // What is down, or on its way there, stands in for nobody: it need not wait for its turn.
            want(key, now, &effects)
        }
        endHalt(now, &effects)
        answerWhenSettled(
            Pending(request: request, kind: .reload, waiting: Set(keys), shown: keys, unchanged: restarted.sorted()))
    }

    /// Nothing is to be replaced any more: somebody said something else.
    mutating func forgetReload(_ key: UInt64) {
        guard let memory = fleet[key]?.record.reload else { return }
        fleet[key]?.record.reload = ReloadMemory(present: memory.present).stored
    }

    /// Changes what is remembered of a reload, and stores it.
    mutating func remember(_ key: UInt64, _ effects: inout Effects, _ change: (inout ReloadMemory) -> Void) {
        var memory = fleet[key]?.record.reload ?? ReloadMemory()
        change(&memory)
        fleet[key]?.record.reload = memory.stored
        store(key, &effects)
    }

    /// Begins what has its turn. True when the reload of an app came to its end: commands may have settled.
    mutating func advanceReloads(_ now: Moment, _ effects: inout Effects) -> Bool {
        let before = reloading
        var count = 0
        // One that has come to its end may be what another has waited for.
        while count != reloading.count {
            count = reloading.count
            for app in reloading.sorted() where advanceReload(of: app, now, &effects) { reloading.remove(app) }
        }
        return reloading != before
    }

    /// True when nothing is left to be done.
    private mutating func advanceReload(of app: UInt64, _ now: Moment, _ effects: inout Effects) -> Bool {
        for key in fleet.keys(of: app) {
            guard let instance = fleet[key], let wants = instance.record.reload?.wants else { continue }
            guard instance.record.wanted == .running, !leaving else {
                remember(key, &effects) { $0.wants = nil }
                continue
            }
            guard instance.beside == nil else { return false }
            guard instance.record.run > wants else {
                if case .online = instance.life.state, let obstacle = obstacle(toReloadOf: key) {
                    guard !comesAbout(key) else { return false }
                    failReload(of: key, obstacle, &effects)
                    return true
                }
                begin(key, instance, now, &effects)
                return false
            }
            switch instance.life.state {
            case .online:
                remember(key, &effects) { $0.wants = nil }
            case .idle, .waiting:
                failReload(of: key, instance.record.trouble ?? "the new run has ended", &effects)
                return true
            default:
                return false
            }
        }
        return true
    }

    private mutating func begin(
        _ key: UInt64, _ instance: Fleet.Instance, _ now: Moment, _ effects: inout Effects
    ) {
        guard let app = fleet.app(of: key) else { return }
        switch instance.life.state {
        case .online(let old) where app.spec.canOverlap: spawnSuccessor(key, of: old.run, now, &effects)
        case .online: restart(key, now, &effects)
        case .idle, .waiting: startInTurn(key, now, &effects)
        // One that is just starting or ending is waited for.
        default: break
        }
    }

    /// It went down while it waited for its turn.
    private mutating func startInTurn(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key] else { return }
        let timer = TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)
        if mustHold(key) {
            effects.timers.append(.cancel(timer))
            return hold(key, .again, now, &effects)
        }
        let action = instance.life.start(run: instance.record.run + 1)
        fleet[key] = instance
        if action == .cancelWaitAndSpawn { effects.timers.append(.cancel(timer)) }
        spawn(key, again: true, now, &effects)
    }

    private mutating func spawnSuccessor(_ key: UInt64, of old: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key) else { return }
        instance.record.run += 1
        instance.record.restarts += 1
        var life = Lifecycle()
        _ = life.start(run: instance.record.run)
        instance.beside = Fleet.Beside(role: .successor, run: instance.record.run, life: life)
        fleet[key] = instance
        remember(key, &effects) { $0.present = old }
        ask(app, instance.record, &effects)
        publish(.starting, key, now, &effects, "run \(instance.record.run) beside run \(old)")
    }

    /// The new run of an instance is not online: the old one stays, and the other instances of the app are left alone.
    mutating func failReload(of key: UInt64, _ why: String, _ effects: inout Effects) {
        guard let app = fleet[key]?.record.app else { return }
        for other in fleet.keys(of: app) where fleet[other]?.record.reload?.wants != nil {
            remember(other, &effects) { $0.wants = nil }
        }
        remember(key, &effects) { $0.trouble = why }
    }

    /// Why the reload of an instance came to nothing; nil when it did not.
    func reloadFailure(of key: UInt64) -> Failure? {
        guard let instance = fleet[key], let app = fleet.app(of: key), let why = instance.record.reload?.trouble
        else { return nil }
        let isUp = instance.life.running != nil
        let name = "\(app.spec.name)#\(instance.record.number)"
        return Failure(
            .reloadFailed, "\(name) was not reloaded", why: why,
            next: (isUp ? "the run before goes on; " : "") + "od logs \(name) --err says more; then reload it again")
    }

    // MARK: the run beside

    /// The successor is online: it is the instance's own run from now on, and the old one is asked to end.
    mutating func takeOver(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key), var beside = instance.beside,
            beside.role == .successor, let old = instance.life.running
        else { return }
        (instance.life, beside.life) = (beside.life, instance.life)
        let action = beside.life.stop(afterwards: .stay)
        instance.beside = Fleet.Beside(role: .retiring, run: old.run, life: beside.life)
        fleet[key] = instance
        remember(key, &effects) { $0.present = nil }
        writePidFile(RunID(instance: key, run: instance.record.run), &effects)
        publish(.reloaded, key, now, &effects, "run \(beside.run) in the place of run \(old.run)")
        if case .signal(let run) = action {
            beginEnding(RunID(instance: key, run: run), app.spec, now, &effects, asks: true)
        }
    }

    /// A successor of an app that does not say when it is ready is on trial for `minUptime`: most broken releases end
    /// within that, and then the old run goes on.
    mutating func prove(
        _ id: RunID, _ running: Lifecycle.Running, _ spec: AppSpec, _ now: Moment, _ effects: inout Effects
    ) {
        let due = running.since.advanced(byMilliseconds: spec.restart.minUptime)
        guard spec.ready == nil, due > now.boot else { return takeOver(id.instance, now, &effects) }
        effects.timers.append(
            .arm(TimerID(id: id, kind: .proof), milliseconds: due.milliseconds(since: now.boot)))
    }

    /// The trial is over, or means nothing any more.
    func cancelProof(_ id: RunID, _ effects: inout Effects) {
        effects.timers.append(.cancel(TimerID(id: id, kind: .proof)))
    }

    mutating func proven(_ id: RunID, _ now: Moment, _ effects: inout Effects) {
        guard let beside = fleet[id.instance]?.beside, beside.run == id.run, case .online = beside.life.state else {
            return
        }
        takeOver(id.instance, now, &effects)
    }

    mutating func besideSpawned(
        _ id: RunID, pid: Int32, since: Instant, _ now: Moment, _ effects: inout Effects
    ) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance), var beside = instance.beside
        else { return }
        let action = beside.life.spawned(run: id.run, pid: pid, at: since, waits: app.spec.ready != nil)
        instance.beside = beside
        fleet[id.instance] = instance
        guard action != .stale, let running = beside.life.running else { return }
        listen(id, running, app.spec, isReady: action != .unready, now, &effects)
        effects.keeper.append(.attach(id, logPlan(app.spec, number: instance.record.number)))
        if action == .online { prove(id, running, app.spec, now, &effects) }
        if case .signal = action { beginEnding(id, app.spec, now, &effects, asks: true) }
    }

    /// The successor is ready, which was waited for.
    mutating func besideReady(_ id: RunID, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            instance.beside?.life.ready(run: id.run) == true
        else { return }
        instance.record.ready = id.run
        fleet[id.instance] = instance
        noteReady(id, app.spec, &effects)
        takeOver(id.instance, now, &effects)
    }

    /// The successor was not ready in time. It is ended.
    mutating func besideOverdue(
        _ id: RunID, _ flaw: RunFlaw, _ why: String, _ now: Moment, _ effects: inout Effects
    ) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            instance.beside?.life.fail(run: id.run, flaw) == true
        else { return }
        instance.beside?.role = .failed
        fleet[id.instance] = instance
        failReload(of: id.instance, why, &effects)
        beginEnding(id, app.spec, now, &effects, why: why)
    }

    mutating func besideSpawnFailed(_ id: RunID, _ why: String, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], case .failed = instance.beside?.life.spawnFailed(run: id.run) else {
            return
        }
        instance.beside = nil
        // It is not asked for again.
        instance.record.ended = max(instance.record.ended, id.run)
        fleet[id.instance] = instance
        failReload(of: id.instance, why, &effects)
        goesOn(id.instance, now, &effects)
    }

    /// The run that was to be replaced goes on as it is: nothing was restarted.
    private mutating func goesOn(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], case .online(let running) = instance.life.state else { return }
        instance.record.restarts = max(0, instance.record.restarts - 1)
        fleet[key] = instance
        store(key, &effects)
        publish(.online, key, now, &effects, "run \(running.run) goes on")
    }

    mutating func besideExited(_ id: RunID, _ end: RunEnd, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance), var beside = instance.beside
        else { return }
        let action = beside.life.exited(run: id.run, end.exit, left: end.left)
        record(id, end, now, &effects)
        if action == .stale {
            if end.left == 0 { forget(id, &effects) }
            return
        }
        cancelProof(id, &effects)
        instance.record.exit = end.exit
        instance.record.exitedAt = now.wallTime(of: end.at)
        let hasFailed = beside.role == .successor
        if hasFailed { beside.role = .failed }
        instance.beside = beside
        fleet[id.instance] = instance
        let uptime = end.at.milliseconds(since: end.since)
        let text = "\(end.exit) after \(uptime) ms"
        let crashed = hasFailed && isCrash(end.exit, action, app.spec.restart)
        publish(.exited, id.instance, now, &effects, "run \(id.run): \(text)", crash: crashed)
        if crashed { keepLastLines(id, app.spec, text, &effects) }
        if hasFailed, instance.record.reload?.wants != nil {
            failReload(of: id.instance, "the new run ended with \(text)", &effects)
        }
        if case .sweep = action { beginEnding(id, app.spec, now, &effects) }
        // The word on the channel was for the main process alone.
        if action == .underWay, app.spec.shutdownWithMessage == true {
            effects.keeper.append(.signal(id, app.spec.killSignal))
        }
        if case .settled = action { besideSettled(id, now, &effects) }
    }

    mutating func besideGone(_ id: RunID, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], var beside = instance.beside else { return }
        let action = beside.life.gone(run: id.run)
        instance.beside = beside
        fleet[id.instance] = instance
        guard case .settled = action else { return }
        besideSettled(id, now, &effects)
    }

    /// Nothing of the run beside lives any more.
    private mutating func besideSettled(_ id: RunID, _ now: Moment, _ effects: inout Effects) {
        effects.timers.append(.cancel(TimerID(id: id, kind: .kill)))
        cancelWatches(of: id, &effects)
        forget(id, &effects)
        guard var instance = fleet[id.instance] else { return }
        let hasFailed = instance.beside?.role == .failed
        instance.beside = nil
        instance.record.ended = max(instance.record.ended, id.run)
        fleet[id.instance] = instance
        store(id.instance, &effects)
        if hasFailed { return goesOn(id.instance, now, &effects) }
        if case .online = instance.life.state { publish(.online, id.instance, now, &effects) }
    }

    /// The own run is gone while another is beside it, which stands in its place: there is never a third.
    ///
    /// A successor that was not told to end has won. Any other is on its way out, and what is to follow the own run
    /// follows when it is gone.
    mutating func standIn(
        _ key: UInt64, _ afterwards: Afterwards, _ verdict: Fleet.Verdict, _ effects: inout Effects
    ) {
        guard var instance = fleet[key], let beside = instance.beside else { return }
        cancelProof(RunID(instance: key, run: beside.run), &effects)
        instance.beside = nil
        instance.life = beside.life
        if afterwards != .decide || beside.role != .successor {
            _ = instance.life.stop(afterwards: afterwards)
            instance.verdict = afterwards == .decide ? verdict : nil
        }
        fleet[key] = instance
        remember(key, &effects) { $0.present = beside.run == instance.record.run ? nil : beside.run }
        writePidFile(RunID(instance: key, run: beside.run), &effects)
    }
}
