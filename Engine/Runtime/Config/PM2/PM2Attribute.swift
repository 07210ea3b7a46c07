/// An attribute of PM2's ecosystem files: all its names, and what it becomes here. PM2 documents them in
/// https://pm2.keymetrics.io/docs/usage/application-declaration/.
package struct PM2Attribute: Sendable {
    /// How its value is taken over.
    package enum Taking: Sendable {
        /// As it is.
        case same
        /// A number, even in quotes.
        case number
        /// True or false, even in quotes.
        case flag
        /// A path that starts at the app's `cwd`.
        case path
        /// A log file; PM2 knows `NULL` for none.
        case log
        /// By a function of its own.
        case own
        /// Nothing here does it. `false`, and the value that PM2 has anyway, need no word.
        case none
        /// It needs nothing here, or is as od does it anyway.
        case idle
    }

    /// The first is the one that PM2 documents.
    package var names: [String]
    /// Our key; nil when there is none.
    package var key: String?
    package var taking: Taking
    /// For `od help pm2`.
    package var note: String

    init(_ names: String..., to key: String? = nil, by taking: Taking, note: String = "") {
        self.names = names
        self.key = key
        self.taking = taking
        self.note = note
    }

    /// All of an app, in PM2's order.
    package static let all = general + restarts + files + stopping + absent

    private static let general = [
        PM2Attribute("script", "exec", to: "script", by: .own),
        PM2Attribute("name", to: "name", by: .own, note: "other characters than letters, digits, . _ - become -"),
        PM2Attribute("name_prefix", to: "name", by: .own, note: "before the name"),
        PM2Attribute("namespace", to: "namespace", by: .same),
        PM2Attribute("cwd", to: "cwd", by: .own),
        PM2Attribute("args", to: "args", by: .same),
        PM2Attribute("interpreter", "exec_interpreter", to: "interpreter", by: .same),
        PM2Attribute("interpreter_args", "node_args", to: "interpreterArgs", by: .same),
        PM2Attribute("exec_mode", to: "execMode", by: .own, note: "fork_mode and cluster_mode too"),
        PM2Attribute("instances", to: "instances", by: .own, note: "max, 0 and -1 too"),
        PM2Attribute("env", to: "env", by: .own, note: "lists and maps become JSON"),
        PM2Attribute("port", to: "env", by: .own, note: "is env.PORT"),
        PM2Attribute("append_env_to_name", to: "appendEnvToName", by: .flag),
        PM2Attribute("increment_var", to: "incrementVar", by: .own),
        PM2Attribute("instance_var", to: "instanceVar", by: .same),
        PM2Attribute("uid", "user", to: "uid", by: .same),
        PM2Attribute("gid", to: "gid", by: .same),
    ]

    private static let restarts = [
        PM2Attribute("autostart", to: "autoStart", by: .flag),
        PM2Attribute("autorestart", to: "autoRestart", by: .flag),
        PM2Attribute("stop_exit_codes", to: "stopExitCodes", by: .same),
        PM2Attribute("min_uptime", to: "minUptime", by: .same),
        PM2Attribute("max_restarts", to: "maxRestarts", by: .own),
        PM2Attribute("restart_delay", to: "restartDelay", by: .own, note: "with restartStrategy: fixed"),
        PM2Attribute(
            "exp_backoff_restart_delay", to: "restartDelay", by: .own,
            note: "with restartStrategy: exponential, factor 1.5"),
        PM2Attribute("max_memory_restart", to: "maxMemory", by: .same),
    ]

    private static let files = [
        PM2Attribute("out_file", "out", "output", "out_log", to: "outFile", by: .log),
        PM2Attribute("error_file", "error", "err", "err_file", "err_log", to: "errorFile", by: .log),
        PM2Attribute("log_file", "log", to: "logFile", by: .log),
        PM2Attribute("merge_logs", "combine_logs", to: "mergeLogs", by: .flag),
        PM2Attribute("disable_logs", to: "disableLogs", by: .flag),
        PM2Attribute("log_type", to: "logType", by: .same),
        PM2Attribute("log_date_format", to: "logDateFormat", by: .same),
        PM2Attribute("time", to: "logDateFormat", by: .own, note: "the format that PM2 has for it"),
        PM2Attribute("pid_file", "pid", to: "pidFile", by: .path),
    ]

    private static let stopping = [
        PM2Attribute("kill_timeout", to: "killTimeout", by: .same),
        PM2Attribute("kill_signal", to: "killSignal", by: .same),
        PM2Attribute("listen_timeout", to: "listenTimeout", by: .same),
        PM2Attribute("wait_ready", to: "waitReady", by: .flag),
        PM2Attribute("shutdown_with_message", to: "shutdownWithMessage", by: .flag),
        PM2Attribute("treekill", to: "treeKill", by: .flag),
    ]

    private static let absent = [
        PM2Attribute("watch", by: .none), PM2Attribute("ignore_watch", by: .none),
        PM2Attribute("watch_delay", by: .none),
        PM2Attribute("watch_options", by: .none), PM2Attribute("cron_restart", "cron", by: .none),
        PM2Attribute("filter_env", by: .none), PM2Attribute("source_map_support", by: .none),
        PM2Attribute("trace", by: .none), PM2Attribute("v8", by: .none),
        PM2Attribute("event_loop_inspector", by: .none),
        PM2Attribute("deep_monitoring", by: .none), PM2Attribute("io", by: .none),
        PM2Attribute("install_url", by: .none),
        PM2Attribute("post_update", by: .none), PM2Attribute("username", by: .none),
        PM2Attribute("disable_source_map_support", by: .idle), PM2Attribute("kill_retry_time", by: .idle),
        PM2Attribute("force", by: .idle), PM2Attribute("execute_command", by: .idle), PM2Attribute("write", by: .idle),
        PM2Attribute("windowsHide", by: .idle), PM2Attribute("vizion", by: .idle),
        PM2Attribute("vizion_running", by: .idle),
        PM2Attribute("pmx", by: .idle), PM2Attribute("automation", by: .idle), PM2Attribute("disable_trace", by: .idle),
    ]

    /// The attribute that has this name; nil for what PM2 does not know either.
    package static func named(_ name: String) -> PM2Attribute? { byName[name] }

    private static let byName: [String: PM2Attribute] = Dictionary(
        all.flatMap { attribute in attribute.names.map { ($0, attribute) } }, uniquingKeysWith: { first, _ in first })

    /// What PM2 does when a file says nothing, in our keys: a file of PM2 keeps PM2's defaults. Not its 3 s to become ready:
    /// it takes an app for ready when they are over, and here such a start has failed.
    package static let defaults: [(key: String, value: ConfigNode.Value)] = [
        ("inheritEnv", .bool(true)), ("killSignal", .string("SIGINT")), ("killTimeout", .number("1600")),
        ("maxRestarts", .number("16")), ("minUptime", .number("1000")),
    ]

    /// The factor by which PM2's delays grow.
    static let backoffFactor = "1.5"
    /// What `time: true` writes before each line.
    static let timeFormat = "YYYY-MM-DDTHH:mm:ss"
}
