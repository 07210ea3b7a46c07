internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Logs: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows the last lines of logs, and with -f what is added.",
        usage: "od logs [TARGET...] [OPTIONS]",
        discussion: """
            Without a target: all apps. Lines of several files come in the order in which they were written, through \
            old and compressed files too, and are told apart by a prefix. On a terminal, control characters of the \
            apps are taken out; --raw shows the bytes as they were written. With --grep or --level everything that \
            is kept is searched, unless --lines, --since or --until say less. --json reads the fields of JSON and \
            logfmt lines. A pattern is written as for egrep: . [a-z] \\d \\w \\s ^ $ \\b ( ) | * + ? {2,5}, and (?i) \
            in front; its time grows with the log and nothing else.
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    @Flag(name: [.short, .long], help: "Go on with what is added, until ^C.")
    var follow = false

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: ArgumentHelp(
            "How many of the last lines; default: \(Defaults.logLines), all with --since, --until, --grep or --level.",
            valueName: "n")
    )
    var lines: Int?

    @Option(
        help: ArgumentHelp(
            "From what was written since: 2h, 90s, 2026-05-01T12:00:00Z, or 12:30 by the clock of this place: the last time that it was.",
            valueName: "time"),
        transform: Since.named)
    var since: Since?

    @Option(help: ArgumentHelp("To what was written until then.", valueName: "time"), transform: Since.named)
    var until: Since?

    @Option(
        name: [.customShort("g"), .long],
        help: ArgumentHelp("Only lines that match a regular expression.", valueName: "regex"))
    var grep: String?

    @Flag(name: [.customShort("F"), .long], help: "The text after --grep means itself.")
    var fixed = false

    @Flag(name: [.customShort("i"), .long], help: "Letters match in both cases.")
    var ignoreCase = false

    @Flag(name: [.customShort("v"), .long], help: "Only lines that do not match.")
    var invert = false

    @Option(
        name: [.customShort("C", allowingJoined: true), .long],
        help: ArgumentHelp("Lines before and after each match, of the same log: stdout or stderr.", valueName: "n"))
    var context: Int?

    @Option(
        name: [.customShort("A", allowingJoined: true), .customLong("after")],
        help: ArgumentHelp("Lines after each match.", valueName: "n"))
    var after: Int?

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("before")],
        help: ArgumentHelp("Lines before each match.", valueName: "n"))
    var before: Int?

    @Option(
        help: ArgumentHelp(
            "Only lines of a level and graver ones: trace, debug, info, warn, error or fatal.", valueName: "level"),
        transform: level)
    var level: LogLevel?

    @Option(help: ArgumentHelp("Marks a text on a terminal.", valueName: "text"))
    var highlight: String?

    @Flag(help: "When each line was written, in front of it: UTC, as Z says.")
    var timestamps = false

    @Flag(help: "The files of the logs instead: sizes, and the old files of each.")
    var list = false

    @Flag(help: "Only stderr.")
    var err = false

    @Flag(help: "Only stdout.")
    var out = false

    @Flag(help: "Bytes as they were written, without prefixes.")
    var raw = false

    func validate() throws {
        guard lines ?? 0 >= 0 else { throw ValidationError("--lines takes a number from 0") }
        guard !follow || until == nil else { throw ValidationError("--follow and --until exclude each other") }
        if let since, let until, since.began > until.time {
            throw ValidationError("--since is later than --until: nothing can be between them")
        }
        guard !raw || !globals.json else { throw ValidationError("--raw and --json exclude each other") }
        guard [context, after, before].allSatisfy({ (0...Defaults.logContext).contains($0 ?? 0) }) else {
            throw ValidationError("-A, -B and -C take a number from 0 to \(Defaults.logContext)")
        }
        guard grep != nil || !(fixed || ignoreCase || invert) else {
            throw ValidationError("--fixed, --ignore-case and --invert say how --grep is meant: it is missing")
        }
        guard !raw || !timestamps else { throw ValidationError("--raw and --timestamps exclude each other") }
    }

    /// What is searched for; nil for nothing.
    private var filter: LogFilter? {
        guard grep != nil || level != nil else { return nil }
        return LogFilter(
            pattern: grep, isLiteral: fixed ? true : nil, ignoresCase: ignoreCase ? true : nil,
            isInverted: invert ? true : nil, level: level, before: before ?? context, after: after ?? context)
    }

    /// - Parameter isWatched: by a person, who wants to see what happens now.
    private func request(_ targets: [String], isWatched: Bool) -> LogRequest {
        let isRange = since != nil || until != nil
        // All that was found, but before following not all of the past.
        let all = isRange || filter != nil && !follow
        return LogRequest(
            targets: targets.isEmpty ? ["all"] : targets, lines: lines ?? Defaults.logLines, since: since?.began,
            until: until?.time, follow: follow, channels: err == out ? [.out, .error] : err ? [.error] : [.out],
            merged: true, last: lines ?? (all ? nil : Defaults.logLines), filter: filter,
            times: timestamps || globals.json ? true : nil, lag: isWatched ? Defaults.followLag : nil)
    }

    private func extras(_ console: Console) throws(Failure) -> LogWriter.Extras {
        var pattern = try highlight.map { text throws(Failure) in
            try LinePattern(text, isLiteral: true, ignoresCase: true)
        }
        if pattern == nil, let grep, !invert {
            pattern = try LinePattern(grep, isLiteral: fixed, ignoresCase: ignoreCase)
        }
        return LogWriter.Extras(
            timestamps: timestamps, highlight: console.outputColour ? pattern : nil,
            separates: [context, before, after].contains { $0 ?? 0 > 0 }, isWhole: filter == nil)
    }

    func run(_ session: Session) async throws {
        let named = targets.isEmpty ? [] : try Targets.named(targets, for: "logs")
        let console = session.printer.console
        var writer = LogWriter(
            form: raw
                ? .raw : globals.json ? .json : .lines(clean: console.outputIsTerminal, colour: console.outputColour),
            extras: try extras(console))
        let request = request(named, isWatched: console.outputIsTerminal && !raw && !globals.json)
        let client = try await session.connect()
        if list {
            session.printer.logFiles(
                try await client.call(Methods.logList, TargetRequest(targets: request.targets)).filter {
                    request.channels.contains($0.channel)
                })
            return await client.close()
        }
        var tally = LogTally(request)
        var isKeptNowhere = false
        for await update in client.logs(request) {
            tally?.add(update)
            switch update {
            case .failed(let failure):
                throw session.remote == nil ? LeftLogs.told(failure, named, home: session.home) : failure
            case .opened(let result) where filter != nil && result.searches != true:
                throw Failure(
                    .versionMismatch, "the engine cannot search logs", why: "it is of an older version than this od",
                    next: "od update replaces it; apps go on")
            case .opened(let result) where result.isKeptNowhere:
                isKeptNowhere = true
                session.printer.warning("nothing is kept of it: ‘disableLogs’, or a file that is /dev/null or NULL")
            case .opened(let result):
                for file in result.files {
                    guard let trouble = file.trouble else { continue }
                    session.printer.warning(
                        "\(file.path) cannot be written, what \(file.label) says is lost: \(trouble)")
                }
            default: break
            }
            session.printer.log(writer.add(update))
        }
        session.printer.log(writer.finish())
        if let words = tally?.words { session.printer.warning(words) }
        if tally?.isEmpty == true, !isKeptNowhere, filter == nil, console.errorIsTerminal {
            session.printer.warning("nothing is written there yet")
        }
        await client.close()
    }

    /// By the names that loggers use: `warning`, `err`.
    static func level(_ name: String) throws -> LogLevel {
        guard let level = LogLevel(named: name) else {
            throw ValidationError("--level takes trace, debug, info, warn, error or fatal")
        }
        return level
    }
}

extension LogStreamResult {
    /// All that its apps write is lost.
    var isKeptNowhere: Bool { !files.isEmpty && files.allSatisfy { $0.path == "/dev/null" } }
}
