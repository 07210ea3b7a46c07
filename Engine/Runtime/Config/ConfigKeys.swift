package import Core

/// All keys that a config file may have. One table a level.
package enum ConfigKeys {
    /// The top level.
    package static let project: [ConfigKey<ConfigDraft>] = [
        ConfigKey("name", .name, \.name, "the project: the namespace of its apps; default: the folder's name"),
        ConfigKey("apps", type: "list", "the apps, in the order in which they are shown") { node, reader, draft in
            draft.readApps(node, &reader)
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
            ConfigKey("cwd", .text, \.cwd, "the working directory; default: the config's folder"),
            ConfigKey("env", type: "map", "environment variables") { node, reader, app in
                app.env = readVariables(node, &reader)
            },
            ConfigKey(
                "instances", .whole(1...Defaults.maxInstances), \.instances, "how many; default: \(Defaults.instances)"),
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
            ConfigKey("logRotation", type: "map", "when log files are put aside, and what is kept of them; see below") {
                node, reader, app in
                var rotation = RotationConfig()
                reader.read(node, by: rotationKeys, into: &rotation)
                app.logRotation = rotation
            },
        ] + attributes

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

    private static func readVariables(_ node: ConfigNode, _ reader: inout ConfigReader) -> [String: String]? {
        guard let pairs = reader.map(node) else { return nil }
        var result: [String: String] = [:]
        for pair in pairs {
            reader.inside(pair.key) { reader in
                guard !pair.key.isEmpty, !pair.key.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") }) else {
                    return reader.fail(.configValue, at: pair.mark, "a variable's name is not empty and has no ‘=’")
                }
                result[pair.key] = reader.value(.anyText, of: pair.node)
            }
        }
        return result
    }
}

extension AppConfig {
    /// Sets a key from the text of a flag, by the table of keys. Throws OD1001, for a name OD1007.
    package mutating func set(_ key: String, to text: String, flag: String) throws(Failure) {
        guard let entry = ConfigKeys.app.first(where: { $0.name == key }) else {
            throw Failure(
                .bug, "the flag \(flag) sets no key", why: "no config has a key ‘\(key)’", next: "please report it")
        }
        let node = ConfigNode(
            PlainNumber.matches(text) ? .number(text) : .string(text), at: ConfigMark(line: 1, column: 1), text: text)
        var reader = ConfigReader()
        entry.read(node, &reader, &self)
        guard let problem = reader.problems.first else { return }
        throw Failure(
            key == "name" ? .badName : .usage, "\(flag) does not understand ‘\(text)’", why: problem.message,
            next: "od help start")
    }
}
