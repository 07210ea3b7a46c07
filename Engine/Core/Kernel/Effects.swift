/// One run of one instance.
package struct RunID: Hashable, Sendable {
    package var instance: UInt64
    /// 1, 2, … within the instance.
    package var run: UInt64

    package init(instance: UInt64, run: UInt64) {
        self.instance = instance
        self.run = run
    }
}

/// Now, on both clocks.
package struct Moment: Hashable, Sendable {
    package var boot: Instant
    package var wall: WallTime

    package init(boot: Instant, wall: WallTime) {
        self.boot = boot
        self.wall = wall
    }

    /// The wall time of a moment on the boot clock, by what both clocks say now.
    package func wallTime(of instant: Instant) -> WallTime {
        WallTime(
            milliseconds: wall.milliseconds - Int64(boot.milliseconds(since: instant))
                + Int64(instant.milliseconds(since: boot)))
    }
}

/// What the keeper needs to execute a program.
package struct SpawnOrder: Hashable, Sendable {
    package var id: RunID
    package var program: String
    /// argv, argv[0] included.
    package var arguments: [String]
    package var cwd: String
    /// `K=V`, sorted.
    package var environment: [String]
    /// User, limits and priorities; nil when nothing was said.
    package var attributes: ProcessAttributes?
}

/// Where the streams of a run go.
package struct LogPlan: Hashable, Sendable {
    package var out: String
    package var error: String
    /// When the files are put aside.
    package var rotation: LogRotation
}

/// A timer of an instance. A late one, of another run, means nothing.
package struct TimerID: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A graceful stop, or the wait after a SIGKILL, is over.
        case kill
        /// A backoff is over.
        case wait
    }

    package var id: RunID
    package var kind: Kind

    package init(id: RunID, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// What the thin runtime does for the kernel.
package enum KeeperEffect: Hashable, Sendable {
    case spawn(SpawnOrder)
    /// To every process of the run's tree.
    case signal(RunID, Int32)
    /// The run executes: its streams go into these files.
    case attach(RunID, LogPlan)
    /// Nothing of the run lives: its streams end soon.
    case ended(RunID)
    /// A run of nobody: end it and forget it.
    case discard(RunID)
}

package enum TimerEffect: Hashable, Sendable {
    case arm(TimerID, milliseconds: Int)
    case cancel(TimerID)
}

/// Number of a client's request, unique within the engine's life.
package typealias RequestID = UInt64

package enum Outcome: Hashable, Sendable {
    case nothing
    case processes([InstanceInfo])
    case started(StartResult)
    case applied(ApplyResult)
    case failed(Failure)
}

/// What follows from one step. The order is a contract: first `store`, then `keeper` and `timers`, then `publish`, then
/// `answers`. With `durable` the rest waits until `store` is on disk, and does not happen when that fails.
package struct Effects: Hashable, Sendable {
    package var store: [StoreWrite] = []
    package var durable = false
    package var keeper: [KeeperEffect] = []
    package var timers: [TimerEffect] = []
    package var publish: [FleetEvent] = []
    package var answers: [ReplyTo] = []
    /// Exits that the keeper may forget once `store` is on disk.
    package var acknowledge: [RunID] = []
    /// Keys of instances that were deleted.
    package var forgotten: [UInt64] = []
    /// Everything is down: engine and keeper end.
    package var leave = false

    package struct ReplyTo: Hashable, Sendable {
        package var request: RequestID
        package var answer: Outcome
    }

    package init() {}
}
