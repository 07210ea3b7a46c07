// Commands: what people want. Each writes the desired state first; the machines close the gap.
extension Kernel {
    mutating func obey(_ command: FleetCommand, _ request: RequestID?, _ now: Moment, _ effects: inout Effects) {
        effects.durable = true
        do {
            try carryOut(command, request, now, &effects)
        } catch {
            // Resolving and checking come before the first change: nothing is half-done.
            effects = Effects()
            answer(request, .failed(error), &effects)
        }
    }

    mutating func carryOut(
        _ command: FleetCommand, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        switch command {
        case .start(let start): try begin(start, request, now, &effects)
        case .apply(let project): try apply(project, request, now, &effects)
        case .stop(let targets, let cascade): try stop(targets, cascade: cascade, request, now, &effects)
        case .restart(let targets, let cascade): try restart(targets, cascade: cascade, request, now, &effects)
        case .reload(let targets): try reload(targets, request, now, &effects)
        case .scale(let wish, let quiet): try scale(wish, quiet, request, now, &effects)
        case .reset(let targets): try reset(targets, request, now, &effects)
        case .delete(let targets): try delete(targets, request, now, &effects)
        case .change(let changes): try change(changes, request, now, &effects)
        case .restore(let apps): try restore(apps, request, now, &effects)
        case .shutdown(let halt): shutdown(halt: halt, request, now, &effects)
        case .detach: detach(request, now, &effects)
        case .resume: try resume(request, now, &effects)
        case .once(let key, let command): try once(key, command, request, now, &effects)
        }
    }

    func answer(_ request: RequestID?, _ answer: Outcome, _ effects: inout Effects) {
        guard let request else { return }
        effects.answers.append(Effects.ReplyTo(request: request, answer: answer))
    }

    /// Notes that the answer to a command is due when its instances have settled.
    mutating func answerWhenSettled(_ command: Pending) {
        pending.append(command)
    }

    // MARK: start

    private mutating func begin(_ start: StartRequest, _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        try refuseWhileLeaving()
        var keys = try resolve(start.targets)
        for spec in start.apps {
            try check(spec)
            try checkFile(spec)
        }
        try checkOrder(start.apps)
        var unchanged: [String] = []
        var touched: Set<UInt64> = []
        for spec in start.apps {
            let (app, isLeft) = adopt(spec, now, &effects)
            if isLeft { unchanged.append(spec.name) }
            touched.insert(app)
        }
        let named = Set(keys)
        let members = touched.sorted().flatMap { fleet.keys(of: $0) }.filter { !named.contains($0) }
        keys += members.filter { fleet.app(of: $0)?.spec.startsItself == true }
        let alone = start.alone == true
        if !alone { keys += missingDependencies(of: keys) }
        for key in ordered(keys) { want(key, alone: alone, now, &effects) }
        let others = resumed(beside: Set(keys))
        endHalt(now, &effects)
        let known = members.filter { fleet.app(of: $0)?.spec.startsItself == false }
        answerWhenSettled(
            Pending(
                request: request, kind: .start, waiting: Set(keys), shown: keys + known, unchanged: unchanged,
                warnings: others))
    }

    /// Makes sure the app exists. A definition that differs replaces that of an app that is down; one that runs is left.
    private mutating func adopt(_ spec: AppSpec, _ now: Moment, _ effects: inout Effects) -> (app: UInt64, isLeft: Bool)
    {
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name) else {
            return (add(spec, now, &effects), false)
        }
        let isDown = fleet.keys(of: old.key).allSatisfy { fleet[$0]?.life.isDown == true }
        noteSources(spec, of: old, &effects)
        let differs = !spec.changes(from: old.spec).isEmpty
        guard differs, isDown else {
            addMissing(to: old, now, &effects)
            return (old.key, differs)
        }
        change(old.key, to: spec, now, &effects)
        return (old.key, false)
    }

    mutating func add(_ spec: AppSpec, _ now: Moment, _ effects: inout Effects) -> UInt64 {
        let record = AppRecord(key: newKey(&effects), spec: spec)
        fleet.put(record)
        effects.store.append(.putApp(record))
        for number in 0..<spec.instances { addInstance(number, of: record, now, &effects) }
        return record.key
    }

    private mutating func addInstance(_ number: Int, of app: AppRecord, _ now: Moment, _ effects: inout Effects) {
        let record = InstanceRecord(
            key: newKey(&effects), app: app.key, number: number, id: fleet.freeID,
            wanted: app.spec.startsItself ? .running : .stopped)
        fleet.add(Fleet.Instance(record: record, restart: Restart(policy: app.spec.restart)))
        effects.store.append(.putInstance(record))
        publish(.created, record.key, now, &effects)
    }

    /// Gives an app another definition: instances are added or removed; those that stay are not touched yet.
    mutating func change(_ key: UInt64, to spec: AppSpec, _ now: Moment, _ effects: inout Effects) {
        let record = AppRecord(key: key, spec: spec)
        fleet.put(record)
        effects.store.append(.putApp(record))
        let present = fleet.keys(of: key)
        for instance in present { fleet[instance]?.restart = Restart(policy: spec.restart) }
        for instance in present where (fleet[instance]?.record.number ?? 0) >= spec.instances {
            remove(instance, now, &effects)
        }
        addMissing(to: record, now, &effects)
    }

    /// An app that is being deleted and is wanted again may have lost instances already.
    private mutating func addMissing(to app: AppRecord, _ now: Moment, _ effects: inout Effects) {
        let numbers = Set(fleet.keys(of: app.key).compactMap { fleet[$0]?.record.number })
        for number in 0..<app.spec.instances where !numbers.contains(number) {
            addInstance(number, of: app, now, &effects)
        }
    }

    /// An instance is wanted: start it if it is down.
    mutating func want(_ key: UInt64, alone: Bool = false, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key), instance.record.number < app.spec.instances
        else { return }
        instance.record.wanted = .running
        instance.restart.reset()
        instance.record.backoff = nil
        instance.record.cause = nil
        instance.record.alone = alone ? true : nil
        fleet[key] = instance
        if instance.life.isDown, mustHold(key) { return holdAnew(key, now, &effects) }
        let isHeldAgain = instance.life.state == .held && instance.record.held == .again
        let action = instance.life.start(run: nextRun(key))
        // What had given up is begun anew, whether or not it would have been tried again.
        let isFresh =
            action == .spawn && !isHeldAgain
            || (action == .cancelWaitAndSpawn && instance.record.trouble != nil)
        if isFresh { instance.record.restarts = 0 }
        fleet[key] = instance
        effects.store.append(.putInstance(instance.record))
        switch action {
        case .spawn:
            spawn(key, again: !isFresh, now, &effects)
        case .cancelWaitAndSpawn:
            effects.timers.append(.cancel(TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)))
            spawn(key, again: !isFresh, now, &effects)
        case .afterItsEnd, .already:
            break
        }
    }

    // MARK: stop, restart, delete

    private mutating func stop(
        _ targets: [String], cascade: Bool, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        var keys = try resolve(targets)
        keys += cascaded(from: keys, all: cascade, \.stops)
        for key in keys {
            guard let instance = fleet[key], !instance.deleting else { continue }
            fleet[key]?.record.wanted = .stopped
            fleet[key]?.record.trouble = nil
            fleet[key]?.record.backoff = nil
            forgetReload(key)
            let isSaidBelow = instance.record.trouble == nil || !instance.life.isIdle
            if isSaidBelow { store(key, &effects) } else { stopped(key, now, &effects) }
            end(key, afterwards: .stay, now, &effects)
        }
        answerWhenSettled(Pending(request: request, kind: .processes, waiting: Set(keys), shown: keys))
    }

    private mutating func restart(
        _ targets: [String], cascade: Bool, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        try refuseWhileLeaving()
        var keys = try resolve(targets)
        keys += cascaded(from: keys, all: cascade, \.restarts)
        for key in ordered(keys) {
            forgetReload(key)
            restart(key, now, &effects)
        }
        endHalt(now, &effects)
        answerWhenSettled(Pending(request: request, kind: .start, waiting: Set(keys), shown: keys))
    }

    mutating func restart(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        if fleet[key]?.life.isDown == true {
            want(key, now, &effects)
            return
        }
        // One that is on its way out because the app has fewer instances now stays so.
        guard let instance = fleet[key], let app = fleet.app(of: key), instance.record.number < app.spec.instances
        else { return }
        fleet[key]?.record.wanted = .running
        fleet[key]?.restart.reset()
        fleet[key]?.record.cause = nil
        store(key, &effects)
        end(key, afterwards: .startAgain, now, &effects)
    }

    private mutating func delete(_ targets: [String], _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        let keys = try resolve(targets)
        for key in keys { remove(key, now, &effects) }
        answerWhenSettled(Pending(request: request, kind: .processes, waiting: Set(keys), shown: keys))
    }

    /// Ends an instance and forgets it when it is down.
    private mutating func remove(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        fleet[key]?.record.wanted = .deleted
        store(key, &effects)
        end(key, afterwards: .stay, now, &effects)
    }

    mutating func end(_ key: UInt64, afterwards: Afterwards, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key) else { return }
        let action = instance.life.stop(afterwards: afterwards)
        instance.record.held = nil
        let other = instance.beside?.life.stop(afterwards: .stay)
        fleet[key] = instance
        if case .signal(let run) = other {
            cancelProof(RunID(instance: key, run: run), &effects)
            beginEnding(RunID(instance: key, run: run), app.spec, now, &effects, asks: true)
        }
        switch action {
        case .signal(let run):
            beginEnding(RunID(instance: key, run: run), app.spec, now, &effects, asks: true)
        case .cancelWait:
            effects.timers.append(.cancel(TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)))
            stopped(key, now, &effects)
        case .alreadyIdle, .underWay:
            break
        }
    }

    // MARK: apply

    private mutating func apply(_ project: ApplyRequest, _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        let plan = try plan(project)
        var changes: [String: ApplyResult.Change] = [:]
        var touched: Set<UInt64> = []
        for old in leaving(project) {
            changes[project.label(old.spec)] = .removed
            for key in fleet.keys(of: old.key) { remove(key, now, &effects) }
            touched.insert(old.key)
        }
        let planned = Dictionary(plan.map { ("\($0.namespace)/\($0.name)", $0) }) { $1 }
        for spec in inOrder(project.apps) {
            guard let change = planned[spec.label] else { continue }
            touched.insert(apply(spec, change, now, &effects))
            changes[project.label(spec)] = change.change
        }
        let keys = touched.sorted().flatMap { fleet.keys(of: $0) }
        let left = project.apps.filter { planned[$0.label]?.change == .same && isLeftStopped($0) }
        endHalt(now, &effects)
        // Of a project that nobody knows nothing is applied.
        if !plan.isEmpty { publish(.configApplied, nil, now, &effects, project.namespace) }
        answerWhenSettled(
            Pending(
                request: request, kind: .apply, waiting: Set(keys), shown: keys,
                warnings: left.map { "‘\($0.name)’ is stopped and was left so: od start \($0.name)" },
                changes: changes, plan: plan))
    }

    /// Makes one app as its config says; the key of its record.
    private mutating func apply(_ spec: AppSpec, _ plan: AppChange, _ now: Moment, _ effects: inout Effects) -> UInt64 {
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name) else {
            let key = add(spec, now, &effects)
            if spec.startsItself { for instance in fleet.keys(of: key) { want(instance, now, &effects) } }
            return key
        }
        if plan.change == .same {
            addMissing(to: old, now, &effects)
            noteSources(spec, of: old, &effects)
        } else {
            change(old.key, to: spec, now, &effects)
        }
        for key in fleet.keys(of: old.key) where (fleet[key]?.record.number ?? 0) < spec.instances {
            if !spec.startsItself, fleet[key]?.life.isDown == true || fleet[key]?.deleting == true {
                keepDown(key, &effects)
            } else if plan.restarts, fleet[key]?.life.isDown == false {
                restart(key, now, &effects)
            } else if plan.change != .same || fleet[key]?.record.wanted != .stopped {
                want(key, now, &effects)
            }
        }
        return old.key
    }

    /// The same definition, written in other lines of its file, or of another version of the app.
    private mutating func noteSources(_ spec: AppSpec, of old: AppRecord, _ effects: inout Effects) {
        guard spec == old.spec,
            spec.envSources?.byName != old.spec.envSources?.byName || spec.metadata?.text != old.spec.metadata?.text
        else { return }
        let record = AppRecord(key: old.key, spec: spec)
        fleet.put(record)
        effects.store.append(.putApp(record))
    }

    /// An app that is not to start by itself is known and stays down.
    private mutating func keepDown(_ key: UInt64, _ effects: inout Effects) {
        fleet[key]?.record.wanted = .stopped
        store(key, &effects)
    }

    // MARK: the home

    func refuseWhileLeaving() throws(Failure) {
        guard leaving else { return }
        throw Failure(
            .engineSilent, "the daemon is stopping", why: "od daemon stop was said", next: "say it again in a moment")
    }

    private mutating func shutdown(halt: Bool, _ request: RequestID?, _ now: Moment, _ effects: inout Effects) {
        home.halted = home.halted || halt
        effects.store.append(.putHome(home))
        leaving = true
        publish(.engineStopping, nil, now, &effects)
        let keys = fleet.sortedKeys()
        for key in keys { end(key, afterwards: .stay, now, &effects) }
        answerWhenSettled(Pending(request: request, kind: .shutdown, waiting: Set(keys), shown: []))
    }

    private mutating func detach(_ request: RequestID?, _ now: Moment, _ effects: inout Effects) {
        if home.embedded {
            home.embedded = false
            effects.store.append(.putHome(home))
            publish(.engineDetached, nil, now, &effects)
        }
        answer(request, .nothing, &effects)
    }

    private mutating func resume(_ request: RequestID?, _ now: Moment, _ effects: inout Effects) throws(Failure) {
        try refuseWhileLeaving()
        endHalt(now, &effects)
        answer(request, .processes(list(at: now)), &effects)
    }

    /// What was running when the home was halted runs again.
    mutating func endHalt(_ now: Moment, _ effects: inout Effects) {
        guard home.halted else { return }
        home.halted = false
        effects.store.append(.putHome(home))
        startWanted(now, &effects)
    }

    mutating func startWanted(_ now: Moment, _ effects: inout Effects) {
        for key in ordered(fleet.sortedKeys()) {
            guard let instance = fleet[key], instance.record.wanted == .running,
                instance.life.isIdle || instance.life.staysDown, instance.record.trouble == nil
            else { continue }
            want(key, now, &effects)
        }
    }

    /// What was wanted when the last engine died and does not run: it had ended, or waited for its next try.
    mutating func restartWanted(_ now: Moment, _ effects: inout Effects) {
        for key in ordered(fleet.sortedKeys()) {
            guard let instance = fleet[key], instance.record.wanted == .running,
                !resumeHold(key, now, &effects), !resumeWait(key, now, &effects),
                instance.record.trouble == nil
            else { continue }
            if instance.record.run == 0 {
                want(key, now, &effects)
            } else if instance.life.isIdle, instance.record.ended < instance.record.run {
                askAgain(key, now, &effects)
            } else {
                startAgain(key, now, &effects)
            }
        }
    }
}
