import Core

// What clients can ask.
extension Control {
    /// The table of methods for the server.
    nonisolated var router: Router {
        var router = Router()
        router.on(Methods.status) { _, _ in await self.status() }
        router.on(Methods.ping) { _, _ in await self.pong() }
        router.on(Methods.environment) { request, _ in try await self.environments(request) }
        router.on(Methods.list) { _, _ in await self.list() }
        router.on(Methods.info) { request, _ in try await self.details(request.targets) }
        router.inOrder(Methods.start) { request, _ in
            guard case .started(var result) = try await self.command(.start(request)) else { throw self.noAnswer }
            let more = await (self.memoryWarnings(request.apps) ?? []) + self.logWarnings(result.processes)
            if !more.isEmpty { result.warnings = (result.warnings ?? []) + more }
            return result
        }
        router.inOrder(Methods.apply) { request, _ in
            guard case .applied(var result) = try await self.command(.apply(request)) else { throw self.noAnswer }
            let more = await (self.memoryWarnings(request.apps) ?? []) + self.logWarnings(result.processes)
            if !more.isEmpty { result.warnings = (result.warnings ?? []) + more }
            return result
        }
        router.on(Methods.graph) { _, _ in await self.graph() }
        router.inOrder(Methods.stop) { request, _ in
            try await self.processes(.stop(request.targets, cascade: request.cascade == true))
        }
        router.inOrder(Methods.restart) { request, _ in
            try await self.processes(.restart(request.targets, cascade: request.cascade == true))
        }
        router.on(Methods.diff) { request, _ in try await self.plan(request) }
        router.inOrder(Methods.delete) { request, _ in try await self.processes(.delete(request.targets)) }
        router.inOrder(Methods.resume) { _, _ in try await self.processes(.resume) }
        router.inOrder(Methods.shutdown) { _, _ in
            await self.noteShutdown()
            return try await self.nothing(.shutdown(halt: true))
        }
        router.on(Methods.restartDaemon) { request, _ in try await self.restart(request) }
        router.inOrder(Methods.detach) { _, _ in try await self.nothing(.detach) }
        addSteering(to: &router)
        addDefinitions(to: &router)
        addLogs(to: &router)
        addLogFiles(to: &router)
        addEvents(to: &router)
        addStories(to: &router)
        addLooks(to: &router)
        addPlugins(to: &router)
        addHistory(to: &router)
        return router
    }

    /// The answer to `daemon.hello`, when the fleet is known.
    func greet(_ session: Session) async -> HelloResult {
        await untilReady()
        rest.wasBusy(on: loop)
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

    func processes(_ command: FleetCommand) async throws(Failure) -> [InstanceInfo] {
        switch try await self.command(command) {
        case .processes(let processes): processes
        case .started(let result) where result.failures.isEmpty: result.processes
        case .started(let result): throw result.failures[0]
        case .nothing, .applied, .reloaded, .failed: throw noAnswer
        }
    }

    private func nothing(_ command: FleetCommand) async throws(Failure) -> Nothing {
        _ = try await self.command(command)
        return Nothing()
    }

    /// The kernel answers each command with one kind of answer; another is our mistake.
    nonisolated var noAnswer: Failure {
        Failure(.bug, "an answer of the wrong kind", why: "this is a mistake in od", next: "report it with od version")
    }

    /// On the control loop, so that the answer says that it turns.
    private func pong() -> Nothing { Nothing() }

    private func environments(_ request: EnvironmentRequest) async throws(Failure) -> [ProcessEnvironment] {
        await untilReady()
        return try kernel.environments(of: request.targets, show: request.show)
    }

    private func plan(_ request: ApplyRequest) async throws(Failure) -> [AppChange] {
        await untilReady()
        return try kernel.plan(request)
    }

    private func list() async -> [InstanceInfo] {
        await untilReady()
        return await measured(kernel.list(at: Clock.now()))
    }

    private func details(_ targets: [String]) async throws(Failure) -> [ProcessDetail] {
        await untilReady()
        var details = try kernel.details(of: targets, at: Clock.now())
        let processes = await measured(details.map(\.process))
        for index in details.indices {
            details[index].process = processes[index]
            let troubles = [processes[index].outFile, processes[index].errorFile].compactMap { path in
                logTroubles[path].map { "\(path) cannot be written: \($0)" }
            }
            if !troubles.isEmpty { details[index].logTroubles = troubles }
        }
        return details
    }

    private func status() async -> DaemonStatus {
        await untilReady()
        let now = Clock.now()
        let processes = kernel.list(at: now)
        return DaemonStatus(
            pid: processID(), keeperPid: keeper?.pid ?? 0, version: Build.version, home: parts.home.path,
            startedAt: startedAt.wall, uptime: now.boot.milliseconds(since: startedAt.boot),
            embedded: kernel.isEmbedded, halted: kernel.isHalted, clients: await server?.clients.count ?? 0,
            apps: kernel.appCount,
            instances: processes.reduce(into: [:]) { $0[$1.word, default: 0] += 1 },
            engineStarts: startNumber, sparePid: keeper.flatMap { $0.spare > 0 ? $0.spare : nil },
            keepers: keeper.flatMap { $0.keepers > 0 ? Int($0.keepers) : nil },
            keeperVersion: keeper.flatMap { $0.build.isEmpty ? nil : $0.build }, oldLogs: parts.archivist.room.info)
    }
}
