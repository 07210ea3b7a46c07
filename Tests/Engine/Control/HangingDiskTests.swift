import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// A disk that hangs: what came in time did come in time, and who does not need that disk does not wait for it.
struct HangingDiskTests {
    /// What threads wait for until the test opens it.
    private final class Gate: Sendable {
        private let ends: [Int32]

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(od_pipe(&ends) == 0)
            self.ends = ends
        }

        deinit { for end in ends { close(end) } }

        func wait() {
            var look = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while poll(&look, 1, -1) < 0 {}
        }

        func open() { _ = write(ends[1], "x", 1) }
    }

    private static let long = 3_600_000

    /// An app that is online, or is awaited.
    private static func start(
        _ name: String, _ world: ControlWorld, _ keeper: PlayedKeeper, watchdog: Int?, isReady: Bool
    ) async throws -> (run: RunID, streams: PlayedStreams) {
        var spec = ControlWorld.spec(name)
        spec.ready = Readiness(notify: .systemd, timeout: long, watchdog: watchdog)
        let (control, wanted) = (world.control, spec)
        let answer = Task { try await control.command(.start(StartRequest(apps: [wanted]))) }
        let spawn = try await keeper.expect(OD_SPAWN)
        let streams = try PlayedStreams()
        keeper.spawned(spawn, slot: 0, pid: 4001, streams)
        _ = try await answer.value
        let run = PlayedKeeper.run(spawn)
        if isReady {
            await control.take(SignFact.ready(run, .notify))
            try await world.becomes("\(name)#0", .online)
        }
        return (run, streams)
    }

    @Test(arguments: [true, false]) func aSignThatCameInTimeCounts(isReady: Bool) async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let (run, streams) = try await Self.start(
            "dog", world, keeper, watchdog: isReady ? Self.long : nil, isReady: isReady)
        let gate = try Gate()
        let control = world.control
        await control.untilStored()
        let worker = await control.parts.storeWorker
        #expect(worker.post { gate.wait() })
        let other = world.start("other")
        try await world.wait("a command is on its way to the disk") { await control.isCommitting }
        // It lives, or is ready, and after that its time is over: both are taken when the disk works again.
        await control.take(isReady ? SignFact.said(run, .alive) : SignFact.ready(run, .notify))
        await control.take(KernelEvent.timer(TimerID(id: run, kind: isReady ? .watchdog : .ready)))
        gate.open()
        keeper.spawned(try await keeper.expect(OD_SPAWN), slot: 1, pid: 4002, streams)
        _ = try await other.value.get()
        #expect(await world.process("dog#0")?.status == .online)
    }

    @Test func logsOnADiskThatHangsKeepNobodyOut() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let gate = try Gate()
        defer { gate.open() }
        let readers = await world.control.parts.readers
        for _ in 0..<2 { #expect(readers.post { gate.wait() }) }
        #expect(try await world.hello().contains(#""pid""#))
    }
}
