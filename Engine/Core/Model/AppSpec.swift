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
    /// Where each variable of `env` comes from; nil for apps of older clients.
    public var envSources: VariableSources?
    /// How many instances.
    public var instances: Int
    public var restart: RestartPolicy
    /// The signal of a graceful stop, by number.
    public var killSignal: Int32
    /// Milliseconds between that signal and SIGKILL.
    public var killTimeout: Int
    /// How it tells that it is ready; nil: it is when its program is executed.
    public var ready: Readiness?
    /// `shutdown` on node's channel asks for a graceful end, in the place of `killSignal`.
    public var shutdownWithMessage: Bool?
    /// Log files; nil means the standard place below the home.
    public var outFile: String?
    public var errorFile: String?
    /// All instances write into one file each for stdout and stderr.
    public var mergeLogs: Bool
    /// When log files are put aside, and what is kept of them; nil: as the defaults say.
    public var logRotation: LogRotation?
    /// How logs are written; nil: as the defaults say.
    public var logs: LogSettings?
    /// User, limits and priorities; nil when nothing was said.
    public var attributes: ProcessAttributes?
    /// Apps that must be there before it is started; nil: none.
    public var dependencies: [Dependency]?
    /// What happens to it when one of them is stopped or restarted by hand; nil: nothing.
    public var cascade: Cascade?
    /// Bytes of its whole tree above which it is restarted; nil: none.
    public var maxMemory: Int?
    /// Where the pid of its first process is written while it runs, absolute; nil: nowhere.
    public var pidFile: String?
    /// false: only its first process gets the stop signal; nil: all of its tree do.
    public var treeKill: Bool?
    /// false: the app becomes known and is not started until somebody says so; nil: it is started.
    public var autoStart: Bool?
    /// The port that its instances share, and what tells them apart; nil when nothing was said.
    public var cluster: ClusterSpec?
    /// Where its stdin leads; nil: `/dev/null`.
    public var stdin: InputMode?
    /// The config file that it comes from, absolute; nil for apps started without one.
    public var config: String?
    /// What it says of itself; nil when that is nothing.
    public var metadata: AppMetadata?

    /// Whether `start` and `apply` start it.
    package var startsItself: Bool { autoStart != false }

    public init(
        namespace: String = Defaults.namespace, name: String, script: String, program: String,
        arguments: [String] = [], interpreter: String? = nil, cwd: String, env: [String: String] = [:],
        instances: Int = Defaults.instances, restart: RestartPolicy = RestartPolicy(),
        killSignal: Int32 = Defaults.killSignal, killTimeout: Int = Defaults.killTimeout,
        outFile: String? = nil, errorFile: String? = nil, mergeLogs: Bool = Defaults.mergeLogs,
        logRotation: LogRotation? = nil, attributes: ProcessAttributes? = nil, config: String? = nil
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
        self.logRotation = logRotation
        self.attributes = attributes
        self.config = config
    }
}
