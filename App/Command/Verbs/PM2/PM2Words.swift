internal import Core

/// What people who come from PM2 type, and what it is here: one table, from which the command line is translated and
/// `od help pm2` is made.
enum PM2Words {
    /// A verb of PM2.
    struct Verb {
        /// All its names there.
        var names: [String]
        /// The words that it becomes; nil: nothing here does it.
        var words: [String]?
        /// For the help, and for the error when there is no counterpart.
        var note = ""
    }

    /// What a flag of PM2 becomes.
    enum Meaning: Hashable {
        /// The same flag under another name.
        case flag(String)
        /// A key of the config with the flag's value.
        case key(String)
        /// A key of the config with this value: the flag has none.
        case sets(String, to: String)
        /// As od does it anyway.
        case idle
        /// As `idle`, and it takes a value.
        case idleValue
        /// Nothing here does it.
        case absent
    }

    struct Flag {
        var names: [String]
        var meaning: Meaning
        var note = ""
    }

    static let verbs: [Verb] = [
        Verb(names: ["describe", "desc", "show"], words: ["info"]),
        Verb(names: ["kill"], words: ["daemon", "stop"], note: "stops all apps and the daemon"),
        Verb(names: ["dash", "dashboard", "imonit"], words: ["monit"]),
        Verb(names: ["dump"], words: ["save"]),
        Verb(names: ["slist", "sysinfos"], words: ["daemon", "status"]),
        Verb(names: ["sendSignal"], words: ["signal"]),
        Verb(names: ["startOrRestart", "startOrReload", "startOrGracefulReload"], words: ["up", "--no-dashboard"]),
        Verb(names: ["ecosystem"], words: ["init"]),
        Verb(names: ["updatePM2", "deepUpdate"], words: ["daemon", "restart"], note: "apps go on"),
        Verb(names: ["report"], words: ["doctor"]),
        Verb(names: ["completion"], words: ["completions"]),
        Verb(names: ["reloadLogs"], words: nil, note: "log files that were moved away are opened anew by themselves"),
        Verb(names: ["logrotate"], words: nil, note: "logs are rotated by default: logRotation in the config"),
        Verb(names: ["cleardump"], words: nil, note: "od save keeps five dumps; od delete all --yes forgets all apps"),
        Verb(names: ["multiset", "conf", "config", "get"], words: nil, note: "the daemon has no such settings"),
        Verb(
            names: ["trigger", "profile:cpu", "profile:mem", "inspect"], words: nil, note: "od does not reach into apps"
        ),
        Verb(names: ["pull", "forward", "backward", "deploy"], words: nil, note: "od does not deploy"),
        Verb(names: ["serve", "expose"], words: nil, note: "run a web server, like python3 -m http.server"),
        Verb(
            names: ["install", "uninstall", "module:generate", "package", "publish", "autoinstall"], words: nil,
            note: "there are no modules to install: od plugin list shows what is built in"),
        Verb(
            names: ["link", "unlink", "monitor", "unmonitor", "open", "plus", "login", "logout"], words: nil,
            note: "od talks to no cloud"),
    ]

    /// Flags of `start`, `restart` and the like that are called otherwise here, or are nothing here.
    static let flags: [Flag] = [
        Flag(names: ["--node-args"], meaning: .flag("--interpreter-args")),
        Flag(names: ["--no-autorestart"], meaning: .flag("--no-auto-restart")),
        Flag(names: ["-o", "--output", "--out"], meaning: .key("outFile")),
        Flag(names: ["-e", "--error"], meaning: .key("errorFile")),
        Flag(names: ["-l", "--log"], meaning: .key("logFile")),
        Flag(names: ["--merge-logs"], meaning: .sets("mergeLogs", to: "true")),
        Flag(names: ["--disable-logs"], meaning: .sets("disableLogs", to: "true")),
        Flag(names: ["--log-type"], meaning: .key("logType")),
        Flag(names: ["--log-date-format"], meaning: .key("logDateFormat")),
        Flag(names: ["--time"], meaning: .sets("logDateFormat", to: "YYYY-MM-DDTHH:mm:ss")),
        Flag(names: ["-p", "--pid"], meaning: .key("pidFile")),
        Flag(names: ["--max-memory-restart"], meaning: .key("maxMemory")),
        Flag(names: ["--exp-backoff-restart-delay"], meaning: .key("restartDelay")),
        Flag(names: ["--stop-exit-codes"], meaning: .key("stopExitCodes")),
        Flag(names: ["--no-autostart"], meaning: .sets("autoStart", to: "false")),
        Flag(names: ["-k"], meaning: .flag("--kill-timeout")),
        Flag(names: ["--listen-timeout"], meaning: .key("listenTimeout")),
        Flag(names: ["--wait-ready"], meaning: .sets("waitReady", to: "true")),
        Flag(names: ["--shutdown-with-message"], meaning: .sets("shutdownWithMessage", to: "true")),
        Flag(names: ["--no-treekill"], meaning: .sets("treeKill", to: "false")),
        Flag(names: ["-u", "--user", "--uid"], meaning: .key("uid")),
        Flag(names: ["--gid"], meaning: .key("gid")),
        Flag(names: ["-s", "--silent"], meaning: .flag("--quiet")),
        Flag(names: ["-a", "--update-env"], meaning: .idle, note: "variables come from the definition: od set, od up"),
        Flag(names: ["-f", "--force"], meaning: .idle, note: "a second app needs a name of its own"),
        Flag(names: ["-x", "--execute-command"], meaning: .idle),
        Flag(names: ["-w", "--write"], meaning: .idle),
        Flag(names: ["--no-vizion", "--no-pmx", "--no-automation", "--no-color"], meaning: .idle),
        Flag(names: ["--parallel"], meaning: .idleValue, note: "all at once, as dependencies allow"),
        Flag(
            names: ["--watch", "--ignore-watch", "--watch-delay", "--ext"], meaning: .absent,
            note: "od does not watch files"),
        Flag(names: ["-c", "--cron", "--cron-restart"], meaning: .absent, note: "od has no schedules"),
        Flag(names: ["--no-daemon"], meaning: .absent, note: "od up keeps a terminal, the daemon stays"),
        Flag(
            names: ["--container", "--dist", "--image-name", "--dockerdaemon"], meaning: .absent,
            note: "od makes no containers"),
        Flag(
            names: ["--source-map-support", "--trace", "--v8", "--event-loop-inspector", "--deep-monitoring"],
            meaning: .absent, note: "od does not reach into apps; node --enable-source-maps is --interpreter-args"),
    ]

    /// Flags of other verbs that are called otherwise here, or are nothing here.
    static let elsewhere: [Flag] = [
        Flag(names: ["--nostream"], meaning: .idle, note: "od logs ends after the last lines; -f goes on"),
        Flag(names: ["--timestamp"], meaning: .flag("--timestamps")),
        Flag(names: ["--silent"], meaning: .flag("--quiet")),
        Flag(names: ["--no-color"], meaning: .absent, note: "NO_COLOR=1 in the environment takes colours away"),
        Flag(names: ["--hp", "--service-name"], meaning: .absent, note: "the service is made for who says it"),
    ]

    /// Flags of `elsewhere` mean the same wherever they stand.
    private static func everywhere(_ words: ArraySlice<String>) -> [String] {
        words.compactMap { word in
            guard let flag = elsewhere.first(where: { $0.names.contains(word) }) else { return word }
            if case .flag(let ours) = flag.meaning { return ours }
            return flag.meaning == .idle ? nil : word
        }
    }

    /// Verbs that take the flags.
    private static let starting: Set<String> = ["start", "restart", "reload", "up", "apply", "scale"]

    /// A command line in our words. Throws OD1017 for what PM2 has and od does not.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - verb: where the verb stands; nil when there is none.
    ///   - isVerb: whether a word is a verb here.
    static func translated(
        _ arguments: [String], verb: Int?, isVerb: (String) -> Bool
    ) throws(Failure) -> [String] {
        guard let verb else { return arguments }
        var words = arguments
        let name = words[verb]
        if !isVerb(name), let known = verbs.first(where: { $0.names.contains(name) }) {
            guard let ours = known.words, isVerb(ours[0]) else { throw absent("the verb ‘\(name)’", known.note) }
            words.replaceSubrange(verb...verb, with: ours)
        }
        let end = words.firstIndex(of: "--") ?? words.endIndex
        // What is sent to an app is passed on as it is.
        if words[verb] == "send" { return words }
        guard starting.contains(words[verb]) else {
            return Array(words[...verb]) + everywhere(words[(verb + 1)..<end]) + words[end...]
        }
        return try Array(words[..<verb]) + [words[verb]] + flags(of: Array(words[(verb + 1)..<end])) + words[end...]
    }

    /// Our own options of these verbs that take a value: the word behind one is no flag, whatever it begins with.
    private static let valued: Set<String> = [
        "-n", "--name", "-i", "--instances", "--port", "--exec-mode", "--stdin", "--interpreter", "--interpreter-args",
        "--cwd", "--env", "--only", "--restart", "--max-restarts", "--restart-delay", "--kill-timeout", "--namespace",
        "--set", "--wait-timeout", "--home", "--host",
    ]

    /// An option of ours with its value, as one word where that begins like a flag.
    private static func option(_ name: String, _ rest: inout ArraySlice<String>) -> [String] {
        guard valued.contains(name), let value = rest.popFirst() else { return [name] }
        return name.hasPrefix("--") && value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
    }

    private static func flags(of words: [String]) throws(Failure) -> [String] {
        var result: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isLong = word.hasPrefix("--")
            let name = isLong ? String(parts[0]) : word
            guard word.hasPrefix("-"), let flag = flags.first(where: { $0.names.contains(name) }) else {
                result += option(word, &rest)
                continue
            }
            let given = isLong && parts.count == 2 ? String(parts[1]) : nil
            switch flag.meaning {
            case .flag(let ours): result += given.map { ["\(ours)=\($0)"] } ?? option(ours, &rest)
            case .key(let key):
                guard let value = given ?? rest.popFirst() else {
                    throw Failure(
                        .usage, "\(name) has no value", why: "it sets ‘\(key)’",
                        next: "od help config says what it takes")
                }
                result += ["--set", "\(key)=\(value)"]
            case .sets(let key, let value): result += ["--set", "\(key)=\(value)"]
            case .idle: break
            case .idleValue: if given == nil { _ = rest.popFirst() }
            case .absent: throw absent(name, flag.note)
            }
        }
        return result
    }

    /// The flag of PM2 by which somebody has set a key; nil when he did not.
    static func flag(for key: String, in arguments: [String]) -> String? {
        let names = flags.filter { if case .key(key) = $0.meaning { true } else { false } }.flatMap(\.names)
        let words = arguments.prefix { $0 != "--" }.map { word in String(word.prefix { $0 != "=" }) }
        return words.first(where: names.contains)
    }

    private static func absent(_ what: String, _ why: String) -> Failure {
        Failure(
            .notServed, "\(what) of PM2 has no counterpart here",
            why: why.isEmpty ? "this version does not have it" : why, next: "od help pm2 shows what is what")
    }

    /// `od help pm2`.
    static func help(isVerb: (String) -> Bool) -> String {
        let same =
            "start stop restart reload scale reset delete list id pid jlist prettylist env logs flush send attach\n"
            + "  monit ping save resurrect startup unstartup"
        var rows = verbs.map { verb -> (String, String) in
            let ours = verb.words.flatMap { isVerb($0[0]) ? "od " + $0.joined(separator: " ") : nil } ?? "-"
            return (verb.names.joined(separator: ", "), verb.note.isEmpty ? ours : "\(ours)  (\(verb.note))")
        }
        let verbText = table(rows)
        rows = flags.map(row)
        return """
            For those who come from PM2. Its ecosystem files start as they are: od start ecosystem.config.js, od up; and
            od migrate FILE writes the same as a config of ours. What is called otherwise is understood all the same.

            THE SAME
              \(same)

            VERBS
            \(verbText)
            FLAGS OF START
            \(table(rows))
            FLAGS OF OTHER VERBS
            \(table(elsewhere.map(row)))
            ATTRIBUTES OF ECOSYSTEM FILES
            \(PM2Help.attributes())
            """
    }

    private static func row(_ flag: Flag) -> (String, String) {
        let ours =
            switch flag.meaning {
            case .flag(let name): name
            case .key(let key): "--set \(key)=…"
            case .sets(let key, let value): "--set \(key)=\(value)"
            case .idle, .idleValue: "needs nothing"
            case .absent: "-"
            }
        return (flag.names.joined(separator: ", "), flag.note.isEmpty ? ours : "\(ours)  (\(flag.note))")
    }

    private static func table(_ rows: [(String, String)]) -> String { PM2Help.table(rows) }
}
