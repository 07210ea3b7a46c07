import Core

// What clients can ask.
extension Control {
    /// The table of methods for the server.
    nonisolated var router: Router {
        var router = Router()
        router.on(Methods.status) { _, _ in await self.status() }
        router.on(Methods.list) { _, _ in await self.list() }
        router.on(Methods.info) { request, _ in try await self.details(request.targets) }
        router.on(Methods.subscribe) { _, session in await self.subscribe(session) }
        router.on(Methods.start) { request, _ in
            guard case .started(let result) = try await self.command(.start(request)) else { throw self.noAnswer }
            return result
        }
        router.on(Methods.apply) { request, _ in
            guard case .applied(let result) = try await self.command(.apply(request)) else { throw self.noAnswer }
            return result
        }
        router.on(Methods.stop) { request, _ in try await self.processes(.stop(request.targets)) }
        router.on(Methods.restart) { request, _ in try await self.processes(.restart(request.targets)) }
        router.on(Methods.delete) { request, _ in try await self.processes(.delete(request.targets)) }
        router.on(Methods.resume) { _, _ in try await self.processes(.resume) }
        router.on(Methods.shutdown) { _, _ in try await self.nothing(.shutdown(halt: true)) }
        router.on(Methods.detach) { _, _ in try await self.nothing(.detach) }
        addLogs(to: &router)
        return router
    }

    /// The answer to `daemon.hello`, when the fleet is known.
    func greet(_ session: Session) async -> HelloResult {
        await untilReady()
        if session.isOwner, kernel.isEmbedded, owner == nil {
            owner = session.id
            await session.onClose { self.assumeIsolated { $0.ownerLeft(session.id) } }
        }
        return HelloResult(build: Build.version, pid: processID(), embedded: kernel.isEmbedded)
    }

    /// The dashboard went away without a word: its engine goes on.
    private func ownerLeft(_ session: UInt64) {
        guard owner == session else { return }
        owner = nil
        if kernel.isEmbedded { take(.command(.detach, nil)) }
    }

    private func processes(_ command: FleetCommand) async throws(Failure) -> [InstanceInfo] {
        switch try await self.command(command) {
        case .processes(let processes): processes
        case .started(let result) where result.failures.isEmpty: result.processes
        case .started(let result): throw result.failures[0]
        case .nothing, .applied, .failed: throw noAnswer
        }
    }

    private func nothing(_ command: FleetCommand) async throws(Failure) -> Nothing {
        _ = try await self.command(command)
        return Nothing()
    }

    /// The kernel answers each command with one kind of answer; another is our mistake.
    private nonisolated var noAnswer: Failure {
        Failure(.bug, "an answer of the wrong kind", why: "this is a mistake in od", next: "report it with od version")
    }

    private func list() async -> [InstanceInfo] {
        await untilReady()
        return await measured(kernel.list(at: Clock.now()))
    }

    private func details(_ targets: [String]) async throws(Failure) -> [ProcessDetail] {
        await untilReady()
        var details = try kernel.details(of: targets, at: Clock.now())
        let processes = await measured(details.map(\.process))
        for index in details.indices { details[index].process = processes[index] }
        return details
    }

    private func subscribe(_ session: Session) async -> FleetSnapshot {
        await untilReady()
        await session.subscribe()
        keepMeasuring()
        let host = await host()
        return FleetSnapshot(
            seq: kernel.lastEventNumber, processes: overlay(kernel.list(at: Clock.now())), host: host)
    }

    private func status() async -> DaemonStatus {
        await untilReady()
        let now = Clock.now()
        let processes = kernel.list(at: now)
        return DaemonStatus(
            pid: processID(), keeperPid: keeperPid, version: Build.version, home: parts.home.path,
            startedAt: startedAt.wall, uptime: now.boot.milliseconds(since: startedAt.boot),
            embedded: kernel.isEmbedded, halted: kernel.isHalted, clients: await server?.clients.count ?? 0,
            apps: kernel.appCount,
            instances: processes.reduce(into: [:]) { $0[$1.status.rawValue, default: 0] += 1 },
            engineStarts: startNumber)
    }
}
