import Core
import Engine
import FoundationEssentials
import OpenDaemon
import Support
import Testing

/// One frame of a conversation that a client and an engine of version 1 had: `C 01 {…}`.
private struct Recorded {
    var fromClient: Bool
    var kind: Frame.Kind
    var payload: [UInt8]

    static func all(_ name: String) throws -> [Recorded] {
        let text = try #require(goldenText("Wire/Version1/\(name).txt"))
        return try text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 2)
            let kind = try #require(UInt8(parts[1], radix: 16).flatMap(Frame.Kind.init))
            let bytes = kind == .log ? hex(parts[2]) : Array(parts[2].utf8)
            return Recorded(fromClient: parts[0] == "C", kind: kind, payload: bytes)
        }
    }

    private static func hex(_ text: Substring) -> [UInt8] {
        let digits = Array(text.utf8).compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    var frame: [UInt8] { Frame.header(kind, length: payload.count) + payload }
    var text: String { String(decoding: payload, as: UTF8.self) }
}

/// All keys of all objects in a JSON text, as paths: what an old client may rely on.
private func keys(_ text: String) throws -> Set<String> {
    try JSONDecoder().decode(Keys.self, from: Data(text.utf8)).paths
}

private struct Keys: Decodable {
    var paths: Set<String> = []

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Name.self) {
            for name in object.allKeys {
                paths.insert(name.stringValue)
                let inner = try object.decode(Keys.self, forKey: name).paths
                paths.formUnion(inner.map { name.stringValue + "." + $0 })
            }
        } else if var list = try? decoder.unkeyedContainer() {
            while !list.isAtEnd { paths.formUnion(try list.decode(Keys.self).paths) }
        }
    }
}

/// Frames that were recorded between the programs of version 1: this version works with both of them.
@Suite("The version before")
struct OldPeersTests {
    static let conversations = [
        "list", "daemon-status", "info-api", "stop-api", "restart-api", "delete-api", "logs-api",
    ]

    private static let process = InstanceInfo(
        id: 3, name: "api", instance: 1, namespace: "shop", status: .waiting, pid: 4711, cpu: 12.5, memory: 1 << 20,
        uptime: 5000, restarts: 2, mode: "cluster", startedAt: WallTime(milliseconds: 1_795_253_057_112),
        exit: .signal(15, core: false), exitedAt: WallTime(milliseconds: 1_795_253_050_000), reason: "backoff",
        waitsUntil: WallTime(milliseconds: 1_795_253_060_000), processes: 4, script: "api.js", interpreter: "sh",
        arguments: ["-v"], cwd: "/srv", outFile: "/l/o", errorFile: "/l/e")

    private func routes(_ router: inout Router) {
        router.on(Methods.list) { _, _ in [Self.process] }
        for method in [Methods.stop, Methods.restart, Methods.delete] { router.on(method) { _, _ in [Self.process] } }
        router.on(Methods.info) { _, _ in
            [ProcessDetail(process: Self.process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: [])]
        }
        router.on(Methods.status) { _, _ in
            DaemonStatus(
                pid: 5, keeperPid: 4, version: "0.1.0", home: "/h", startedAt: WallTime(milliseconds: 0), uptime: 1,
                embedded: true, halted: false, clients: 1, apps: 2, instances: ["online": 3], engineStarts: 1)
        }
        router.onLogs { _, stream, session in
            let file = LogStreamResult.File(process: 0, label: "api#0", channel: .out, path: "/l")
            let end = LogChunk(stream: stream, process: 0, channel: .out, last: true, offset: 0, bytes: [])
            return ([file], { _ = await session.send(log: end) })
        }
    }

    /// The old client's bytes, and answers that have every field which it knew.
    @Test(arguments: conversations) func anOldClientIsServed(name: String) async throws {
        let engine = try FakeEngine()
        try await engine.start(routes)
        let client = try RawClient(engine.home)
        let frames = try Recorded.all(name)
        for (index, recorded) in frames.enumerated() {
            if recorded.fromClient {
                client.write(recorded.frame)
            } else if recorded.kind == .response, index > 0, frames[index - 1].fromClient {
                let answer = try #require(await client.read())
                #expect(answer.kind == .response)
                let (known, seen) = (try keys(recorded.text), try keys(answer.json))
                #expect(known.subtracting(seen).isEmpty, "\(known.subtracting(seen))")
                if index == 1 { #expect(answer.json.contains(#""version":1"#)) }
            } else if recorded.kind == .log, frames[index - 1].kind != .log {
                #expect(await client.read()?.kind == .log)
            }
        }
    }

    /// The old engine's answers, with the ids that this client gave.
    private func replay(_ name: String) throws -> StrangeEngine {
        let frames = try Recorded.all(name)
        return try StrangeEngine { head in
            guard let asked = frames.firstIndex(where: { $0.fromClient && $0.text.contains("\"\(head.method)\"") })
            else {
                let error =
                    #"{"code":-32601,"message":"no","data":{"code":"OD5007","what":"there is no method","#
                    + #""why":"w","next":"n"}}"#
                let json = #"{"jsonrpc":"2.0","id":\#(head.id ?? 0),"error":\#(error)}"#
                return Frame.header(.response, length: json.utf8.count) + Array(json.utf8)
            }
            return frames[(asked + 1)...].prefix { !$0.fromClient }.flatMap { recorded -> [UInt8] in
                guard recorded.kind == .response else { return recorded.frame }
                let old = recorded.text.firstRange(of: /"id":\d+,"jsonrpc"|"jsonrpc":"2.0","id":\d+|"id":\d+}$/)
                guard let old else { return recorded.frame }
                let part = recorded.text[old].replacing(/"id":\d+/, with: "\"id\":\(head.id ?? 0)")
                let json = recorded.text[..<old.lowerBound] + part + recorded.text[old.upperBound...]
                return Frame.header(.response, length: json.utf8.count) + Array(json.utf8)
            }
        }
    }

    @Test func anOldEngineServesThisClient() async throws {
        let target = TargetRequest(targets: ["api"])
        #expect(try await replay("list").connect().call(Methods.list, Nothing()).map(\.name) == ["api"])
        #expect(try await replay("stop-api").connect().call(Methods.stop, target).map(\.status) == [.stopped])
        #expect(try await replay("restart-api").connect().call(Methods.restart, target).map(\.status) == [.online])
        #expect(try await replay("delete-api").connect().call(Methods.delete, target).map(\.name) == ["api"])
        #expect(try await replay("info-api").connect().call(Methods.info, target).map(\.process.name) == ["api"])
        let engine = try replay("daemon-status")
        let daemon = try await engine.connect()
        #expect(daemon.hello.version == 1)
        #expect(try await daemon.call(Methods.status, Nothing()).apps == 1)
    }

    @Test func anOldEngineStreamsItsLogs() async throws {
        let engine = try replay("logs-api")
        let daemon = try await engine.connect()
        var text: [UInt8] = []
        for await update in daemon.logs(LogRequest(targets: ["api"])) {
            if case .chunk(let chunk) = update { text += chunk.bytes }
        }
        #expect(String(decoding: text, as: UTF8.self) == "hello\n")
    }

    @Test func whatAnOldEngineLacksIsSaidSo() async throws {
        let engine = try replay("list")
        let daemon = try await engine.connect()
        let told = try await failure { try await daemon.call(Method<Nothing, Nothing>("daemon.new", "."), Nothing()) }
        #expect(told.code == .protocolError)
        #expect(told.why.contains("older"))
        #expect(told.next.contains("od daemon restart"))
    }
}
