// The kernel: all apps and instances, what is wanted of them and what they are. It routes events to the small machines
// and turns their actions into effects. A value: no clock, no I/O, the same events give the same effects.

/// The supervising mind of the engine.
package struct Kernel: Hashable, Sendable {
    /// A command whose answer waits until its instances have settled.
    struct Pending: Hashable, Sendable {
        /// nil when nobody waits for the answer.
        var request: RequestID?
        var kind: Kind
        /// Keys of instances that have not settled.
        var waiting: Set<UInt64>
        /// All keys that the answer shows.
        var shown: [UInt64]
        /// What removed instances were like at their end.
        var removed: [InstanceInfo] = []
        var failures: [Failure] = []
        var unchanged: [String] = []
        /// What people should know though nothing failed.
        var warnings: [String] = []
        var changes: [String: ApplyResult.Change] = [:]
        /// What was to be changed, and why; empty for a command that was said again.
        var plan: [AppChange] = []

        enum Kind: Hashable, Sendable {
            case processes, start, apply, reload, shutdown
        }
    }

    /// The home directory: standard log paths lie below it.
    let homePath: String
    var home = HomeRecord()
    var fleet = Fleet()
    var pending: [Pending] = []
    var receipts = Receipts()
    var lastEvent: UInt64 = 0
    /// Everything is being stopped so that the engine can end.
    var leaving = false
    /// Apps with an instance that is being reloaded or waits for its turn.
    var reloading: Set<UInt64> = []
    /// Apps whose shared sockets may be open.
    var listening: Set<UInt64> = []
    var random: SplitMix64

    /// - Parameter seed: of the jitter of backoffs.
    package init(homePath: String, seed: UInt64) {
        self.homePath = homePath
        random = SplitMix64(seed: seed)
    }

    /// Takes one event and says what follows from it.
    package mutating func step(_ event: KernelEvent, at now: Moment) -> Effects {
        var effects = Effects()
        switch event {
        case .recovered(let stored, let held, let start):
            recover(stored, held: held, start, now, &effects)
        case .command(let command, let request):
            obey(command, request, now, &effects)
        case .spawned(let id, let pid, let since):
            spawned(id, pid: pid, since: since, now, &effects)
        case .spawnFailed(let id, let trouble):
            spawnFailed(id, trouble, now, &effects)
        case .exited(let id, let end):
            exited(id, end, now, &effects)
        case .gone(let id):
            gone(id, now, &effects)
        case .timer(let timer):
            timerFired(timer, now, &effects)
        case .keeper(let news):
            note(news, now, &effects)
        case .overMemory(let id, let bytes):
            overMemory(id, bytes, now, &effects)
        case .sign(let id, let sign):
            said(id, sign, now, &effects)
        }
        settle(after: event, now, &effects)
        return effects
    }

    /// Whether the engine ends with its dashboard.
    package var isEmbedded: Bool { home.embedded }
    package var isHalted: Bool { home.halted }
    package var appCount: Int { fleet.apps.count }
    /// Number of the last published event.
    package var lastEventNumber: UInt64 { lastEvent }

    mutating func newKey(_ effects: inout Effects) -> UInt64 {
        defer {
            home.nextKey += 1
            effects.store.append(.putHome(home))
        }
        return home.nextKey
    }

    /// The record of an instance is to be stored as it is now.
    func store(_ key: UInt64, _ effects: inout Effects) {
        if let record = fleet[key]?.record { effects.store.append(.putInstance(record)) }
    }

    /// Numbers of events that are reserved at a time. More are never on their way to the disk at once.
    static let reservedEvents: UInt64 = 10_000

    /// Says to the world what became of an instance, and keeps it in the event log.
    mutating func publish(
        _ name: EventName, _ key: UInt64?, _ now: Moment, _ effects: inout Effects, _ message: String? = nil,
        crash: Bool = false
    ) {
        lastEvent += 1
        if lastEvent + Self.reservedEvents / 2 > home.events {
            home.events = lastEvent + Self.reservedEvents
            effects.store.append(.putHome(home))
        }
        let event = FleetEvent(
            seq: lastEvent, at: now.wall, name: name, process: key.flatMap { info($0, now) }, message: message,
            crash: crash ? true : nil)
        effects.publish.append(event)
        // The log of events says what happened, not what the app is: its arguments may be long.
        var short = event
        short.process?.arguments = []
        effects.store.append(.addEvent(short))
    }
}

/// A small, fast, seedable generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// The next of 2^64 numbers, each of which comes once.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
