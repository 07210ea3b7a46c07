internal import ArgumentParser
internal import Core
internal import Engine

struct Help: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Explains a verb, the config's keys (config) or the defaults (defaults).",
        usage: "od help [VERB | config | defaults]")

    @OptionGroup var globals: Globals

    @Argument(help: ArgumentHelp("A verb, config, or defaults.", valueName: "topic"))
    var topic: [String] = []

    func run(_ session: Session) async throws {
        session.printer.help(try Self.text(topic))
    }

    /// The help of a verb or topic; of `od` itself for none. Throws OD1001 for what is neither.
    /// - Parameter columns: nil for those of the terminal.
    static func text(_ topic: [String], columns: Int? = nil) throws(Failure) -> String {
        guard let first = topic.first else { return Od.helpMessage(columns: columns) }
        switch first {
        case "config": return keys()
        case "defaults": return defaults()
        default: break
        }
        guard let verb = Od.verbs.first(where: { ([$0._commandName] + $0.configuration.aliases).contains(first) })
        else {
            let near = NearestName.of(first, among: Od.verbNames + ["config", "defaults"])
            throw Failure(
                .usage, "there is no help on ‘\(first)’", why: near.map { "the nearest is ‘\($0)’" } ?? "it is no verb",
                next: "od help lists the verbs")
        }
        if topic.count > 1, let part = verb.configuration.subcommands.first(where: { $0._commandName == topic[1] }) {
            return Od.helpMessage(for: part, columns: columns)
        }
        return Od.helpMessage(for: verb, columns: columns)
    }

    private static func keys() -> String {
        let names = ConfigFile.names.joined(separator: ", ")
        return """
            A config is YAML or JSON: \(names), or any .yaml, .yml or .json file.
            Durations are milliseconds or have a unit: 500ms, 10s, 2m, 1h, 1d. Relative paths start at the config's \
            folder.

            TOP LEVEL
            \(table(ConfigKeys.project))

            AN APP
            \(table(ConfigKeys.app))

            """
    }

    private static func table<Owner>(_ keys: [ConfigKey<Owner>]) -> String {
        let width = keys.map(\.name.count).max() ?? 0
        return keys.map { key in
            "  " + key.name + String(repeating: " ", count: width - key.name.count + 2) + "\(key.type): \(key.doc)"
        }.joined(separator: "\n")
    }

    private static func defaults() -> String {
        let seconds = { (milliseconds: Int) in "\(milliseconds / 1000) s" }
        let growth =
            "\(Defaults.restartStrategy.rawValue) from \(Defaults.restartDelay) ms, factor \(Defaults.restartFactor)"
        let variables = Defaults.inheritedVariables.joined(separator: ", ")
        let rows = [
            ("instances", "\(Defaults.instances)"),
            (
                "restart",
                "\(Defaults.restart.rawValue): at once, then \(growth), to \(seconds(Defaults.restartMaxDelay)),"
            ),
            ("", "\(Defaults.restartJitter) % jitter, anew after \(seconds(Defaults.restartReset)) up"),
            ("maxRestarts", "\(Defaults.maxRestarts) quick exits in \(seconds(Defaults.restartWindow)), then errored"),
            ("minUptime", "\(Defaults.minUptime) ms: an earlier exit is quick"),
            ("killSignal", "\(Signal.name(Defaults.killSignal)), and SIGKILL to the whole tree after killTimeout"),
            ("killTimeout", seconds(Defaults.killTimeout)),
            ("namespace", "\(Defaults.namespace) for apps without a config"),
            ("environment", "\(variables) and LC_* of the shell, then env, then --env"),
            ("logs", "logs/PROJECT/APP-INSTANCE.out.log and .err.log below the home"),
        ]
        let lines = rows.map { "  " + $0 + String(repeating: " ", count: 14 - $0.count) + $1 }
        return "What holds when nothing else is said:\n\n" + lines.joined(separator: "\n") + "\n"
    }
}
