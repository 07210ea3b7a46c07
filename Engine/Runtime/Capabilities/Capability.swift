import Core

/// Something that the engine does beyond keeping programs running. It can fail, rest or be switched off, and the apps
/// run on.
struct Capability: Hashable, Sendable {
    /// What commands and the store call it; never given to another one.
    let id: String
    /// What it does, in one sentence fragment.
    let summary: String
    /// Ids of what it cannot do without.
    var needs: [String] = []
    /// Why it cannot be switched off; nil when it can.
    var fixed: String?
    /// When it rests, and for how long; nil: as all others.
    var breaker: Breaker.Policy?

    static let logs = Capability(
        id: "logs", summary: "writes what apps print into their log files",
        fixed: "apps would stop at a full pipe if nobody read what they print")
    static let metrics = Capability(
        id: "metrics", summary: "measures CPU time, memory and processes of apps and of the machine")
    static let liveMetrics = Capability(
        id: "live-metrics", summary: "sends figures every second to dashboards that are open", needs: ["metrics"])
    static let events = Capability(
        id: "events", summary: "keeps the last \(Defaults.storedEvents) events in state.db, for od events",
        // What could not be kept waits, and is to be written as soon as it can be.
        breaker: Breaker.Policy(rest: Journal.retry, maxRest: Journal.retry))
}
