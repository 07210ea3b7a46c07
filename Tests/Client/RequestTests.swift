import Core
import Engine
import FoundationEssentials
import Glibc
import OpenDaemon
import Support
import Synchronization
import Testing

@Suite("Deadlines, batches, order")
struct RequestTests {
    private func hello(_ home: String) async throws -> RawClient {
        let client = try RawClient(home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        return client
    }

    @Test func theEngineStopsWhatNobodyWaitsFor() async throws {
        let engine = try FakeEngine()
        let tally = Tally()
        try await engine.start { router in
            router.on(Methods.list) { _, _ in
                tally.add("begun")
                try? await Task.sleep(for: .seconds(3600))
                tally.add(Task.isCancelled ? "cancelled" : "slept")
                return []
            }
        }
        let client = try await hello(engine.home)
        client.send(request: request(2, "process.list", #","deadline":20"#))
        let error = await client.readError()
        #expect(error?.data?.code == .engineSilent)
        #expect(error?.data?.what.contains("deadline") == true)
        try await eventually("the work ends") { tally["cancelled"] == 1 }
        client.send(request: request(3, "process.list"))
        try await eventually("it is at work") { tally["begun"] == 2 }
        close(dup(client.socket))
        shutdown(client.socket, Int32(SHUT_RDWR))
        try await eventually("a client that leaves stops its questions") { tally["cancelled"] == 2 }
    }

    @Test func aWishGoesOnAfterItsDeadlineAndOneThatIsLateIsNotBegun() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        try await engine.start { router in
            router.inOrder(Methods.stop) { request, _ in
                tally.add("begun")
                await barrier.wait()
                tally.add(Task.isCancelled ? "cancelled" : "done")
                return []
            }
        }
        let client = try await hello(engine.home)
        client.send(request: request(2, "process.stop", #","deadline":20"#))
        #expect(await client.readError()?.data?.why == "it takes longer")
        client.send(request: request(3, "process.stop", #","deadline":1"#))
        client.send(request: request(4, "process.stop", #","deadline":-9223372036854775808"#))
        client.send(request: request(5, "process.stop", #","deadline":9000000000000000000"#))
        // Heartbeats are answered at once: what was sent before is there, and its millisecond begins at the latest now.
        client.write(Frame.header(.heartbeat, length: 0))
        #expect(await client.read()?.kind == .heartbeat)
        let arrived = ContinuousClock.now
        try await eventually("the first deadline is over") { ContinuousClock.now - arrived > .milliseconds(2) }
        barrier.open()
        #expect(await client.readError()?.data?.why.contains("not begun") == true)
        #expect(await client.readError()?.data?.why.contains("not begun") == true)
        #expect(await client.read()?.json.contains(#""id":5"#) == true)
        #expect(tally["begun"] == 2)
        #expect(tally["done"] == 2)
    }

    @Test func theClientTellsItsDeadline() async throws {
        let engine = try FakeEngine()
        let tally = Tally()
        try await engine.start { router in
            router.on(Methods.list) { _, _ in
                try? await Task.sleep(for: .seconds(3600))
                tally.add(Task.isCancelled ? "cancelled" : "slept")
                return []
            }
        }
        let daemon = try await engine.connect()
        let late = try await failure { try await daemon.call(Methods.list, Nothing(), deadline: 20) }
        #expect(late.code == .engineSilent)
        try await eventually("the engine stops it") { tally["cancelled"] == 1 }
    }

    @Test func aBatchIsAnsweredAsOne() async throws {
        let engine = try FakeEngine()
        try await engine.start { router in
            router.on(Methods.stop) { request, _ in request.targets.map { process(7, $0) } }
            router.on(Methods.list) { _, _ in [process(1)] }
            router.onLogs { request, stream, session in
                (
                    [],
                    {
                        _ = await session.send(
                            log: LogChunk(
                                stream: stream, process: 1, channel: .out, last: true, offset: 0, bytes: [0x61]))
                    }
                )
            }
        }
        let client = try await hello(engine.home)
        let logs =
            #"{"id":5,"jsonrpc":"2.0","method":"log.stream","params":"#
            + #"{"targets":[],"lines":1,"follow":false,"channels":[1],"resume":[]}}"#
        client.send(
            request: " ["
                + [request(2, "process.stop"), request(3, "no.such"), "7", request(4, "daemon.hello"), logs]
                .joined(separator: ",") + "]")
        let frame = try #require(await client.read())
        let answers = try JSONDecoder().decode([RPCResponse<Nothing>].self, from: Data(frame.json.utf8))
        #expect(answers.map(\.id) == [2, 3, nil, 4, 5])
        #expect(answers.map { $0.error?.code } == [nil, -32601, -32700, -32600, nil])
        #expect(await client.read()?.kind == .log, "what a batch opens begins after its answer")
        let long = "[" + String(repeating: "1,", count: 99) + "1]"
        for (bad, code, why) in [("[]", -32600, "empty"), ("[1", -32700, "does not end"), (long, -32600, "64")] {
            client.send(request: bad)
            let error = try #require(await client.readError())
            #expect(error.code == code)
            #expect(error.data?.why.contains(why) == true)
        }
        client.send(request: request(8, "process.list"))
        #expect(await client.read()?.json.contains("online") == true)
    }

    @Test func aBatchCountsAsAsManyRequestsAndItsAnswerIsBounded() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        (limits.rate, limits.burst) = (1, 8)
        try await engine.start(
            { router in
                router.on(Methods.list) { _, _ in [process(1, String(repeating: "x", count: 3 << 20))] }
            }, limits: limits)
        let client = try await hello(engine.home)
        let four = (0..<4).map { request($0, "process.list") }.joined(separator: ",")
        client.send(request: "[\(four)]")
        #expect(await client.readError()?.data?.why.contains("message at most") == true)
        client.send(request: "[\(four),\(four)]")
        #expect(await client.read()?.json.contains("OD5011") == true)
    }

    @Test func aKeyHasABound() async throws {
        let engine = try FakeEngine()
        try await engine.start { $0.on(Methods.stop) { _, _ in [] } }
        let client = try await hello(engine.home)
        client.send(request: request(2, "process.stop", #","key":"\#(String(repeating: "k", count: 65))""#))
        #expect(await client.readError()?.code == -32602)
    }

    /// What changes something is begun in the order in which it was sent; what only asks may overtake it.
    @Test func wishesKeepTheirOrder() async throws {
        let engine = try FakeEngine()
        let (order, barrier) = (Order(), Barrier())
        try await engine.start { router in
            router.inOrder(Methods.stop) { request, _ in
                if request.targets == ["0"] { await barrier.wait() }
                order.add(request.targets[0])
                return []
            }
            router.on(Methods.list) { _, _ in
                order.add("list")
                return []
            }
        }
        let client = try await hello(engine.home)
        client.send(request: #"{"jsonrpc":"2.0","id":90,"method":"process.list","params":{}}"#)
        #expect(await client.read()?.json.contains(#""id":90"#) == true)
        for number in 0..<40 {
            client.send(
                request:
                    #"{"jsonrpc":"2.0","id":\#(number + 2),"method":"process.stop","params":{"targets":["\#(number)"]}}"#
            )
        }
        barrier.open()
        for _ in 0..<40 { #expect(await client.read()?.kind == .response) }
        #expect(order.all == ["list"] + (0..<40).map(String.init))
    }
}

/// What happened, in order, from any thread.
private final class Order: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func add(_ word: String) { words.withLock { $0.append(word) } }
}
