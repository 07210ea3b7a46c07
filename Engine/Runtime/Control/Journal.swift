import Core

/// What is to be written to the store, in order, and what may be acknowledged to the keeper once it is.
///
/// Commands wait until their writes are durable; facts (exits, events) are gathered and written together, at most
/// `gather` milliseconds later. When the disk is full they are kept and tried again every second; beyond `maxWrites`
/// old states of instances are dropped, and the oldest events, exits and receipts: supervision goes on, state is never
/// half-written, and the first event that is kept says how many are not.
struct Journal: Sendable {
    /// Milliseconds that facts may wait for others.
    static let gather = 20
    /// Milliseconds until a failed write is tried again.
    static let retry = 1000
    static let maxWrites = 50_000
    static let maxExits = 10_000

    /// One transaction.
    struct Batch: Sendable {
        var writes: [StoreWrite] = []
        /// Which processes new runs are.
        var processes: [UInt64: ProcessRecord] = [:]
        /// The keeper may forget these when `writes` are on disk.
        var acknowledge: [RunID] = []
        /// Events that were dropped before the first that is in it.
        var lost = 0

        var isEmpty: Bool { writes.isEmpty && processes.isEmpty && acknowledge.isEmpty }
    }

    private(set) var waiting = Batch()

    init() {}

    /// What a step writes, until the next flush.
    ///
    /// - Parameter history: whether events are kept.
    mutating func add(_ effects: Effects, history: Bool = true) {
        waiting.writes += history ? effects.store : effects.store.filter { !$0.isHistory }
        waiting.acknowledge += effects.acknowledge
        if waiting.writes.count > Self.maxWrites { compact() }
    }

    /// A run is that process. Bounded by the number of instances: the last run of each counts.
    mutating func add(_ process: ProcessRecord) {
        waiting.processes[process.id.instance] = process
    }

    /// All that waits, to be written now.
    mutating func take() -> Batch {
        defer { waiting = Batch() }
        return waiting
    }

    /// A batch that could not be written: it comes before what has gathered since.
    mutating func putBack(_ batch: Batch) {
        waiting.writes = batch.writes + waiting.writes
        waiting.processes.merge(batch.processes) { newer, _ in newer }
        waiting.acknowledge = batch.acknowledge + waiting.acknowledge
        waiting.lost += batch.lost
        if waiting.writes.count > Self.maxWrites { compact() }
    }

    /// Drops states of instances that later ones replace, and the oldest events, exits and receipts.
    private mutating func compact() {
        let lost = waiting.lost
        var seen: Set<UInt64> = []
        var events = 0
        var homes = 0
        var exits = 0
        var receipts = 0
        let kept = waiting.writes.reversed().filter { write in
            switch write {
            case .addEvent:
                events += 1
                if events > Defaults.storedEvents { waiting.lost += 1 }
                return events <= Defaults.storedEvents
            case .putInstance(let record):
                return seen.insert(record.key).inserted
            case .putHome:
                homes += 1
                return homes == 1
            case .addExit:
                exits += 1
                return exits <= Self.maxExits
            case .addReceipt:
                receipts += 1
                return receipts <= Defaults.receipts
            case .putApp, .removeApp, .removeInstance:
                return true
            }
        }
        waiting.writes = kept.reversed()
        if waiting.lost > lost { tellOfLost() }
    }

    private mutating func tellOfLost() {
        guard let index = waiting.writes.firstIndex(where: \.isHistory),
            case .addEvent(var event) = waiting.writes[index]
        else { return }
        let note = "\(waiting.lost) events before this one are lost: state.db could not be written"
        event.message = event.message.map { "\($0) (\(note))" } ?? note
        waiting.writes[index] = .addEvent(event)
    }
}
