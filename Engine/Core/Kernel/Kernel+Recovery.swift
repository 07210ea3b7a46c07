// The only way to start: what was stored, what the keeper holds, and the gap between them.
extension Kernel {
    mutating func recover(
        _ stored: StoredFleet, held: [HeldRun], _ start: EngineStart, _ now: Moment, _ effects: inout Effects
    ) {
        home = stored.home
        // An engine that died may have published events that it had not stored: their numbers are not used again, not
        // even when it died before it had stored anything.
        lastEvent = max(stored.lastEvent, home.events) + UInt64(max(0, start.number)) * Self.reservedEvents
        // Another keeper that has adopted is no new beginning: waits go on, and what people detached stays so.
        let isFirst = home.keeper != start.keeper
        let isNew = isFirst && !start.hasAdopted
        if isFirst {
            home.keeper = start.keeper
            home.embedded = start.isEmbedded && (isNew || home.embedded)
            if isNew, start.isBoot { home.halted = false }
            effects.store.append(.putHome(home))
        }
        for app in stored.apps { fleet.put(app) }
        for record in stored.instances {
            guard let app = fleet.apps[record.app] else { continue }
            var record = record
            // What a machine that was off had begun is not gone on with.
            if isNew { record.reload = nil }
            if record.reload?.wants != nil { reloading.insert(app.key) }
            let restart = Restart(
                policy: app.spec.restart, memory: isNew ? nil : record.backoff, at: now.boot)
            fleet.add(Fleet.Instance(record: record, restart: restart))
        }
        for receipt in stored.receipts { receipts.add(receipt) }
        let how = start.hasAdopted ? "taken over from a keeper that was killed" : "held"
        publish(isNew ? .engineStarted : .engineRecovered, nil, now, &effects, "\(held.count) runs \(how)")
        if isNew { forgetTrouble(&effects) }
        let newest = held.reduce(into: [UInt64: UInt64]()) {
            $0[$1.id.instance] = max($0[$1.id.instance] ?? 0, $1.id.run)
        }
        for run in held.sorted(by: { ($0.id.instance, $0.id.run) < ($1.id.instance, $1.id.run) }) {
            adopt(run, isNewest: newest[run.id.instance] == run.id.run, now, &effects)
        }
        for id in start.executing.sorted(by: { ($0.instance, $0.run) < ($1.instance, $1.run) }) { expect(id, &effects) }
        if home.halted { return }
        resumeReloads(now, &effects)
        if isNew { startWanted(now, &effects) } else { restartWanted(now, &effects) }
        restartPromised(now, &effects)
    }

    /// The engine goes on with another keeper. It is no first engine of that one: what people said stays.
    mutating func note(_ news: KeeperNews, _ now: Moment, _ effects: inout Effects) {
        switch news {
        case .lost(let message):
            publish(.keeperLost, nil, now, &effects, message)
        case .replaced(let keeper, let message):
            if home.keeper != keeper {
                home.keeper = keeper
                effects.store.append(.putHome(home))
            }
            publish(.keeperReplaced, nil, now, &effects, message)
        }
    }

    /// A held run becomes the instance's own; one of nobody is ended.
    private mutating func adopt(_ run: HeldRun, isNewest: Bool, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[run.id.instance], let app = fleet.app(of: run.id.instance) else {
            effects.keeper.append(.discard(run.id))
            return
        }
        // Its end may be stored before anything else is: its number is not given to another run.
        if instance.record.begins(run.id.run) { effects.store.append(.putInstance(instance.record)) }
        let isUnwanted = instance.record.wanted != .running || home.halted
        if isOwn(run, of: instance.record, isNewest: isNewest) {
            if app.spec.sharesSockets { listening.insert(app.key) }
            instance.record.held = nil
            // One that was replaced by a run that was ready had been ready, too.
            let isReady = app.spec.ready == nil || instance.record.ready ?? 0 >= run.id.run
            let running = Lifecycle.Running(run: run.id.run, pid: run.pid, since: run.since)
            let life = Lifecycle(adopting: running, isReady: isReady)
            if instance.life.isIdle {
                instance.life = life
            } else {
                instance.beside = Fleet.Beside(role: .successor, run: run.id.run, life: life)
                // It may come to nothing: then the one before it is the instance's own still.
                var memory = instance.record.reload ?? ReloadMemory()
                memory.present = instance.life.running?.run
                instance.record.reload = memory
                effects.store.append(.putInstance(instance.record))
            }
            if run.end == nil { listen(run.id, running, app.spec, isReady: isReady, now, &effects) }
        }
        let isBeside = instance.beside?.run == run.id.run
        if isUnwanted {
            _ = isBeside ? instance.beside?.life.stop(afterwards: .stay) : instance.life.stop(afterwards: .stay)
        }
        effects.keeper.append(.attach(run.id, logPlan(app.spec, number: instance.record.number)))
        fleet[run.id.instance] = instance
        writePidFile(run.id, &effects)
        if !isUnwanted, isNewest, !isBeside { resumeSuccessor(run.id.instance, &effects) }
        if let end = run.end { exited(run.id, end, now, &effects) }
        if isUnwanted { goOnEnding(run.id, app.spec, now, &effects) }
    }

    /// Of the runs of an instance its own is the newest that lives, or whose end is news; one before it that lives is
    /// being replaced.
    private func isOwn(_ run: HeldRun, of record: InstanceRecord, isNewest: Bool) -> Bool {
        let lives = run.end.map { $0.left > 0 } ?? true
        let isKnown = record.ended < run.id.run || record.reload?.present == run.id.run
        return isKnown && (lives || isNewest)
    }

    private mutating func goOnEnding(_ id: RunID, _ spec: AppSpec, _ now: Moment, _ effects: inout Effects) {
        guard let instance = fleet[id.instance] else { return }
        for life in [instance.life, instance.beside?.life].compactMap({ $0 }) {
            if case .ending(let ending) = life.state, ending.running.run == id.run {
                beginEnding(id, spec, now, &effects, asks: true)
            }
        }
    }

    /// The last engine had asked for a run beside the one that lives, and heard nothing of it: it is asked for once more.
    private mutating func resumeSuccessor(_ key: UInt64, _ effects: inout Effects) {
        guard var instance = fleet[key], let app = fleet.app(of: key), instance.beside == nil, !instance.life.isIdle,
            let present = instance.record.reload?.present, instance.life.running?.run == present,
            instance.record.run > present, instance.record.ended < instance.record.run
        else { return }
        var life = Lifecycle()
        _ = life.start(run: instance.record.run)
        instance.beside = Fleet.Beside(role: .successor, run: instance.record.run, life: life)
        fleet[key] = instance
        ask(app, instance.record, &effects)
    }

    /// Runs that are online beside an older one take over, now or after their trial.
    private mutating func resumeReloads(_ now: Moment, _ effects: inout Effects) {
        for key in fleet.sortedKeys() {
            guard let instance = fleet[key], instance.record.wanted == .running,
                let app = fleet.app(of: key), case .online(let running) = instance.beside?.life.state
            else { continue }
            prove(RunID(instance: key, run: running.run), running, app.spec, now, &effects)
        }
    }

    /// A new keeper means a new boot or a daemon that was stopped: what had given up is tried again.
    private mutating func forgetTrouble(_ effects: inout Effects) {
        for key in fleet.sortedKeys() where fleet[key]?.record.trouble != nil {
            fleet[key]?.record.trouble = nil
            store(key, &effects)
        }
    }
}
