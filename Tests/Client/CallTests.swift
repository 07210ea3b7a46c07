import Core
import Engine
import Glibc
import NIOCore
import OpenDaemon
import Testing

@Suite("Calls")
struct CallTests {
    @Test func answersReachTheirCalls() async throws {
        let engine = try FakeEngine()
        try await engine.start { $0.on(Methods.list) { _, _ in [process(7, "api"), process(8, "web")] } }
        let daemon = try await engine.connect()
        #expect(daemon.hello.build == "test")
        #expect(!daemon.startedEngine)
        #expect(try await daemon.call(Methods.list, Nothing()).map(\.id) == [7, 8])
        await daemon.close()
    }

    @Test func aThousandCallsAtOnce() async throws {
        let engine = try FakeEngine()
        try await engine.start { router in
            router.on(Methods.stop) { request, _ in request.targets.map { process(Int($0) ?? -1) } }
        }
        let daemon = try await engine.connect()
        let answers = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let answer = try await daemon.call(Methods.stop, TargetRequest(targets: [String(number)]))
                    return (number, answer[0].id)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 1000)
        #expect(answers.allSatisfy { $0.0 == $0.1 })
    }

    @Test func aFailureArrivesAsItWasThrown() async throws {
        let thrown = Failure(.noSuchTarget, "no app is called nix", why: "there are api and web", next: "od list")
        let engine = try FakeEngine()
        try await engine.start { $0.on(Methods.stop) { _, _ in throw thrown } }
        let daemon = try await engine.connect()
        let caught = try await failure { try await daemon.call(Methods.stop, TargetRequest(targets: ["nix"])) }
        #expect(caught == thrown)
        #expect(caught.exitCode == 3)
    }

    @Test func anyOtherErrorIsOurs() async throws {
        let engine = try FakeEngine()
        try await engine.start { $0.on(Methods.list) { _, _ in throw Timeout() } }
        let daemon = try await engine.connect()
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .bug)
    }

    @Test func anUnknownMethodAndWrongParamsAreErrorsOfTheProtocol() async throws {
        let engine = try FakeEngine()
        try await engine.start { $0.on(Methods.stop) { _, _ in [] } }
        let daemon = try await engine.connect()
        let unknown = try await failure { try await daemon.call(Method<Nothing, Nothing>("no.such", ""), Nothing()) }
        #expect(unknown.code == .protocolError)
        #expect(unknown.what.contains("no.such"))
        let wrong = Method<Nothing, [InstanceInfo]>(Methods.stop.name, "")
        #expect(try await failure { try await daemon.call(wrong, Nothing()) }.code == .protocolError)
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [])).isEmpty, "the connection lives on")
    }

    @Test func aNumberThatIsNoneIsAnErrorAndNotABrokenConnection() async throws {
        let engine = try FakeEngine()
        try await engine.start { router in
            router.on(Methods.list) { _, _ in
                var one = process(1)
                one.cpu = .nan
                return [one]
            }
            router.on(Methods.stop) { _, _ in [] }
        }
        let daemon = try await engine.connect()
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .bug)
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [])).isEmpty)
    }

    @Test func messagesBeyondTheBoundAreRefusedOnBothSides() async throws {
        let engine = try FakeEngine()
        let long = String(repeating: "x", count: Frame.maxPayload + 1)
        try await engine.start { router in
            router.on(Methods.stop) { request, _ in [process(1, request.targets[0])] }
            router.on(Methods.list) { _, _ in [process(1, long)] }
        }
        let daemon = try await engine.connect()
        let sent = try await failure { try await daemon.call(Methods.stop, TargetRequest(targets: [long])) }
        #expect(sent.code == .protocolError)
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .protocolError)
        let fits = String(repeating: "x", count: 3 << 20)
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [fits]))[0].name.count == 3 << 20)
    }

    @Test func aDeadlineEndsTheCallAndNothingElse() async throws {
        let engine = try FakeEngine()
        let barrier = Barrier()
        try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                await barrier.wait()
                return []
            }
            router.on(Methods.list) { _, _ in [process(1)] }
        }
        let daemon = try await engine.connect()
        let late = try await failure {
            try await daemon.call(Methods.stop, TargetRequest(targets: []), deadline: 20)
        }
        #expect(late.code == .engineSilent)
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        barrier.open()
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1, "the late answer disturbs nobody")
    }

    @Test func aCancelledTaskDoesNotWait() async throws {
        let engine = try FakeEngine()
        let (barrier, tally) = (Barrier(), Tally())
        try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                tally.add("stop")
                await barrier.wait()
                return []
            }
        }
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        try await eventually("the call arrives") { tally["stop"] == 1 }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        barrier.open()
    }

    @Test func noMoreThanTheBoundWaitForAnswers() async throws {
        let engine = try FakeEngine()
        let (barrier, tally) = (Barrier(), Tally())
        try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                tally.add("at work")
                await barrier.wait()
                return []
            }
        }
        let daemon = try await engine.connect()
        let calls = (0..<300).map { _ in Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) } }
        try await eventually("the bound is reached") { tally["at work"] == 256 }
        let late = try await failure { try await daemon.call(Methods.list, Nothing(), deadline: 50) }
        #expect(late.code == .engineSilent)
        #expect(tally["at work"] == 256)
        barrier.open()
        for call in calls { #expect(try await call.value.isEmpty) }
        #expect(tally["at work"] == 300)
    }

    @Test func closingEndsWhatIsOpen() async throws {
        let engine = try FakeEngine()
        let (barrier, tally) = (Barrier(), Tally())
        let server = try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                tally.add("stop")
                await barrier.wait()
                return []
            }
            router.on(Methods.subscribe) { _, session in
                await session.subscribe()
                return snapshot(1)
            }
        }
        let daemon = try await engine.connect()
        let call = Task { try await daemon.call(Methods.stop, TargetRequest(targets: [])) }
        let watch = Task { () -> Int in
            var count = 0
            for await _ in daemon.watch() { count += 1 }
            return count
        }
        try await eventually("both are open") {
            let subscribers = await server.subscribers
            return tally["stop"] == 1 && subscribers == 1
        }
        await daemon.close()
        #expect(try await failure { try await call.value }.code == .connectionLost)
        #expect(await watch.value <= 1)
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .connectionLost)
        try await eventually("the server sees it leave") { await server.clients.isEmpty }
        barrier.open()
    }

    @Test func whoDropsTheClientClosesTheConnection() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start()
        var daemon: OpenDaemon? = try await engine.connect()
        try await eventually("connected") { await server.clients.map(\.client) == ["tests"] }
        #expect(daemon != nil)
        daemon = nil
        try await eventually("gone") { await server.clients.isEmpty }
    }
}
