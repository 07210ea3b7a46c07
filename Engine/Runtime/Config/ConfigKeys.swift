package import Core

/// All keys that a config file may have. One table a level.
package enum ConfigKeys {
    /// The top level.
    package static let project: [ConfigKey<ConfigDraft>] = [
        ConfigKey("name", .name, \.name, "the project: the namespace of its apps; default: the folder's name"),
        ConfigKey("defaults", type: "map", schema: .app, "keys of an app that hold for all apps which do not say else")
        {
            node, reader, draft in draft.readDefaults(node, &reader)
        },
        ConfigKey(
            "apps", type: "list", schema: .list(.app, atLeast: 1), "the apps of the project"
        ) { node, reader, draft in
            draft.appNodes = node
        },
    ]

    /// One app.
    package static let app: [ConfigKey<AppConfig>] =
        [
            ConfigKey(
                "name", .name, \.name, "unique in the project; default: the script's file name without its extension"),
            ConfigKey("script", .text, \.script, "a script, a program, or a command line; required"),
            ConfigKey("args", .words, \.args, "arguments; one text is split as a shell does"),
            ConfigKey(
                "interpreter", .text, \.interpreter, "what runs the script: a program, or none; default: by the script"),
            ConfigKey("interpreterArgs", .words, \.interpreterArgs, "arguments of the interpreter, before the script"),
            ConfigKey("version", .text, \.version, "shown by od info; default: that of package.json"),
            ConfigKey("description", .text, \.description, "what it is for; shown by od info"),
            ConfigKey("cwd", .text, \.cwd, "the working directory; default: the config's folder"),
            ConfigKey(
                "instances", .instances, \.instances,
                "how many; max or 0: one for each CPU, -1: one less; default: \(Defaults.instances)"),
            ConfigKey("autoRestart", .flag, \.autoRestart, "false is restart: never"),
            ConfigKey(
                "restart", .word, \.restart,
                "when an app that ended is started again; default: \(Defaults.restart.rawValue)"),
            ConfigKey(
                "restartStrategy", .word, \.restartStrategy,
                "how the delay grows from one restart to the next; default: \(Defaults.restartStrategy.rawValue)"),
            ConfigKey(
                "restartDelay", .duration, \.restartDelay, "the first delay; default: \(Defaults.restartDelay) ms"),
            ConfigKey(
                "restartFactor", .decimal(1...100), \.restartFactor,
                "by how much exponential delays grow; default: \(Defaults.restartFactor.plain)"),
            ConfigKey(
                "restartMaxDelay", .duration, \.restartMaxDelay,
                "the longest delay; default: \(Defaults.restartMaxDelay / 1000) s"),
            ConfigKey(
                "restartJitter", .whole(0...100), \.restartJitter,
                "percent by which linear and exponential delays vary; default: \(Defaults.restartJitter)"),
            ConfigKey(
                "restartReset", .duration, \.restartReset,
                "up this long, delays begin anew; default: \(Defaults.restartReset / 1000) s"),
            ConfigKey(
                "maxRestarts", .whole(1...1_000_000_000), \.maxRestarts,
                "quick exits in restartWindow after which we give up, above \(Defaults.countedRestarts) never; default: \(Defaults.maxRestarts)"
            ),
            ConfigKey(
                "restartWindow", .duration, \.restartWindow,
                "in which quick exits are counted; default: \(Defaults.restartWindow / 1000) s"),
            ConfigKey(
                "minUptime", .duration, \.minUptime, "an earlier exit is quick; default: \(Defaults.minUptime) ms"),
            ConfigKey(
                "coolDown", .coolDown, \.coolDown, "from giving up to the next try; default: no further try"),
            ConfigKey(
                "stopExitCodes", .stopExits, \.stopExitCodes,
                "exit codes and signals after which nothing is started again"),
            ConfigKey(
                "killSignal", .signal, \.killSignal,
                "asks for a graceful end; default: \(Signal.name(Defaults.killSignal))"
            ),
            ConfigKey(
                "killTimeout", .duration, \.killTimeout,
                "from that signal to SIGKILL; default: \(Defaults.killTimeout / 1000) s"),
            ConfigKey("outFile", .text, \.outFile, "where stdout is written; default: below the home"),
            ConfigKey("errorFile", .text, \.errorFile, "where stderr is written; default: below the home"),
            ConfigKey(
                "mergeLogs", .flag, \.mergeLogs, "one log for stdout and one for stderr, shared by all instances"),
            ConfigKey(
                "logRotation", type: "map", schema: .keys(rotationKeys),
                "when log files are put aside, and what is kept of them; see below"
            ) { node, reader, app in
                var rotation = app.logRotation ?? RotationConfig()
                reader.read(node, by: rotationKeys, into: &rotation)
                app.logRotation = rotation
            },
        ] + logs + environment + cluster + readiness + attributes + order

    /// Keys that people expect of a process manager and that do not exist here: why not.
    static let notServed: [String: String] = [
        "watch": "does not watch files", "ignoreWatch": "does not watch files", "watchDelay": "does not watch files",
        "cron": "has no schedules", "cronRestart": "has no schedules", "healthCheck": "checks no health",
        "healthChecks": "checks no health", "deploy": "does not deploy", "cluster": "has no router",
        "loadBalancer": "has no router", "notifications": "sends no notifications", "secrets": "keeps no secrets",
        "autoscale": "does not scale by itself",
    ]

    /// `logRotation`.
    package static let rotationKeys: [ConfigKey<RotationConfig>] = [
        ConfigKey("maxSize", .size, \.maxSize, "a file has so many bytes at most; 0: any number; default: 10M"),
        ConfigKey("interval", .duration, \.interval, "a file is put aside at this age; 0, the default: at none"),
        ConfigKey(
            "maxFiles", .whole(0...10_000), \.maxFiles,
            "old files of each log; default: \(Defaults.logMaxFiles)"),
        ConfigKey("maxAge", .duration, \.maxAge, "an old file is kept so long; 0: for ever; default: 7d"),
        ConfigKey("maxTotal", .size, \.maxTotal, "bytes of all old files of the app; 0: any number; default: 1G"),
        ConfigKey("compress", .flag, \.compress, "old files become .gz; default: \(Defaults.logCompress)"),
    ]
}

extension AppConfig {
    /// Sets a key from the text of a flag, by the table of keys. Throws OD1001, for a name OD1007.
    package mutating func set(_ key: String, to text: String, flag: String) throws(Failure) {
        let parts = key.split(separator: ".", maxSplits: 1).map { String($0) }
        guard let entry = ConfigKeys.app.first(where: { $0.name == parts.first }) else {
            let near = NearestName.of(key, among: ConfigKeys.app.map(\.name))
            throw Failure(
                .usage, "no config has a key ‘\(key)’",
                why: near.map { "the nearest is \($0)" } ?? "no key has a name like that",
                next: "od help config lists the keys")
        }
        var node = ConfigNode.ofFlag(text)
        if parts.count == 2 { node = .plain(.map([ConfigPair(key: parts[1], mark: .none, node: node)]), at: .none) }
        var reader = ConfigReader()
        entry.read(node, &reader, &self)
        if !reader.problems.isEmpty, text.contains(",") {
            // A list, for the keys that take one.
            let items = text.split(separator: ",", omittingEmptySubsequences: false).map {
                ConfigNode.ofFlag(String($0))
            }
            var second = ConfigReader()
            entry.read(.plain(.list(items), at: .none), &second, &self)
            if second.problems.isEmpty { return }
        }
        guard let problem = reader.problems.first else { return }
        throw Failure(
            key == "name" ? .badName : .usage, "\(flag) does not understand ‘\(text)’", why: problem.message,
            next: flag.hasPrefix("--") && !flag.hasPrefix("--set ") ? "od help start" : "od help config")
    }
}
