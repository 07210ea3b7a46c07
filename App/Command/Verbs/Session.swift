internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import OpenDaemon

/// Options of every verb.
struct Globals: ParsableArguments {
    @Option(help: ArgumentHelp("Another world of apps; default: $OD_HOME, else ~/.opendaemon.", valueName: "dir"))
    var home: String?

    @Flag(help: "Print JSON.")
    var json = false
}

/// A verb: parse, one request, print.
protocol Verb: AsyncParsableCommand {
    var globals: Globals { get }
    func run(_ session: Session) async throws
}

extension Verb {
    mutating func run() async throws {
        try await run(Session(globals))
    }
}

/// What a verb works with: its daemon and its printer.
struct Session: Sendable {
    let home: String
    let printer: Printer

    init(home: String, printer: Printer) {
        self.home = home
        self.printer = printer
    }

    init(_ globals: Globals) {
        home = globals.home.map { FilePath.absolute($0, in: FilePath.currentDirectory()) } ?? ConnectOptions.defaultHome
        printer = Printer(json: globals.json, console: .ofThisProcess())
    }

    /// Connects to the daemon of this home, and starts it when there is none.
    ///
    /// - Parameter embedded: an engine that has to be started lives as long as the dashboard that is about to open.
    func connect(start: ConnectOptions.Start = .ifNeeded, embedded: Bool = false) async throws -> OpenDaemon {
        try await OpenDaemon.connect(
            ConnectOptions(home: home, start: start, embedded: embedded, client: Product.client))
    }

    /// Whether keeper and engine of this home run, or are just being started: they hold its lock.
    var daemonRuns: Bool {
        let lock = open(home + "/engine.lock", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { return false }
        defer { close(lock) }
        return flock(lock, LOCK_SH | LOCK_NB) != 0
    }

    /// Whether this home has never had an app: there is nothing to ask an engine for.
    var isFresh: Bool { FilePath.kind(of: home + "/state.db") == nil }

    /// One request whose answer is a list of instances, printed as a table.
    func act(_ method: Method<TargetRequest, [InstanceInfo]>, on targets: [String], did: String) async throws {
        let client = try await connect()
        let processes = try await client.call(method, TargetRequest(targets: targets))
        printer.processes(processes, did: did)
        await client.close()
    }

    /// The one place where a verb opens the dashboard.
    func dashboard(_ client: OpenDaemon) async throws {
        let code = await runDashboard(client, owner: client.startedEngine)
        if code != 0 { throw ExitCode(code) }
    }

    /// Asks a yes-or-no question on a terminal; without one the answer is yes, because nobody can give another.
    func confirm(_ question: String) -> Bool {
        guard printer.console.inputIsTerminal else { return true }
        printer.errors.write("\(question) [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Makes a project equal to its config, then shows it: the dashboard on a terminal, else the table.
    func up(_ config: Config, client: OpenDaemon, env: [String: String] = [:], dashboard opens: Bool = true)
        async throws
    {
        let project = try ResolvedProject(config, shell: AppEnvironment.ofThisProcess(), env: env)
        config.warnings.forEach(printer.warning)
        if let first = project.failures.first {
            // To leave out a known app would delete it, only because this shell does not find its interpreter.
            let known = try await client.call(Methods.list, Nothing()).filter { $0.namespace == config.namespace }.map(
                \.name)
            if project.missing.contains(where: known.contains) { throw first }
        }
        var result = try await client.call(Methods.apply, ApplyRequest(namespace: config.namespace, apps: project.apps))
        result.failures += project.failures
        if opens {
            project.failures.forEach(printer.warning)
            try await dashboard(client)
        } else {
            printer.applied(result)
            await client.close()
            if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
        }
    }
}
