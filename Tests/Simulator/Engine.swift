import Core

/// The thin runtime around a kernel, in virtual time: what is lost when the engine is killed.
struct SimulatedEngine {
    /// Facts and commands on their way to the disk.
    struct Batch {
        var writes: [StoreWrite] = []
        var acknowledge: [RunID] = []
        /// What people are promised once the batch is on disk.
        var wishes: Wishes?
        /// Labels that are forgotten with it.
        var forgotten: [String] = []
        var requests: [RequestID] = []

        var isEmpty: Bool { writes.isEmpty && acknowledge.isEmpty }

        mutating func append(_ other: Batch) {
            writes += other.writes
            acknowledge += other.acknowledge
            wishes = other.wishes ?? wishes
            forgotten += other.forgotten
            requests += other.requests
        }
    }

    /// A command that waits for the disk.
    struct Commit {
        var batch: Batch
        var gathered: Batch
        var effects: Effects
        var next: Kernel
        var request: RequestID
        var stops: Bool
        var wishes: Wishes
        var doneAt: Instant
    }

    var kernel: Kernel
    var inbox: [KernelEvent] = []
    var journal = Batch()
    var commit: Commit?
    var flush: (batch: Batch, doneAt: Instant)?
    var flushAt: Instant?
    var timers: [TimerID: Instant] = [:]
    /// Spawns that the keeper has not answered, in their order.
    var asked: [SpawnOrder] = []
    /// Those that had no answer when the keeper was asked for everything.
    var lost: [SpawnOrder] = []
    var waiting: [RequestID: FleetCommand] = [:]
    /// Number of the last event that was published.
    var lastEvent: UInt64?
    /// With what the engine has taken, on disk or not.
    var wishes: Wishes
    /// How the fleet was before the present command.
    var shown: [InstanceInfo] = []
    /// Instances of which the keeper held a run when the engine started, while it starts.
    var adopted: Set<UInt64> = []
    /// Definitions change with the command that is obeyed: who runs may have had others.
    var reorders = false
    /// It finds out what there is.
    var recovers = false
    /// Commands whose writes are not on disk.
    var unwritten: Set<RequestID> = []

    init(kernel: Kernel, wishes: Wishes) {
        self.kernel = kernel
        self.wishes = wishes
    }

    /// The timer that is due first; of several at once always the same.
    var nextTimer: (key: TimerID, value: Instant)? {
        timers.min {
            ($0.value, $0.key.id.instance, $0.key.id.run, $0.key.kind == .kill ? 0 : 1)
                < ($1.value, $1.key.id.instance, $1.key.id.run, $1.key.kind == .kill ? 0 : 1)
        }
    }
}
