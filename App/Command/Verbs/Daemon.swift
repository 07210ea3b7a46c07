internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Daemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Starts, stops and shows the daemon itself.",
        usage: "od daemon start | stop | restart | status | logs",
        subcommands: [DaemonStart.self, DaemonStop.self, DaemonRestart.self, DaemonState.self, DaemonLogs.self])
}

struct DaemonStart: Verb {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Starts the daemon, and what ran before it was stopped.",
        usage: "od daemon start [OPTIONS]")

    @OptionGroup var globals: Globals
    @Flag(help: "Stay in the foreground, for a service manager: od startup writes what calls it so.")
    var foreground = false

    func run(_ session: Session) async throws {
        if foreground { return try await becomeDaemon(session) }
        let client = try await session.connect()
        _ = try await session.working(.starting, client) { try await client.call(Methods.resume, Nothing()) }
        let status = try await client.call(Methods.status, Nothing())
        if !session.printer.quiet || globals.json { session.printer.daemon(status) }
        await client.close()
    }
}

extension DaemonStart {
    /// This process becomes the keeper's spare; what it is told it tells its engine.
    private func becomeDaemon(_ session: Session) async throws {
        try session.requireLocal("the daemon that is to be started")
        try await makeRoom(session)
        if AppEnvironment.ofThisProcess()["NOTIFY_SOCKET"] != nil { CgroupPlace.enter() }
        try OpenDaemon.become(ConnectOptions(home: session.home, client: Product.client))
    }
}

extension DaemonStart {
    /// A daemon under which nothing runs, started by a look at what was stopped, gives way to the service.
    private func makeRoom(_ session: Session) async throws {
        guard session.daemonRuns, let client = try? await session.connect(start: .never, ending: true) else { return }
        let status = try? await client.call(Methods.status, Nothing())
        let idle: Set<ProcessStatus> = [.created, .stopped, .errored]
        if let status, status.instances.keys.allSatisfy({ ProcessStatus(rawValue: $0).map(idle.contains) ?? false }) {
            session.printer.warning("the daemon with pid \(status.pid), under which nothing ran, gives way to this one")
            _ = try await client.call(Methods.shutdown, Nothing())
            await client.close()
            try await DaemonStop.waitForEnd(of: status)
        } else {
            await client.close()
        }
    }
}

struct DaemonStop: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops all apps and the daemon. Nothing starts again before you say so.",
        usage: "od daemon stop [OPTIONS]",
        discussion: "Apps come back with od start, od up or od daemon start.")

    /// How long engine and keeper may take to end after the engine has answered; milliseconds. What cannot be written
    /// to a log at once (a FIFO that nobody reads) is tried for `streamGrace`.
    private static let farewell = Defaults.streamGrace + 5000

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        guard session.daemonRuns else {
            return session.printer.done("no daemon runs for \(session.home)")
        }
        let client = try await session.connect(start: .never, ending: true)
        let status = try await client.call(Methods.status, Nothing())
        _ = try await session.working(.stopping, client) { try await client.call(Methods.shutdown, Nothing()) }
        await client.close()
        if session.remote == nil {
            try await Self.waitForEnd(of: status)
        }
        session.printer.done("stopped all apps and the daemon of \(session.home)")
    }

    /// So that whoever goes on after this command finds nothing of ours.
    static func waitForEnd(of status: DaemonStatus) async throws {
        let pids = [status.pid, status.keeperPid] + [status.sparePid].compactMap { $0 }
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(Self.farewell)
        while pids.contains(where: isAlive) {
            guard clock.now < end else {
                throw Failure(
                    .engineSilent, "the daemon takes long to end", why: "its processes \(pids) are still there",
                    next: "look again with od daemon status")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A zombie is not: in many containers nobody reaps those of a daemon.
    private static func isAlive(_ pid: Int32) -> Bool {
        guard let stat = FilePath.read("/proc/\(pid)/stat", limit: 4096),
            let name = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return false }
        return stat.dropFirst(name + 2).first.map { $0 != UInt8(ascii: "Z") && $0 != UInt8(ascii: "X") } ?? false
    }
}

struct DaemonState: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows pids, version, uptime and counts of the daemon; never starts one.",
        usage: "od daemon status [OPTIONS]")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        let client = try await session.connect(start: .never)
        session.printer.daemon(try await client.call(Methods.status, Nothing()))
        await client.close()
    }
}
