/// Params of `process.scale`.
public struct ScaleRequest: Hashable, Sendable, Codable {
    public var targets: [String]
    /// How many instances, or with `relative` how many more; fewer when negative.
    public var count: Int
    public var relative: Bool

    public init(targets: [String], count: Int, relative: Bool = false) {
        self.targets = targets
        self.count = count
        self.relative = relative
    }
}

/// `failures` has one entry for each instance whose new run was not online: its old one goes on, and no later instance
/// of that app was touched.
public struct ReloadResult: Hashable, Sendable, Codable {
    public var processes: [InstanceInfo]
    public var failures: [Failure]
    /// Names of apps that had to end before they were started again: a single instance without a shared port, or one
    /// port for each instance.
    public var restarted: [String]

    public init(processes: [InstanceInfo], failures: [Failure] = [], restarted: [String] = []) {
        self.processes = processes
        self.failures = failures
        self.restarted = restarted
    }
}

/// Params of `process.signal`.
public struct SignalRequest: Hashable, Sendable, Codable {
    public var targets: [String]
    /// By number, 1 to 64.
    public var signal: Int32

    public init(targets: [String], signal: Int32) {
        self.targets = targets
        self.signal = signal
    }
}

/// Params of `process.send`.
public struct SendRequest: Hashable, Sendable, Codable {
    public var targets: [String]
    /// Goes to stdin as it is: a line ends with a newline. 64 KB at most.
    public var text: String

    public init(targets: [String], text: String) {
        self.targets = targets
        self.text = text
    }
}

extension Methods {
    public static let reload = Method<TargetRequest, ReloadResult>(
        "process.reload",
        """
        Replaces the runs of instances one by one: a new run is online before the old one is asked to end. Answers when \
        all are replaced, or have failed.
        """, changes: true)
    public static let scale = Method<ScaleRequest, StartResult>(
        "process.scale", "Gives apps more or fewer instances; the highest numbers go first.", changes: true)
    public static let reset = Method<TargetRequest, [InstanceInfo]>(
        "process.reset", "Counts restarts from zero, and lets backoffs begin anew.", changes: true)
    public static let signal = Method<SignalRequest, [InstanceInfo]>(
        "process.signal", "Sends a signal to the main processes of instances.")
    public static let send = Method<SendRequest, [InstanceInfo]>(
        "process.send", "Writes to the stdin of instances that have one.")
}
