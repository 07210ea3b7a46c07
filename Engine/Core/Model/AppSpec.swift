/// An app as the engine runs it: every path absolute, every default filled in, the environment complete.
///
/// Made by the client from a config file or from flags; the engine interprets nothing. Durations are milliseconds.
public struct AppSpec: Hashable, Sendable, Codable {
    /// The project it belongs to; `default` for apps started without a config.
    public var namespace: String
    /// Unique within the namespace; `[A-Za-z][A-Za-z0-9._-]*`, not `all`.
    public var name: String
    /// What the user named, for display: a script, a program.
    public var script: String
    /// The file that is executed: the interpreter, or the script itself.
    public var program: String
    /// argv without argv[0].
    public var arguments: [String]
    /// The interpreter for display (`node`), nil when the script is executed itself.
    public var interpreter: String?
    /// The working directory.
    public var cwd: String
    /// The complete environment but for what the engine adds (`OD_*`, `NODE_APP_INSTANCE`).
    public var env: [String: String]
    /// How many instances.
    public var instances: Int
    public var restart: RestartPolicy
    /// The signal of a graceful stop, by number.
    public var killSignal: Int32
    /// Milliseconds between that signal and SIGKILL.
    public var killTimeout: Int
    /// Log files; nil means the standard place below the home.
    public var outFile: String?
    public var errorFile: String?
    /// All instances write into one file each for stdout and stderr.
    public var mergeLogs: Bool
    /// The config file that it comes from, absolute; nil for apps started without one.
    public var config: String?

    public init(
        namespace: String = Defaults.namespace, name: String, script: String, program: String,
        arguments: [String] = [], interpreter: String? = nil, cwd: String, env: [String: String] = [:],
        instances: Int = Defaults.instances, restart: RestartPolicy = RestartPolicy(),
        killSignal: Int32 = Defaults.killSignal, killTimeout: Int = Defaults.killTimeout,
        outFile: String? = nil, errorFile: String? = nil, mergeLogs: Bool = Defaults.mergeLogs,
        config: String? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.script = script
        self.program = program
        self.arguments = arguments
        self.interpreter = interpreter
        self.cwd = cwd
        self.env = env
        self.instances = instances
        self.restart = restart
        self.killSignal = killSignal
        self.killTimeout = killTimeout
        self.outFile = outFile
        self.errorFile = errorFile
        self.mergeLogs = mergeLogs
        self.config = config
    }
}

/// When a program that ended is started again, and how long we wait.
public struct RestartPolicy: Hashable, Sendable, Codable {
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// After every exit.
        case always
        /// After an exit with another code than 0, or by a signal.
        case onFailure = "on-failure"
        /// The same as `always`: what was stopped by hand stays stopped anyway. Other tools have the word.
        case unlessStopped = "unless-stopped"
        case never
    }

    /// How the delay grows from one quick exit to the next.
    public enum Strategy: String, Hashable, Sendable, Codable, CaseIterable {
        case fixed, exponential
    }

    public var mode: Mode
    public var strategy: Strategy
    /// The first delay, milliseconds.
    public var delay: Int
    /// The longest delay, milliseconds.
    public var maxDelay: Int
    /// An exit earlier than this after the start is quick, milliseconds.
    public var minUptime: Int
    /// Quick exits within `window` after which the app is `errored`.
    public var maxRestarts: Int
    /// Milliseconds.
    public var window: Int

    public init(
        mode: Mode = Defaults.restart, strategy: Strategy = Defaults.restartStrategy,
        delay: Int = Defaults.restartDelay, maxDelay: Int = Defaults.restartMaxDelay,
        minUptime: Int = Defaults.minUptime, maxRestarts: Int = Defaults.maxRestarts,
        window: Int = Defaults.restartWindow
    ) {
        self.mode = mode
        self.strategy = strategy
        self.delay = delay
        self.maxDelay = maxDelay
        self.minUptime = minUptime
        self.maxRestarts = maxRestarts
        self.window = window
    }
}
