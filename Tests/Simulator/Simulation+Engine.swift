import Core

// The runtime in small: the same order of effects, commits and retries as the real one.
extension Simulation {
    /// Milliseconds that facts wait for others, and that a failed write waits.
    private static let gather = 20
    private static let retry = 1000

    mutating func take(_ event: KernelEvent) {
        engine?.inbox.append(event)
        proceed()
    }

    /// What the keeper says becomes events, as the real link does it.
    mutating func hear(_ word: SimulatedKeeper.Word) {
        switch word {
        case .spawned(let id):
            guard let run = keeper.runs[id] else { return }
            keeper.runs[id]?.isTold = true
            engine?.asked.removeAll { $0.id == id }
            take(.spawned(id, pid: run.pid, since: run.since))
        case .refused(let id, let trouble):
            engine?.asked.removeAll { $0.id == id }
            take(.spawnFailed(id, trouble))
        case .exited(let id, let end):
            begins(id)
            var seen = end
            if errs(.overlooksOrphans) { seen.left = 0 }
            take(.exited(id, seen))
        case .gone(let id, let end):
            // It says both, for the word of the exit may have been lost.
            begins(id)
            take(.exited(id, end))
            if !errs(.ignoresGone) { take(.gone(id)) }
        case .resync:
            let open = engine?.asked ?? []
            engine?.lost = open
            keeper.list(at: now.boot, &dice)
        case .listed(let words):
            for word in words { hear(word) }
            // What was asked before the list and is not answered was lost.
            let open = Set(engine?.asked.map(\.id) ?? [])
            for order in engine?.lost ?? [] where open.contains(order.id) { obey(.spawn(order)) }
            engine?.lost = []
        }
    }

    /// The word of an end is the first of a run that was asked for: that of its begin was lost.
    private mutating func begins(_ id: RunID) {
        if engine?.asked.contains(where: { $0.id == id }) == true { hear(.spawned(id)) }
    }

    /// The message reaches the engine that listens now, if any.
    mutating func hearReady(_ id: RunID) {
        guard engine != nil, keeper.runs[id]?.isHeard == true else { return }
        take(.sign(id, .ready))
    }

    private mutating func proceed() {
        while violation == nil, let present = engine, present.commit == nil, let event = present.inbox.first {
            guard case .command(let command, let request) = event, let request else {
                engine?.inbox.removeFirst()
                step(event)
                continue
            }
            if present.flush != nil { return }
            engine?.inbox.removeFirst()
            begin(command, request)
        }
    }

    private mutating func step(_ event: KernelEvent) {
        guard let effects = engine?.kernel.step(event, at: now) else { return }
        engine?.reorders = false
        var isFirst = false
        if case .recovered(let stored, let held, let start) = event {
            isFirst = stored.home.keeper != start.keeper
            engine?.adopted = Set(held.map(\.id.instance))
            engine?.recovers = true
        }
        perform(effects, byCommand: isFirst, storing: true)
        engine?.adopted = []
        engine?.recovers = false
    }

    private mutating func begin(_ command: FleetCommand, _ request: RequestID) {
        guard let present = engine else { return }
        var next = present.kernel
        let effects = next.step(.command(command, request), at: now)
        var wishes = present.wishes
        let isRefused = effects.answers.contains { $0.request == request && $0.answer.isFailure }
        let shown = present.kernel.list(at: now)
        if !isRefused {
            let down: Set<ProcessStatus> = [.created, .stopped, .errored, .waiting]
            wishes.take(command, shown: shown) { name in
                shown.allSatisfy { $0.name != name || down.contains($0.status) }
            }
        }
        engine?.shown = shown
        switch command {
        case .start, .apply, .change, .restore: engine?.reorders = true
        default: engine?.reorders = false
        }
        if !effects.store.isEmpty { engine?.unwritten.insert(request) }
        guard effects.durable, !effects.store.isEmpty else {
            engine?.kernel = next
            engine?.wishes = wishes
            if !isRefused { engine?.journal.wishes = wishes }
            perform(effects, byCommand: true, storing: true)
            return
        }
        let gathered = present.journal
        engine?.journal = SimulatedEngine.Batch()
        var batch = gathered
        batch.append(
            SimulatedEngine.Batch(
                writes: effects.store, acknowledge: effects.acknowledge, wishes: wishes,
                forgotten: labels(effects.forgotten, in: present), requests: [request]))
        let commit = SimulatedEngine.Commit(
            batch: batch, gathered: gathered, effects: effects, next: next, request: request, stops: command.stops,
            wishes: wishes, doneAt: commitTime())
        guard survives() else { return }
        if errs(.answersBeforeStoring) {
            engine?.kernel = next
            engine?.wishes = wishes
            engine?.journal = batch
            perform(effects, byCommand: true, storing: false)
            return flushSoon(Self.gather)
        }
        engine?.commit = commit
    }

    private mutating func commitTime() -> Instant {
        now.boot.advanced(byMilliseconds: dice.milliseconds(1...store.slowness))
    }

    mutating func commitEnds() {
        guard let commit = engine?.commit else { return }
        engine?.commit = nil
        if store.failsUntil == nil {
            write(commit.batch)
            engine?.kernel = commit.next
            engine?.wishes = commit.wishes
            perform(commit.effects, byCommand: true, storing: false)
        } else if commit.stops {
            engine?.kernel = commit.next
            engine?.wishes = commit.wishes
            putBack(commit.batch)
            perform(commit.effects, byCommand: true, storing: false)
        } else {
            putBack(commit.gathered)
            engine?.waiting[commit.request] = nil
            note { _ in "          answer: not stored, not done" }
        }
        proceed()
    }

    private mutating func putBack(_ batch: SimulatedEngine.Batch) {
        var all = batch
        all.append(engine?.journal ?? SimulatedEngine.Batch())
        engine?.journal = all
        flushSoon(Self.retry)
    }

    private mutating func flushSoon(_ milliseconds: Int) {
        guard let present = engine, present.flushAt == nil, !present.journal.isEmpty else { return }
        let due = now.boot.advanced(byMilliseconds: milliseconds)
        engine?.flushAt = due
    }

    mutating func flushBegins() {
        engine?.flushAt = nil
        guard let present = engine, present.commit == nil, present.flush == nil else { return flushSoon(Self.gather) }
        guard !present.journal.isEmpty else { return }
        engine?.journal = SimulatedEngine.Batch()
        let due = commitTime()
        engine?.flush = (present.journal, due)
    }

    mutating func flushEnds() {
        guard let flush = engine?.flush else { return }
        engine?.flush = nil
        if store.failsUntil == nil {
            write(flush.batch)
            flushSoon(Self.gather)
        } else {
            putBack(flush.batch)
        }
        proceed()
    }

    /// A transaction is on disk: what it promises must hold from now on, whatever happens.
    mutating func write(_ batch: SimulatedEngine.Batch) {
        let writes = batch.writes.filter { !$0.isExit || !errs(.losesExits) }
        if let wrong = store.commit(writes) { fail(wrong) }
        if let wishes = batch.wishes { promised = wishes }
        for label in batch.forgotten { promised.forget(label) }
        engine?.unwritten.subtract(batch.requests)
        for id in batch.acknowledge where !errs(.dropsAcknowledges) { acknowledge(id) }
    }

    private mutating func acknowledge(_ id: RunID) {
        guard let run = keeper.runs[id] else { return }
        // Until its whole tree is gone the keeper holds the run.
        guard run.isGone else { return fail("\(run.label): run \(id.run) is acknowledged while it lives") }
        if store.exits[id] == nil, !run.isDiscarded {
            fail("\(run.label): the exit of run \(id.run) is acknowledged and not stored")
        }
        keeper.runs[id]?.isAcknowledged = true
    }

    /// Everything is down: what is in memory goes to disk, then engine and keeper end.
    private mutating func leave() {
        guard let present = engine else { return }
        for run in keeper.runs.values where run.lives && !run.isDiscarded {
            fail("\(run.label) lives when everything is said to be down")
        }
        if store.failsUntil == nil {
            if let flush = present.flush { write(flush.batch) }
            write(present.journal)
        }
        end()
    }

    // MARK: effects

    private func labels(_ keys: [UInt64], in engine: SimulatedEngine) -> [String] {
        keys.compactMap { key in newest.first { $0.value.instance == key }?.key }
    }

    /// In the order of the contract. The engine may be killed before each.
    private mutating func perform(_ effects: Effects, byCommand: Bool, storing: Bool) {
        guard survives() else { return }
        nameNew(effects.store)
        if let present = engine, storing {
            let batch = SimulatedEngine.Batch(
                writes: effects.store, acknowledge: effects.acknowledge,
                forgotten: labels(effects.forgotten, in: present))
            engine?.journal.append(batch)
            flushSoon(Self.gather)
        }
        if errs(.acknowledgesTooEarly) {
            for id in effects.acknowledge where keeper.runs[id] != nil { acknowledge(id) }
        }
        for label in engine.map({ labels(effects.forgotten, in: $0) }) ?? [] { engine?.wishes.forget(label) }
        countAnew(effects)
        for effect in effects.keeper {
            guard survives() else { return }
            if case .spawn(let order) = effect { count(order, byCommand: byCommand) }
            checkOrder(effect)
            obey(effect)
        }
        for effect in effects.timers { obey(effect) }
        noteWaits(effects.publish, byCommand: byCommand)
        for event in effects.publish {
            guard survives() else { return }
            note { _ in Self.line(event) }
            if event.message?.hasSuffix(" goes on") == true { uncount(event) }
            if let last = engine?.lastEvent, event.seq != last + 1 { fail("event \(event.seq) comes after \(last)") }
            let seen = errs(.repeatsEvents) ? event.seq - 1 : event.seq
            engine?.lastEvent = seen
        }
        for reply in effects.answers {
            guard survives() else { return }
            answer(reply)
        }
        if effects.leave { leave() }
    }

    /// What was reset counts from its present run on.
    private mutating func countAnew(_ effects: Effects) {
        for reply in effects.answers where !reply.answer.isFailure {
            guard case .reset = engine?.waiting[reply.request] else { continue }
            for case .putInstance(let record) in effects.store { fresh[record.key] = record.run }
        }
    }

    /// A successor came to nothing: it was no restart.
    private mutating func uncount(_ event: FleetEvent) {
        guard let id = event.process.flatMap({ newest[$0.label] }), let first = fresh[id.instance] else { return }
        fresh[id.instance] = min(first + 1, id.run)
    }

    /// From which run on the restarts of an instance count.
    private mutating func count(_ order: SpawnOrder, byCommand: Bool) {
        func variable(_ name: String) -> String {
            String(order.environment.first { $0.hasPrefix(name + "=") }?.dropFirst(name.count + 1) ?? "")
        }
        let label = "\(variable("OD_NAME"))#\(variable("NODE_APP_INSTANCE"))"
        let status = engine?.shown.first { $0.label == label }?.status ?? .created
        let isAdopted = engine?.adopted.contains(order.id.instance) == true
        let isIdle = [.created, .stopped, .errored].contains(status) && !isAdopted
        let isAwaited = awaited.remove(order.id.instance) != nil
        let isFresh = order.id.run == 1 || (byCommand && isIdle) || isAwaited
        if isFresh { fresh[order.id.instance] = order.id.run }
        newest[label] = order.id
    }

    private mutating func answer(_ reply: Effects.ReplyTo) {
        guard let command = engine?.waiting.removeValue(forKey: reply.request) else {
            return fail("request \(reply.request) is answered twice")
        }
        note { _ in "          answer: \(Self.line(reply.answer))" }
        if reply.answer.isFailure { return }
        // A stop on a full disk is obeyed, and written when there is room.
        if !command.stops, engine?.unwritten.contains(reply.request) == true {
            fail("\(command) is answered and not on disk")
        }
    }

    mutating func obey(_ effect: KeeperEffect) {
        switch effect {
        case .spawn(let order):
            let isNew = engine?.asked.allSatisfy { $0.id != order.id } ?? false
            if isNew { engine?.asked.append(order) }
            let isBeside = engine?.kernel.isBeside(order.id) == true
            if let wrong = keeper.spawn(order, isBeside: isBeside, at: now.boot, &dice) { fail(wrong) }
            if errs(.doublesSpawns) {
                var second = order
                second.id.run += 1
                if let wrong = keeper.spawn(second, isBeside: false, at: now.boot, &dice) { fail(wrong) }
            }
        case .signal(let id, let signal), .signalFirst(let id, let signal):
            note { "\($0.label(id))  <- \(Signal.name(signal))" }
            keeper.signal(id, signal, at: now.boot, &dice)
        case .listen(let id, _, let attention):
            keeper.runs[id]?.isHeard = true
            if attention.awaits == nil { break }
            // What was said to an engine that is dead is still there.
            if keeper.runs[id]?.saidReady == true { keeper.happenings.append((now.boot, .isHeard(id))) }
            if errs(.claimsReadiness) { take(.sign(id, .ready)) }
        case .askToEnd(let id, let signal): obey(.signal(id, signal))
        case .attach, .ended, .closeSockets: break
        case .discard(let id):
            if keeper.runs[id]?.lives == true { note { "\($0.label(id))  ended: it is nobody's" } }
            keeper.discard(id, at: now.boot, &dice)
        }
    }

    private mutating func obey(_ effect: TimerEffect) {
        switch effect {
        case .arm(let timer, let milliseconds):
            if errs(.forgetsTimers) { return }
            let late = dice.milliseconds(0...lateness)
            let due = now.boot.advanced(byMilliseconds: milliseconds + late)
            engine?.timers[timer] = due
            strays = Array(strays.suffix(20) + [timer])
        case .cancel(let timer): engine?.timers[timer] = nil
        }
    }
}

extension Outcome {
    var isFailure: Bool { if case .failed = self { true } else { false } }
}

extension StoreWrite {
    var isExit: Bool { if case .addExit = self { true } else { false } }
}
