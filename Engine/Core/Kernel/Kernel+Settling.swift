// After every step: instances that were to be removed and are down go, and commands whose instances have settled are answered.
extension Kernel {
    mutating func settle(after event: KernelEvent, _ now: Moment, _ effects: inout Effects) {
        let touched = event.instance.flatMap { fleet.app(of: $0)?.key }
        for key in fleet.deleting.sorted() {
            guard let instance = fleet[key], instance.life.isDown else { continue }
            forget(instance, now, &effects)
        }
        let hasReloaded = reloading.isEmpty ? false : advanceReloads(now, &effects)
        releaseEnds(now, &effects)
        releaseHeld(after: event, now, &effects)
        closeSockets(of: touched.map { [$0] } ?? listening, &effects)
        var done: [Pending] = []
        for index in pending.indices {
            // An event about one run can settle that instance only; a command can settle any.
            if let key = event.instance, !hasReloaded {
                if hasSettled(key) { pending[index].waiting.remove(key) }
            } else {
                pending[index].waiting = pending[index].waiting.filter { !hasSettled($0) }
            }
            let waiting = pending[index].waiting
            if !waiting.isEmpty, waiting.isSubset(of: fleet.held) {
                pending[index].waiting = waiting.filter { !hasStalled($0) }
            }
            if pending[index].waiting.isEmpty { done.append(pending[index]) }
        }
        pending.removeAll { $0.waiting.isEmpty }
        for command in done { finish(command, now, &effects) }
        if leaving, fleet.all.allSatisfy({ $0.life.isDown }) { effects.leave = true }
    }

    /// Nobody may connect to an app of which nothing runs or is about to.
    private mutating func closeSockets(of apps: Set<UInt64>, _ effects: inout Effects) {
        for app in apps.sorted() where listening.contains(app) {
            guard fleet.keys(of: app).allSatisfy({ fleet[$0]?.life.isIdle == true }) else { continue }
            listening.remove(app)
            effects.keeper.append(.closeSockets(app: app))
        }
    }

    private func hasSettled(_ key: UInt64) -> Bool {
        if let instance = fleet[key], instance.beside != nil || instance.record.reload?.wants != nil { return false }
        return switch fleet[key]?.life.state {
        case .starting, .ending, .held: false
        case .idle, .unready, .online, .waiting, nil: true
        }
    }

    private mutating func forget(_ instance: Fleet.Instance, _ now: Moment, _ effects: inout Effects) {
        let key = instance.record.key
        publish(.deleted, key, now, &effects)
        if let last = info(key, now) {
            for index in pending.indices where pending[index].shown.contains(key) {
                pending[index].removed.append(last)
            }
        }
        effects.store.append(.removeInstance(key: key))
        effects.forgotten.append(key)
        if fleet.remove(instance: key) { effects.store.append(.removeApp(key: instance.record.app)) }
    }

    private func finish(_ command: Pending, _ now: Moment, _ effects: inout Effects) {
        let processes = (command.shown.compactMap { info($0, now) } + command.removed).sorted { $0.id < $1.id }
        let failures = command.failures.reduce(into: [Failure]()) { if !$0.contains($1) { $0.append($1) } }
        switch command.kind {
        case .processes:
            answer(command.request, .processes(processes), &effects)
        case .start:
            var result = StartResult(processes: processes, failures: failures, unchanged: command.unchanged)
            if !command.warnings.isEmpty { result.warnings = command.warnings }
            answer(command.request, .started(result), &effects)
        case .apply:
            var result = ApplyResult(
                changes: command.changes, processes: processes, failures: failures,
                plan: command.plan.isEmpty ? nil : command.plan)
            if !command.warnings.isEmpty { result.warnings = command.warnings }
            answer(command.request, .applied(result), &effects)
        case .reload:
            let result = ReloadResult(
                processes: processes, failures: command.shown.compactMap(reloadFailure), restarted: command.unchanged)
            answer(command.request, .reloaded(result), &effects)
        case .shutdown:
            answer(command.request, .nothing, &effects)
        }
    }
}
