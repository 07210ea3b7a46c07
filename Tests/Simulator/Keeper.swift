import Core

/// What a program of the simulated machine does.
enum Nature: Hashable {
    /// Runs until a signal ends it.
    case stays
    /// Ends by itself so many milliseconds after its start.
    case exits(Int32, after: Int)
    /// Only SIGKILL ends it.
    case deaf
    /// Ends by itself at once, but a descendant stays that only SIGKILL ends.
    case leavesOrphan(Int32)
    /// Ends on its stop signal, but a descendant stays that only SIGKILL ends.
    case messy
    /// Cannot be executed.
    case missing
}

/// A keeper with its machine: what lives is known here for certain, whatever the engine was told.
struct SimulatedKeeper {
    struct Run {
        let label: String
        let nature: Nature
        var pid: Int32
        var since: Instant
        /// Forked, not executed yet.
        var isStarting = true
        var mainLives = false
        var orphanLives = false
        var end: RunEnd?
        var isAcknowledged = false
        /// Killed by the order of an engine that did not know it.
        var isDiscarded = false
        /// It has said that it is ready, if anybody listens.
        var saidReady = false
        /// The present engine listens.
        var isHeard = false
        /// The present engine was told that it executes.
        var isTold = false

        var lives: Bool { mainLives || orphanLives }
        /// Nothing of it lives, and it has begun.
        var isGone: Bool { end != nil && !lives }
    }

    /// What happens on the machine by itself.
    enum Happening: Hashable {
        case settles(RunID)
        case mainEnds(RunID, Exit)
        case orphanEnds(RunID)
        case saysReady(RunID)
        /// The engine hears it.
        case isHeard(RunID)
    }

    /// What the keeper tells the engine.
    indirect enum Word: Hashable {
        case spawned(RunID)
        case refused(RunID, SpawnTrouble)
        case exited(RunID, RunEnd)
        case gone(RunID, RunEnd)
        /// Words were lost: ask for everything.
        case resync
        /// The answer to that: all that is held, each by the words that tell it.
        case listed([Word])
    }

    /// Boot and pid.
    var identity = "keeper 1"
    var runs: [RunID: Run] = [:]
    /// Runs of former boots.
    var buried: Set<RunID> = []
    /// By app name; others stay.
    var natures: [String: Nature] = [:]
    var happenings: [(at: Instant, what: Happening)] = []
    /// Words under way to the engine, in their order.
    var words: [(at: Instant, word: Word)] = []
    /// Until then the socket has no room: words are lost.
    var fullUntil: Instant?
    /// Milliseconds between a fork and its exec.
    var forkTime = 1...30
    /// Milliseconds from exec until a program says that it is ready: some are late.
    var readyTime = 1...450
    /// Spawns that find no room on the machine.
    var refusals = 0
    /// Nobody listens.
    var isAlone = false
    private var nextPid: Int32 = 1000

    /// A spawn that is said twice is answered twice and done once. `isBeside` when it is to replace a run. Gives what is wrong with the order, if anything.
    mutating func spawn(
        _ order: SpawnOrder, isBeside: Bool, at now: Instant, _ dice: inout Dice
    ) -> String? {
        let id = order.id
        if let known = runs[id] {
            if known.isAcknowledged { return "run \(id) is spawned again after its exit was acknowledged" }
            if !known.isStarting { tellAll(of: id, at: now, &dice) }
            return nil
        }
        func variable(_ name: String) -> String {
            String(order.environment.first { $0.hasPrefix(name + "=") }?.dropFirst(name.count + 1) ?? "")
        }
        let name = variable("OD_NAME")
        let label = "\(name)#\(variable("NODE_APP_INSTANCE"))"
        let others = runs.filter { $0.value.label == label && ($0.value.lives || $0.value.isStarting) }
        // One that is being replaced lives on until its successor is online.
        if others.count > (isBeside ? 1 : 0) {
            return "\(label): run \(id.run) is spawned while runs \(others.keys.map(\.run).sorted()) live"
        }
        if refusals > 0 {
            refusals -= 1
            let trouble = SpawnTrouble(stage: .resources, errno: 11, text: "Resource temporarily unavailable")
            say(.refused(id, trouble), at: now, &dice)
            return nil
        }
        nextPid += 1
        runs[id] = Run(label: label, nature: natures[name] ?? .stays, pid: nextPid, since: now)
        happenings.append((now.advanced(byMilliseconds: dice.milliseconds(forkTime)), .settles(id)))
        return nil
    }

    /// To every process of the run's tree.
    mutating func signal(_ id: RunID, _ signal: Int32, at now: Instant, _ dice: inout Dice) {
        guard let run = runs[id] else { return }
        let soon = now.advanced(byMilliseconds: dice.milliseconds(1...20))
        let isDeaf = run.nature == .deaf
        if run.mainLives, signal == 9 || !isDeaf {
            happenings.append((soon, .mainEnds(id, .signal(signal, core: false))))
        }
        if run.orphanLives, signal == 9 {
            happenings.append((soon.advanced(byMilliseconds: 1), .orphanEnds(id)))
        }
    }

    mutating func discard(_ id: RunID, at now: Instant, _ dice: inout Dice) {
        guard runs[id] != nil else { return }
        runs[id]?.isDiscarded = true
        signal(id, 9, at: now, &dice)
    }

    mutating func happen(_ what: Happening, at now: Instant, _ dice: inout Dice) {
        switch what {
        case .settles(let id): settle(id, at: now, &dice)
        case .mainEnds(let id, let exit):
            guard var run = runs[id], run.mainLives else { return }
            run.mainLives = false
            run.end = RunEnd(exit: exit, pid: run.pid, since: run.since, at: now, left: run.orphanLives ? 1 : 0)
            runs[id] = run
            for word in account(of: id) { say(word, at: now, &dice) }
        case .orphanEnds(let id):
            guard let run = runs[id], run.orphanLives, !run.mainLives else { return }
            runs[id]?.orphanLives = false
            runs[id]?.end?.left = 0
            run.end.map { say(.gone(id, $0), at: now, &dice) }
        case .saysReady(let id):
            guard runs[id]?.mainLives == true else { return }
            runs[id]?.saidReady = true
            if runs[id]?.isHeard == true { happenings.append((now, .isHeard(id))) }
        case .isHeard: break
        }
    }

    private mutating func settle(_ id: RunID, at now: Instant, _ dice: inout Dice) {
        guard var run = runs[id], run.isStarting else { return }
        if run.nature == .missing {
            runs[id] = nil
            say(.refused(id, SpawnTrouble(stage: .execute, errno: 2, text: "No such file")), at: now, &dice)
            return
        }
        run.isStarting = false
        run.since = now
        run.mainLives = true
        happenings.append((now.advanced(byMilliseconds: dice.milliseconds(readyTime)), .saysReady(id)))
        if case .leavesOrphan = run.nature { run.orphanLives = true }
        if run.nature == .messy { run.orphanLives = true }
        runs[id] = run
        switch run.nature {
        case .exits(let code, let after):
            happenings.append((now.advanced(byMilliseconds: after), .mainEnds(id, .code(code))))
        case .leavesOrphan(let code):
            happenings.append((now.advanced(byMilliseconds: 1), .mainEnds(id, .code(code))))
        default: break
        }
        say(.spawned(id), at: now, &dice)
    }

    private mutating func tellAll(of id: RunID, at now: Instant, _ dice: inout Dice) {
        say(.spawned(id), at: now, &dice)
        for word in account(of: id) { say(word, at: now, &dice) }
    }

    /// What tells of a run all that the engine must know now.
    private func account(of id: RunID) -> [Word] {
        guard let run = runs[id] else { return [] }
        guard let end = run.end else { return [.spawned(id)] }
        return [.exited(id, end)] + (run.isGone ? [.gone(id, end)] : [])
    }

    /// The answer to an engine that asks for everything.
    mutating func list(at now: Instant, _ dice: inout Dice) {
        say(.listed(held.flatMap { account(of: $0.id) }), at: now, &dice)
    }

    /// Words reach the engine in their order, or are lost when there is no engine or no room.
    mutating func say(_ word: Word, at now: Instant, _ dice: inout Dice) {
        guard !isAlone, fullUntil == nil else { return }
        let soon = now.advanced(byMilliseconds: dice.milliseconds(0...8))
        words.append((max(soon, words.last?.at ?? soon), word))
    }

    /// Runs that the answer to a hello lists.
    var held: [(id: RunID, run: Run)] {
        runs.filter { !$0.value.isStarting && !$0.value.isAcknowledged }
            .map { ($0.key, $0.value) }.sorted { ($0.0.instance, $0.0.run) < ($1.0.instance, $1.0.run) }
    }

    /// All processes die at once, and with them the keeper.
    mutating func reboot() {
        buried.formUnion(runs.keys)
        runs = [:]
        happenings = []
        words = []
        fullUntil = nil
        refusals = 0
    }
}
