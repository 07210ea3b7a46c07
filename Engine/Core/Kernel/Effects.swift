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
    /// Listening sockets that it shares with the other runs of its app; nil without any.
    package var sockets: Sockets?
    /// It has a stdin into which people can write.
    package var hasInput = false

    /// What it is given to say how it is.
    package var voice: Voice

    /// Listening sockets that a run gets, and whose they are.
    package struct Sockets: Hashable, Sendable {
        /// Key of the app.
        package var app: UInt64
        package var order: SocketOrder

        package init(app: UInt64, order: SocketOrder) {
            self.app = app
            self.order = order
        }
    }
}

/// What a run is given to say how it is, and to be told.
package struct Voice: Hashable, Sendable {
    /// Node's IPC channel.
    package var channel = false
    /// The same as `channel`, and it cannot do without.
    package var needsChannel = false
    /// A socket for sd_notify(3).
    package var notify = false
    /// Milliseconds between signs of life, of which sd_notify tells it.
    package var watchdog: Int?
    /// A descriptor that takes a line, by its number in the app.
    package var descriptor: Int32?

    package init() {}

    /// The run cannot do without.
    package var isNeeded: Bool { needsChannel || notify || descriptor != nil }
    /// It has none.
    package var isEmpty: Bool { self == Voice() }
}

/// What is listened to and looked at while a run lives.
package struct Attention: Hashable, Sendable {
    package var voice: Voice
    /// By which road it becomes ready; nil when it is.
    package var awaits: Readiness?

    package init(voice: Voice, awaits: Readiness?) {
        self.voice = voice
        self.awaits = awaits
    }
}

/// Where the streams of a run go.
package struct LogPlan: Hashable, Sendable {
    package var out: String
    package var error: String
    /// When the files are put aside.
    package var rotation: LogRotation
    /// What is written into them.
    package var settings = LogSettings()
    /// Who writes.
    package var origin = LogOrigin()
}

/// Who writes into a log, as its records say it.
package struct LogOrigin: Hashable, Sendable {
    package var name: String
    /// Number of the instance.
    package var instance: Int
    /// Of the main process; 0 when it is not known.
    package var pid: Int32
    /// Lines say the instance: others write into the same file.
    package var isShared: Bool
    /// Somebody wants to know where the output of the run ends.
    package var tellsEnds = false

    package init(name: String = "", instance: Int = 0, pid: Int32 = 0, isShared: Bool = false) {
        self.name = name
        self.instance = instance
        self.pid = pid
        self.isShared = isShared
    }
}

/// A run that crashed, and where its last lines are kept.
package struct CrashNote: Hashable, Sendable {
    package var id: RunID
    /// `api#0`
    package var label: String
    /// For people: `exit 1 after 20 ms`.
    package var text: String
    /// Of each stream.
    package var lines: Int
    /// The files are `PATH.RUN`.
    package var path: String

    package init(id: RunID, label: String, text: String, lines: Int, path: String) {
        self.id = id
        self.label = label
        self.text = text
        self.lines = lines
        self.path = path
    }
}

/// A timer of an instance. A late one, of another run, means nothing.
package struct TimerID: Hashable, Sendable {
    /// What is due.
    package enum Kind: Hashable, Sendable {
        /// A graceful stop, or the wait after a SIGKILL, is over.
        case kill
        /// A backoff is over.
        case wait
        /// It must have been ready by now.
        case ready
        /// A successor that cannot say that it is ready has run so long that it counts as such.
        case proof
        /// It must have given a sign of life by now.
        case watchdog
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
    /// To the first process of the run only.
    case signalFirst(RunID, Int32)
    /// The run executes: what it says is heard, and what makes it ready is looked for. Before `attach`.
    case listen(RunID, pid: Int32, Attention)
    /// `shutdown` on the channel of the run; where that cannot be said, the signal to its tree.
    case askToEnd(RunID, Int32)
    /// The run executes: its streams go into these files.
    case attach(RunID, LogPlan)
    /// Nothing of the run lives: its streams end soon.
    case ended(RunID)
    /// A run of nobody: end it and forget it.
    case discard(RunID)
    /// No instance of the app runs or is about to: nobody may connect to its shared sockets.
    case closeSockets(app: UInt64)
}

/// A timer to set anew or to forget; one that was set before under the same id counts no more.
package enum TimerEffect: Hashable, Sendable {
    case arm(TimerID, milliseconds: Int)
    case cancel(TimerID)
}

/// A file that says the pid of a run to other programs.
package struct PidFile: Hashable, Sendable {
    /// Absolute.
    package var path: String
    package var pid: Int32
    /// false: it is removed, if it still says that pid.
    package var isThere: Bool

    package init(path: String, pid: Int32, isThere: Bool) {
        self.path = path
        self.pid = pid
        self.isThere = isThere
    }
}

/// Number of a client's request, unique within the engine's life.
package typealias RequestID = UInt64

/// The answer to a command.
package enum Outcome: Hashable, Sendable {
    case nothing
    case processes([InstanceInfo])
    case started(StartResult)
    case applied(ApplyResult)
    case reloaded(ReloadResult)
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
    /// Runs that crashed, whose last lines are to be kept.
    package var crashes: [CrashNote] = []
    /// Keys of instances that were deleted.
    package var forgotten: [UInt64] = []
    /// Files that say the pid of a run to other programs, to be written or removed.
    package var pidFiles: [PidFile] = []
    /// Everything is down: engine and keeper end.
    package var leave = false

    /// An answer, and the request that it belongs to.
    package struct ReplyTo: Hashable, Sendable {
        package var request: RequestID
        package var answer: Outcome
    }

    package init() {}
}
