// Runs: what happens between a spawn and the end of its tree.
extension Kernel {
    /// Milliseconds between two SIGKILLs to a tree that does not end.
    static let killAgainAfter = 1000

    /// Asks the keeper for the next run of an instance. `again` counts it as a restart.
    mutating func spawn(_ key: UInt64, again: Bool, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key) else { return }
        instance.record.run += 1
        instance.record.held = nil
        instance.record.trouble = nil
        instance.waitReason = nil
        instance.message = nil
        instance.left = 0
        instance.record.backoff?.until = nil
        instance.record.backoff?.reason = nil
        if again { instance.record.restarts += 1 }
        fleet[key] = instance
        effects.store.append(.putInstance(instance.record))
        ask(app, instance.record, &effects)
        publish(.starting, key, now, &effects)
    }

    /// Asks the keeper for the last run of a record.
    mutating func ask(_ app: AppRecord, _ record: InstanceRecord, _ effects: inout Effects) {
        if app.spec.sharesSockets { listening.insert(app.key) }
        effects.keeper.append(.spawn(order(app.spec, record)))
    }

    /// Asks once more for the last run of an instance, of which the last engine had heard nothing: the keeper may be about
    /// to execute it, has refused it or never heard of it. It does it once, however often it is asked.
    mutating func askAgain(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key) else { return }
        _ = instance.life.start(run: instance.record.run)
        fleet[key] = instance
        ask(app, instance.record, &effects)
        publish(.starting, key, now, &effects)
    }

    /// The run that the next spawn of an instance has.
    func nextRun(_ key: UInt64) -> UInt64 { (fleet[key]?.record.run ?? 0) + 1 }

    func order(_ spec: AppSpec, _ record: InstanceRecord) -> SpawnOrder {
        var order = SpawnOrder(
            id: RunID(instance: record.key, run: record.run), program: spec.program,
            arguments: [spec.program] + spec.arguments, cwd: spec.cwd,
            environment: environment(spec, record).map { "\($0.key)=\($0.value)" }.sorted(),
            attributes: spec.attributes, voice: spec.voice)
        order.sockets = spec.sockets.map { SpawnOrder.Sockets(app: record.app, order: $0) }
        order.hasInput = spec.stdin == .pipe
        return order
    }

    /// The order of a run that is being started, once more; nil when that run is over or nobody's.
    package func spawnOrder(of id: RunID) -> SpawnOrder? {
        guard let instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            [instance.life, instance.beside?.life].contains(where: { $0?.startingRun == id.run })
        else { return nil }
        return order(app.spec, instance.record)
    }

    mutating func spawned(_ id: RunID, pid: Int32, since: Instant, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance) else {
            effects.keeper.append(.discard(id))
            return
        }
        if instance.beside?.run == id.run { return besideSpawned(id, pid: pid, since: since, now, &effects) }
        let action = instance.life.spawned(run: id.run, pid: pid, at: since, waits: app.spec.ready != nil)
        fleet[id.instance] = instance
        if action != .stale, let running = instance.life.running {
            listen(id, running, app.spec, isReady: action != .unready, now, &effects)
        }
        switch action {
        case .online:
            effects.keeper.append(.attach(id, logPlan(app.spec, number: instance.record.number)))
            writePidFile(id, &effects)
            publish(.online, id.instance, now, &effects)
        case .unready:
            effects.keeper.append(.attach(id, logPlan(app.spec, number: instance.record.number)))
            writePidFile(id, &effects)
        case .signal:
            effects.keeper.append(.attach(id, logPlan(app.spec, number: instance.record.number)))
            writePidFile(id, &effects)
            beginEnding(id, app.spec, now, &effects, asks: true)
        case .stale:
            // Heard of before, or a run that somebody asked for whom we took for dead: there must not be two.
            if instance.life.running?.run != id.run { effects.keeper.append(.discard(id)) }
        }
    }

    /// Sends the stop signal to the tree and arms the kill timer. With `asks` the main process lives and hears it on its
    /// channel, if that is what its app wants; where others depend on it, only after they have ended.
    mutating func beginEnding(
        _ id: RunID, _ spec: AppSpec, _ now: Moment, _ effects: inout Effects, asks: Bool = false,
        signal: Int32? = nil, why: String? = nil
    ) {
        let ending = fleet[id.instance]?.life.ending
        let isOwn = ending?.running.run == id.run && ending?.exit == nil
        if asks, signal == nil, isOwn, fleet.hasDependents(spec) {
            fleet[id.instance]?.life.holdEnd()
            cancelWatches(of: id, &effects)
        } else {
            signalEnd(id, spec, now, &effects, asks: asks, signal: signal, why: why)
        }
    }

    mutating func signalEnd(
        _ id: RunID, _ spec: AppSpec, _ now: Moment, _ effects: inout Effects, asks: Bool = false,
        signal: Int32? = nil, why: String? = nil
    ) {
        let number = signal ?? spec.killSignal
        if asks, spec.shutdownWithMessage == true {
            effects.keeper.append(.askToEnd(id, number))
        } else if spec.treeKill != false {
            effects.keeper.append(.signal(id, number))
        } else if asks || signal != nil {
            effects.keeper.append(.signalFirst(id, number))
        }
        cancelWatches(of: id, &effects)
        effects.timers.append(.arm(TimerID(id: id, kind: .kill), milliseconds: spec.killTimeout))
        publish(.stopping, id.instance, now, &effects, why)
    }

    mutating func spawnFailed(_ id: RunID, _ trouble: SpawnTrouble, _ now: Moment, _ effects: inout Effects) {
        if let app = fleet.app(of: id.instance), fleet[id.instance]?.beside?.run == id.run {
            return besideSpawnFailed(id, Failure.spawn(app.spec, trouble).why, now, &effects)
        }
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance),
            case .failed(let stopWasSaid) = instance.life.spawnFailed(run: id.run)
        else { return }
        fleet[id.instance] = instance
        if stopWasSaid || leaving {
            stopped(id.instance, now, &effects)
            return
        }
        let failure = Failure.spawn(app.spec, trouble)
        let isAwaited = pending.contains { $0.waiting.contains(id.instance) }
        for index in pending.indices where pending[index].waiting.contains(id.instance) {
            pending[index].failures.append(failure)
        }
        // A restart may meet a program that is just being replaced, or a full machine: it is tried again like any quick
        // exit. So is, on a machine without room, what nobody but a boot has asked for. The first start of an app that
        // cannot be executed is given up at once.
        if instance.record.restarts > 0 || trouble.stage == .resources && !isAwaited {
            decide(id.instance, .unknown, uptime: 0, trouble: failure.why, at: now.boot, now, &effects)
        } else {
            giveUp(id.instance, failure.why, until: nil, now, &effects)
        }
    }

    mutating func exited(_ id: RunID, _ end: RunEnd, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], let app = fleet.app(of: id.instance) else {
            effects.keeper.append(.discard(id))
            effects.acknowledge.append(id)
            return
        }
        if instance.beside?.run == id.run { return besideExited(id, end, now, &effects) }
        let running = instance.life.running
        let action = instance.life.exited(run: id.run, end.exit, left: end.left)
        if action == .stale {
            // An older run that the keeper still held: its end is kept, nothing else follows.
            record(id, end, now, &effects)
            if end.left == 0 { forget(id, &effects) }
            return
        }
        instance.record.exit = end.exit
        instance.record.exitedAt = now.wallTime(of: end.at)
        fleet[id.instance] = instance
        record(id, end, now, &effects)
        let uptime = end.at.milliseconds(since: running?.since ?? end.at)
        let crashed = isCrash(end.exit, action, app.spec.restart)
        let text = "\(end.exit) after \(uptime) ms\(Self.leftBehind(end, action))"
        publish(.exited, id.instance, now, &effects, text, crash: crashed)
        if crashed { keepLastLines(id, app.spec, text, &effects) }
        switch action {
        case .settled(let running, let exit, let afterwards):
            settled(id, running, exit, afterwards, at: end.at, now, &effects)
        case .sweep:
            fleet[id.instance]?.left = end.exit.isSuccess ? end.left : 0
            beginEnding(id, app.spec, now, &effects)
        case .underWay where app.spec.shutdownWithMessage == true:
            // The word on the channel was for the main process alone.
            effects.keeper.append(.signal(id, app.spec.killSignal))
        case .underWay, .stale:
            break
        }
    }

    mutating func gone(_ id: RunID, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[id.instance] else {
            forget(id, &effects)
            return
        }
        if instance.beside?.run == id.run { return besideGone(id, now, &effects) }
        let action = instance.life.gone(run: id.run)
        fleet[id.instance] = instance
        guard case .settled(let running, let exit, let afterwards) = action else {
            forget(id, &effects)
            return
        }
        settled(id, running, exit, afterwards, at: now.boot, now, &effects)
    }

    /// Nothing of the run lives any more.
    private mutating func settled(
        _ id: RunID, _ running: Lifecycle.Running, _ exit: Exit, _ afterwards: Afterwards, at end: Instant,
        _ now: Moment, _ effects: inout Effects
    ) {
        effects.timers.append(.cancel(TimerID(id: id, kind: .kill)))
        removePidFile(id, running, &effects)
        cancelWatches(of: id, &effects)
        forget(id, &effects)
        let verdict =
            fleet[id.instance]?.verdict
            ?? Fleet.Verdict(exit: exit, uptime: end.milliseconds(since: running.since), at: end, flaw: running.flaw)
        noteEnd(id, &effects)
        if fleet[id.instance]?.beside != nil { return standIn(id.instance, afterwards, verdict, &effects) }
        switch afterwards {
        case .stay:
            stopped(id.instance, now, &effects)
        case .startAgain:
            startAgain(id.instance, now, &effects)
        case .decide:
            if let flaw = verdict.flaw {
                return failed(id.instance, flaw, verdict.exit, at: verdict.at, now, &effects)
            }
            decide(
                id.instance, verdict.exit, uptime: verdict.uptime, trouble: nil, at: verdict.at, now, &effects)
        }
    }

    /// The own run is over, and that is stored.
    private mutating func noteEnd(_ id: RunID, _ effects: inout Effects) {
        guard var instance = fleet[id.instance] else { return }
        instance.record.ended = max(instance.record.ended, id.run)
        instance.record.reload?.present = nil
        instance.record.reload = instance.record.reload?.stored
        instance.verdict = nil
        fleet[id.instance] = instance
        effects.store.append(.putInstance(instance.record))
    }

    /// The keeper may forget the exit once it is stored, and its streams end.
    func forget(_ id: RunID, _ effects: inout Effects) {
        effects.acknowledge.append(id)
        effects.keeper.append(.ended(id))
    }

    func record(_ id: RunID, _ end: RunEnd, _ now: Moment, _ effects: inout Effects) {
        effects.store.append(
            .addExit(
                ExitRecord(
                    instance: id.instance, run: id.run, pid: end.pid, exit: end.exit, at: now.wallTime(of: end.at),
                    uptime: end.at.milliseconds(since: end.since), maxMemory: end.maxMemory, cpuTime: end.cpuTime)))
    }

    /// Starts an idle instance and counts it as a restart.
    mutating func startAgain(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard fleet[key]?.life.isIdle == true else { return }
        if mustHold(key) { return hold(key, .again, now, &effects) }
        let run = nextRun(key)
        _ = fleet[key]?.life.start(run: run)
        publish(.restarting, key, now, &effects)
        spawn(key, again: true, now, &effects)
    }

    /// It ended, and its policy wants no restart: it stays down until somebody starts it.
    mutating func finished(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        if fleet[key]?.deleting == false { fleet[key]?.record.wanted = .stopped }
        if let run = fleet[key]?.record.run { fleet[key]?.record.backoff?.last = run }
        stopped(key, now, &effects)
    }

    mutating func stopped(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard let record = fleet[key]?.record else { return }
        effects.store.append(.putInstance(record))
        publish(.stopped, key, now, &effects, record.exit?.description)
    }

    mutating func timerFired(_ timer: TimerID, _ now: Moment, _ effects: inout Effects) {
        let key = timer.id.instance
        guard var instance = fleet[key] else { return }
        switch timer.kind {
        case .kill:
            let isBeside = instance.beside?.run == timer.id.run
            let action =
                isBeside
                ? instance.beside?.life.killDue(run: timer.id.run) : instance.life.killDue(run: timer.id.run)
            guard case .kill(_, let count) = action else { return }
            fleet[key] = instance
            effects.keeper.append(.signal(timer.id, 9))
            effects.timers.append(.arm(timer, milliseconds: Self.killAgainAfter))
            if count == 1 { publish(.stopping, key, now, &effects, "did not end in time: SIGKILL") }
        case .proof:
            proven(timer.id, now, &effects)
        case .ready, .watchdog:
            overdue(timer, now, &effects)
        case .wait:
            guard timer.id.run == instance.record.run, instance.life.waitOver(run: nextRun(key)) else { return }
            if mustHold(key) { return hold(key, .again, now, &effects) }
            fleet[key] = instance
            publish(.restarting, key, now, &effects)
            spawn(key, again: true, now, &effects)
        }
    }
}

extension AppSpec {
    /// The value of an attribute as people wrote it, with a space in front; empty for those of several parts.
    fileprivate func shown(_ key: String) -> String {
        let value: String? =
            switch key {
            case "uid": attributes?.uid
            case "gid": attributes?.gid
            case "groups": attributes?.groups?.joined(separator: ", ")
            case "limits": attributes?.limits?.keys.sorted().joined(separator: ", ")
            case "nice": attributes?.nice.map(String.init)
            case "oomScoreAdjust": attributes?.oomScoreAdjust.map(String.init)
            default: nil
            }
        return value.map { " \($0)" } ?? ""
    }
}

extension Failure {
    /// The message for a program that was not executed.
    static func spawn(_ spec: AppSpec, _ trouble: SpawnTrouble) -> Failure {
        switch trouble.stage {
        case .directory:
            Failure(
                .badDirectory, "\(spec.name) was not started", why: "cannot enter \(spec.cwd): \(trouble.text)",
                next: "make the directory or set cwd to another one")
        case .attribute(let key):
            Failure(
                .attributeRefused, "\(spec.name) was not started", why: "\(key)\(spec.shown(key)): \(trouble.text)",
                next: "correct ‘\(key)’ or take it out of the config; what needs root needs an od of root")
        case .port(let port):
            Failure(
                .portRefused, "\(spec.name) was not started", why: "port \(port): \(trouble.text)",
                next: "choose another ‘port’, or end what listens there: ss -ltnp shows it")
        case .keeper:
            Failure(
                .versionMismatch, "\(spec.name) was not started", why: trouble.text,
                next: "od daemon stop, then start again: that brings the keeper of this version")
        case .resources, .cgroup:
            Failure(
                .spawnFailed, "\(spec.name) was not started", why: "the machine has no room for it: \(trouble.text)",
                next: "look at the limits of processes, descriptors and memory (ulimit -a)")
        case .execute, .other:
            Failure(
                .spawnFailed, "\(spec.name) was not started", why: "cannot execute \(spec.program): \(trouble.text)",
                next: "check that the file exists, is executable and that its interpreter is installed")
        }
    }
}
