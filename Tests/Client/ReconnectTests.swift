import Core
import Engine
import Glibc
import Synchronization
import Testing

@testable import OpenDaemon

/// The keys of requests, in the order in which they came.
private final class Keys: Sendable {
    private let keys = Mutex<[String?]>([])

    var all: [String?] { keys.withLock { $0 } }

    func add(_ key: String?) -> Int {
        keys.withLock { keys in
            keys.append(key)
            return keys.count
        }
    }
}

@Suite("Reconnecting")
struct ReconnectTests {
    /// An engine that takes calls of `stop`, `restart` and `shutdown` and never answers them.
    private func startSilent(_ engine: FakeEngine, _ tally: Tally, _ barrier: Barrier) async throws {
        try await engine.start { router in
            for method in [Methods.stop, Methods.restart] {
                router.on(method) { _, _ in
                    tally.add(method.name)
                    await barrier.wait()
                    return []
                }
            }
            router.on(Methods.shutdown) { _, _ in
                tally.add(Methods.shutdown.name)
                await barrier.wait()
                return Nothing()
            }
        }
    }

    @Test func anUnansweredWishIsSentToTheNextEngine() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        try await startSilent(engine, tally, barrier)
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.stop, TargetRequest(targets: ["api"])) }
        try await eventually("the first engine has it") { tally["process.stop"] == 1 }
        await engine.crash()
        try await engine.start { $0.on(Methods.stop) { request, _ in [process(2, request.targets[0])] } }
        #expect(try await call.value.map(\.name) == ["api"])
        #expect(daemon.hello.pid == 2)
        barrier.open()
    }

    /// The key tells the next engine that it is the same wish.
    @Test func aRestartIsSentAgainByItsKey() async throws {
        let engine = try FakeEngine()
        let (keys, barrier) = (Keys(), Barrier())
        let routes: @Sendable (inout Router) -> Void = { router in
            router.on(Methods.restart) { _, _ in
                let count = keys.add(RequestContext.current?.key)
                if count == 1 { await barrier.wait() }
                return [process(count)]
            }
        }
        try await engine.start(routes)
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.restart, TargetRequest(targets: ["api"])) }
        try await eventually("the first engine has it") { keys.all.count == 1 }
        _ = try await engine.replace(routes)
        #expect(try await call.value.map(\.id) == [2])
        _ = try await daemon.call(Methods.restart, TargetRequest(targets: ["api"]))
        let seen = keys.all
        #expect(seen[0] != nil)
        #expect(seen[0] == seen[1], "the same wish")
        #expect(seen[2] != seen[1], "another one")
        barrier.open()
    }

    /// An engine of version 1 knows no keys: before or after the break, it cannot be told.
    @Test(arguments: [(1, 2), (2, 1), (1, 1)])
    func aRestartIsNotSentTwiceWhenAnEngineIsOld(first: Int, second: Int) async throws {
        let engine = try FakeEngine()
        await engine.speak(first)
        let (tally, barrier) = (Tally(), Barrier())
        try await startSilent(engine, tally, barrier)
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.restart, TargetRequest(targets: ["api"])) }
        try await eventually("the first engine has it") { tally["process.restart"] == 1 }
        await engine.crash()
        await engine.speak(second)
        try await engine.start {
            $0.on(Methods.restart) { _, _ in
                tally.add("second")
                return []
            }
        }
        let lost = try await failure { try await call.value }
        #expect(lost.code == .connectionLost)
        #expect(lost.why.contains("may or may not"))
        #expect(lost.next.contains("od list"))
        #expect(try await daemon.call(Methods.restart, TargetRequest(targets: [])).isEmpty, "the next one is sent")
        #expect(tally["second"] == 1)
        barrier.open()
    }

    @Test func aCallMadeWhileTheEngineIsAwayWaitsForTheNext() async throws {
        let engine = try FakeEngine()
        try await engine.start()
        let daemon = try await engine.connect()
        await engine.crash()
        let calls = (0..<20).map { _ in Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) } }
        try await engine.start { $0.on(Methods.stop) { _, _ in [process(1)] } }
        for call in calls { #expect(try await call.value.count == 1) }
    }

    @Test func withoutADaemonCallsFailAtOnce() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        try await startSilent(engine, tally, barrier)
        let daemon = try await engine.connect()
        let stop = Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        let shutdown = Task { try await daemon.call(Methods.shutdown, Nothing()) }
        try await eventually("both are sent") { tally["process.stop"] == 1 && tally["daemon.shutdown"] == 1 }
        await engine.vanish()
        #expect(try await failure { try await stop.value }.code == .connectionLost)
        #expect(try await shutdown.value == Nothing(), "that no daemon is left is what was asked for")
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .connectionLost)
        barrier.open()
    }

    @Test func aCallThatBreaksEveryEngineIsGivenUp() async throws {
        let engine = try FakeEngine()
        let tally = Tally()
        let poison: @Sendable (inout Router) -> Void = { router in
            router.on(Methods.stop) { _, _ in
                tally.add("seen")
                try await Task.sleep(for: .seconds(3600))
                return []
            }
        }
        try await engine.start(poison)
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        for round in 1...8 {
            try await eventually("engine \(round) gets it") { tally["seen"] == round }
            await engine.crash()
            try await engine.start(poison)
        }
        #expect(try await failure { try await call.value }.code == .connectionLost)
        #expect(tally["seen"] == 8)
    }

    /// Engines are replaced while calls come without a pause: each call is answered, by one engine or another.
    @Test func manyEnginesInARow() async throws {
        let engine = try FakeEngine()
        let tally = Tally()
        let count = 2000
        let routes: @Sendable (inout Router) -> Void = { router in
            router.on(Methods.stop) { request, _ in [process(Int(request.targets[0]) ?? -1)] }
        }
        try await engine.start(routes)
        let daemon = try await engine.connect()
        let calls = Task {
            for number in 0..<count {
                let answer = try await daemon.call(Methods.stop, TargetRequest(targets: [String(number)]))
                #expect(answer.map(\.id) == [number])
                tally.add("answered")
            }
        }
        for _ in 0..<20 {
            await engine.crash()
            try await engine.start(routes)
            // A call that breaks too many engines is given up: each one answers something.
            let before = tally["answered"]
            try await eventually("calls go on") { tally["answered"] > before || tally["answered"] == count }
        }
        try await calls.value
    }

    /// The engine accepts, says hello and then nothing more: calls without a deadline end all the same.
    @Test func anEngineThatHangsIsGivenUp() async throws {
        let engine = try FakeEngine(mayHang: true)
        let (tally, barrier) = (Tally(), Barrier())
        try await startSilent(engine, tally, barrier)
        var options = ConnectOptions(home: engine.home, start: .never, client: "tests")
        options.pulse = Pulse(interval: 50, patience: 1000)
        let daemon = try await OpenDaemon.connect(options)
        var updates = daemon.watch().makeAsyncIterator()
        let call = Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        try await eventually("it is at work") { tally["process.stop"] == 1 }
        for _ in 0..<4 { _ = try? await daemon.call(Methods.restart, TargetRequest(targets: []), deadline: 500) }
        #expect(!call.isCancelled && tally["process.stop"] == 1, "an engine that answers heartbeats may take its time")

        let hang = Barrier()
        engine.occupy(until: hang)
        #expect(try await failure { try await call.value }.code == .engineSilent)
        guard case .disconnected(let why) = await updates.next() else {
            Issue.record("the watcher is not told")
            return
        }
        #expect(why.code == .engineSilent)
        hang.open()
        barrier.open()
    }

    @Test func aCallDoesNotWaitForEverForTheNextEngine() async throws {
        let engine = try FakeEngine()
        try await engine.start()
        var options = ConnectOptions(home: engine.home, start: .never, client: "tests")
        options.pulse = Pulse(interval: 10, patience: 60)
        let daemon = try await OpenDaemon.connect(options)
        await engine.crash()
        let call = try await failure { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        #expect(call.code == .engineSilent)
    }

    @Test func anEngineThatCannotServeSaysWhy() async throws {
        let engine = try FakeEngine()
        try await engine.start()
        let daemon = try await engine.connect()
        await engine.crash()
        let why = Failure(.storeFailed, "state.db cannot be read", why: "it is damaged", next: "od doctor")
        try await engine.start(refusing: why)
        #expect(try await failure { try await daemon.call(Methods.stop, TargetRequest(targets: [])) } == why)
        _ = try await engine.replace { $0.on(Methods.stop) { _, _ in [process(1)] } }
        try await eventually("the next one serves") {
            (try? await daemon.call(Methods.stop, TargetRequest(targets: [])).count) == 1
        }
    }
}
