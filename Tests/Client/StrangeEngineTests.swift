import Core
import Engine
import FoundationEssentials
import Glibc
import OpenDaemon
import Testing

/// An engine that answers each request with the bytes that a test gives it.
final class StrangeEngine: Sendable {
    private let scratch: Scratch
    let home: String
    private let listener: Int32

    /// `answer` gets what a request says of itself and returns whole frames.
    init(_ answer: @escaping @Sendable (RPCHead) -> [UInt8]) throws {
        scratch = try Scratch()
        home = scratch.path
        let listener = try bindListener(home + "/od.sock")
        self.listener = listener
        _ = Thread {
            while case let socket = accept(listener, nil, nil), socket >= 0 {
                while let head = Self.readRequest(socket) {
                    let bytes = answer(head)
                    if bytes.isEmpty { break }
                    _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
                close(socket)
            }
            close(listener)
        }
    }

    /// The thread ends when its last client has gone.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    func connect() async throws -> OpenDaemon {
        try await OpenDaemon.connect(ConnectOptions(home: home, start: .never, client: "tests", deadline: 5000))
    }

    private static func readRequest(_ socket: Int32) -> RPCHead? {
        var header = [UInt8](repeating: 0, count: Frame.headerLength)
        guard recv(socket, &header, header.count, Int32(MSG_WAITALL)) == header.count,
            let length = try? Frame.parseHeader(header).length
        else { return nil }
        var payload = [UInt8](repeating: 0, count: length)
        guard recv(socket, &payload, length, Int32(MSG_WAITALL)) == length else { return nil }
        return try? JSONDecoder().decode(RPCHead.self, from: Data(payload))
    }
}

private func frame(_ kind: Frame.Kind, _ json: String) -> [UInt8] {
    Frame.header(kind, length: json.utf8.count) + Array(json.utf8)
}

func response(_ head: RPCHead, _ result: String) -> [UInt8] {
    frame(.response, #"{"jsonrpc":"2.0","id":\#(head.id ?? 0),"result":\#(result)}"#)
}

private func json(_ value: some Encodable) -> String {
    (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

let goodHello = json(HelloResult(build: "strange", pid: 1, embedded: false))

@Suite("Engines that are none, or of another time")
struct StrangeEngineTests {
    @Test(arguments: [
        (#"{"magic":"other","version":1,"build":"1","pid":1,"embedded":false}"#, ErrorCode.foreignSocket),
        (#"{"magic":"opendaemon","version":9,"build":"1","pid":1,"embedded":false}"#, .versionMismatch),
        (#"{"magic":"opendaemon","version":0,"build":"1","pid":1,"embedded":false}"#, .versionMismatch),
        (#"{"ok":true}"#, .foreignSocket), ("7", .foreignSocket),
    ]) func aWrongHelloIsNotAccepted(result: String, code: ErrorCode) async throws {
        let engine = try StrangeEngine { response($0, result) }
        #expect(try await failure { try await engine.connect() }.code == code)
    }

    @Test func anAnswerThatIsNoJSONIsNoEngines() async throws {
        let engine = try StrangeEngine { _ in frame(.response, "hello") }
        #expect(try await failure { try await engine.connect() }.code == .foreignSocket)
    }

    @Test(arguments: [1, 2]) func aVersionThatWeSpeakIsAccepted(version: Int) async throws {
        let engine = try StrangeEngine {
            response($0, #"{"magic":"opendaemon","version":\#(version),"build":"1","pid":1,"embedded":false,"new":1}"#)
        }
        #expect(try await engine.connect().hello.version == version)
    }

    @Test func anErrorWithoutAFailureIsTold() async throws {
        let engine = try StrangeEngine { head in
            if head.method == Methods.hello.name { return response(head, goodHello) }
            let error = #"{"code":-32603,"message":"out of ideas"}"#
            return frame(.response, #"{"jsonrpc":"2.0","id":\#(head.id ?? 0),"error":\#(error)}"#)
        }
        let daemon = try await engine.connect()
        let told = try await failure { try await daemon.call(Methods.list, Nothing()) }
        #expect(told.code == .protocolError)
        #expect(told.why.contains("out of ideas"))
    }

    @Test func aResponseWithNeitherResultNorErrorIsAnError() async throws {
        let engine = try StrangeEngine { head in
            if head.method == Methods.hello.name { return response(head, goodHello) }
            return frame(.response, #"{"jsonrpc":"2.0","id":\#(head.id ?? 0)}"#)
        }
        let daemon = try await engine.connect()
        #expect(try await failure { try await daemon.call(Methods.list, Nothing()) }.code == .protocolError)
    }

    /// Kinds of events, notifications and frames that this client does not know do not disturb it; the effect of an
    /// unknown event is in the next snapshot.
    @Test func newsFromTheFutureLeadToASnapshot() async throws {
        let tally = Tally()
        let engine = try StrangeEngine { head in
            guard head.method == Methods.subscribe.name else { return response(head, goodHello) }
            let number = UInt64(tally.add("subscribe"))
            var bytes = response(head, json(snapshot(number)))
            guard number == 1 else { return bytes }
            bytes += frame(.notification, #"{"jsonrpc":"2.0","method":"weather","params":{}}"#)
            bytes += frame(.challenge, "")
            bytes += frame(
                .notification,
                #"{"jsonrpc":"2.0","method":"event","params":{"seq":2,"at":"2026-01-01T00:00:00Z","name":"x:y"}}"#)
            return bytes
        }
        var updates = try await engine.connect().watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(1)))
        #expect(await updates.next() == .snapshot(snapshot(2)))
    }

    @Test func aRefusedSubscriptionIsAskedForAgain() async throws {
        let tally = Tally()
        let engine = try FakeEngine()
        try await engine.start { router in
            router.on(Methods.subscribe) { _, session in
                guard tally.add("subscribe") > 1 else { throw Timeout() }
                await session.subscribe()
                return snapshot(3)
            }
        }
        var updates = try await engine.connect().watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(3)))
        #expect(tally["subscribe"] == 2)
    }

    /// Log chunks and notifications that are none break the connection; the client makes the next one.
    @Test(arguments: [frame(.log, "short"), frame(.notification, "no JSON"), [0xEE, 0, 0, 0, 0]])
    func whatIsMalformedBreaksTheConnectionOnly(bytes: [UInt8]) async throws {
        let tally = Tally()
        let engine = try StrangeEngine { head in
            switch head.method {
            case Methods.hello.name: return response(head, goodHello)
            case Methods.list.name where tally.add("list") == 1: return bytes
            default: return response(head, "[]")
            }
        }
        let daemon = try await engine.connect()
        #expect(try await daemon.call(Methods.list, Nothing()).isEmpty)
        #expect(tally["list"] == 2)
    }

    @Test func moreCallsThanTheBoundAreRefused() async throws {
        let engine = try FakeEngine()
        let (tally, barrier) = (Tally(), Barrier())
        try await engine.start { router in
            router.on(Methods.stop) { _, _ in
                tally.add("stop")
                await barrier.wait()
                return []
            }
        }
        let daemon = try await engine.connect()
        let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4100 {
                group.addTask {
                    do {
                        return try await !daemon.call(Methods.stop, TargetRequest(targets: [])).isEmpty
                    } catch let failure as Failure where failure.code == .protocolError {
                        if tally.add("refused") == 4 { barrier.open() }
                        return true
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused == 4)
    }
}
