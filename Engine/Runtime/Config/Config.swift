package import Core

/// A project as its config file describes it, checked but not yet resolved: nothing was looked for on the disk.
package struct Config: Hashable, Sendable {
    /// The file, absolute.
    package var file: String
    /// Its folder: relative paths start here.
    package var directory: String
    /// The project: the file's `name`, else the folder's name.
    package var namespace: String
    package var apps: [AppConfig]
    /// One line each: what is understood but not in this version.
    package var warnings: [String]

    package init(file: String, directory: String, namespace: String, apps: [AppConfig], warnings: [String] = []) {
        self.file = file
        self.directory = directory
        self.namespace = namespace
        self.apps = apps
        self.warnings = warnings
    }
}

/// A config as far as it could be read, and the mistakes in it.
struct ConfigReading: Sendable {
    var config: Config
    var problems: [ConfigProblem] = []
    /// The file as the user named it.
    var shown: String?

    /// The config when it has no mistakes; else throws all of them.
    func whole() throws(Failure) -> Config {
        guard problems.isEmpty else { throw Failure(problems, file: shown ?? config.file) }
        return config
    }
}

/// An app as written in a config file or in flags; nil is "not said", for which the default holds.
/// Durations are milliseconds.
package struct AppConfig: Hashable, Sendable {
    package var name: String?
    package var script: String?
    package var args: [String]?
    package var interpreter: String?
    package var interpreterArgs: [String]?
    package var cwd: String?
    package var environment = EnvironmentConfig()
    /// The group of the app, when it is not the project.
    package var namespace: String?
    package var appendEnvToName: Bool?
    package var autoStart: Bool?
    package var instances: Int?
    package var autoRestart: Bool?
    package var restart: RestartPolicy.Mode?
    package var restartStrategy: RestartPolicy.Strategy?
    package var restartDelay: Int?
    package var restartFactor: Double?
    package var restartMaxDelay: Int?
    /// Percent.
    package var restartJitter: Int?
    package var restartReset: Int?
    package var maxRestarts: Int?
    package var restartWindow: Int?
    package var minUptime: Int?
    package var coolDown: Int?
    package var stopExitCodes: [StopExit]?
    package var killSignal: Int32?
    package var killTimeout: Int?
    package var waitReady: Bool?
    package var ready: ReadyConfig?
    package var listenTimeout: Int?
    package var shutdownWithMessage: Bool?
    package var outFile: String?
    package var errorFile: String?
    package var mergeLogs: Bool?
    package var logRotation: RotationConfig?
    package var logs = LogConfig()
    package var attributes = ProcessAttributes()
    package var dependencies: [Dependency]?
    package var cascade: Cascade?
    /// Bytes.
    package var maxMemory: Int?
    package var pidFile: String?
    package var treeKill: Bool?
    package var cluster = ClusterSpec()
    package var stdin: InputMode?
    package var version: String?
    package var description: String?
    /// Where it stands: `FILE:LINE:COLUMN: apps[0]`; nil for flags.
    package var place: String?
    /// Where its keys stand; nil for flags.
    package var spots: ConfigSpots?

    package init() {}
}

/// `logRotation` as written; nil is "not said", for which the default holds. Sizes are bytes, durations milliseconds.
package struct RotationConfig: Hashable, Sendable {
    package var maxSize: Int?
    package var interval: Int?
    package var maxFiles: Int?
    package var maxAge: Int?
    package var maxTotal: Int?
    package var compress: Bool?

    package init() {}
}
