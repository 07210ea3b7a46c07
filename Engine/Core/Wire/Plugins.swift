/// Params of `plugin.info`, `plugin.enable` and `plugin.disable`.
public struct PluginRequest: Hashable, Sendable, Codable {
    /// Id of a capability, as `plugin.list` tells it.
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Something that the engine can do beyond keeping programs running.
public struct PluginInfo: Hashable, Sendable, Codable {
    /// Whether it works.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case enabled
        /// Switched off by people.
        case disabled
        /// It is on, but something that it needs does not work.
        case failed
        /// It failed again and again, and is not tried before `restsUntil`.
        case resting
    }

    public var id: String
    /// What it does, in one sentence fragment.
    public var summary: String
    public var state: State
    /// Why it is `failed` or `resting`, or its last failure; nil when all is well.
    public var reason: String?
    public var restsUntil: WallTime?
    /// Failures since the engine started.
    public var failures: Int
    /// Ids of what it cannot do without, and of what cannot do without it.
    public var needs: [String]
    public var neededBy: [String]
    /// nil when it can be switched off; else why it cannot.
    public var fixed: String?

    public init(
        id: String, summary: String, state: State, reason: String? = nil, restsUntil: WallTime? = nil,
        failures: Int = 0, needs: [String] = [], neededBy: [String] = [], fixed: String? = nil
    ) {
        self.id = id
        self.summary = summary
        self.state = state
        self.reason = reason
        self.restsUntil = restsUntil
        self.failures = failures
        self.needs = needs
        self.neededBy = neededBy
        self.fixed = fixed
    }
}
