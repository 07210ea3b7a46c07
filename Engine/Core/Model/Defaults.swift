/// The one table of defaults. Durations in milliseconds, sizes in bytes.
public enum Defaults {
    public static let namespace = "default"
    public static let instances = 1
    public static let maxInstances = 1024
    public static let mergeLogs = false

    public static let restart = RestartPolicy.Mode.always
    public static let restartStrategy = RestartPolicy.Strategy.exponential
    /// The delay of the second restart in a row; the first is at once.
    public static let restartDelay = 100
    public static let restartFactor = 2
    public static let restartMaxDelay = 15_000
    /// Percent of the delay by which it varies, up and down.
    public static let restartJitter = 10
    /// Up this long, an app's delays begin anew.
    public static let restartReset = 30_000
    public static let minUptime = 1000
    public static let maxRestarts = 16
    public static let restartWindow = 60_000

    /// SIGTERM
    public static let killSignal: Int32 = 15
    public static let killTimeout = 10_000

    /// A run's pipes are read this long after its tree is gone, for descriptors that somebody inherited.
    public static let streamGrace = 5000
    /// How many lines `od logs` shows before it follows.
    public static let logLines = 15

    /// Variables that an app inherits from the shell of who starts it; `LC_*` too.
    public static let inheritedVariables = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"]

    /// How long a client waits for the engine: to connect, and for one answer.
    public static let connectDeadline = 10_000
    public static let answerDeadline = 30_000
    /// Metrics: sampled this often while somebody looks.
    public static let sampleInterval = 1000
}
