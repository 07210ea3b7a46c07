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
        case .stop(let targets): try stop(targets, request, now, &effects)
        case .restart(let targets): try restart(targets, request, now, &effects)
        case .delete(let targets): try delete(targets, request, now, &effects)
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
        for spec in start.apps { try check(spec) }
        var unchanged: [String] = []
        var touched: Set<UInt64> = []
        for spec in start.apps {
            let (app, isLeft) = adopt(spec, now, &effects)
            if isLeft { unchanged.append(spec.name) }
            touched.insert(app)
        }
        let named = Set(keys)
        keys += touched.sorted().flatMap { fleet.keys(of: $0) }.filter { !named.contains($0) }
        for key in keys { want(key, now, &effects) }
        endHalt(now, &effects)
        answerWhenSettled(
            Pending(request: request, kind: .start, waiting: Set(keys), shown: keys, unchanged: unchanged))
    }

    /// A name that is taken by another program is refused.
    private func check(_ spec: AppSpec) throws(Failure) {
        try spec.validate()
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name), spec.namespace == Defaults.namespace,
            old.spec.script != spec.script
        else { return }
        throw Failure(
            .nameTaken, "the name ‘\(spec.name)’ is taken", why: "it runs \(old.spec.script)",
            next: "choose another with --name, or od delete \(spec.name) first")
    }

    /// Makes sure the app exists. A definition that differs replaces that of an app that is down; one that runs is left.
    private mutating func adopt(_ spec: AppSpec, _ now: Moment, _ effects: inout Effects) -> (app: UInt64, isLeft: Bool)
    {
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name) else {
            return (add(spec, now, &effects), false)
        }
        let isDown = fleet.keys(of: old.key).allSatisfy { fleet[$0]?.life.isDown == true }
        guard old.spec != spec, isDown else {
            addMissing(to: old, now, &effects)
            return (old.key, old.spec != spec)
        }
        change(old.key, to: spec, now, &effects)
        return (old.key, false)
    }

    private mutating func add(_ spec: AppSpec, _ now: Moment, _ effects: inout Effects) -> UInt64 {
        let record = AppRecord(key: newKey(&effects), spec: spec)
        fleet.put(record)
        effects.store.append(.putApp(record))
        for number in 0..<spec.instances { addInstance(number, of: record, now, &effects) }
        return record.key
    }

    private mutating func addInstance(_ number: Int, of app: AppRecord, _ now: Moment, _ effects: inout Effects) {
        let record = InstanceRecord(
            key: newKey(&effects), app: app.key, number: number, id: fleet.freeID, wanted: .running)
        fleet.add(Fleet.Instance(record: record, restart: Restart(policy: app.spec.restart)))
        effects.store.append(.putInstance(record))
        publish(.created, record.key, now, &effects)
    }

    /// Gives an app another definition: instances are added or removed; those that stay are not touched yet.
    private mutating func change(_ key: UInt64, to spec: AppSpec, _ now: Moment, _ effects: inout Effects) {
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
    private mutating func want(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key), instance.record.number < app.spec.instances
        else { return }
        instance.record.wanted = .running
        instance.restart.reset()
        instance.record.backoff = nil
        let action = instance.life.start(run: nextRun(key))
        // What had given up is begun anew, whether or not it would have been tried again.
        let isFresh = action == .spawn || (action == .cancelWaitAndSpawn && instance.record.trouble != nil)
        if isFresh { instance.record.restarts = 0 }
        fleet[key] = instance
        effects.store.append(.putInstance(instance.record))
        switch action {
        case .spawn:
            spawn(key, again: false, now, &effects)
        case .cancelWaitAndSpawn:
            effects.timers.append(.cancel(TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)))
            spawn(key, again: !isFresh, now, &effects)
        case .afterItsEnd, .already:
            break
        }
    }

    // MARK: stop, restart, delete

    private mutating func stop(_ targets: [String], _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        let keys = try resolve(targets)
        for key in keys {
            guard let instance = fleet[key], !instance.deleting else { continue }
            fleet[key]?.record.wanted = .stopped
            fleet[key]?.record.trouble = nil
            fleet[key]?.record.backoff = nil
            let isSaidBelow = instance.record.trouble == nil || !instance.life.isIdle
            if isSaidBelow { store(key, &effects) } else { stopped(key, now, &effects) }
            end(key, afterwards: .stay, now, &effects)
        }
        answerWhenSettled(Pending(request: request, kind: .processes, waiting: Set(keys), shown: keys))
    }

    private mutating func restart(_ targets: [String], _ request: RequestID?, _ now: Moment, _ effects: inout Effects)
        throws(Failure)
    {
        try refuseWhileLeaving()
        let keys = try resolve(targets)
        for key in keys { restart(key, now, &effects) }
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

    private mutating func end(_ key: UInt64, afterwards: Afterwards, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key) else { return }
        let action = instance.life.stop(afterwards: afterwards)
        fleet[key] = instance
        switch action {
        case .signal(let run):
            beginEnding(RunID(instance: key, run: run), app.spec, now, &effects)
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
        try refuseWhileLeaving()
        for spec in project.apps { try check(spec) }
        try checkOwner(project)
        var changes: [String: ApplyResult.Change] = [:]
        var touched: Set<UInt64> = []
        let names = Set(project.apps.map(\.name))
        for old in fleet.apps.values.sorted(by: { $0.key < $1.key })
        where old.spec.namespace == project.namespace && !names.contains(old.spec.name) {
            changes[old.spec.name] = .removed
            for key in fleet.keys(of: old.key) { remove(key, now, &effects) }
            touched.insert(old.key)
        }
        for spec in project.apps {
            let (app, change) = apply(spec, now, &effects)
            changes[spec.name] = change
            touched.insert(app)
        }
        let keys = touched.sorted().flatMap { fleet.keys(of: $0) }
        endHalt(now, &effects)
        publish(.configApplied, nil, now, &effects, project.namespace)
        answerWhenSettled(
            Pending(request: request, kind: .apply, waiting: Set(keys), shown: keys, changes: changes))
    }

    /// A project belongs to one config file: another file of that name would remove its apps.
    private func checkOwner(_ project: ApplyRequest) throws(Failure) {
        guard let file = project.apps.lazy.compactMap(\.config).first,
            let other = fleet.apps.values.lazy.filter({ $0.spec.namespace == project.namespace })
                .compactMap(\.spec.config).first(where: { $0 != file })
        else { return }
        throw Failure(
            .nameTaken, "the project ‘\(project.namespace)’ belongs to another file",
            why: "its apps come from \(other)",
            next: "give this file a name of its own (name: …), or od down \(project.namespace) first")
    }

    private mutating func apply(_ spec: AppSpec, _ now: Moment, _ effects: inout Effects) -> (
        UInt64, ApplyResult.Change
    ) {
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name) else {
            let key = add(spec, now, &effects)
            for instance in fleet.keys(of: key) { want(instance, now, &effects) }
            return (key, .added)
        }
        var scaled = old.spec
        scaled.instances = spec.instances
        let onlyScaled = scaled == spec && (old.spec.instances > 1) == (spec.instances > 1)
        if old.spec != spec { change(old.key, to: spec, now, &effects) } else { addMissing(to: old, now, &effects) }
        for key in fleet.keys(of: old.key) where (fleet[key]?.record.number ?? 0) < spec.instances {
            if old.spec == spec || onlyScaled || fleet[key]?.life.isDown == true {
                want(key, now, &effects)
            } else {
                restart(key, now, &effects)
            }
        }
        return (old.key, old.spec == spec ? .same : .changed)
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
    private mutating func endHalt(_ now: Moment, _ effects: inout Effects) {
        guard home.halted else { return }
        home.halted = false
        effects.store.append(.putHome(home))
        startWanted(now, &effects)
    }

    mutating func startWanted(_ now: Moment, _ effects: inout Effects) {
        for key in fleet.sortedKeys() {
            guard let instance = fleet[key], instance.record.wanted == .running, instance.life.isIdle,
                instance.record.trouble == nil
            else { continue }
            want(key, now, &effects)
        }
    }

    /// What was wanted when the last engine died and does not run: it had ended, or waited for its next try.
    mutating func restartWanted(_ now: Moment, _ effects: inout Effects) {
        for key in fleet.sortedKeys() {
            guard let instance = fleet[key], instance.record.wanted == .running, !resumeWait(key, now, &effects),
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
