import Core

// What must hold: after every step, and when all has come to rest.
extension Simulation {
    private static let quiet: Set<ProcessStatus> = [.created, .stopped, .errored, .waiting]
    private static let ending: Set<ProcessStatus> = [.stopping, .killing]

    /// After every step.
    mutating func check() {
        guard violation == nil, let engine else { return }
        let shown = engine.kernel.list(at: now)
        var known: [String: SimulatedKeeper.Run] = [:]
        for run in keeper.runs.values where run.lives && run.isTold && !run.isDiscarded {
            if known.updateValue(run, forKey: run.label) != nil, !isReplaced(run.label, engine) {
                return fail("\(run.label) has two living runs")
            }
        }
        for process in shown {
            if let wrong = lie(about: process, known[process.label]) { return fail(wrong) }
        }
        if Set(shown.map(\.id)).count != shown.count { return fail("an id is given twice") }
        if Set(shown.map(\.label)).count != shown.count { return fail("a label is given twice") }
        if engine.commit == nil { checkTimers(engine, shown) }
        checkRestarts(shown)
        checkBounds(engine, shown)
    }

    /// Two runs of an instance live, and one of them is there to replace the other.
    private func isReplaced(_ label: String, _ engine: SimulatedEngine) -> Bool {
        let living = keeper.runs.filter { $0.value.label == label && $0.value.lives && !$0.value.isDiscarded }
        return living.count == 2 && living.keys.contains(where: engine.kernel.isBeside)
    }

    /// What is wrong with what is shown of a process, given its run that lives and is known to the engine.
    private func lie(about process: InstanceInfo, _ run: SimulatedKeeper.Run?) -> String? {
        let name = "\(process.label) is shown as \(process.status)"
        if Self.quiet.contains(process.status), run != nil { return "\(name) while it lives" }
        if process.status == .errored, process.reason == nil { return "\(name) and nobody says why" }
        if process.status == .waiting, process.waitsUntil == nil, !process.isHeld {
            return "\(name) and nobody says until when"
        }
        let mayLive = [.online, .starting, .reloading].contains(process.status) || Self.ending.contains(process.status)
        guard mayLive else { return process.pid == nil ? nil : "\(name) and has a pid" }
        if process.status == .starting, process.pid == nil { return nil }
        let told = keeper.runs.values.first { $0.label == process.label && $0.pid == process.pid && $0.isTold }
        let isEarly =
            [.online, .reloading].contains(process.status) && told?.saidReady == false
            && Plan.waitsForReady(process.name)
        // A story has programs of its own.
        if isEarly, diary == nil { return "\(name) and has never said that it is ready" }
        return told != nil ? nil : "\(name) with pid \(process.pid ?? 0), which was never executed"
    }

    /// A timer for each that needs one, and none for others.
    private mutating func checkTimers(_ engine: SimulatedEngine, _ shown: [InstanceInfo]) {
        let armed = engine.timers.keys.reduce(into: [String: [TimerID.Kind]]()) { all, timer in
            let label = newest.first { $0.value.instance == timer.id.instance }?.key ?? "\(timer.id)"
            all[label, default: []].append(timer.kind)
        }
        for process in shown {
            let kinds = armed[process.label] ?? []
            let isUnready = process.status == .starting && process.pid != nil
            var wanted: [TimerID.Kind] =
                Self.ending.contains(process.status)
                ? [.kill] : process.status == .waiting ? [.wait] : isUnready ? [.ready] : []
            if process.isHeld { wanted = [] }
            // A second one is for the run that is replaced, or is to replace it.
            let isSecond = kinds.count > wanted.count && kinds.allSatisfy { [.kill, .ready, .proof].contains($0) }
            let mayHaveTwo = [.starting, .reloading, .stopping, .killing].contains(process.status)
            if isSecond, mayHaveTwo { wanted = kinds.count > 2 ? wanted : kinds }
            // One that has just fired is about to be armed again, or to be followed by a start.
            if kinds != wanted, !isAboutToStep(engine) {
                return fail("\(process.label) is \(process.status) with the timers \(kinds)")
            }
        }
        let labels = Set(shown.map(\.label))
        if let left = armed.keys.first(where: { !labels.contains($0) }) { fail("a timer of \(left) is left over") }
    }

    private func isAboutToStep(_ engine: SimulatedEngine) -> Bool { !engine.inbox.isEmpty }

    private mutating func checkRestarts(_ shown: [InstanceInfo]) {
        for process in shown {
            guard let last = newest[process.label], let first = fresh[last.instance] else { continue }
            let wanted = Int(last.run) - Int(first)
            if process.restarts != wanted {
                return fail("\(process.label): \(process.restarts) restarts, not \(wanted)")
            }
        }
    }

    private mutating func checkBounds(_ engine: SimulatedEngine, _ shown: [InstanceInfo]) {
        if engine.timers.count > 2 * shown.count { fail("\(engine.timers.count) timers for \(shown.count) instances") }
        if engine.asked.count > 2 * shown.count {
            fail("\(engine.asked.count) spawns are open for \(shown.count) instances")
        }
    }

    // MARK: at rest

    /// What is against what was promised, and the memory of the engine against the disk.
    mutating func compare() {
        guard let engine else {
            let lost = keeper.runs.values.first { $0.lives }
            if let lost { fail("\(lost.label) lives without anybody") }
            return
        }
        let shown = engine.kernel.list(at: now)
        if !engine.timers.isEmpty { return fail("timers at rest: \(engine.timers.keys.map(\.kind))") }
        if let left = engine.waiting.first { return fail("\(left.value) was never answered") }
        if !engine.journal.isEmpty || engine.commit != nil { return fail("facts are not on disk at rest") }
        if promised != engine.wishes { return fail("what was obeyed is not on disk") }
        let wanted = promised.instances.filter { $0.value != .deleted }
        let labels = Set(shown.map(\.label))
        if let missing = wanted.keys.first(where: { !labels.contains($0) }) { return fail("\(missing) is forgotten") }
        for process in shown {
            if let wrong = gap(process, promised.instances[process.label] ?? .deleted) { return fail(wrong) }
        }
        compareExits()
        compareWithANewEngine(engine, shown)
    }

    private func gap(_ process: InstanceInfo, _ wish: Wishes.Wish) -> String? {
        let name = "\(process.label) is wished \(wish) and is \(process.status)"
        let lives = keeper.runs.values.filter { $0.label == process.label && $0.lives }.count
        if lives != (process.status == .online ? 1 : 0) { return "\(name), and \(lives) of it live" }
        switch wish {
        case .deleted: return name
        case .stopped: return [.stopped, .created].contains(process.status) ? nil : name
        case .running:
            if promised.isHalted { return nil }
            let mode = promised.specs[process.name]?.restart.mode
            let mayRest = mode == .never || (mode == .onFailure && process.exit?.isSuccess == true)
            if process.status == .stopped, mayRest, process.exit != nil { return nil }
            if process.isHeld { return held(process) }
            // It had given up before the storm was over.
            return [.online, .errored].contains(process.status) ? nil : name
        }
    }

    /// Each end of a run is on disk, once, and as it was.
    private mutating func compareExits() {
        for (id, run) in keeper.runs {
            guard let end = run.end, !run.isDiscarded else { continue }
            let name = "\(run.label): the exit of run \(id.run)"
            guard let exit = store.exits[id] else { return fail("\(name) is not on disk") }
            let uptime = end.at.milliseconds(since: end.since)
            if exit.exit != end.exit || exit.pid != end.pid || exit.uptime != uptime {
                return fail("\(name) was \(end), and \(exit) is on disk")
            }
            if !run.isAcknowledged { return fail("\(name) is held for ever") }
        }
        if let extra = store.exits.keys.first(where: { keeper.runs[$0]?.end == nil && !keeper.buried.contains($0) }) {
            fail("an exit of \(extra) is on disk, which never ended")
        }
        // They are compared: a long history is not compared again and again.
        keeper.runs = keeper.runs.filter { !$0.value.isAcknowledged || $0.value.lives }
        store.forgetExits()
    }

    /// An engine that starts now finds everything as it is and does nothing.
    private mutating func compareWithANewEngine(_ engine: SimulatedEngine, _ shown: [InstanceInfo]) {
        let held = keeper.held.map { id, run in HeldRun(id: id, pid: run.pid, since: run.since, end: run.end) }
        var second = Kernel(homePath: "/home/x/.opendaemon", seed: 1)
        let start = EngineStart(
            keeper: keeper.identity, isEmbedded: false, number: engines + 1, executing: executing)
        let effects = second.step(.recovered(store.fleet, held, start), at: now)
        let others = second.list(at: now)
        if others != shown {
            let new = others.filter { !shown.contains($0) }
            return fail("a new engine would see \(new), not \(shown.filter { !others.contains($0) })")
        }
        for effect in effects.keeper {
            switch effect {
            case .spawn(let order): fail("a new engine would spawn \(order.id)")
            case .signal(let id, _), .signalFirst(let id, _), .askToEnd(let id, _), .discard(let id):
                fail("a new engine would end \(id)")
            case .attach, .listen, .ended, .closeSockets: break
            }
        }
    }
}
