internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Start: Verb {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Starts a script, a program, a command line, a config's apps, or apps that exist.",
        usage: "od start WHAT... [OPTIONS] [-- ARGS...]",
        discussion: """
            What is stopped or new is started; a running app is never changed (od up FILE applies a config).

              od start app.js                       the interpreter by extension or #! line
              od start worker.py -i 4 -- --queue a  four instances, with arguments
              od start "python3 -m http.server"     a command line
              od start opendaemon.config.yaml       all apps of a config
              od start api worker                   apps that exist
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "A script, program, quoted command line, config file, or names of apps.")
    var what: [String] = []

    /// What stood behind `--`: `CommandMain` puts it here, because a list of words cannot be followed by another.
    @Option(name: .customLong(Self.passedOn), parsing: .unconditionalSingleValue, help: .private)
    var args: [String] = []

    static let passedOn = "program-argument"

    @Flag(help: "Without what they depend on, and without waiting for it.")
    var noDeps = false

    @OptionGroup var waiting: WaitFlags

    @OptionGroup(title: "Definition") var flags: AppFlags

    func run(_ session: Session) async throws {
        guard !what.isEmpty else {
            throw Failure(
                .usage, "nothing to start was named",
                why: "od start takes a script, a program, a config file or names of apps",
                next: "od start app.js, or od help start")
        }
        let limit = try waiting.limit()
        let start = StartPlan.Input(
            directory: FilePath.currentDirectory(), shell: AppEnvironment.ofThisProcess(),
            home: session.remote == nil ? session.home : nil)
        var plan = try StartPlan(what, flags: try flags.config(args: args), input: start)
        plan.warnings.forEach(session.printer.warning)
        if !plan.apps.isEmpty { try session.requireLocal("what is to be started") }
        let isFresh = session.isFresh
        if isFresh { try await decideAll(&plan) { word, plan in try plan.takeProgram(word) } }
        let client = try await session.connect()
        if !isFresh { try await decideAll(&plan) { word, plan in try await decide(word, &plan, client) } }
        if !plan.apps.isEmpty { try session.requireLocal("what is to be started") }
        let clock = ContinuousClock()
        let asked = clock.now
        for app in plan.apps {
            let words = SecretVariable.shown([app.program] + app.arguments).joined(separator: " ")
            session.printer.note("\(app.namespace)/\(app.name): \(words) in \(app.cwd)")
        }
        let request = StartRequest(apps: plan.apps, targets: plan.targets, alone: noDeps ? true : nil)
        var result = try await session.working(.starting, client) { try await client.call(Methods.start, request) }
        result.failures += plan.failures
        if waiting.wait {
            let (processes, failures) = try await session.working(.starting, client) { [result] in
                try await session.untilReady(result.processes, client, limit: limit)
            }
            result.processes = processes
            // What could not even be executed has said so already.
            result.failures += failures.filter { failure in
                !result.failures.contains { failure.why == $0.why }
            }
        }
        session.printer.started(result, within: asked.duration(to: clock.now))
        await client.close()
        if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
    }

    /// How a daemon begins that knows a name like the one that was said.
    private static let nearest = "the nearest is"

    /// Words that are neither are told all at once.
    private func decideAll(_ plan: inout StartPlan, _ decide: (String, inout StartPlan) async throws -> Void)
        async throws
    {
        var troubles: [Failure] = []
        for word in plan.undecided {
            do {
                try await decide(word, &plan)
            } catch let failure as Failure where failure.code == .scriptMissing {
                troubles.append(failure)
            }
        }
        if let trouble = StartPlan.together(troubles) { throw trouble }
    }

    /// A word that may be an app or a program: apps first, because they are the user's own names.
    private func decide(_ word: String, _ plan: inout StartPlan, _ client: OpenDaemon) async throws {
        do {
            _ = try await client.call(Methods.info, TargetRequest(targets: [word]))
            try plan.takeTarget(word)
        } catch let failure as Failure where failure.code == .noSuchTarget {
            do {
                try plan.takeProgram(word)
            } catch {
                // It may be a slip in the name of an app as well as in that of a file.
                guard error.code == .scriptMissing, failure.why.hasPrefix(Self.nearest) else { throw error }
                var both = error
                both.why += "; of the apps \(failure.why)"
                throw both
            }
        }
    }
}

/// The flags that define an app; they say the same as the config's keys.
struct AppFlags: ParsableArguments {
    @Option(name: [.short, .long], help: "Its name; default: the file's name.")
    var name: String?

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("How many; max: one for each CPU, -1: one less.", valueName: "n"))
    var instances: String?

    @Option(help: ArgumentHelp("The TCP port that its instances share.", valueName: "n"))
    var port: String?

    @Option(help: "fork or cluster.", completion: .list(ClusterSpec.Mode.allCases.map(\.rawValue)))
    var execMode: String?

    @Option(help: "null or pipe.", completion: .list(InputMode.allCases.map(\.rawValue)))
    var stdin: String?

    @Option(help: ArgumentHelp("What runs the script: a program, or none.", valueName: "program"))
    var interpreter: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Arguments before the script, in one word.", valueName: "args"))
    var interpreterArgs: String?

    @Option(help: ArgumentHelp("The working directory.", valueName: "dir"))
    var cwd: String?

    @Option(help: ProjectFlags.envHelp)
    var env: [String] = []

    @Option(help: ProjectFlags.onlyHelp)
    var only: String?

    @Option(
        help: "always, on-failure, unless-stopped or never.",
        completion: .list(RestartPolicy.Mode.allCases.map(\.rawValue)))
    var restart: String?

    @Flag(help: "The same as --restart never.")
    var noAutoRestart = false

    @Option(help: ArgumentHelp("Quick exits after which we give up.", valueName: "n"))
    var maxRestarts: String?

    @Option(help: ArgumentHelp("The first delay, like 500ms or 2s.", valueName: "duration"))
    var restartDelay: String?

    @Option(help: ArgumentHelp("From the stop signal to SIGKILL.", valueName: "duration"))
    var killTimeout: String?

    @Option(help: ArgumentHelp("The project of the app.", valueName: "name"))
    var namespace: String?

    @Option(help: ArgumentHelp("Any other key of a config; may be repeated.", valueName: "key=value"))
    var set: [String] = []

    /// Reads the flags by the config's own table of keys: the same values, the same errors.
    func config(args: [String]) throws(Failure) -> AppFlagValues {
        let texts = [
            ("name", "--name", name), ("instances", "--instances", instances),
            ("port", "--port", port), ("execMode", "--exec-mode", execMode), ("stdin", "--stdin", stdin),
            ("interpreter", "--interpreter", interpreter),
            ("interpreterArgs", "--interpreter-args", interpreterArgs), ("cwd", "--cwd", cwd),
            ("restart", "--restart", restart),
            ("maxRestarts", "--max-restarts", maxRestarts), ("restartDelay", "--restart-delay", restartDelay),
            ("killTimeout", "--kill-timeout", killTimeout),
        ]
        var app = AppConfig()
        for (key, flag, text) in texts {
            if let text { try app.set(key, to: text, flag: flag) }
        }
        for text in set {
            guard let sign = text.firstIndex(of: "=") else {
                throw Failure(
                    .usage, "--set does not understand ‘\(text)’", why: "it takes KEY=VALUE",
                    next: "for example --set nice=10; od help config lists the keys")
            }
            let key = String(text[..<sign])
            let typed = PM2Words.flag(for: key, in: CommandLine.arguments)
            try app.set(key, to: String(text[text.index(after: sign)...]), flag: typed ?? "--set \(key)")
        }
        if noAutoRestart {
            guard restart == nil || app.restart == .never else {
                throw Failure(
                    .usage, "--no-auto-restart and --restart \(restart ?? "") contradict each other",
                    why: "one starts the app again, the other never", next: "leave one out")
            }
            app.autoRestart = false
        }
        let (variables, block) = try AppEnvironment.flags(env)
        let defines = app != AppConfig() || namespace != nil || !args.isEmpty
        if !args.isEmpty { app.args = args }
        return AppFlagValues(
            app: app, namespace: namespace, env: variables, defines: defines, block: block,
            only: try ProjectFlags.names(only))
    }
}

/// The flags of a command, checked.
struct AppFlagValues: Hashable, Sendable {
    var app = AppConfig()
    var namespace: String?
    /// `--env`
    var env: [String: String] = [:]
    /// Something but `--env` was given: it can only be meant for one new app.
    var defines = false
    /// `--env NAME`
    var block: String?
    /// `--only`
    var only: [String]?
}
