/// Params of `daemon.hello`.
public struct HelloRequest: Hashable, Sendable, Codable {
    public static let magic = "opendaemon"

    public var magic: String
    /// The oldest version of the protocol that the client speaks. An engine of the version before reads only this
    /// field, and takes it for the client's own.
    public var version: Int
    /// The newest version that the client speaks; nil: it speaks `version` only, as clients of version 1 do.
    public var newest: Int?
    /// What the client is, for `od daemon status`: `od 0.1.0`.
    public var client: String
    /// A dashboard that asks to own an embedded engine: its end without a word detaches the engine.
    public var owner: Bool?
    /// It only wants to end the daemon: also an engine that can do nothing else greets it.
    public var ending: Bool?

    public init(client: String, owner: Bool? = nil, ending: Bool? = nil) {
        magic = Self.magic
        version = Versions.oldest
        newest = Versions.newest
        self.client = client
        self.owner = owner
        self.ending = ending
    }
}

public struct HelloResult: Hashable, Sendable, Codable {
    public var magic: String
    /// The version that both sides speak from now on: the newest that both know.
    public var version: Int
    /// The newest version that the engine speaks; nil for one of version 1.
    public var newest: Int?
    /// Version of the engine's build: `0.1.0`.
    public var build: String
    public var pid: Int32
    /// The engine lives as long as its dashboard, until it is detached.
    public var embedded: Bool

    public init(build: String, pid: Int32, embedded: Bool) {
        magic = HelloRequest.magic
        version = Versions.newest
        newest = Versions.newest
        self.build = build
        self.pid = pid
        self.embedded = embedded
    }
}

public struct DaemonStatus: Hashable, Sendable, Codable {
    public var pid: Int32
    public var keeperPid: Int32
    public var version: String
    public var home: String
    public var startedAt: WallTime
    /// Milliseconds.
    public var uptime: Int
    public var embedded: Bool
    /// The home was halted by `od daemon stop`: nothing is started until `od start`, `od up` or `od daemon start`.
    public var halted: Bool
    /// Connected clients, the asking one included.
    public var clients: Int
    public var apps: Int
    /// Number of instances by status.
    public var instances: [String: Int]
    /// How often the engine has been started for this keeper.
    public var engineStarts: Int
    /// The process that takes over when the keeper is killed; nil without one, and from engines that do not tell.
    public var sparePid: Int32?
    /// Which keeper holds the runs, 1 for the first; nil from engines that do not tell.
    public var keepers: Int?
    public var keeperVersion: String?

    public init(
        pid: Int32, keeperPid: Int32, version: String, home: String, startedAt: WallTime, uptime: Int, embedded: Bool,
        halted: Bool, clients: Int, apps: Int, instances: [String: Int], engineStarts: Int, sparePid: Int32? = nil,
        keepers: Int? = nil, keeperVersion: String? = nil
    ) {
        self.pid = pid
        self.keeperPid = keeperPid
        self.version = version
        self.home = home
        self.startedAt = startedAt
        self.uptime = uptime
        self.embedded = embedded
        self.halted = halted
        self.clients = clients
        self.apps = apps
        self.instances = instances
        self.engineStarts = engineStarts
        self.sparePid = sparePid
        self.keepers = keepers
        self.keeperVersion = keeperVersion
    }
}

/// Params of `daemon.restart`: absolute paths of the executables to run from now on, both or none. They must belong to
/// the daemon's user or to root, and nobody else may be able to write them.
public struct DaemonRestartRequest: Hashable, Sendable, Codable {
    public var keeper: String?
    public var engine: String?

    public init(keeper: String? = nil, engine: String? = nil) {
        self.keeper = keeper
        self.engine = engine
    }
}

/// The engine that ends now; the next one has another pid.
public struct DaemonRestartResult: Hashable, Sendable, Codable {
    public var pid: Int32
    public var version: String
    /// Of the keeper that goes on; empty when it does not tell.
    public var keeperVersion: String
    /// Why the keeper is still the old one though its executable has changed.
    public var note: String?

    public init(pid: Int32, version: String, keeperVersion: String, note: String? = nil) {
        self.pid = pid
        self.version = version
        self.keeperVersion = keeperVersion
        self.note = note
    }
}

/// Params of the verbs that act on what exists. Targets as people write them: `name`, `ns/name`, `name#2`, an id, a
/// namespace, `/regex/`, `all`.
public struct TargetRequest: Hashable, Sendable, Codable {
    public var targets: [String]

    public init(targets: [String]) {
        self.targets = targets
    }
}

public struct StartRequest: Hashable, Sendable, Codable {
    /// Apps to start; those that exist must have the same definition or be stopped.
    public var apps: [AppSpec]
    /// Apps and instances that exist.
    public var targets: [String]

    public init(apps: [AppSpec] = [], targets: [String] = []) {
        self.apps = apps
        self.targets = targets
    }
}

/// `failures` has one entry for each app that could not be started; the others run.
public struct StartResult: Hashable, Sendable, Codable {
    public var processes: [InstanceInfo]
    public var failures: [Failure]
    /// Names of apps that ran already and were left as they are though their definition differs.
    public var unchanged: [String]

    public init(processes: [InstanceInfo], failures: [Failure] = [], unchanged: [String] = []) {
        self.processes = processes
        self.failures = failures
        self.unchanged = unchanged
    }
}

public struct ApplyRequest: Hashable, Sendable, Codable {
    public var namespace: String
    public var apps: [AppSpec]

    public init(namespace: String, apps: [AppSpec]) {
        self.namespace = namespace
        self.apps = apps
    }
}

public struct ApplyResult: Hashable, Sendable, Codable {
    public enum Change: String, Hashable, Sendable, Codable, CaseIterable {
        case added, changed, removed, same
    }

    /// By app name.
    public var changes: [String: Change]
    public var processes: [InstanceInfo]
    public var failures: [Failure]

    public init(changes: [String: Change], processes: [InstanceInfo], failures: [Failure] = []) {
        self.changes = changes
        self.processes = processes
        self.failures = failures
    }
}

/// `od info`.
public struct ProcessDetail: Hashable, Sendable, Codable {
    public var process: InstanceInfo
    public var restart: RestartPolicy
    public var killSignal: Int32
    public var killTimeout: Int
    /// The names only: values may be secrets.
    public var env: [String]
    /// User, limits, priorities; nil where the definition says nothing of them.
    public var attributes: ProcessAttributes?
    /// nil: the defaults hold.
    public var logRotation: LogRotation?

    public init(
        process: InstanceInfo, restart: RestartPolicy, killSignal: Int32, killTimeout: Int, env: [String],
        attributes: ProcessAttributes? = nil, logRotation: LogRotation? = nil
    ) {
        self.process = process
        self.restart = restart
        self.killSignal = killSignal
        self.killTimeout = killTimeout
        self.env = env
        self.attributes = attributes
        self.logRotation = logRotation
    }
}

public struct LogRequest: Hashable, Sendable, Codable {
    /// Where one file is to go on, after a reconnect.
    public struct Position: Hashable, Sendable, Codable {
        public var process: UInt32
        public var channel: LogChunk.Channel
        public var offset: UInt64

        public init(process: UInt32, channel: LogChunk.Channel, offset: UInt64) {
            self.process = process
            self.channel = channel
            self.offset = offset
        }
    }

    public var targets: [String]
    /// How many of the last lines of each log to send first; not used with `since` or `until`.
    public var lines: Int
    /// From what was written then, in old files too; nil: see `lines`.
    public var since: WallTime?
    /// To what was written then; nil: to the end.
    public var until: WallTime?
    public var follow: Bool
    public var channels: [LogChunk.Channel]
    /// Logs that start at a position instead of their last lines.
    public var resume: [Position]

    public init(
        targets: [String], lines: Int = Defaults.logLines, since: WallTime? = nil, until: WallTime? = nil,
        follow: Bool = false, channels: [LogChunk.Channel] = [.out, .error], resume: [Position] = []
    ) {
        self.targets = targets
        self.lines = lines
        self.since = since
        self.until = until
        self.follow = follow
        self.channels = channels
        self.resume = resume
    }
}

public struct LogStreamResult: Hashable, Sendable, Codable {
    public struct File: Hashable, Sendable, Codable {
        public var process: UInt32
        /// `api#0`, or `api` when the instances share one file.
        public var label: String
        public var channel: LogChunk.Channel
        public var path: String

        public init(process: UInt32, label: String, channel: LogChunk.Channel, path: String) {
            self.process = process
            self.label = label
            self.channel = channel
            self.path = path
        }
    }

    public var stream: UInt32
    public var files: [File]

    public init(stream: UInt32, files: [File]) {
        self.stream = stream
        self.files = files
    }
}

public struct LogStop: Hashable, Sendable, Codable {
    public var stream: UInt32

    public init(stream: UInt32) {
        self.stream = stream
    }
}
