internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import OpenDaemon

/// Which version this is.
enum Product {
    static let version = Build.version
    /// How a verb presents itself to the engine.
    static let client = "od \(version)"
}

/// The root command: the dashboard, and the list of verbs.
struct Od: Verb {
    static let configuration = CommandConfiguration(
        commandName: "od",
        abstract: "Keeps programs running, and shows how they are.",
        usage: "od [VERB] [OPTIONS]",
        discussion: """
            Without a verb: the dashboard. In a folder with a config whose project is not known yet: od up.
            od --detach starts the daemon without a terminal.

            \(OctalDump.note)
            """,
        version: Product.client,
        groupedSubcommands: [
            CommandGroup(
                name: "App",
                subcommands: [
                    Start.self, Stop.self, Restart.self, Reload.self, Scale.self, Delete.self, List.self, Info.self,
                    Why.self, Env.self, Logs.self, Flush.self, Send.self, Attach.self, Steering.Signal.self, Reset.self,
                    Events.self, Metrics.self, Graph.self, Definition.Set.self, Definition.Unset.self,
                ]),
            CommandGroup(
                name: "Project",
                subcommands: [
                    Apply.self, Diff.self, Validate.self, Init.self, Up.self, Down.self, Migrate.self, Save.self,
                    Resurrect.self,
                ]),
            CommandGroup(name: "Script", subcommands: [Jlist.self, Prettylist.self, Id.self, Pid.self]),
            CommandGroup(
                name: "Other",
                subcommands: [
                    Monit.self, Daemon.self, Doctor.self, Startup.self, Unstartup.self, Ping.self, Update.self,
                    Plugin.self, Bridge.self, Completions.self, Schema.self, Version.self, Help.self,
                ]),
        ])

    static let takesSeveralHosts = true

    @OptionGroup var globals: Globals

    @OptionGroup var flags: DashboardFlags

    func run(_ session: Session) async throws {
        try checkTerminal()
        // The configs of this folder are no matter of another machine, and who only looks starts nothing.
        if session.remote != nil || flags.readOnly {
            return try await session.dashboard(readOnly: flags.readOnly)
        }
        let directory = FilePath.currentDirectory()
        let config: Config?
        let file = try ConfigFile.trusted(in: directory)
        do throws(Failure) {
            config = try file.map { _ throws(Failure) in try ConfigFile.load(".", in: directory) }
        } catch {
            // What runs of it can be looked at all the same.
            guard let file, let client = await session.running(from: file) else { throw error }
            return try await session.dashboard(client, notes: ["\(error.what): \(error.why)"])
        }
        session.tellOfConnecting()
        let client = try await session.connect(embedded: true, dashboard: true)
        if let config,
            try await !client.call(Methods.list, Nothing()).contains(where: { $0.namespace == config.namespace })
        {
            try await session.up(config, client: client)
        } else {
            try await session.dashboard(client)
        }
    }

    /// Every word that can stand in the place of a verb.
    static var verbNames: [String] {
        verbs.flatMap { [$0._commandName] + $0.configuration.aliases }
    }

    /// By its name or an alias.
    static func verb(named name: String) -> (any ParsableCommand.Type)? {
        verbs.first { $0._commandName == name || $0.configuration.aliases.contains(name) }
    }

    static var verbs: [any ParsableCommand.Type] { configuration.subcommands }
}

/// From the words of the command line to the exit code.
package enum CommandMain {
    /// - Parameter line: argv, the name of the program first.
    package static func run(_ line: [String]) async -> Int32 {
        let arguments = Array(line.dropFirst())
        let console = Console.ofThisProcess()
        let asked = Set(arguments.prefix { $0 != "--" })
        let printer = Printer(json: asked.contains("--json"), console: console)
        let call = OctalDump.Call(
            program: line.first ?? "od", arguments: arguments, inputIsTerminal: console.inputIsTerminal,
            verbs: Od.verbNames)
        do {
            if call.isOctalDump(isFile: { FilePath.kind(of: $0).map { $0 != .directory } ?? false }) {
                throw OctalDump.become(arguments)
            }
            try await perform(rewritten(try translated(arguments)))
            return 0
        } catch {
            return report(error, printer, arguments)
        }
    }

    private static func perform(_ arguments: [String]) async throws {
        try checkVerb(arguments)
        var command = try await Od.asyncParseAsRoot(arguments)
        if var verb = command as? any AsyncParsableCommand {
            try await verb.run()
        } else {
            try command.run()
        }
    }

    /// What the parser cannot say itself: `od --detach` is `od daemon start`, and `od start` passes on what stands
    /// behind `--`.
    private static func rewritten(_ arguments: [String]) -> [String] {
        let ours = arguments.prefix { $0 != "--" }
        let verb = firstWord(arguments)
        if verb == nil, ours.contains("--detach") {
            return ["daemon", "start"] + arguments.filter { $0 != "--detach" }
        }
        guard verb == Start._commandName else { return arguments }
        return ours + arguments.dropFirst(ours.count + 1).flatMap { ["--" + Start.passedOn, $0] }
    }

    /// In our own words what is said in PM2's.
    private static func translated(_ arguments: [String]) throws(Failure) -> [String] {
        try PM2Words.translated(arguments, verb: firstIndex(arguments)) { Od.verb(named: $0) != nil }
    }

    /// The first word that is no option and no value of `--home` or `--host`.
    private static func firstWord(_ arguments: [String]) -> String? { firstIndex(arguments).map { arguments[$0] } }

    private static func firstIndex(_ arguments: [String]) -> Int? {
        var index = 0
        while index < arguments.count, arguments[index] != "--" {
            if ["--home", "--host"].contains(arguments[index]) {
                index += 1
            } else if !arguments[index].hasPrefix("-") {
                return index
            }
            index += 1
        }
        return nil
    }

    private static func checkVerb(_ arguments: [String]) throws {
        guard let word = firstWord(arguments) else { return }
        let verbs = Od.verbNames
        guard let verb = Od.verb(named: word) else {
            let near = NearestName.of(word, among: verbs)
            throw Failure(
                .usage, "there is no verb ‘\(word)’",
                why: near.map { "the nearest is ‘\($0)’" } ?? "and no file of that name either",
                next: near.map { "od \($0), or od help" } ?? "od help lists the verbs")
        }
        // The parser takes a flag of `od` itself from behind any verb.
        let ours = arguments.prefix { $0 != "--" }
        guard verb._commandName == Monit._commandName || !ours.contains(DashboardFlags.readOnlyWord) else {
            throw Failure(
                .usage, "‘od \(verb._commandName)’ has no \(DashboardFlags.readOnlyWord)",
                why: "it belongs to the dashboard", next: "od monit \(DashboardFlags.readOnlyWord)")
        }
        try checkPart(of: verb, arguments)
    }

    /// `od daemon strat`: the second word of a verb that has parts.
    private static func checkPart(of verb: any ParsableCommand.Type, _ arguments: [String]) throws {
        let parts = verb.configuration.subcommands.flatMap { [$0._commandName] + $0.configuration.aliases }
        guard !parts.isEmpty, let begin = arguments.firstIndex(where: Od.verbNames.contains),
            let word = firstWord(Array(arguments[(begin + 1)...])), !parts.contains(word)
        else { return }
        let near = NearestName.of(word, among: parts)
        throw Failure(
            .usage, "‘od \(verb._commandName)’ has no ‘\(word)’",
            why: near.map { "the nearest is ‘\($0)’" } ?? "it has \(parts.joined(separator: ", "))",
            next: "od \(verb._commandName) \(near ?? parts[0]), or od help \(verb._commandName)")
    }

    private static func report(_ error: any Error, _ printer: Printer, _ arguments: [String]) -> Int32 {
        if let failure = error as? Failure {
            printer.failure(failure)
            return failure.exitCode
        }
        if let code = error as? ExitCode { return code.rawValue }
        if error is CancellationError { return 130 }
        guard Od.exitCode(for: error) != .success else {
            printer.output.write(Od.fullMessage(for: error) + "\n")
            return 0
        }
        let verb = firstWord(arguments).flatMap { Od.verbNames.contains($0) ? $0 : nil }
        let failure = ParserWords.failure(Od.message(for: error), verb: verb)
        printer.failure(failure)
        return failure.exitCode
    }
}
