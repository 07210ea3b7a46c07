/// The end of a run's main process.
package struct RunEnd: Hashable, Sendable {
    package var exit: Exit
    package var pid: Int32
    package var since: Instant
    package var at: Instant
    /// Processes of its tree that live.
    package var left: Int
    /// Bytes.
    package var maxMemory: UInt64
    /// Milliseconds, user and system.
    package var cpuTime: Int

    package init(
        exit: Exit, pid: Int32, since: Instant, at: Instant, left: Int, maxMemory: UInt64 = 0, cpuTime: Int = 0
    ) {
        self.exit = exit
        self.pid = pid
        self.since = since
        self.at = at
        self.left = left
        self.maxMemory = maxMemory
        self.cpuTime = cpuTime
    }
}

/// A run that the keeper held when the engine started.
package struct HeldRun: Hashable, Sendable {
    package var id: RunID
    package var pid: Int32
    package var since: Instant
    /// nil while its main process lives.
    package var end: RunEnd?

    package init(id: RunID, pid: Int32, since: Instant, end: RunEnd? = nil) {
        self.id = id
        self.pid = pid
        self.since = since
        self.end = end
    }
}

/// Why a program was not executed.
package struct SpawnTrouble: Hashable, Sendable {
    package enum Stage: Hashable, Sendable {
        /// The keeper has no room, no memory, no descriptors.
        case resources
        /// It cannot be put into its cgroup.
        case cgroup
        /// What its config asks for is refused; the key.
        case attribute(String)
        /// The port that its app is to share.
        case port(Int)
        /// This keeper is too old for it.
        case keeper
        case directory
        case execute
        case other
    }

    package var stage: Stage
    package var errno: Int32
    /// What errno means, for people.
    package var text: String

    package init(stage: Stage, errno: Int32, text: String) {
        self.stage = stage
        self.errno = errno
        self.text = text
    }
}

/// What people ask for.
package enum FleetCommand: Hashable, Sendable {
    case start(StartRequest)
    case apply(ApplyRequest)
    /// With `cascade` those too that depend on them, whatever their own definition says.
    case stop([String], cascade: Bool = false)
    case restart([String], cascade: Bool = false)
    case reload([String])
    /// With the keys of instances that run and listen on no port, as far as that can be seen.
    case scale(ScaleRequest, quiet: Set<UInt64> = [])
    case reset([String])
    case delete([String])
    case change(ChangeRequest)
    case restore([SavedApp])
    /// Stop everything and end; `halt` when only people may bring it back.
    case shutdown(halt: Bool)
    case detach
    case resume
    /// The same wish under a name of the client's: it is done once, however often it is said.
    indirect case once(String, FleetCommand)

    /// It only ends what runs: it is obeyed even when it cannot be stored.
    package var stops: Bool {
        switch self {
        case .stop, .delete, .shutdown: true
        case .start, .apply, .restart, .reload, .scale, .reset, .change, .restore, .detach, .resume: false
        case .once(_, let command): command.stops
        }
    }
}

/// How this engine came to be.
package struct EngineStart: Hashable, Sendable {
    /// The table of runs that its keeper holds: the boot, and what tells the table from others.
    package var keeper: String
    /// It was started for a dashboard, whose answer ends it. Counts for the first engine of a keeper only.
    package var isEmbedded: Bool
    /// Keeper and engine had been killed: the runs that they left behind were looked for, and are among the held ones.
    /// Then nothing is started anew but what an engine that was killed alone would start.
    package var hasAdopted: Bool
    /// How often the keeper has started an engine: no two of a keeper have the same number.
    package var number: Int
    /// The machine's init system has started it: what ran before a halt comes back too. Counts for the first engine of
    /// a keeper only.
    package var isBoot: Bool
    /// Runs that the keeper is executing: whether they live is not known yet. None of them is among the held ones.
    package var executing: [RunID]

    package init(
        keeper: String, isEmbedded: Bool, hasAdopted: Bool = false, number: Int = 1, isBoot: Bool = false,
        executing: [RunID] = []
    ) {
        self.keeper = keeper
        self.isEmbedded = isEmbedded
        self.hasAdopted = hasAdopted
        self.number = number
        self.isBoot = isBoot
        self.executing = executing
    }
}

/// What became of the keeper while the engine lived.
package enum KeeperNews: Hashable, Sendable {
    /// For people: who died.
    case lost(String)
    /// The table of runs that the successor holds, and for people: who he is.
    case replaced(keeper: String, String)
}

/// What the kernel learns.
package enum KernelEvent: Hashable, Sendable {
    /// The first event: what was stored and what the keeper holds.
    case recovered(StoredFleet, [HeldRun], EngineStart)
    /// A client's command; without a request nobody waits for the answer.
    case command(FleetCommand, RequestID?)
    case spawned(RunID, pid: Int32, since: Instant)
    case spawnFailed(RunID, SpawnTrouble)
    case exited(RunID, RunEnd)
    case gone(RunID)
    case timer(TimerID)
    case keeper(KeeperNews)
    /// The tree of a run was measured, and has more bytes than its app may have.
    case overMemory(RunID, UInt64)
    case sign(RunID, Sign)
}

/// What a run says of itself, or what is seen of it.
package enum Sign: Hashable, Sendable {
    /// What makes it ready has come.
    case ready
    /// It lives: a sign for its watchdog.
    case alive
    /// In its own words; empty takes them back.
    case status(String)
}

extension KernelEvent {
    /// The one instance that the event is about; nil for those that may touch any.
    var instance: UInt64? {
        switch self {
        case .recovered, .command, .keeper: nil
        case .spawned(let id, _, _), .spawnFailed(let id, _), .exited(let id, _), .gone(let id),
            .overMemory(let id, _):
            id.instance
        case .timer(let timer): timer.id.instance
        case .sign(let id, _): id.instance
        }
    }
}
