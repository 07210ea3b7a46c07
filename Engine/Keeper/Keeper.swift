import CKernel

/// Everything the keeper has, and its loop. What it does with it is in the extensions beside this file: Frames,
/// Listing, Spawning, Streams, Reaping, Trees, Engine.
struct Keeper: ~Copyable {
    let poller: Poller
    let signals: Int32
    let timer: Int32
    /// /dev/null, the stdin of every child.
    let null: Int32
    /// Soft limit of descriptors that children get back, and the number of ours above which we refuse to hold more.
    let childLimit: UInt64
    let ownLimit: Int
    /// Children must be told not to be as safe from the OOM killer as we are.
    let tamesChildren: Bool
    let events: UnsafeMutablePointer<od_event>

    var program: EngineProgram
    var engine = Engine()
    var link: Link
    var slots: Slots
    var store: Store
    var processes: Processes
    /// Number of the last exit.
    var exits: UInt64 = 0
    /// Slots with a SIGKILL for their tree that waits for the end of the turn.
    var kills = 0
    /// When to look again whether descriptors can be sent; 0 = never.
    var retryAt: UInt64 = 0
    var welcome = od_welcome()

    static let eventsMax = 64
    /// Descriptors that are kept free for reading /proc and for whatever an engine's start needs.
    static let reserve = 32

    /// nil when the system refuses something that we cannot do without.
    init?(program: EngineProgram) {
        var before: UInt64 = 0
        let limit = od_raise_descriptors(&before)
        let signals = od_signals()
        let timer = od_timer()
        let null = od_null_device()
        guard limit > 0, signals >= 0, timer >= 0, null >= 0, od_become_reaper("od-keeper") == 0,
            let poller = Poller(), poller.watch(signals, Token(.signals)), poller.watch(timer, Token(.timer)),
            let link = Link(), let slots = Slots(), let store = Store(), let processes = Processes(),
            let events = od_table(MemoryLayout<od_event>.stride * Self.eventsMax)
        else { return nil }
        self.program = program
        self.poller = poller
        self.signals = signals
        self.timer = timer
        self.null = null
        self.link = link
        self.slots = slots
        self.store = store
        self.processes = processes
        self.events = events.bindMemory(to: od_event.self, capacity: Self.eventsMax)
        childLimit = before
        ownLimit = Int(limit) - Self.reserve
        tamesChildren = od_lower_oom() == 1
        welcome.pid = processes.keeper
        od_read_boot_id(&welcome)
    }

    /// Until an engine has been given leave, which ends the process.
    mutating func run() {
        startEngine()
        while true {
            let count = poller.wait(events, capacity: Self.eventsMax)
            for index in 0..<max(count, 0) { handle(events[index]) }
            finishKills()
            if link.hasMissed, !link.awaitsRoom, retryAt == 0 { pump() }
        }
    }

    private mutating func handle(_ event: od_event) {
        let token = Token(number: event.token)
        switch token.kind {
        case .signals: takeSignals()
        case .timer: takeTimer()
        case .link where token.generation == engine.starts & 0xFF_FFFF: takeLink(event.events)
        case .status where isCurrent(token): settle(token.index)
        case .out where isCurrent(token): drain(token.index, .out)
        case .error where isCurrent(token): drain(token.index, .error)
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
                if hasDead { reap() }
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
        if engine.startAt != 0, engine.startAt <= now {
            engine.startAt = 0
            startEngine()
        }
        setTimer()
    }

    /// Arms the timer for the next of the two moments.
    func setTimer() {
        let next = engine.startAt == 0 || retryAt != 0 && retryAt < engine.startAt ? retryAt : engine.startAt
        _ = od_set_timer(timer, next)
    }
}
