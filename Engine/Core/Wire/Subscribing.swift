/// Params of `event.subscribe`. Without any field: all events as `event` notifications, and figures every second.
public struct SubscribeRequest: Hashable, Sendable, Codable {
    /// Patterns: `*`, `process:*`, `process:exited`, `process:crash`; nil for all events.
    public var events: [String]?
    /// The subscription ends with its first event.
    public var once: Bool?
    /// `metric` notifications too; nil for true when there is no `subscription`, which never has any.
    public var metrics: Bool?
    /// A number of the client's choice: a subscription of its own beside others of the connection, whose events come as
    /// `event.item` notifications. nil: the one that every connection has. One of the same number is replaced.
    public var subscription: UInt64?
    /// The last event that the client has seen: it asks for those after it instead of a snapshot.
    public var since: UInt64?
    /// `FleetSnapshot.stream` of that event: numbers of different streams say nothing about each other.
    public var stream: String?

    public init(
        events: [String]? = nil, once: Bool? = nil, metrics: Bool? = nil, subscription: UInt64? = nil,
        since: UInt64? = nil, stream: String? = nil
    ) {
        self.events = events
        self.once = once
        self.metrics = metrics
        self.subscription = subscription
        self.since = since
        self.stream = stream
    }
}

/// Params of `event.unsubscribe`.
public struct UnsubscribeRequest: Hashable, Sendable, Codable {
    /// nil: the one without a number.
    public var subscription: UInt64?

    public init(subscription: UInt64? = nil) {
        self.subscription = subscription
    }
}

/// Params of an `event.item` notification: an event of a subscription, or how many it did not get.
public struct EventItem: Hashable, Sendable, Codable {
    public var subscription: UInt64
    public var event: FleetEvent?
    /// Events that match its patterns and were dropped because the subscriber was slower; what comes next is the newest.
    public var missed: Int?

    public init(subscription: UInt64, event: FleetEvent? = nil, missed: Int? = nil) {
        self.subscription = subscription
        self.event = event
        self.missed = missed
    }
}

/// Params of `event.list`.
public struct EventListRequest: Hashable, Sendable, Codable {
    /// Patterns, as in `SubscribeRequest`; nil for all events.
    public var events: [String]?
    /// Only events of the instances that these name, also of those that are known no more; nil: of all. An engine of
    /// the version before does not look at it.
    public var targets: [String]?
    /// The oldest events with a number above this one; nil: the newest events.
    public var after: UInt64?
    /// Only events from this moment on.
    public var since: WallTime?
    /// Only events up to this moment. An engine of a version before does not look at it.
    public var until: WallTime?
    /// At most `Defaults.maxEventsInAnswer`, which nil stands for.
    public var limit: Int?

    public init(events: [String]? = nil, after: UInt64? = nil, since: WallTime? = nil, limit: Int? = nil) {
        self.events = events
        self.after = after
        self.since = since
        self.limit = limit
    }
}
