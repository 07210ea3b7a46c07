/// A method of the client protocol: its name and the types of both sides.
public struct Method<Params: Codable & Sendable, Result: Codable & Sendable>: Sendable {
    public let name: String
    /// One sentence, for the API documentation and `od help`.
    public let summary: String

    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}

/// All methods, in one place: server, SDK and documentation are made from here.
public enum Methods {
    public static let hello = Method<HelloRequest, HelloResult>(
        "daemon.hello", "Opens a connection: the first call, with the versions of both sides.")
    public static let status = Method<Nothing, DaemonStatus>(
        "daemon.status", "Tells how the engine is: pids, version, uptime, home, clients, counts.")
    public static let shutdown = Method<Nothing, Nothing>(
        "daemon.shutdown", "Stops all apps, then engine and keeper, and marks the home halted.")
    public static let detach = Method<Nothing, Nothing>(
        "daemon.detach", "Cuts the tie to the dashboard that the engine was started for: it goes on in the background.")
    public static let resume = Method<Nothing, [InstanceInfo]>(
        "daemon.resume", "Ends a halt: starts what was running when the home was halted.")

    public static let start = Method<StartRequest, StartResult>(
        "process.start", "Starts new apps and stopped ones; never changes a running app.")
    public static let apply = Method<ApplyRequest, ApplyResult>(
        "process.apply", "Makes a project equal to a list of apps: adds, changes, removes.")
    public static let stop = Method<TargetRequest, [InstanceInfo]>(
        "process.stop", "Stops instances; answers when nothing of them lives.")
    public static let restart = Method<TargetRequest, [InstanceInfo]>(
        "process.restart", "Stops and starts instances; answers when each has been executed again or failed.")
    public static let delete = Method<TargetRequest, [InstanceInfo]>(
        "process.delete", "Stops instances and forgets their apps.")
    public static let list = Method<Nothing, [InstanceInfo]>(
        "process.list", "Lists all instances, with fresh figures.")
    public static let info = Method<TargetRequest, [ProcessDetail]>(
        "process.info", "Tells all about instances.")

    public static let subscribe = Method<Nothing, FleetSnapshot>(
        "event.subscribe",
        "Answers with a snapshot, then sends `event` notifications with rising numbers and `metric` notifications every second."
    )

    public static let logStream = Method<LogRequest, LogStreamResult>(
        "log.stream", "Sends the last lines of log files, then, when asked, what is appended.")
    public static let logStop = Method<LogStop, Nothing>(
        "log.stop", "Ends a log stream.")
}

/// Names of notifications.
public enum Notifications {
    /// Params: `FleetEvent`.
    public static let event = "event"
    /// Params: `FleetMetrics`.
    public static let metric = "metric"
}
