/// `od graph`: which app depends on which.
public struct AppGraph: Hashable, Sendable, Codable {
    /// One app.
    public struct Node: Hashable, Sendable, Codable {
        public var namespace: String
        public var name: String
        /// How its instances are; empty for one that is only known from a file, or that others name and there is not.
        public var statuses: [ProcessStatus]
        /// What it depends on, as written.
        public var dependencies: [Dependency]
        /// Why it waits; nil when it does not.
        public var reason: String?
        public var cascade: Cascade?
        /// How many of its instances are `finished`, as `InstanceInfo` has it; nil for none.
        public var finished: Int?

        public init(
            namespace: String, name: String, statuses: [ProcessStatus] = [], dependencies: [Dependency] = [],
            reason: String? = nil, cascade: Cascade? = nil, finished: Int? = nil
        ) {
            self.namespace = namespace
            self.name = name
            self.statuses = statuses
            self.dependencies = dependencies
            self.reason = reason
            self.cascade = cascade
            self.finished = finished
        }

        /// `namespace/name`
        public var label: String { "\(namespace)/\(name)" }
    }

    /// In the order of namespaces and names.
    public var nodes: [Node]

    public init(nodes: [Node]) {
        self.nodes = nodes
    }

    /// Apps that depend on one of `labels`, directly, by label.
    public func dependents(of labels: Set<String>) -> [Node] {
        nodes.filter { node in
            !labels.contains(node.label)
                && node.dependencies.contains { labels.contains($0.label(in: node.namespace)) }
        }
    }
}

/// What `od info` tells of dependencies and limits.
public struct ProcessOrder: Hashable, Sendable, Codable {
    public var dependencies: [Dependency]
    /// Names of the apps that depend on it: `api`, of other projects `shop/api`.
    public var dependents: [String]
    public var cascade: Cascade?
    /// Bytes.
    public var maxMemory: Int?
    public var pidFile: String?
    public var treeKill: Bool?
    /// Why od restarted it last; nil when it did not.
    public var cause: String?
    /// It was started without regard to its dependencies.
    public var alone: Bool?

    public init(
        dependencies: [Dependency] = [], dependents: [String] = [], cascade: Cascade? = nil, maxMemory: Int? = nil,
        pidFile: String? = nil, treeKill: Bool? = nil, cause: String? = nil, alone: Bool? = nil
    ) {
        self.dependencies = dependencies
        self.dependents = dependents
        self.cascade = cascade
        self.maxMemory = maxMemory
        self.pidFile = pidFile
        self.treeKill = treeKill
        self.cause = cause
        self.alone = alone
    }
}
