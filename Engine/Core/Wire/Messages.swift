/// Params of `daemon.hello`.
public struct HelloRequest: Hashable, Sendable, Codable {
    /// The version of the protocol; a server accepts its own and the one before.
    public static let version = 1
    public static let magic = "opendaemon"

    public var magic: String
    public var version: Int
    /// What the client is, for `od daemon status`: `od 0.1.0`.
    public var client: String
    /// A dashboard that asks to own an embedded engine: its end without a word detaches the engine.
    public var owner: Bool?

    public init(client: String, owner: Bool? = nil) {
        magic = Self.magic
        version = Self.version
        self.client = client
        self.owner = owner
    }
}

public struct HelloResult: Hashable, Sendable, Codable {
    public var magic: String
    public var version: Int
    /// Version of the engine's build: `0.1.0`.
    public var build: String
    public var pid: Int32
    /// The engine lives as long as its dashboard, until it is detached.
    public var embedded: Bool

    public init(build: String, pid: Int32, embedded: Bool) {
        magic = HelloRequest.magic
        version = HelloRequest.version
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

    public init(
        pid: Int32, keeperPid: Int32, version: String, home: String, startedAt: WallTime, uptime: Int, embedded: Bool,
        halted: Bool, clients: Int, apps: Int, instances: [String: Int], engineStarts: Int
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
    public enum Change: String, Hashable, Sendable, Codable {
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

    public init(process: InstanceInfo, restart: RestartPolicy, killSignal: Int32, killTimeout: Int, env: [String]) {
        self.process = process
        self.restart = restart
        self.killSignal = killSignal
        self.killTimeout = killTimeout
        self.env = env
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
    /// How many of the last lines of each file to send first.
    public var lines: Int
    public var follow: Bool
    public var channels: [LogChunk.Channel]
    /// Files that start at an offset instead of their last lines.
    public var resume: [Position]

    public init(
        targets: [String], lines: Int = Defaults.logLines, follow: Bool = false,
        channels: [LogChunk.Channel] = [.out, .error], resume: [Position] = []
    ) {
        self.targets = targets
        self.lines = lines
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
