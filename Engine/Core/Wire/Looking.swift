/// Params of `metrics.history`.
public struct MetricsRequest: Hashable, Sendable, Codable {
    /// Instances, also some that are known no more; nil: none, `all`: each that has figures.
    public var targets: [String]?
    /// The machine too; nil for false.
    public var host: Bool?
    public var from: WallTime
    public var to: WallTime
    /// Milliseconds between two points at least; nil: as close as `Defaults.historyPoints` allow.
    public var step: Int?

    public init(
        targets: [String]? = nil, host: Bool? = nil, from: WallTime, to: WallTime, step: Int? = nil
    ) {
        self.targets = targets
        self.host = host
        self.from = from
        self.to = to
        self.step = step
    }
}

/// The answer to `metrics.history`.
public struct MetricsResult: Hashable, Sendable, Codable {
    /// Milliseconds from one point to the next; more than was asked for where that would be too many points.
    public var step: Int
    public var series: [MetricSeries]

    public init(step: Int, series: [MetricSeries]) {
        self.step = step
        self.series = series
    }
}

/// The figures of one instance, or of the machine.
public struct MetricSeries: Hashable, Sendable, Codable {
    /// The instance; all three are nil for the machine.
    public var namespace: String?
    public var name: String?
    public var instance: Int?
    /// In the order of time. Where nothing was measured there are none: it did not run, or nobody measured.
    public var points: [MetricPoint]

    public init(namespace: String? = nil, name: String? = nil, instance: Int? = nil, points: [MetricPoint]) {
        self.namespace = namespace
        self.name = name
        self.instance = instance
        self.points = points
    }
}

/// Figures from a moment on, for as long as the step is.
public struct MetricPoint: Hashable, Sendable, Codable {
    public var at: WallTime
    /// Percent of one core, whole tree; of the machine, percent of all cores.
    public var cpu: MetricSpread
    /// Resident bytes, whole tree; of the machine, bytes in use.
    public var memory: MetricSpread
    /// Of the machine: the load of one minute.
    public var load: MetricSpread?

    public init(at: WallTime, cpu: MetricSpread, memory: MetricSpread, load: MetricSpread? = nil) {
        self.at = at
        self.cpu = cpu
        self.memory = memory
        self.load = load
    }
}

/// What several measurements have in common.
public struct MetricSpread: Hashable, Sendable, Codable {
    public var min: Double
    public var average: Double
    public var max: Double

    public init(min: Double, average: Double, max: Double) {
        self.min = min
        self.average = average
        self.max = max
    }
}

/// Params of `fleet.at`.
public struct FleetAtRequest: Hashable, Sendable, Codable {
    public var time: WallTime
    /// So many of the last events up to then come along; nil for none. At most `Defaults.maxEventsInAnswer`.
    public var events: Int?

    public init(time: WallTime, events: Int? = nil) {
        self.time = time
        self.events = events
    }
}

/// The fleet as it was.
public struct FleetPast: Hashable, Sendable, Codable {
    public var time: WallTime
    /// The oldest event that is kept: what was before it nobody knows, and `processes` is empty then. nil: there is none.
    public var since: WallTime?
    /// Instances that there were, with the figures of that moment where some are kept. Their definitions are those which
    /// they had. Ids may belong to others by now.
    public var processes: [InstanceInfo]
    /// The machine; nil when no figures are kept. Load of 5 and 15 minutes is not.
    public var host: HostInfo?
    /// Oldest first.
    public var events: [FleetEvent]

    public init(
        time: WallTime, since: WallTime? = nil, processes: [InstanceInfo] = [], host: HostInfo? = nil,
        events: [FleetEvent] = []
    ) {
        self.time = time
        self.since = since
        self.processes = processes
        self.host = host
        self.events = events
    }
}
