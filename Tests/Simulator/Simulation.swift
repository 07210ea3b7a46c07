import Core

/// A whole home in virtual time: people, an engine around the real kernel, a keeper with its machine and a store, of
/// which each may fail. The same moves give the same history.
struct Simulation {
    var now = Moment(boot: Instant(nanoseconds: 1_000_000_000), wall: WallTime(milliseconds: 1_795_253_057_000))
    var keeper = SimulatedKeeper()
    var store = SimulatedStore()
    /// nil while none runs.
    var engine: SimulatedEngine?
    /// When the next engine has started.
    var rebirth: Instant?
    /// Effects until the engine is killed.
    var fuse: (effects: Int, down: Int)?
    /// Timers fire up to so many milliseconds late.
    var lateness = 0
    var strays: [TimerID] = []
    /// What was promised: it is on disk.
    var promised = Wishes()
    /// Runs from which the restarts of an instance are counted.
    var fresh: [UInt64: UInt64] = [:]
    /// The last run that was asked for, by label.
    var newest: [String: RunID] = [:]
    var lastRequest: RequestID = 0
    var dice = Dice(seed: 0)
    let mutation: Mutation?
    /// Apps of its plan depend on each other.
    let isOrdered: Bool
    /// Instances that wait for what they depend on, to begin anew then.
    var awaited: Set<UInt64> = []
    private var chances = 0
    /// Engines that were started so far.
    var engines = 0
    /// Moves and events so far.
    var steps = 0
    /// The first thing that went wrong.
    var violation: String?

    /// What happened, for people, if somebody wants to know.
    var diary: [(at: Instant, text: String)]?

    init(mutation: Mutation? = nil, isOrdered: Bool = false) {
        self.mutation = mutation
        self.isOrdered = isOrdered
        begin()
    }

    /// A home where everything takes its shortest time and all is written down.
    static var told: Simulation {
        var simulation = Simulation()
        simulation.dice.isSteady = true
        simulation.diary = []
        return simulation
    }

    mutating func note(_ text: (Simulation) -> String) {
        guard diary != nil else { return }
        let line = text(self)
        diary?.append((now.boot, line))
    }

    /// Whether the planted mistake is made now.
    mutating func errs(_ mutation: Mutation) -> Bool {
        guard mutation == self.mutation else { return false }
        chances += 1
        return chances % Mutation.every == 0
    }

    mutating func fail(_ what: String) {
        if violation == nil { violation = what }
    }

    // MARK: engines come and go

    /// A new engine reads the store and asks the keeper.
    mutating func begin() {
        rebirth = nil
        fuse = nil
        keeper.isAlone = false
        keeper.fullUntil = nil
        keeper.words = []
        engine = SimulatedEngine(
            kernel: Kernel(homePath: "/home/x/.opendaemon", seed: dice.random.next()), wishes: promised)
        for id in keeper.runs.keys {
            keeper.runs[id]?.isTold = false
            keeper.runs[id]?.isHeard = false
        }
        let held = keeper.held.map { id, run in HeldRun(id: id, pid: run.pid, since: run.since, end: run.end) }
        for run in held { keeper.runs[run.id]?.isTold = true }
        for record in store.fleet.instances {
            let begun = (held.map(\.id) + executing).filter { $0.instance == record.key }
            let last = max(record.run, begun.map(\.run).max() ?? 0)
            // One that had waited to begin anew, and has begun before that was stored.
            let hasBegun = last > record.run && (record.held == .first || record.run == 0)
            fresh[record.key] = record.run - UInt64(clamping: record.restarts) + (hasBegun ? 1 : 0)
            if record.held == .first, !hasBegun { awaited.insert(record.key) } else { awaited.remove(record.key) }
            guard let app = store.fleet.apps.first(where: { $0.key == record.app }) else { continue }
            newest["\(app.spec.name)#\(record.number)"] = RunID(instance: record.key, run: last)
        }
        engines += 1
        let start = EngineStart(keeper: keeper.identity, isEmbedded: false, number: engines, executing: executing)
        take(.recovered(store.fleet, held, start))
    }

    /// Runs that the keeper is executing. The real engine waits a few seconds for what becomes of them; this one does not
    /// wait at all.
    var executing: [RunID] { keeper.runs.filter { $0.value.isStarting }.map(\.key) }

    /// The engine is killed: what was only in its memory is lost.
    mutating func die(down: Int) {
        guard let dead = engine else { return }
        // The transaction under way is on disk or it is not.
        if let commit = dead.commit, dice.coin() { write(commit.batch) }
        if let flush = dead.flush, dice.coin() { write(flush.batch) }
        engine = nil
        fuse = nil
        keeper.words = []
        keeper.isAlone = true
        rebirth = now.boot.advanced(byMilliseconds: down)
    }

    /// Counts an effect. False when the engine was killed before it.
    mutating func survives() -> Bool {
        guard engine != nil else { return false }
        guard let left = fuse else { return true }
        if left.effects == 0 {
            die(down: left.down)
            return false
        }
        fuse?.effects -= 1
        return true
    }

    /// Everything of ours and all processes end; a new keeper comes with the next engine.
    mutating func end() {
        engine = nil
        keeper.reboot()
        keeper.identity += "+"
        keeper.isAlone = true
        fuse = nil
        rebirth = nil
    }

    // MARK: time

    /// Lets time pass; what falls due happens in order.
    mutating func pass(_ milliseconds: Int) {
        let end = now.boot.advanced(byMilliseconds: milliseconds)
        while violation == nil, let next = nextMoment, next <= end {
            move(to: next)
            steps += 1
            happen()
            check()
        }
        move(to: end)
    }

    private var nextMoment: Instant? {
        var moments = keeper.happenings.map(\.at)
        moments += [keeper.words.first?.at, keeper.fullUntil, store.failsUntil, rebirth].compactMap { $0 }
        if let engine {
            moments += engine.timers.values
            moments += [engine.commit?.doneAt, engine.flush?.doneAt, engine.flushAt].compactMap { $0 }
        }
        return moments.min()
    }

    private mutating func move(to instant: Instant) {
        guard instant > now.boot else { return }
        now.wall.milliseconds += Int64(instant.milliseconds(since: now.boot))
        now.boot = instant
    }

    /// One thing that is due.
    private mutating func happen() {
        func isDue(_ instant: Instant?) -> Bool { instant.map { $0 <= now.boot } ?? false }
        if isDue(store.failsUntil) { store.failsUntil = nil }
        if let index = keeper.happenings.indices.min(by: { keeper.happenings[$0].at < keeper.happenings[$1].at }),
            isDue(keeper.happenings[index].at)
        {
            let what = keeper.happenings.remove(at: index).what
            if case .isHeard(let id) = what { hearReady(id) } else { keeper.happen(what, at: now.boot, &dice) }
        } else if isDue(keeper.fullUntil) {
            keeper.fullUntil = nil
            keeper.say(.resync, at: now.boot, &dice)
        } else if isDue(rebirth) {
            begin()
        } else if isDue(engine?.commit?.doneAt) {
            commitEnds()
        } else if isDue(engine?.flush?.doneAt) {
            flushEnds()
        } else if isDue(keeper.words.first?.at) {
            hear(keeper.words.removeFirst().word)
        } else if isDue(engine?.flushAt) {
            flushBegins()
        } else if let timer = engine?.nextTimer, isDue(timer.value) {
            engine?.timers[timer.key] = nil
            take(.timer(timer.key))
        }
    }
}
