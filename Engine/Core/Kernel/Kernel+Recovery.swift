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
            effects.store.append(.putHome(home))
        }
        for app in stored.apps { fleet.put(app) }
        for record in stored.instances {
            guard let app = fleet.apps[record.app] else { continue }
            let restart = Restart(
                policy: app.spec.restart, memory: isNew ? nil : record.backoff, at: now.boot)
            fleet.add(Fleet.Instance(record: record, restart: restart))
        }
        for receipt in stored.receipts { receipts.add(receipt) }
        let how = start.hasAdopted ? "taken over from a keeper that was killed" : "held"
        publish(isNew ? .engineStarted : .engineRecovered, nil, now, &effects, "\(held.count) runs \(how)")
        let newest = held.reduce(into: [UInt64: UInt64]()) {
            $0[$1.id.instance] = max($0[$1.id.instance] ?? 0, $1.id.run)
        }
        for run in held.sorted(by: { ($0.id.instance, $0.id.run) < ($1.id.instance, $1.id.run) }) {
            adopt(run, isNewest: newest[run.id.instance] == run.id.run, now, &effects)
        }
        if isNew { forgetTrouble(&effects) }
        if home.halted { return }
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
        effects.keeper.append(.attach(run.id, logPlan(app.spec, number: instance.record.number)))
        // Runs that were not stored any more before the last engine died were restarts: commands are stored first.
        if instance.record.run > 0, run.id.run > instance.record.run {
            instance.record.restarts += Int(run.id.run - instance.record.run)
        }
        instance.record.run = max(instance.record.run, run.id.run)
        if isNewest, instance.record.ended < run.id.run {
            instance.life = Lifecycle(adopting: Lifecycle.Running(run: run.id.run, pid: run.pid, since: run.since))
        }
        fleet[run.id.instance] = instance
        let isUnwanted = instance.record.wanted != .running || home.halted
        if isUnwanted { _ = fleet[run.id.instance]?.life.stop(afterwards: .stay) }
        if let end = run.end { exited(run.id, end, now, &effects) }
        if isUnwanted, case .ending = fleet[run.id.instance]?.life.state {
            beginEnding(run.id, app.spec, now, &effects)
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
