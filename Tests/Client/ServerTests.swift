import Core
import Engine
import FoundationEssentials
import Glibc
import NIOCore
import OpenDaemon
import Support
import Testing

@Suite("The server's bounds and bad clients")
struct ServerTests {
    private func start(
        _ engine: FakeEngine, _ limits: Server.Limits = Server.Limits()
    ) async throws -> Server {
        try await engine.start(
            { router in
                router.on(Methods.list) { _, _ in [process(1)] }
                router.on(Methods.info) { _, _ in [] }
                router.on(Methods.subscribe) { _, session in
                    await session.subscribe()
                    return snapshot(0)
                }
            }, limits: limits)
    }

    @Test func helloComesFirst() async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.send(request: #"{"jsonrpc":"2.0","id":5,"method":"process.list","params":{}}"#)
        #expect(await client.readError()?.data?.what.contains("daemon.hello") == true)
        #expect(await client.isClosed())
    }

    @Test(arguments: [
        (#"{"magic":"closeddaemon","version":1,"client":"raw"}"#, ErrorCode.protocolError),
        (#"{"magic":"opendaemon","version":99,"client":"raw"}"#, .versionMismatch),
        (#"{"magic":"opendaemon","version":0,"client":"raw"}"#, .versionMismatch),
        (#"{"magic":"opendaemon","version":3,"newest":4,"client":"raw"}"#, .versionMismatch),
        (#"{"magic":"opendaemon"}"#, .protocolError),
        (#"[]"#, .protocolError),
    ]) func aWrongHelloIsRefused(params: String, code: ErrorCode) async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.send(request: #"{"jsonrpc":"2.0","id":5,"method":"daemon.hello","params":\#(params)}"#)
        #expect(await client.readError()?.data?.code == code)
        #expect(await client.isClosed())
    }

    /// Both sides say the range that they speak; the newest common version counts. A client without a range is of
    /// version 1.
    @Test(arguments: [
        (#""version":1"#, 1), (#""version":1,"newest":2"#, 2), (#""version":2,"newest":3"#, 2),
        (#""version":1,"newest":9"#, 2), (#""version":2"#, 2),
    ]) func theNewestCommonVersionIsSpoken(range: String, spoken: Int) async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.send(
            request: #"{"jsonrpc":"2.0","id":5,"method":"daemon.hello","params":"#
                + #"{"magic":"opendaemon",\#(range),"client":"raw"}}"#)
        let answer = try #require(await client.read()?.json)
        #expect(answer.contains(#""build":"test""#))
        #expect(answer.contains(#""version":\#(spoken)"#))
    }

    @Test func silenceBeforeHelloIsBounded() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.helloWithin = 30
        _ = try await start(engine, limits)
        let client = try RawClient(engine.home)
        #expect(await client.isClosed())
    }

    @Test func oneClientTooManyIsToldSo() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.connections = 2
        let server = try await start(engine, limits)
        let first = try RawClient(engine.home)
        let second = try RawClient(engine.home)
        first.sayHello()
        second.sayHello()
        try await eventually("both are in") { await server.clients.count == 2 }
        let third = try RawClient(engine.home)
        #expect(await third.readError()?.data?.why == "2 are connected")
        #expect(await third.isClosed())
        let refused = try await failure { try await engine.connect(deadline: 300) }
        #expect(refused.why.contains("2 are connected"), "the client passes it on: \(refused)")
        #expect(await first.read()?.kind == .response, "those who are in notice nothing")
    }

    @Test func aSecondHelloAndUnknownCallsAreAnswered() async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        client.sayHello()
        #expect(await client.readError()?.code == -32600)
        client.send(request: #"{"jsonrpc":"2.0","id":2,"method":"no.such","params":{}}"#)
        #expect(await client.readError()?.code == -32601)
        client.send(request: #"{"jsonrpc":"2.0","id":3,"method":"process.info","params":7}"#)
        #expect(await client.readError()?.code == -32602)
        client.send(request: #"{"#)
        #expect(await client.readError()?.code == -32700)
        client.write(Frame.header(.heartbeat, length: 0))
        #expect(await client.read()?.kind == .heartbeat)
        client.send(request: #"{"jsonrpc":"2.0","id":4,"method":"process.list","params":{}}"#)
        #expect(await client.read()?.json.contains("online") == true)
    }

    @Test func framesMayComeInPieces() async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        let json = #"{"jsonrpc":"2.0","id":2,"method":"process.list","params":{}}"#
        let bytes = Frame.header(.request, length: json.utf8.count) + Array(json.utf8)
        for byte in bytes { client.write([byte]) }
        #expect(await client.read()?.json.contains("online") == true)
        client.write(bytes + bytes + bytes)
        for _ in 0..<3 { #expect(await client.read()?.json.contains("online") == true) }
    }

    @Test(arguments: [
        [0x01, 0xFF, 0xFF, 0xFF, 0xFF], [0x01, 0x00, 0xA0, 0x00, 0x01], [0x00, 0, 0, 0, 0], [0x99, 0, 0, 0, 1],
        Array("GET / HTTP/1.1\r\n\r\n".utf8), [0x04, 0, 0, 0, 0], [0x02, 0, 0, 0, 0],
    ]) func whatIsNoRequestEndsItsConnection(bytes: [UInt8]) async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let other = try await engine.connect()
        for sayHello in [false, true] {
            let client = try RawClient(engine.home)
            if sayHello {
                client.sayHello()
                _ = await client.read()
            }
            client.write(bytes)
            #expect(await client.readError()?.data?.code == .protocolError)
            #expect(await client.isClosed())
        }
        #expect(try await other.call(Methods.list, Nothing()).count == 1)
    }

    @Test(arguments: ["[", #"{"a":"#, #"{"id":1,"method":"process.info","params":["#])
    func deepNestingIsAnError(_ open: String) async throws {
        let engine = try FakeEngine()
        _ = try await start(engine)
        let client = try RawClient(engine.home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        client.send(request: String(repeating: open, count: 100_000))
        #expect(await client.readError()?.code == -32700)
    }

    /// Good frames with bytes changed, cut and doubled: the server answers or closes, and serves others.
    @Test(arguments: 1...4) func garbageHurtsNobodyElse(seed: UInt64) async throws {
        var random = Seeded(seed: seed)
        let engine = try FakeEngine()
        let server = try await start(engine)
        let other = try await engine.connect()
        let json = #"{"jsonrpc":"2.0","id":2,"method":"process.list","params":{}}"#
        let good = Frame.header(.request, length: json.utf8.count) + Array(json.utf8)
        for round in 0..<200 {
            let client = try RawClient(engine.home)
            if Bool.random(using: &random) { client.sayHello() }
            var bytes = good
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let cut = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            client.write(Bool.random(using: &random) ? cut : bytes + bytes)
            if round % 20 == 0 { #expect(try await other.call(Methods.list, Nothing()).count == 1) }
        }
        #expect(try await other.call(Methods.list, Nothing()).count == 1)
        try await eventually("all of them are gone") { await server.clients.count == 1 }
    }

    /// A subscriber who does not read: what waits for him is bounded, and he learns that he has missed something.
    @Test func aSlowSubscriberIsBoundedAndToldByTheGap() async throws {
        let engine = try FakeEngine()
        let server = try await start(engine)
        let client = try RawClient(engine.home)
        client.sayHello()
        client.send(request: #"{"jsonrpc":"2.0","id":2,"method":"event.subscribe","params":{}}"#)
        try await eventually("subscribed") { await server.subscribers == 1 }
        let other = try await engine.connect()
        for seq in 1...20_000 {
            server.publish(event(UInt64(seq)))
            guard seq % 100 == 0 else { continue }
            server.publish(FleetMetrics(at: WallTime(milliseconds: Int64(seq)), samples: [], host: host))
        }
        #expect(try await other.call(Methods.list, Nothing()).count == 1, "others are served")
        let waiting = await server.clients[0].unsentBytes
        #expect(waiting <= 1 << 20)
        #expect(waiting > 256 << 10, "the test has filled it")
        var (seen, metrics): ([UInt64], [Int64]) = ([], [])
        while seen.last != 20_000 || metrics.last != 20_000 {
            let frame = try #require(await client.read())
            let data = Data(frame.json.utf8)
            if let event = try? JSONDecoder().decode(RPCRequest<FleetEvent>.self, from: data) {
                seen.append(event.params.seq)
            } else if let figures = try? JSONDecoder().decode(RPCRequest<FleetMetrics>.self, from: data) {
                metrics.append(figures.params.at.milliseconds)
            }
        }
        #expect(seen.count < 20_000)
        #expect(seen == seen.sorted())
        #expect(Array(seen.dropLast()) == Array(1...UInt64(seen.count - 1)), "one gap, before the last")
        #expect(metrics.count < 200)
    }

    @Test func aClientThatOnlyAsksIsNotReadBeyondTheBound() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        var limits = Server.Limits()
        limits.requests = 8
        let routes: (inout Router) -> Void = { router in
            router.on(Methods.list) { _, _ in
                tally.add("list")
                await barrier.wait()
                return [process(1)]
            }
            router.on(Methods.info) { _, _ in [] }
        }
        try await engine.start(routes, limits: limits)
        let client = try RawClient(engine.home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        for id in 2..<10 {
            client.send(request: #"{"jsonrpc":"2.0","id":\#(id),"method":"process.list","params":{}}"#)
            try await eventually("\(id) is at work") { tally["list"] == id - 1 }
        }
        client.send(request: #"{"jsonrpc":"2.0","id":99,"method":"process.list","params":{}}"#)
        let other = try await engine.connect()
        _ = try await other.call(Methods.info, TargetRequest(targets: []))
        #expect(tally["list"] == 8, "the ninth waits in the socket")
        barrier.open()
        for _ in 0..<9 { #expect(await client.read()?.json.contains("online") == true) }
    }

    @Test func closingLetsAnswersOutFirst() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        let server = try await engine.start { router in
            router.on(Methods.shutdown) { _, _ in
                tally.add("asked")
                await barrier.wait()
                return Nothing()
            }
        }
        let client = try RawClient(engine.home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        client.send(request: #"{"jsonrpc":"2.0","id":2,"method":"daemon.shutdown","params":{}}"#)
        try await eventually("at work") { tally["asked"] == 1 }
        let closing = Task { await server.close(within: 20_000) }
        barrier.open()
        #expect(await client.read()?.json.contains(#""id":2"#) == true)
        #expect(await client.isClosed())
        await closing.value
    }

    @Test func aSessionKnowsItsClient() async throws {
        let engine = try FakeEngine()
        let tally = Tally()
        let server = try await engine.start { router in
            router.on(Methods.list) { _, session in
                await session.onClose { tally.add("closed") }
                return [process(session.isOwner ? 1 : 0, session.client)]
            }
        }
        let options = ConnectOptions(home: engine.home, start: .never, embedded: true, client: "od 0.1.0")
        let daemon = try await OpenDaemon.connect(options)
        let seen = try await daemon.call(Methods.list, Nothing())[0]
        #expect(seen.name == "od 0.1.0")
        #expect(seen.id == 1)
        #expect(await server.clients.count == 1)
        await daemon.close()
        try await eventually("told of the end") { tally["closed"] == 1 }
    }
}
