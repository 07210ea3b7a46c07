/// Params of `daemon.hello`.
public struct HelloRequest: Hashable, Sendable, Codable {
    /// The word by which both sides know that the other is no other program.
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
    /// Its command line without secrets, for those who ask later who did it.
    public var command: String?

    public init(client: String, owner: Bool? = nil, ending: Bool? = nil) {
        magic = Self.magic
        version = Versions.oldest
        newest = Versions.newest
        self.client = client
        self.owner = owner
        self.ending = ending
    }
}

/// The answer to `daemon.hello`: who serves here, and in which version of the protocol.
public struct HelloResult: Hashable, Sendable, Codable {
    public var magic: String
    /// The version that both sides speak from now on: the newest that both know.
    public var version: Int
    /// The newest version that the engine speaks; nil for one of version 1.
    public var newest: Int?
    /// Version of the engine's build: `0.1.0`.
    public var build: String
    /// The engine's.
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

/// The answer to `daemon.status`: the processes of the daemon itself, and how much it holds.
public struct DaemonStatus: Hashable, Sendable, Codable {
    /// The engine's; the keeper is the parent of all that runs, and outlives engines.
    public var pid: Int32
    public var keeperPid: Int32
    /// Version of the engine's build: `0.1.0`.
    public var version: String
    /// Absolute path.
    public var home: String
    /// When this engine was started, and the milliseconds since.
    public var startedAt: WallTime
    public var uptime: Int
    public var embedded: Bool
    /// The home was halted by `od daemon stop`: nothing is started until `od start`, `restart`, `reload`, `scale`, `apply`,
    /// `up`, `resurrect` or `daemon start` says so, or the machine's init system at the next boot.
    public var halted: Bool
    /// Connected clients, the asking one included.
    public var clients: Int
    /// How many apps there are, and how many of their instances by status.
    public var apps: Int
    public var instances: [String: Int]
    /// How often the engine has been started for this keeper.
    public var engineStarts: Int
    /// The process that takes over when the keeper is killed; nil without one, and from engines that do not tell.
    public var sparePid: Int32?
    /// Which keeper holds the runs, 1 for the first; nil from engines that do not tell.
    public var keepers: Int?
    /// Version of its build; nil from engines that do not tell.
    public var keeperVersion: String?
    /// nil from engines that do not tell.
    public var oldLogs: OldLogs?

    public init(
        pid: Int32, keeperPid: Int32, version: String, home: String, startedAt: WallTime, uptime: Int, embedded: Bool,
        halted: Bool, clients: Int, apps: Int, instances: [String: Int], engineStarts: Int, sparePid: Int32? = nil,
        keepers: Int? = nil, keeperVersion: String? = nil, oldLogs: OldLogs? = nil
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
        self.oldLogs = oldLogs
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
    /// `process.stop` and `process.restart`: those too that depend on them, in order; nil: as their definitions say.
    public var cascade: Bool?

    public init(targets: [String], cascade: Bool? = nil) {
        self.targets = targets
        self.cascade = cascade
    }
}

/// Params of `process.start`: new apps, and names of what exists.
public struct StartRequest: Hashable, Sendable, Codable {
    /// Apps to start. One that runs with another definition is left as it is, and named in `StartResult.unchanged`.
    public var apps: [AppSpec]
    /// Apps and instances that exist.
    public var targets: [String]
    /// Without what they depend on, and without waiting for it; nil: with it.
    public var alone: Bool?

    public init(apps: [AppSpec] = [], targets: [String] = [], alone: Bool? = nil) {
        self.apps = apps
        self.targets = targets
        self.alone = alone
    }
}

/// `failures` has one entry for each app that could not be started; the others run.
public struct StartResult: Hashable, Sendable, Codable {
    /// All instances of the apps and targets that were named.
    public var processes: [InstanceInfo]
    public var failures: [Failure]
    /// Names of apps that ran already and were left as they are though their definition differs.
    public var unchanged: [String]
    /// What people should know though nothing failed; nil: nothing.
    public var warnings: [String]?

    public init(processes: [InstanceInfo], failures: [Failure] = [], unchanged: [String] = []) {
        self.processes = processes
        self.failures = failures
        self.unchanged = unchanged
    }
}

/// Params of `process.apply` and `process.diff`: the apps that a project is to have from now on.
public struct ApplyRequest: Hashable, Sendable, Codable {
    /// The project.
    public var namespace: String
    public var apps: [AppSpec]
    /// The config file, absolute: apps that came from it into other namespaces are its own too. nil: that of the apps.
    public var file: String?
    /// Only these apps are meant: no other is removed. nil is false.
    public var isPartial: Bool?

    public init(namespace: String, apps: [AppSpec], file: String? = nil, isPartial: Bool? = nil) {
        self.namespace = namespace
        self.apps = apps
        self.file = file
        self.isPartial = isPartial
    }
}

/// The answer to `process.apply`. `failures` has one entry for each app that could not be started; the others run.
public struct ApplyResult: Hashable, Sendable, Codable {
    /// What became of an app.
    public enum Change: String, Hashable, Sendable, Codable, CaseIterable {
        case added, changed, removed, same
    }

    /// By app name; `namespace/name` for an app of another namespace than the project's.
    public var changes: [String: Change]
    public var processes: [InstanceInfo]
    public var failures: [Failure]
    /// What people should know though nothing failed; nil: nothing.
    public var warnings: [String]?
    /// What was changed of each app, and why; nil when nothing is known of it any more.
    public var plan: [AppChange]?

    public init(
        changes: [String: Change], processes: [InstanceInfo], failures: [Failure] = [], plan: [AppChange]? = nil
    ) {
        self.changes = changes
        self.processes = processes
        self.failures = failures
        self.plan = plan
    }
}

/// The answer to `process.info`, for each instance: what a list has no room for.
public struct ProcessDetail: Hashable, Sendable, Codable {
    public var process: InstanceInfo
    public var restart: RestartPolicy
    /// Number of the signal that asks it to end, and the milliseconds from that to SIGKILL.
    public var killSignal: Int32
    public var killTimeout: Int
    /// The names only: values may be secrets.
    public var env: [String]
    /// User, limits, priorities; nil where the definition says nothing of them.
    public var attributes: ProcessAttributes?
    /// nil: the defaults hold.
    public var logRotation: LogRotation?
    /// Dependencies and limits; nil when there are none, and from engines that do not tell.
    public var order: ProcessOrder?
    /// What it says of itself; nil when that is nothing.
    public var metadata: AppMetadata?
    /// How it tells that it is ready; nil: it is when it is executed.
    public var ready: Readiness?
    /// Of its logs that cannot be written at present: which, and why. nil for none.
    public var logTroubles: [String]?
    /// A message asks it to end, not `killSignal`.
    public var shutdownWithMessage: Bool?
    /// What its stdin is; nil: at its end.
    public var stdin: InputMode?

    public init(
        process: InstanceInfo, restart: RestartPolicy, killSignal: Int32, killTimeout: Int, env: [String],
        attributes: ProcessAttributes? = nil, logRotation: LogRotation? = nil, order: ProcessOrder? = nil
    ) {
        self.process = process
        self.restart = restart
        self.killSignal = killSignal
        self.killTimeout = killTimeout
        self.env = env
        self.attributes = attributes
        self.logRotation = logRotation
        self.order = order
    }
}
