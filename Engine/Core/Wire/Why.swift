/// What somebody has said that concerned an app, and who that was.
public struct Deed: Hashable, Sendable, Codable {
    public var at: WallTime
    /// `start`, `stop`, `restart`, …
    public var what: String
    /// Of the process that asked, by its socket.
    public var uid: UInt32
    /// The name of that user; nil when the machine knows none.
    public var user: String?
    /// The command line, as the client told it, without secrets; else what it calls itself.
    public var by: String

    public init(at: WallTime, what: String, uid: UInt32, user: String?, by: String) {
        self.at = at
        self.what = what
        self.uid = uid
        self.user = user
        self.by = by
    }
}

/// What was found when a run had ended badly by itself.
public struct CrashReport: Hashable, Sendable, Codable {
    /// `namespace/name`
    public var app: String
    public var instance: Int
    /// Number of the run within its instance.
    public var run: UInt64
    public var pid: Int32
    public var at: WallTime
    public var exit: Exit
    /// Milliseconds.
    public var uptime: Int
    /// The largest resident size of its main process, bytes.
    public var maxMemory: UInt64
    /// What the kernel's counters say of memory that ran out; nil when they say nothing.
    public var outOfMemory: String?
    /// The last lines of stderr, oldest first, values of secret variables as stars.
    public var stderr: [String]
    /// Where its core is: a file, a command that shows it, or who has taken it; nil: there was none, or it was not found.
    public var core: String?

    public init(
        app: String, instance: Int, run: UInt64, pid: Int32, at: WallTime, exit: Exit, uptime: Int, maxMemory: UInt64,
        outOfMemory: String? = nil, stderr: [String] = []
    ) {
        self.app = app
        self.instance = instance
        self.run = run
        self.pid = pid
        self.at = at
        self.exit = exit
        self.uptime = uptime
        self.maxMemory = maxMemory
        self.outOfMemory = outOfMemory
        self.stderr = stderr
    }
}

/// How something is that an app depends on.
public struct DependencyState: Hashable, Sendable, Codable {
    /// As the app names it.
    public var name: String
    public var condition: Dependency.Condition
    /// In a word or two, like `starting` or `gave up`; nil when it is as it must be.
    public var obstacle: String?
    /// Why it is not as it must be, as `InstanceInfo.reason` has it; nil when nothing is known or to be said.
    public var reason: String?
    /// Since when it is so; nil when no event tells.
    public var since: WallTime?

    public init(
        name: String, condition: Dependency.Condition, obstacle: String? = nil, reason: String? = nil,
        since: WallTime? = nil
    ) {
        self.name = name
        self.condition = condition
        self.obstacle = obstacle
        self.reason = reason
        self.since = since
    }
}

/// `od why`: all that led to the state of an instance.
public struct ProcessStory: Hashable, Sendable, Codable {
    public var process: InstanceInfo
    /// Since when it has its status; nil when no event tells.
    public var since: WallTime?
    /// What people did to its app, newest first.
    public var deeds: [Deed]
    /// Bad ends of this instance, newest first.
    public var crashes: [CrashReport]
    /// What happened to this instance and to the engine, oldest first.
    public var events: [FleetEvent]
    /// The definition since the last one under which the app ran well.
    public var changes: [FieldChange]
    /// Until when that was; nil when the present one is the first, or ran well itself.
    public var goodUntil: WallTime?
    /// Why od has restarted it, when that was no exit of its own: `memory 600 MiB over maxMemory 512 MiB`.
    public var cause: String?
    /// What it depends on; nil when that is nothing.
    public var dependencies: [DependencyState]?

    public init(
        process: InstanceInfo, since: WallTime? = nil, deeds: [Deed] = [], crashes: [CrashReport] = [],
        events: [FleetEvent] = [], changes: [FieldChange] = [], goodUntil: WallTime? = nil
    ) {
        self.process = process
        self.since = since
        self.deeds = deeds
        self.crashes = crashes
        self.events = events
        self.changes = changes
        self.goodUntil = goodUntil
    }
}
