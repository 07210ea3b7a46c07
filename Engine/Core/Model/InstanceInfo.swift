/// The state of an instance as everybody sees it.
public enum ProcessStatus: String, Hashable, Sendable, Codable, CaseIterable {
    /// Known, never started.
    case created
    /// Asked to run, not ready yet.
    case starting
    /// Running and ready.
    case online
    /// Being replaced.
    case reloading
    /// Waiting for a dependency or a backoff; `reason` and `waitsUntil` say which and how long.
    case waiting
    /// Asked to end; processes of it live.
    case stopping
    /// Past its time: SIGKILL was sent; processes of it live.
    case killing
    /// Nothing of it lives; `finished` says whether that is because it is done.
    case stopped
    /// Exec failed, or we gave up.
    case errored
}

/// One instance of an app, as `od list` and the dashboard show it. One per instance; numbers in base units.
public struct InstanceInfo: Hashable, Sendable, Codable {
    /// Small number that commands accept; belongs to the instance, is reused after its deletion.
    public var id: Int
    public var name: String
    /// 0, 1, … within the app.
    public var instance: Int
    public var namespace: String
    public var status: ProcessStatus
    /// Of the main process, nil when none lives.
    public var pid: Int32?
    /// Percent of one core, of the whole tree; nil when not sampled.
    public var cpu: Double?
    /// Resident bytes of the whole tree; nil when not sampled.
    public var memory: UInt64?
    /// Milliseconds since the present run started; nil when none runs.
    public var uptime: Int?
    /// How often it was started again by us or by hand since it was last started fresh.
    public var restarts: Int
    /// `fork`, or `cluster` when its instances share sockets or its `execMode` says so.
    public var mode: String
    public var startedAt: WallTime?
    /// The last end of a run.
    public var exit: Exit?
    public var exitedAt: WallTime?
    /// Why it waits, is not ready or is errored; nil otherwise.
    public var reason: String?
    /// When the wait ends.
    public var waitsUntil: WallTime?
    /// What the app says of itself (STATUS of sd_notify); nil when it says nothing.
    public var message: String?
    /// Processes of its tree, when sampled.
    public var processes: Int?
    public var script: String
    public var interpreter: String?
    public var arguments: [String]
    public var cwd: String
    public var outFile: String
    public var errorFile: String
    /// `1.2.3 (main 4f2a9c1)`; nil when it is not known.
    public var version: String?
    /// True for one that is stopped because it has ended by itself with success, and its policy wants no restart.
    public var finished: Bool?

    public init(
        id: Int, name: String, instance: Int, namespace: String, status: ProcessStatus, pid: Int32? = nil,
        cpu: Double? = nil, memory: UInt64? = nil, uptime: Int? = nil, restarts: Int = 0, mode: String = "fork",
        startedAt: WallTime? = nil, exit: Exit? = nil, exitedAt: WallTime? = nil, reason: String? = nil,
        waitsUntil: WallTime? = nil, processes: Int? = nil, script: String = "", interpreter: String? = nil,
        arguments: [String] = [], cwd: String = "/", outFile: String = "", errorFile: String = ""
    ) {
        self.id = id
        self.name = name
        self.instance = instance
        self.namespace = namespace
        self.status = status
        self.pid = pid
        self.cpu = cpu
        self.memory = memory
        self.uptime = uptime
        self.restarts = restarts
        self.mode = mode
        self.startedAt = startedAt
        self.exit = exit
        self.exitedAt = exitedAt
        self.reason = reason
        self.waitsUntil = waitsUntil
        self.processes = processes
        self.script = script
        self.interpreter = interpreter
        self.arguments = arguments
        self.cwd = cwd
        self.outFile = outFile
        self.errorFile = errorFile
    }

    /// `api#0`
    public var label: String { "\(name)#\(instance)" }

    /// How it is, in the one word that people read: `finished` for a job that is done, else its status.
    public var word: String { status == .stopped && finished == true ? Self.finishedWord : status.rawValue }

    /// What a job is that ended by itself with success.
    public static let finishedWord = "finished"
}
