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
    public static let restartFactor = 2.0
    public static let restartMaxDelay = 15_000
    /// Percent of the delay by which it varies, up and down.
    public static let restartJitter = 10
    /// Up this long, an app's delays begin anew.
    public static let restartReset = 30_000
    public static let minUptime = 1000
    public static let maxRestarts = 16
    public static let restartWindow = 60_000
    /// What gave up stays so.
    public static let coolDown = 0
    /// A cool-down is at least this long: less would be no giving up.
    public static let shortestCoolDown = 1000
    /// Quick exits are counted up to here; who allows more never gives up.
    public static let countedRestarts = 1000

    /// SIGTERM
    public static let killSignal: Int32 = 15
    public static let killTimeout = 10_000

    /// From exec to the moment at which an app that tells when it is ready has failed.
    public static let listenTimeout = 30_000
    /// Where an app that writes a line to a descriptor has it.
    public static let notifyDescriptor: Int32 = 3
    /// How often it is looked whether an app listens on the port that makes it ready.
    public static let portInterval = 100
    /// Signs of life are told to the control loop this often at most.
    public static let signInterval = 100
    /// SIGABRT: what an app gets that was silent for longer than its watchdog allows.
    public static let watchdogSignal: Int32 = 6
    /// Bytes of what an app says of itself that are shown.
    public static let statusLength = 200
    /// Ports that node apps of several instances may share without naming them.
    public static let spareSockets = 3
    /// Connections that may wait to be accepted on a shared port.
    public static let portBacklog = 1024
    /// PORT of a Procfile's first app, and what each later one has more (as foreman has it).
    public static let firstPort = 5000
    public static let portStep = 100
    /// Bytes that one `od send` may have.
    public static let sendBytes = 65_536

    /// In the middle, as the system has it.
    public static let ioLevel = 4

    /// A run's pipes are read this long after its tree is gone, for descriptors that somebody inherited.
    public static let streamGrace = 5000
    /// A log file's size, and what is kept of the old ones: for each log, for how long, for each app.
    public static let logMaxSize = 10 << 20
    public static let logMaxFiles = 10
    public static let logMaxAge = 7 * 86_400_000
    public static let logMaxTotal = 1 << 30
    public static let logCompress = true
    /// Bytes of the old log files of all apps together.
    public static let allLogsMaxTotal = 20 << 30
    /// Lines of each stream that are kept of a run that crashed, the most that may be asked for, and the files of an
    /// instance.
    public static let crashLogLines = 100
    public static let maxCrashLogLines = 10_000
    public static let crashLogFiles = 10
    /// How often old logs are looked at.
    public static let logSweep = 3_600_000
    /// How many lines `od logs` shows before it follows.
    public static let logLines = 15
    /// Bytes of each file that are looked at for its last lines, and that the last lines may have together.
    public static let logTail = 8 << 20
    /// Bytes of a log that may wait for a dashboard or a terminal that follows it, before lines are left out.
    public static let followLag = 16 << 20
    /// Lines around one that was found, at most on each side.
    public static let logContext = 1000

    /// The engine's own log: at this size it is renamed to `engine.log.old`, of which there is one.
    public static let engineLogSize = 1 << 20

    /// Variables that an app inherits from the shell of who starts it; `LC_*` too.
    public static let inheritedVariables = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"]

    /// The home of the machine's own daemon (`od --system`), the directory of the socket that its group may use, and the
    /// group.
    public static let systemHome = "/var/lib/opendaemon"
    public static let systemDoor = "/run/opendaemon"
    public static let systemGroup = "opendaemon"

    /// Dumps of `od save` that are kept.
    public static let dumps = 5
    /// A config file at most: bytes, lists and maps within each other, and values, each use of an alias counted in full.
    public static let configBytes = 1 << 20
    public static let configDepth = 32
    public static let configValues = 100_000
    /// The longest duration that a config may name: a year.
    public static let longestDuration = 365 * 86_400_000
    /// How long a config that is a program may take.
    public static let configPatience = 10_000
    /// Bytes of what such a config prints that are shown.
    public static let configOutput = 64 << 10
    /// How long the programs of a release may take to say what they are, and the bytes that they may say.
    public static let releasePatience = 10_000
    public static let releaseOutput = 64 << 10
    /// How long a client waits for the engine: to connect, and for one answer.
    public static let connectDeadline = 10_000
    public static let answerDeadline = 30_000
    /// How long a login through ssh may take in which a person may be asked for a password.
    public static let loginDeadline = 120_000
    /// Events that are kept; the oldest go first.
    public static let storedEvents = 10_000
    /// Exits that are kept: of one instance, and of all, deleted ones included.
    public static let storedExits = 1000
    public static let storedExitsInAll = 100_000
    /// Crash reports kept of one app, and how much of its stderr one has: lines, and bytes of them.
    public static let crashReports = 20
    public static let crashLines = 40
    public static let crashBytes = 8192
    /// Subscriptions with a number that one connection may have, and what a reader of the SDK may leave unread: events,
    /// and updates of the fleet.
    public static let subscriptions = 64
    public static let unreadEvents = 1024
    public static let unreadUpdates = 1024
    /// How many events `od events` shows before it follows, and one answer holds at most.
    public static let eventLines = 20
    public static let maxEventsInAnswer = 1000

    /// Failures of a capability within `breakerWindow` after which it rests for `breakerRest`, and twice as long each
    /// time that it fails again, to `breakerMaxRest`.
    public static let breakerFailures = 3
    public static let breakerWindow = 60_000
    public static let breakerRest = 5000
    public static let breakerMaxRest = 600_000

    /// Requests of one client: so many a second, and so many at once after a pause.
    public static let requestRate = 2000
    public static let requestBurst = 8192
    /// Requests of one client beyond its rate that are answered with an error; then it is not read from for the pause.
    public static let refusalBurst = 256
    public static let refusalPause = 1000
    /// Connections to one engine at once, and those that may wait to be accepted, while it is replaced for example.
    public static let clients = 256
    /// Of these, connections through the door of the group: whatever they do, the daemon's own user gets in.
    public static let doorClients = 192
    public static let clientBacklog = 1024
    /// How often the engine looks whether its socket still has its name in the home.
    public static let socketLook = 15_000
    /// How often the engine looks whether the keeper has answered since.
    public static let keeperLook = 5000
    /// A client that has not said hello by then is closed.
    public static let helloDeadline = 10_000
    /// Unanswered requests of one client: it is not read from until some are answered.
    public static let clientRequests = 256
    /// Open log streams of one client.
    public static let clientStreams = 64
    /// Bytes that may wait for one client, beyond which events are dropped.
    public static let clientEvents = 1 << 20
    /// Bytes of answers that may wait for one client, and for all.
    public static let clientAnswers = 16 << 20
    public static let allAnswers = 128 << 20
    /// Bytes of large requests (above 64 KB) that may be on their way or in work, of all clients.
    public static let allRequests = 64 << 20
    /// Requests in one batch.
    public static let batchLength = 64
    /// Wrong tokens a second, of all clients together.
    public static let tokenTries = 5
    /// A frame that has begun must be whole after this; a client that reads nothing for the other is disconnected.
    public static let frameDeadline = 30_000
    public static let readDeadline = 60_000
    /// Commands that the engine remembers, so that one which is sent again is not done again.
    public static let receipts = 1024
    /// Commands that may wait, for a disk that hangs for example; one more is refused.
    public static let waitingCommands = 16_384
    /// Events that the engine keeps for clients that come back.
    public static let keptEvents = 512
    /// Seconds that ssh may take to connect.
    public static let remotePatience = 15
    /// Between attempts to reach another machine, each of which is a login: doubled from the first to the longest.
    public static let firstRemotePause = 500
    public static let longestRemotePause = 15_000
    /// While somebody waits for an engine, it is asked this often whether it is there.
    public static let pulse = 5000
    /// Metrics: sampled this often while somebody looks, and this often when nobody does: then less often where it takes
    /// more than a part in `restShare` of one processor, but at least as often as that.
    public static let sampleInterval = 1000
    public static let restInterval = 10_000
    public static let longestRestInterval = 50_000
    public static let restShare = 10_000
    /// Figures that are kept in memory: so many seconds while somebody looks, and so many stretches of ten seconds.
    public static let historySeconds = 600
    public static let historyTens = 1080
    /// Figures of whole minutes that are kept in state.db: for so long, and so many bytes of them.
    public static let storedMinutes = 7 * 86_400_000
    public static let storedMinuteBytes = 64 << 20
    /// Points of one series of figures in an answer, and of all of them.
    public static let historyPoints = 600
    public static let historyAnswer = 20_000
}
