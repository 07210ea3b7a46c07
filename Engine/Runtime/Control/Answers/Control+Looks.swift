import Core

// What people look at now and then: open files of a process, the machine. Read on threads that may block.
extension Control {
    /// Instances that one answer tells of.
    private static let mostLooks = 16

    nonisolated func addLooks(to router: inout Router) {
        router.on(Methods.files) { request, _ in try await self.files(request.targets) }
        router.on(Methods.machine) { _, _ in try await self.machine() }
    }

    private func files(_ targets: [String]) async throws -> [ProcessFiles] {
        await untilReady()
        let processes = try kernel.subjects(of: targets, at: Clock.now()).map(\.process)
        guard processes.count <= Self.mostLooks else {
            throw Failure(
                .usage, "\(processes.count) instances",
                why: "open files are told of \(Self.mostLooks) instances at most",
                next: "name those that you want to know of")
        }
        return try await parts.readers.run { processes.map { OpenFiles.look(at: $0) } }
    }

    private func machine() async throws -> MachineInfo {
        let watch = parts.machine
        return try await parts.readers.run { watch.look(at: Clock.now().boot) }
    }
}
