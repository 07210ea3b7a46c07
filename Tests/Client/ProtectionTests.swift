import Core
import Engine
import FoundationEssentials
import Glibc
import OpenDaemon
import Support
import Synchronization
import Testing

/// Lines for the log, from any thread.
private final class Notes: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    func forget() { lines.withLock { $0 = [] } }
}

func request(_ id: Int, _ method: String, _ more: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"targets":["a"]}\#(more)}"#
}

@Suite("Floods, slow readers, half frames, crowds")
struct ProtectionTests {
    private func start(_ engine: FakeEngine, _ limits: Server.Limits, _ notes: Notes = Notes()) async throws -> Server {
        try await engine.start(
            { router in
                router.on(Methods.list) { _, _ in [process(1)] }
                router.on(Methods.info) { _, _ in [] }
                router.on(Methods.stop) { request, _ in
                    request.targets.map { process(1, String(repeating: "x", count: Int($0) ?? 1)) }
                }
                router.on(Methods.subscribe) { _, session in
                    await session.subscribe()
                    return snapshot(0)
                }
            }, limits: limits, note: { notes.add($0) })
    }

    private func hello(_ home: String) async throws -> RawClient {
        let client = try RawClient(home)
        client.sayHello()
        #expect(await client.read()?.kind == .response)
        return client
    }

    /// Beyond its rate a client is told when to come again; beyond that it is not read from; others notice nothing.
    @Test func aFloodIsAnsweredWithErrorsThenHeldUp() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        (limits.rate, limits.burst, limits.refusals, limits.pause) = (1, 10, 5, 600_000)
        _ = try await start(engine, limits)
        let other = try await engine.connect()
        let client = try await hello(engine.home)
        for id in 2..<102 { client.send(request: request(id, "process.list")) }
        var (good, refused) = (0, 0)
        while good + refused < 16 {
            let json = try #require(await client.read()?.json)
            if json.contains("online") { good += 1 }
            guard json.contains("OD5011") else { continue }
            refused += 1
            #expect(json.contains("try again in"))
        }
        #expect(good == 10)
        for _ in 0..<5 { #expect(try await other.call(Methods.list, Nothing()).count == 1) }
        var byte: UInt8 = 0
        // What had been read already is answered; then nothing comes, because nothing is read.
        while recv(client.socket, &byte, 1, Int32(MSG_DONTWAIT)) == 1 {}
        var answered = 16
        for id in 102..<4000 where answered == 16 {
            let json = request(id, "process.list")
            let frame = Frame.header(.request, length: json.utf8.count) + Array(json.utf8)
            if send(client.socket, frame, frame.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 { answered = 0 }
        }
        #expect(answered == 0, "the socket is full: it is not read from")
    }

    @Test func heartbeatsAreLimitedTooAndComeAfterHello() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        (limits.rate, limits.burst, limits.refusals, limits.pause) = (1, 2, 100, 1)
        _ = try await start(engine, limits)
        let early = try RawClient(engine.home)
        early.write(Frame.header(.heartbeat, length: 0))
        #expect(await early.readError()?.data?.what.contains("daemon.hello") == true)
        #expect(await early.isClosed())
        let client = try await hello(engine.home)
        for _ in 0..<5 { client.write(Frame.header(.heartbeat, length: 0)) }
        client.send(request: request(9, "process.list"))
        #expect(await client.read()?.kind == .heartbeat)
        #expect(await client.read()?.kind == .heartbeat)
        #expect(await client.readError()?.data?.code == .tooBusy, "three heartbeats were not answered")
    }

    @Test func aFrameThatDoesNotBecomeWholeEndsItsConnection() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.frameWithin = 40
        _ = try await start(engine, limits)
        for bytes in [[0x01], Frame.header(.request, length: 9) + [0x7B], Frame.header(.request, length: 3 << 20)] {
            let client = try await hello(engine.home)
            client.write(bytes)
            #expect(await client.readError()?.data?.why.contains("not whole") == true)
            #expect(await client.isClosed())
        }
        let idle = try await hello(engine.home)
        let late = try await hello(engine.home)
        late.write([0x01])
        #expect(await late.readError() != nil)
        idle.send(request: request(2, "process.list"))
        #expect(await idle.read()?.json.contains("online") == true, "silence between frames is no fault")
    }

    @Test func theFirstFrameIsSmall() async throws {
        let engine = try FakeEngine()
        _ = try await start(engine, Server.Limits())
        let client = try RawClient(engine.home)
        client.write(Frame.header(.request, length: (64 << 10) + 1))
        #expect(await client.readError()?.data?.code == .protocolError)
        #expect(await client.isClosed())
    }

    @Test func largeRequestsShareAnAllowance() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.allRequests = 5 << 20
        _ = try await start(engine, limits)
        let half = try await hello(engine.home)
        half.write(Frame.header(.request, length: 4 << 20) + [0x20])
        let small = try await hello(engine.home)
        small.send(request: request(2, "process.list"))
        #expect(await small.read()?.json.contains("online") == true)
        var told: RPCError?
        try await eventually("the allowance is taken") {
            let large = try await hello(engine.home)
            large.write(Frame.header(.request, length: 2 << 20) + [0x20])
            large.send(request: request(3, "process.list"))
            told = await large.readError()
            return told?.data?.code == .tooBusy
        }
        #expect(told?.data?.why.contains("large") == true)
        half.shutWriting()
        #expect(await half.isClosed())
        let daemon = try await engine.connect()
        let fits = String(repeating: " ", count: 3 << 20)
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [fits])).count == 1, "it was given back")
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [fits])).count == 1)
    }

    /// Answers that nobody reads: what waits is bounded, others are served, and in the end the client is disconnected.
    @Test func whoAsksAndDoesNotReadIsBoundedAndThenDisconnected() async throws {
        let engine = try FakeEngine()
        let notes = Notes()
        var limits = Server.Limits()
        (limits.readWithin, limits.answers) = (200, 4 << 20)
        let server = try await start(engine, limits, notes)
        let client = try await hello(engine.home)
        let size = #","params":{"targets":["1000000"]}"#
        for id in 2..<60 {
            client.send(request: #"{"jsonrpc":"2.0","id":\#(id),"method":"process.stop"\#(size)}"#)
        }
        let other = try await engine.connect()
        #expect(try await other.call(Methods.list, Nothing()).count == 1)
        for session in await server.clients { #expect(await session.unsentBytes < 6 << 20) }
        try await eventually("it is disconnected") { await server.clients.count == 1 }
        let note = try #require(notes.all.first)
        #expect(note.contains("‘raw’ was disconnected"))
        #expect(note.contains("read nothing"))
        #expect(try await other.call(Methods.list, Nothing()).count == 1)
    }

    /// A slow reader is no dead one: as long as it reads a little it stays. Where the machine itself stood still between
    /// two reads the server was right to think that nobody reads: then it is tried again.
    @Test func whoReadsSlowlyStays() async throws {
        let engine = try FakeEngine()
        let notes = Notes()
        var limits = Server.Limits()
        limits.readWithin = 1600
        _ = try await start(engine, limits, notes)
        for _ in 0..<5 {
            let (bytes, pause) = try await readsSlowly(engine)
            if pause < .milliseconds(limits.readWithin / 4) {
                #expect(bytes >= 8_000_000 && notes.all.isEmpty)
                return
            }
            notes.forget()
        }
        print("SKIPPED whoReadsSlowlyStays: this machine stands still too often")
    }

    /// Reads a large answer in 80 parts with pauses: bytes that came, and the longest time between two parts.
    private func readsSlowly(_ engine: FakeEngine) async throws -> (bytes: Int, pause: Duration) {
        let client = try await hello(engine.home)
        client.send(request: #"{"jsonrpc":"2.0","id":2,"method":"process.stop","params":{"targets":["8000000"]}}"#)
        var bytes = 0
        var longest = Duration.zero
        var last = ContinuousClock.now
        while bytes < 8_000_000, let got = await client.read(100_000) {
            bytes += got.count
            try await Task.sleep(for: .milliseconds(30))
            let now = ContinuousClock.now
            longest = max(longest, last.duration(to: now))
            last = now
        }
        return (bytes, longest)
    }

    @Test func whoHasNotSaidHelloMakesRoom() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.connections = 3
        let server = try await start(engine, limits)
        let daemon = try await engine.connect()
        let oldest = try RawClient(engine.home)
        let younger = try RawClient(engine.home)
        // All three places are taken; who comes next gets that of the oldest idle one.
        let next = try await engine.connect()
        #expect(await oldest.readError()?.data?.what.contains("make room") == true)
        #expect(await oldest.isClosed())
        younger.sayHello()
        #expect(await younger.read()?.kind == .response)
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        #expect(try await next.call(Methods.list, Nothing()).count == 1)
        #expect(await server.clients.count == 3)
    }

    /// Those who come through the door for a group cannot keep the daemon's own user out, even when all say hello.
    @Test func theDoorLeavesRoomForTheOwnUser() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.connections = 3
        limits.strangers = 2
        let server = try await start(engine, limits)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let door = try Scratch()
        try #require(withAddress(door.path + "/od.sock") { bind(listener, $0, $1) } == 0 && listen(listener, 8) == 0)
        try await server.admit(listener: listener)
        let first = try RawClient(door.path)
        first.sayHello()
        #expect(await first.read()?.kind == .response)
        let second = try RawClient(door.path)
        second.sayHello()
        #expect(await second.read()?.kind == .response)
        let late = try RawClient(door.path)
        #expect(await late.readError()?.data?.what.contains("no more clients") == true)
        #expect(try await engine.connect().call(Methods.list, Nothing()).count == 1)
    }

    /// Thousands of connections that say nothing: each real client gets through at once, descriptors are bounded.
    @Test func aCrowdOfSilentConnectionsKeepsNobodyOut() async throws {
        let engine = try FakeEngine()
        var limits = Server.Limits()
        limits.connections = 32
        let server = try await start(engine, limits)
        let isLong = getenv("OD_LONG") != nil
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        for number in 0..<(isLong ? 10_000 : 1000) {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try #require(withAddress(engine.home + "/od.sock") { connect(descriptor, $0, $1) } == 0)
            sockets.append(descriptor)
            if number % 200 == 0 {
                let daemon = try await engine.connect()
                #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
                await daemon.close()
            }
            if sockets.count > 200 { close(sockets.removeFirst()) }
        }
        try await eventually("the crowd is bounded") { await server.connections <= 64 }
        #expect(try await engine.connect().call(Methods.list, Nothing()).count == 1)
    }

    @Test func whoWritesNoMoreGetsWhatIsDue() async throws {
        let engine = try FakeEngine()
        let barrier = Barrier()
        let server = try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                await barrier.wait()
                return [process(1)]
            }
        }
        let client = try await hello(engine.home)
        client.send(request: request(2, "process.stop"))
        client.shutWriting()
        barrier.open()
        #expect(await client.read()?.json.contains("online") == true)
        #expect(await client.isClosed())
        try await eventually("and is gone") { await server.connections == 0 }
    }
}
