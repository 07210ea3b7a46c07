import CKernel

/// The worker: everything it has, and its loop. What it does with it is in the extensions beside this file: Takeover,
/// Frames, Listing, Spawning, Adoption, Streams, Reaping, Trees, Engine, Pulse, Reexec.
struct Keeper: ~Copyable {
    /// Why a worker ends.
    enum Outcome {
        /// The engine that was given leave is gone.
        case left
        /// The spare is to become another executable.
        case another
        /// The spare is dead: this process is to be the spare.
        case alone
    }

    let holding: Holding
    let poller: Poller
    let signals: Int32
    let timer: Int32
    let spare: Int32
    /// The number above which we refuse to hold more descriptors.
    let ownLimit: Int
    let events: UnsafeMutablePointer<od_event>

    var program: EngineProgram
    var link: Link
    var slots: Slots
    var store: Store
    var processes: Processes
    var pulse: Pulse
    /// Slots with a SIGKILL for their tree that waits for the end of the turn.
    var kills = 0
    /// When to look again whether descriptors can be sent; 0 = never.
    var retryAt: UInt64 = 0
    /// What of the spare's work has been seen.
    var seenOrphans: UInt32
    var seenEndings: UInt32
    var welcome = od_welcome()
    /// Set by what ends this worker; looked at after each turn.
    var outcome: Outcome?

    static let eventsMax = 64
    /// Descriptors that are kept free for reading /proc and for whatever an engine's start needs.
    static let reserve = 32

    /// Takes over what the memory says. nil when the system refuses something that we cannot do without.
    init?(_ holding: Holding, _ program: EngineProgram, spare: Int32, pulse interval: UInt64) {
        // First of all: a spare that dies from here on is noticed.
        od_tell_parents_death(1)
        guard var processes = Processes(holding, spare: spare) else { return nil }
        holding.forgetUnborn()
        holding.closeUnnamed(proc: processes.proc)
        processes.openLists()
        let signals = od_signals()
        let timer = od_timer()
        guard signals >= 0, timer >= 0, od_become_reaper("od-keeper") == 0,
            let poller = Poller(), poller.watch(signals, Token(.signals)), poller.watch(timer, Token(.timer)),
            let link = Link(holding), let events = od_table(MemoryLayout<od_event>.stride * Self.eventsMax)
        else { return nil }
        self.holding = holding
        self.program = program
        self.spare = spare
        self.poller = poller
        self.signals = signals
        self.timer = timer
        self.link = link
        self.processes = processes
        self.events = events.bindMemory(to: od_event.self, capacity: Self.eventsMax)
        slots = Slots(holding)
        store = Store(holding: holding)
        pulse = Pulse(interval: interval)
        ownLimit = Int(holding.head.pointee.own_nofile) - Self.reserve
        seenOrphans = holding.head.pointee.spare_orphans
        seenEndings = holding.head.pointee.spare_endings
        holding.head.pointee.keepers += 1
        welcome.pid = processes.worker
        welcome.spare = spare
        welcome.holding = holding.head.pointee.holding
        welcome.keepers = holding.head.pointee.keepers
        od_read_boot_id(&welcome)
        od_read_build(&welcome)
    }

    /// Until something ends this worker.
    mutating func run() -> Outcome {
        takeOver()
        while outcome == nil {
            let count = poller.wait(events, capacity: Self.eventsMax)
            // Nothing can be heard any more: another worker makes itself a poller.
            if count < 0 { od_exit(ExitCode.system) }
            for index in 0..<count where outcome == nil { handle(events[index]) }
            finishKills()
            if link.hasMissed, !link.awaitsRoom, retryAt == 0 { pump() }
        }
        return outcome ?? .alone
    }

    private mutating func handle(_ event: od_event) {
        let token = Token(number: event.token)
        switch token.kind {
        case .signals: takeSignals()
        case .timer: takeTimer()
        case .link where token.generation == engine.pointee.starts & 0xFF_FFFF: takeLink(event.events)
        case .engine where token.generation == engine.pointee.starts & 0xFF_FFFF: strangeEngineEnded()
        case .status where isCurrent(token): settle(token.index)
        case .out where isCurrent(token): drain(token.index, .out)
        case .error where isCurrent(token): drain(token.index, .error)
        case .cgroup where isCurrent(token): cgroupChanged(token.index)
        case .main where isCurrent(token): strangerEnded(token.index)
        case .last where isCurrent(token): lastEnded(token.index)
        default: break
        }
    }

    private func isCurrent(_ token: Token) -> Bool {
        slots[token.index].pointee.generation == token.generation && slots[token.index].pointee.phase != .free
    }

    private mutating func takeSignals() {
        var hasDead = false
        while true {
            switch UInt32(od_next_signal(signals)) {
            case 0:
                // One SIGCHLD may stand for many: a child of ours, one of the spare's, the spare itself.
                if hasDead { reap() }
                if hasDead, od_parent_pid() != spare, outcome == nil { outcome = .alone }
                return
            case OD_SIG_CHLD.rawValue: hasDead = true
            case OD_SIG_TERM.rawValue: passTermination()
            default: break
            }
        }
    }

    private mutating func takeTimer() {
        let now = od_now()
        if retryAt != 0, retryAt <= now {
            retryAt = 0
            pump()
        }
        if engine.pointee.start_at != 0, engine.pointee.start_at <= now {
            engine.pointee.start_at = 0
            startEngine()
        }
        if pulse.at != 0, pulse.at <= now { tick(now) }
        setTimer()
    }

    /// Arms the timer for the next of its moments.
    func setTimer() {
        let next = Self.earlier(retryAt, Self.earlier(engine.pointee.start_at, pulse.at))
        _ = od_set_timer(timer, next)
    }
    /// The earlier of two moments; 0 is never.
    private static func earlier(_ first: UInt64, _ second: UInt64) -> UInt64 {
        first == 0 || second != 0 && second < first ? second : first
    }
}
