internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
import Interface
internal import OpenDaemon
internal import Widgets

/// Options of every verb.
struct Globals: ParsableArguments {
    @Option(
        help: ArgumentHelp("Another world of apps; default: $OD_HOME, else ~/.opendaemon.", valueName: "dir"),
        completion: .directory)
    var home: String?

    @Option(
        help: ArgumentHelp(
            "The daemon of another machine, by ssh; --home is then a folder there. Several: tabs of the dashboard.",
            valueName: "user@server"))
    var host: [String] = []

    @Flag(help: "The machine's own daemon, for root and the group opendaemon.")
    var system = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: [.short, .long], help: "Say nothing about what went well.")
    var quiet = false

    @Flag(help: "Say on stderr what is done.")
    var verbose = false
}

/// A verb: parse, one request, print.
protocol Verb: AsyncParsableCommand {
    var globals: Globals { get }
    /// It shows the daemons of several machines at once.
    static var takesSeveralHosts: Bool { get }
    func run(_ session: Session) async throws
}

extension Verb {
    static var takesSeveralHosts: Bool { false }

    mutating func run() async throws {
        let session = try Session(globals)
        guard session.remotes.count < 2 || Self.takesSeveralHosts else {
            throw Failure(
                .usage, "od \(Self._commandName) is for one machine", why: "\(session.remotes.count) were named",
                next: "leave out all but one --host; od monit shows several")
        }
        try await run(session)
    }
}

/// What a verb works with: its daemon and its printer.
struct Session: Sendable {
    let home: String
    let printer: Printer
    /// The machine of the daemon; nil for this one.
    var remote: Remote? { remotes.first }
    /// All machines that were named, each once.
    let remotes: [Remote]

    init(home: String, printer: Printer, remote: Remote? = nil) {
        self.home = home
        self.printer = printer
        remotes = remote.map { [$0] } ?? []
    }

    /// Throws OD1001 for a host that is none.
    init(_ globals: Globals) throws(Failure) {
        guard !globals.system || globals.home == nil else {
            throw Failure(
                .usage, "--system and --home exclude each other",
                why: "the machine's own daemon has the home \(Defaults.systemHome)", next: "leave one of them out")
        }
        let said = globals.system ? Defaults.systemHome : globals.home
        var remotes: [Remote] = []
        for host in globals.host where !remotes.contains(where: { $0.destination == host }) {
            remotes.append(try Remote(host, home: said))
        }
        guard remotes.count <= Hosts.most else {
            throw Failure(
                .usage, "\(remotes.count) machines are too many", why: "a dashboard shows at most \(Hosts.most)",
                next: "open another dashboard for the rest")
        }
        self.remotes = remotes
        home = said.map { FilePath.absolute($0, in: FilePath.currentDirectory()) } ?? ConnectOptions.defaultHome
        printer = Printer(
            json: globals.json, console: .ofThisProcess(), quiet: globals.quiet, verbose: globals.verbose)
    }

    /// Connects to the daemon of this home, and starts it when there is none.
    ///
    /// - Parameter embedded: an engine that has to be started lives as long as the dashboard that is about to open.
    ///   `ending`: only to end the daemon, which may be unable to do anything else.
    func connect(
        start: ConnectOptions.Start = .ifNeeded, embedded: Bool = false, ending: Bool = false,
        dashboard: Bool = false
    ) async throws -> OpenDaemon {
        let clock = ContinuousClock()
        let began = clock.now
        var options = options(start: start, remote)
        options.embedded = embedded && remote == nil
        options.ending = ending
        // What keys do is not what was typed.
        if dashboard { options.command = options.command.map { $0 + " (dashboard)" } }
        let client = try await OpenDaemon.connect(options)
        let hello = client.hello
        printer.note(
            (client.startedEngine ? "started an engine and connected" : "connected")
                + " to engine \(hello.build), pid \(hello.pid), of \(home) in \(Stopwatch.text(clock.now - began))")
        return client
    }

    /// ssh may ask for a password, so that there is no screen yet.
    func tellOfConnecting() {
        guard let remote = remotes.first, printer.console.errorIsTerminal else { return }
        printer.errors.write("connecting to \(Text.sanitize(remote.destination)); ^C gives up\n")
    }

    private func options(start: ConnectOptions.Start, _ remote: Remote?) -> ConnectOptions {
        var options = ConnectOptions(home: home, start: start, client: Product.client, remote: remote)
        options.command = TypedLine.shown(CommandLine.arguments)
        return options
    }

    /// Programs and configs are files of this machine: they mean nothing to a daemon of another.
    func requireLocal(_ what: String) throws(Failure) {
        guard let remote else { return }
        throw Failure(
            .usage, "\(what) is on this machine", why: "the daemon of \(remote.destination) has its own files",
            next: "log in and say it there: ssh \(remote.destination)")
    }

    /// A member of the group at the door of the machine's own daemon: its home is closed to him.
    var isAtDoor: Bool { remote == nil && home == Defaults.systemHome && geteuid() != 0 }

    /// Whether keeper and engine of this home run, or are just being started: they hold its lock.
    var daemonRuns: Bool {
        // Connecting says it.
        if remote != nil || isAtDoor { return true }
        let lock = open(home + "/engine.lock", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { return false }
        defer { close(lock) }
        return flock(lock, LOCK_SH | LOCK_NB) != 0
    }

    /// Whether this home has never had an app: there is nothing to ask an engine for.
    var isFresh: Bool { remote == nil && !isAtDoor && FilePath.kind(of: home + "/state.db") == nil }

    /// One request whose answer is a list of instances, printed as a table.
    func act(
        _ method: Method<TargetRequest, [InstanceInfo]>, on targets: [String], did: String, cascade: Bool = false
    ) async throws {
        if isFresh, !daemonRuns { return try nothingToDo(targets, did: did) }
        let client = try await connect()
        let processes = try await working(Doing.of(did), client) {
            try await client.call(method, TargetRequest(targets: targets, cascade: cascade ? true : nil))
        }
        printer.processes(processes, did: did)
        if did == Printer.deleted {
            tellOfLogs(in: processes.flatMap { [$0.outFile, $0.errorFile] }.map { FilePath.directory(of: $0) })
        }
        await nameDependents(of: processes, did: did, client)
        if did == "stopped", client.startedEngine { try await leaveHalted(client) }
        await client.close()
    }

    /// No app was ever known here: no daemon is started to say so.
    private func nothingToDo(_ targets: [String], did: String) throws(Failure) {
        if let target = targets.first(where: { $0 != "all" }) {
            throw Failure(
                .noSuchTarget, "‘\(target)’ names no process", why: "no daemon runs, and there are no apps here",
                next: "od start FILE starts one; --home names another folder than \(home)")
        }
        if printer.json { return printer.processes([], did: did) }
        printer.done("nothing to do: no daemon runs, and there are no apps in \(home)")
    }

    /// A daemon that was started only to note that something is to stay down ends again, if od daemon stop was said
    /// before: nothing else of its home runs.
    private func leaveHalted(_ client: OpenDaemon) async throws {
        guard try await client.call(Methods.status, Nothing()).halted else { return }
        _ = try await client.call(Methods.shutdown, Nothing())
        printer.warning("no daemon runs, and none was left running")
    }

    /// The one place where a verb opens the dashboard.
    func dashboard(
        _ client: OpenDaemon, readOnly: Bool = false, project: String? = nil, notes: [String] = []
    ) async throws {
        let opening = Opening(
            isOwner: client.startedEngine, isReadOnly: readOnly, project: project, notes: notes,
            remote: remotes.first?.destination)
        let code = await runDashboard(
            [.connected(client)], home: isAtDoor ? ConnectOptions.defaultHome : home, opening)
        if code != 0 { throw ExitCode(code) }
    }

    /// The daemon, when it runs and knows apps of a config file.
    func running(from file: String) async -> OpenDaemon? {
        guard daemonRuns, let client = try? await connect(start: .never) else { return nil }
        let known = try? await client.call(Methods.info, TargetRequest(targets: [file]))
        if let known, !known.isEmpty { return client }
        await client.close()
        return nil
    }

    /// The dashboard of daemons that run: of one that has to be there, or of several machines, each of which may come
    /// and go.
    func dashboard(readOnly: Bool) async throws {
        guard remotes.count > 1 else {
            tellOfConnecting()
            return try await dashboard(try await connect(start: .never, dashboard: true), readOnly: readOnly)
        }
        let destinations = remotes.map { remote -> Destination in
            var options = options(start: .never, remote)
            options.asksUser = false
            return .wanted(options)
        }
        let opening = Opening(isOwner: false, isReadOnly: readOnly, hosts: remotes.map(\.destination))
        let code = await runDashboard(destinations, home: ConnectOptions.defaultHome, opening)
        if code != 0 { throw ExitCode(code) }
    }

    /// Asks a yes-or-no question on a terminal; without one the answer is yes, because nobody can give another.
    func confirm(_ question: String) -> Bool {
        guard printer.console.inputIsTerminal else { return true }
        printer.errors.write("\(Text.sanitize(question)) [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Makes a project equal to its config, then shows it: the dashboard on a terminal, else the table.
    func up(
        _ config: Config, client: OpenDaemon, _ chosen: ProjectFlags.Chosen = .init(), dashboard opens: Bool = true
    ) async throws {
        let project = try resolve(config, chosen)
        let request = ApplyRequest(config, project, chosen)
        if let first = project.failures.first {
            // To leave out a known app would delete it, only because this shell does not find its interpreter.
            let known = try await client.call(Methods.list, Nothing()).filter { $0.namespace == config.namespace }.map(
                \.name)
            if project.missing.contains(where: known.contains) { throw first }
        }
        // An engine that does not know of parts would remove the rest: it does not know this method either.
        if request.isPartial == true { _ = try await client.call(Methods.diff, request) }
        var result = try await working(.changing, client) { try await client.call(Methods.apply, request) }
        result.failures += project.failures
        if opens {
            project.failures.forEach(printer.warning)
            try await dashboard(
                client, project: config.namespace,
                notes: result.failures.map { "\($0.code.rawValue) \($0.what): \($0.why)" })
        } else {
            printer.applied(result)
            await client.close()
            if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
        }
    }
}
