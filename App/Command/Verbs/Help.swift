internal import ArgumentParser
internal import Core
internal import Engine
internal import Interface

struct Help: Verb {
    static let configuration = CommandConfiguration(
        commandName: "help",
        abstract: "Explains a verb, or one of: config, defaults, errors, keys, man, pm2, protocol.",
        usage: "od help [VERB | CODE | config | defaults | errors [CODE] | keys | man | pm2 | protocol]",
        discussion: """
            config: the keys of config files. defaults: what holds when nothing else is said. errors: what each code \
            means and what to do. keys: those of the dashboard. man: the manual page, for man -l -. pm2: what is what for those who come from there. protocol: what clients and engine say.
            """)

    /// What can be explained beside the verbs.
    static let topics = ["config", "defaults", "errors", "keys", "man", "pm2", "protocol"]

    @OptionGroup var globals: Globals

    @Argument(help: ArgumentHelp("A verb or a topic.", valueName: "topic"))
    var topic: [String] = []

    func run(_ session: Session) async throws {
        guard topic != ["keys"] else {
            let folders = UserFolders(home: session.home).paths
            return session.printer.help(HelpKeys.text(UserKeys.load(from: folders).keys))
        }
        session.printer.help(try Self.text(topic))
    }

    /// The help of a verb or topic; of `od` itself for none. Throws OD1001 for what is neither.
    /// - Parameter columns: nil for those of the terminal.
    static func text(_ topic: [String], columns: Int? = nil) throws(Failure) -> String {
        guard let first = topic.first else { return Od.helpMessage(columns: columns) }
        switch first {
        case "config": return keys()
        case "defaults": return HelpDefaults.text()
        case "protocol": return try protocolText()
        case "errors": return try HelpErrors.text(topic.dropFirst().first)
        case "keys": return HelpKeys.text(.standard)
        case "pm2": return PM2Words.help { Od.verb(named: $0) != nil }
        case "man": return try ManPage.text(date: ManPage.day)
        case _ where first.uppercased().hasPrefix("OD") && Int(first.dropFirst(2)) != nil:
            return try HelpErrors.text(first)
        default: break
        }
        guard let verb = Od.verbs.first(where: { ([$0._commandName] + $0.configuration.aliases).contains(first) })
        else {
            let near = NearestName.of(first, among: Od.verbNames + topics)
            throw Failure(
                .usage, "there is no help on ‘\(first)’", why: near.map { "the nearest is ‘\($0)’" } ?? "it is no verb",
                next: "od help lists the verbs")
        }
        if topic.count > 1, let part = verb.configuration.subcommands.first(where: { $0._commandName == topic[1] }) {
            return Od.helpMessage(for: part, columns: columns)
        }
        return Od.helpMessage(for: verb, columns: columns)
    }

    private static func protocolText() throws(Failure) -> String {
        do {
            return try ProtocolText.markdown()
        } catch {
            throw Failure(.bug, "the protocol cannot be described", why: "\(error)", next: "report it with od version")
        }
    }

    private static func keys() -> String {
        let names = ConfigFile.namesInWords
        return """
            A config is YAML, JSON, TOML or a program for node, bun or deno: \(names), or any .yaml, .yml, .json, .toml \
            or .config.js file; of a package.json the field ‘\(ConfigFormat.packageField)’.
            Durations are milliseconds or have a unit: 500ms, 10s, 2m, 1h, 1d. Relative paths start at the config's \
            folder.

            TOP LEVEL
            \(table(ConfigKeys.project))

            AN APP
            \(table(ConfigKeys.app))

            READY
            \(table(ConfigKeys.readyKeys))

            LOG ROTATION
            \(table(ConfigKeys.rotationKeys))

            \(DaemonSettings.file.uppercased()) IN THE DAEMON'S HOME: daemon
            \(table(ConfigKeys.daemon))

            """
    }

    private static func table<Owner>(_ keys: [ConfigKey<Owner>]) -> String {
        let width = keys.map(\.name.count).max() ?? 0
        return keys.map { key in
            "  " + key.name + String(repeating: " ", count: width - key.name.count + 2) + "\(key.type): \(key.doc)"
        }.joined(separator: "\n")
    }
}
