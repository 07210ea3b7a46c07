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
    package static let app: [ConfigKey<AppConfig>] = [
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
            "how the delay grows from one quick exit to the next; default: \(Defaults.restartStrategy.rawValue)"),
        ConfigKey("restartDelay", .duration, \.restartDelay, "the first delay; default: \(Defaults.restartDelay) ms"),
        ConfigKey(
            "maxRestarts", .whole(0...1_000_000_000), \.maxRestarts,
            "quick exits in \(Defaults.restartWindow / 1000) s after which we give up; default: \(Defaults.maxRestarts)"
        ),
        ConfigKey("minUptime", .duration, \.minUptime, "an earlier exit is quick; default: \(Defaults.minUptime) ms"),
        ConfigKey(
            "killSignal", .signal, \.killSignal, "asks for a graceful end; default: \(Signal.name(Defaults.killSignal))"
        ),
        ConfigKey(
            "killTimeout", .duration, \.killTimeout,
            "from that signal to SIGKILL; default: \(Defaults.killTimeout / 1000) s"),
        ConfigKey("outFile", .text, \.outFile, "where stdout is written; default: below the home"),
        ConfigKey("errorFile", .text, \.errorFile, "where stderr is written; default: below the home"),
        ConfigKey("mergeLogs", .flag, \.mergeLogs, "one log for stdout and one for stderr, shared by all instances"),
        ConfigKey("logRotation", type: "map", "maxSize and maxFiles; read, but not in this version") {
            node, reader, app in
            var rotation = LogRotation()
            reader.read(node, by: rotationKeys, into: &rotation)
            app.logRotation = rotation
            reader.warn(at: node.mark, "logRotation is not in this version")
        },
    ]

    /// `logRotation`.
    package static let rotationKeys: [ConfigKey<LogRotation>] = [
        ConfigKey("maxSize", .size, \.maxSize, "bytes, or 10M"),
        ConfigKey("maxFiles", .whole(0...100_000), \.maxFiles, "how many old files are kept"),
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
