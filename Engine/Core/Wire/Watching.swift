/// All that a watcher needs to begin; later events have numbers above `seq`. A gap in the numbers means: ask again.
public struct FleetSnapshot: Hashable, Sendable, Codable {
    public var seq: UInt64
    /// Empty when `missed` is set.
    public var processes: [InstanceInfo]
    public var host: HostInfo
    /// Which numbering `seq` belongs to: one engine's life.
    public var stream: String?
    /// Set when the engine still has what came after `SubscribeRequest.since`: just that, up to `seq`.
    public var missed: [FleetEvent]?

    public init(
        seq: UInt64, processes: [InstanceInfo], host: HostInfo, stream: String? = nil, missed: [FleetEvent]? = nil
    ) {
        self.seq = seq
        self.processes = processes
        self.host = host
        self.stream = stream
        self.missed = missed
    }
}

/// A fact about an instance or the engine, and the instance as it is after it.
public struct FleetEvent: Hashable, Sendable, Codable {
    public var seq: UInt64
    public var at: WallTime
    public var name: EventName
    /// nil for events of engine and keeper.
    public var process: InstanceInfo?
    /// For people: `exit 1 after 12 s`, `3rd try in a row, in 400 ms`.
    public var message: String?
    /// In `process:exited`: true when it ended by itself and that was no success (`process:crash`); else nil.
    public var crash: Bool?

    public init(
        seq: UInt64, at: WallTime, name: EventName, process: InstanceInfo?, message: String? = nil, crash: Bool? = nil
    ) {
        self.seq = seq
        self.at = at
        self.name = name
        self.process = process
        self.message = message
        self.crash = crash
    }
}

/// What can happen, by the names that `od events` shows.
public enum EventName: String, Hashable, Sendable, Codable, CaseIterable {
    case created = "process:created"
    case starting = "process:starting"
    case online = "process:online"
    case exited = "process:exited"
    case restarting = "process:restarting"
    case waiting = "process:waiting"
    case stopping = "process:stopping"
    case stopped = "process:stopped"
    case errored = "process:errored"
    case deleted = "process:deleted"
    case scaled = "process:scaled"
    case reloaded = "process:reloaded"
    case configApplied = "config:applied"
    case engineStarted = "engine:started"
    case engineRecovered = "engine:recovered"
    case engineDetached = "engine:detached"
    case engineStopping = "engine:stopping"
    case keeperLost = "keeper:lost"
    case keeperReplaced = "keeper:replaced"
}

/// Figures of all running instances, once a second while somebody is subscribed.
public struct FleetMetrics: Hashable, Sendable, Codable {
    /// Figures of one instance.
    public struct Sample: Hashable, Sendable, Codable {
        public var id: Int
        /// Percent of one core, whole tree.
        public var cpu: Double
        /// Resident bytes, whole tree.
        public var memory: UInt64
        public var processes: Int

        public init(id: Int, cpu: Double, memory: UInt64, processes: Int) {
            self.id = id
            self.cpu = cpu
            self.memory = memory
            self.processes = processes
        }
    }

    public var at: WallTime
    public var samples: [Sample]
    public var host: HostInfo

    public init(at: WallTime, samples: [Sample], host: HostInfo) {
        self.at = at
        self.samples = samples
        self.host = host
    }
}

/// The machine: all cores together are 100 percent.
public struct HostInfo: Hashable, Sendable, Codable {
    public var hostname: String
    public var cores: Int
    /// Percent of all cores.
    public var cpu: Double
    /// Bytes.
    public var memoryUsed: UInt64
    public var memoryTotal: UInt64
    /// 1, 5, 15 minutes.
    public var load: [Double]
    /// Milliseconds since boot.
    public var uptime: Int

    public init(
        hostname: String, cores: Int, cpu: Double, memoryUsed: UInt64, memoryTotal: UInt64, load: [Double], uptime: Int
    ) {
        self.hostname = hostname
        self.cores = cores
        self.cpu = cpu
        self.memoryUsed = memoryUsed
        self.memoryTotal = memoryTotal
        self.load = load
        self.uptime = uptime
    }
}
