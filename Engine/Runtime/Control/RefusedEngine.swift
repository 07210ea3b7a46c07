import CKernel
import Core
import Glibc
import NIOCore

/// An engine that cannot work: its state cannot be read. It answers the keeper, so that it is not replaced by another one
/// that cannot work either; tells every client why; and obeys the wish to end it all. The apps go on, the keeper reads
/// their streams.
actor RefusedEngine {
    /// Milliseconds between two attempts to read the state, made when a client comes.
    private static let tryAfter = 2000
    /// Milliseconds after which a trouble that is not the state's is tried again by another engine.
    private static let otherTrouble: Int64 = 5000
    private static let leaveAgainAfter: Int64 = 100

    /// A run that the keeper holds.
    private struct Run {
        var slot: UInt32
        var isGone: Bool
    }

    nonisolated let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private let home: HomePaths
    private let link: KeeperLink
    private let startedAt = Clock.now()
    /// What clients are told.
    private var failure: Failure
    private var triedAt: Instant
    private var runs: [RunID: Run] = [:]
    private var keeper: KeeperWelcome?
    private var server: Server?
    private var isStopping = false
    /// The keeper has told all it holds.
    private var isListed = false
    private let end: @Sendable (Int32) -> Void

    init(
        loop: any EventLoop, home: HomePaths, link: KeeperLink, _ failure: Failure,
        end: @escaping @Sendable (Int32) -> Void = { exit($0) }
    ) {
        self.loop = loop
        self.home = home
        self.link = link
        self.failure = failure
        self.end = end
        triedAt = startedAt.boot
    }

    /// Greets the keeper and accepts clients.
    func open(listener: Int32) async throws {
        try link.listen { report in
            self.loop.execute { self.assumeIsolated { $0.take(report) } }
        } closed: {
            Log.write("the keeper is gone", .error)
            self.end(1)
        }
        link.hello()
        server = try await Server.open(listener: listener, on: loop, router: router) { try await self.greet($0) }
        guard failure.code != .storeFailed else { return }
        loop.scheduleTask(in: .milliseconds(Self.otherTrouble)) {
            self.assumeIsolated { if !$0.isStopping { $0.end(EngineMain.startAnother) } }
        }
    }

    private nonisolated var router: Router {
        var router = Router()
        router.on(Methods.status) { _, _ in await self.status() }
        router.on(Methods.shutdown) { _, _ in
            await self.stop()
            return Nothing()
        }
        return router
    }

    private func greet(_ session: Session) async throws(Failure) -> HelloResult {
        guard session.isEnding else { throw await trouble() }
        return HelloResult(build: Build.version, pid: processID(), embedded: false)
    }

    /// Why nothing can be done; an engine that would find the state readable takes over.
    private func trouble() async -> Failure {
        let now = Clock.now().boot
        guard failure.code == .storeFailed, now.milliseconds(since: triedAt) >= Self.tryAfter else { return failure }
        triedAt = now
        let path = home.database
        do {
            _ = try await Worker("od-store").run { try Store(path: path).load() }
        } catch {
            failure = error as? Failure ?? failure
            return failure
        }
        if !isStopping {
            Log.write("the state can be read: another engine takes over")
            end(EngineMain.startAnother)
        }
        return failure
    }

    private func status() -> DaemonStatus {
        let now = Clock.now()
        return DaemonStatus(
            pid: processID(), keeperPid: keeper?.pid ?? 0, version: Build.version, home: home.path,
            startedAt: startedAt.wall, uptime: now.boot.milliseconds(since: startedAt.boot), embedded: false,
            halted: true, clients: 1, apps: 0, instances: [:], engineStarts: 1)
    }

    // MARK: the keeper

    private func take(_ report: KeeperReport) {
        if let number = report.answers { _ = link.answered(number) }
        switch report.frame {
        case .welcome(let welcome):
            keeper = welcome
            home.writePidFiles(keeper: welcome.pid)
        case .slot(let slot, let streams), .spawned(let slot, let streams):
            if streams != nil { link.decline(slot: slot.index) }
            note(slot)
        case .exited(let slot), .gone(let slot):
            note(slot)
        case .listed:
            isListed = true
            if isStopping { leaveWhenDown() }
        case .resync:
            isListed = false
            link.hello()
        case .pulse(let number):
            link.beat(number)
        case .refused(let kind, _, _) where kind == OD_LEAVE.rawValue:
            loop.scheduleTask(in: .milliseconds(Self.leaveAgainAfter)) { [link] in link.leave() }
        case .left:
            Log.write("the engine ends: everything is stopped")
            home.removePidFiles()
            end(0)
        case .held, .refused, .cut, .other:
            break
        }
    }

    private func note(_ slot: KeeperSlot) {
        let isNew = runs[slot.id] == nil
        runs[slot.id] = Run(slot: slot.index, isGone: slot.isGone)
        guard isStopping else { return }
        if isNew, !slot.isGone { link.signal(slot: slot.index, slot.id, SIGTERM) }
        if isListed { leaveWhenDown() }
    }

    // MARK: the end

    /// Ends all apps as a stop does, but by the default signal and time: what they want cannot be read.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        Log.write("stopping everything")
        signalAll(Defaults.killSignal)
        loop.scheduleTask(in: .milliseconds(Int64(Defaults.killTimeout))) {
            self.assumeIsolated { $0.signalAll(SIGKILL) }
        }
        if isListed { leaveWhenDown() }
    }

    private func signalAll(_ signal: Int32) {
        for (id, run) in runs where !run.isGone { link.signal(slot: run.slot, id, signal) }
    }

    private func leaveWhenDown() {
        guard runs.values.allSatisfy(\.isGone) else { return }
        link.leave()
    }
}
