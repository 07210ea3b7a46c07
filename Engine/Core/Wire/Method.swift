/// A method of the client protocol: its name and the types of both sides.
public struct Method<Params: Codable & Sendable, Result: Codable & Sendable>: Sendable {
    public let name: String
    /// One sentence, for the API documentation and `od help`.
    public let summary: String
    /// It changes something: requests of one client are taken in the order in which they were sent, and each carries a
    /// key by which it is done once.
    public let changes: Bool

    public init(_ name: String, _ summary: String, changes: Bool = false) {
        self.name = name
        self.summary = summary
        self.changes = changes
    }
}

/// All methods, in one place: server, SDK and documentation are made from here.
public enum Methods {
    public static let hello = Method<HelloRequest, HelloResult>(
        "daemon.hello", "Opens a connection: the first call, with the versions of both sides.")
    public static let status = Method<Nothing, DaemonStatus>(
        "daemon.status", "Tells how the engine is: pids, version, uptime, home, clients, counts.")
    public static let ping = Method<Nothing, Nothing>(
        "daemon.ping", "Answers at once: the engine thinks, and this is how long the way is.")
    public static let shutdown = Method<Nothing, Nothing>(
        "daemon.shutdown", "Stops all apps, then engine and keeper, and marks the home halted.", changes: true)
    public static let detach = Method<Nothing, Nothing>(
        "daemon.detach", "Cuts the tie to the dashboard that the engine was started for: it goes on in the background.",
        changes: true)
    public static let restartDaemon = Method<DaemonRestartRequest, DaemonRestartResult>(
        "daemon.restart",
        "Replaces the engine, and a keeper whose executable has changed; apps go on. Answers before the engine ends.")
    public static let resume = Method<Nothing, [InstanceInfo]>(
        "daemon.resume", "Ends a halt: starts what was running when the home was halted.", changes: true)

    public static let start = Method<StartRequest, StartResult>(
        "process.start", "Starts new apps and stopped ones; never changes a running app.", changes: true)
    public static let apply = Method<ApplyRequest, ApplyResult>(
        "process.apply", "Makes a project equal to a list of apps: adds, changes, removes.", changes: true)
    public static let diff = Method<ApplyRequest, [AppChange]>(
        "process.diff", "Tells what process.apply would change, and why; changes nothing.")
    public static let stop = Method<TargetRequest, [InstanceInfo]>(
        "process.stop", "Stops instances; answers when nothing of them lives.", changes: true)
    public static let restart = Method<TargetRequest, [InstanceInfo]>(
        "process.restart", "Stops and starts instances; answers when each has been executed again or failed.",
        changes: true)
    public static let delete = Method<TargetRequest, [InstanceInfo]>(
        "process.delete", "Stops instances and forgets their apps.", changes: true)
    public static let list = Method<Nothing, [InstanceInfo]>(
        "process.list", "Lists all instances, with fresh figures.")
    public static let info = Method<TargetRequest, [ProcessDetail]>(
        "process.info", "Tells all about instances.")

    public static let graph = Method<Nothing, AppGraph>(
        "process.graph", "Tells which app depends on which, and how each is.")

    public static let environment = Method<EnvironmentRequest, [ProcessEnvironment]>(
        "process.env", "Tells the environment of instances, and where each variable comes from.")

    public static let files = Method<TargetRequest, [ProcessFiles]>(
        "process.files", "Tells which files the processes of instances have open, and where they listen.")
    public static let machine = Method<Nothing, MachineInfo>(
        "daemon.machine", "Tells how busy the machine is: each core, memory, disks, network.")

    public static let why = Method<TargetRequest, [ProcessStory]>(
        "process.why", "Tells what led to the state of instances: ends, deeds, crash reports, changes.")

    public static let subscribe = Method<SubscribeRequest, FleetSnapshot>(
        "event.subscribe",
        """
        Answers with a snapshot, or with the events since a number if it still has them; then sends `event` \
        notifications with rising numbers and `metric` notifications every second.
        """)
    public static let unsubscribe = Method<UnsubscribeRequest, Nothing>(
        "event.unsubscribe", "Ends a subscription.")
    public static let events = Method<EventListRequest, [FleetEvent]>(
        "event.list", "Lists events that happened, oldest first, as far as they are kept.")

    public static let fleetAt = Method<FleetAtRequest, FleetPast>(
        "fleet.at", "Tells how all instances were at a moment, as far as events are kept.")
    public static let metrics = Method<MetricsRequest, MetricsResult>(
        "metrics.history", "Tells the figures of instances and of the machine between two moments.")

    public static let plugins = Method<Nothing, [PluginInfo]>(
        "plugin.list", "Lists what the engine can do beyond supervising, and how it is.")
    public static let plugin = Method<PluginRequest, PluginInfo>(
        "plugin.info", "Tells all about one capability.")
    public static let enablePlugin = Method<PluginRequest, [PluginInfo]>(
        "plugin.enable", "Switches a capability on, and what it needs; answers with those that changed.", changes: true)
    public static let disablePlugin = Method<PluginRequest, [PluginInfo]>(
        "plugin.disable", "Switches a capability off that no other needs; answers with those that changed.",
        changes: true)

    public static let logStream = Method<LogRequest, LogStreamResult>(
        "log.stream", "Sends the last lines of log files, then, when asked, what is appended.")
    public static let logList = Method<TargetRequest, [LogInfo]>(
        "log.list", "Lists log files: their sizes, and the old files of each.")
    public static let logFlush = Method<TargetRequest, [LogInfo]>(
        "log.flush", "Empties logs and removes their old files; answers with what they had.", changes: true)
    public static let logStop = Method<LogStop, Nothing>(
        "log.stop", "Ends a log stream.")
}

/// Names of notifications.
public enum Notifications {
    /// Params: `FleetEvent`.
    public static let event = "event"
    /// Params: `EventItem`. For subscriptions with a number.
    public static let item = "event.item"
    /// Params: `FleetMetrics`.
    public static let metric = "metric"
}
