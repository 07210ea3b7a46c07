import Core

// Definitions of apps: telling, changing, saving them and bringing them back.
extension Control {
    nonisolated func addDefinitions(to router: inout Router) {
        router.on(Methods.definition) { request, _ in try await self.definitions(request.targets) }
        router.inOrder(Methods.change) { request, _ in
            guard case .applied(let result) = try await self.command(.change(request)) else { throw Self.wrongAnswer }
            return result
        }
        router.on(Methods.save) { request, _ in try await self.save(force: request.force) }
        router.on(Methods.resurrect) { _, _ in try await self.resurrect() }
    }

    private func definitions(_ targets: [String]) async throws(Failure) -> [AppSpec] {
        await untilReady()
        return try kernel.definitions(of: targets)
    }

    private nonisolated var dumps: DumpFiles { DumpFiles(folder: parts.home.path + "/dump") }

    private func save(force: Bool) async throws(Failure) -> SaveResult {
        await untilReady()
        let apps = kernel.savedApps
        let (dumps, time) = (dumps, Clock.now().wall)
        let file = try await reading { () throws(Failure) in try dumps.write(apps, at: time, force: force) }
        return SaveResult(file: file, apps: apps.count, running: apps.reduce(0) { $0 + $1.running.count })
    }

    private func resurrect() async throws(Failure) -> ResurrectResult {
        await untilReady()
        let dumps = dumps
        let found = try await reading { () throws(Failure) in try dumps.newest() }
        guard case .started(let started) = try await command(.restore(found.apps)) else { throw Self.wrongAnswer }
        return ResurrectResult(file: found.file, broken: found.broken, started: started)
    }

    /// On a thread that may wait for a disk.
    private func reading<T: Sendable>(_ body: @escaping @Sendable () throws(Failure) -> T) async throws(Failure) -> T {
        do {
            return try await parts.chores.run { try body() }
        } catch {
            throw Failure.unexpected(error)
        }
    }

    private static let wrongAnswer = Failure(
        .bug, "an answer of the wrong kind", why: "this is a mistake in od", next: "report it with od version")
}
