import Core
import Engine
import Glibc
import OpenDaemon
import Support
import Testing

/// Frames that are random, or good ones with bytes changed, cut, doubled, at every stage of a connection.
@Suite("Hostile peers")
struct HostileTests {
    /// Things that parsers stumble over.
    private static let seeds: [String] = [
        #"{"jsonrpc":"2.0","id":2,"method":"process.list","params":{}}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"process.stop","params":{"targets":["api"]},"key":"a-1","deadline":50}"#,
        #"[{"jsonrpc":"2.0","id":4,"method":"process.list","params":{}},{"jsonrpc":"2.0","id":5,"method":"x"}]"#,
        #"{"jsonrpc":"2.0","id":6,"method":"event.subscribe","params":{"since":18446744073709551615,"stream":"a"}}"#,
        #"{"jsonrpc":"2.0","id":7,"method":"log.stream","params":{"targets":[],"lines":-1,"follow":true}}"#,
        #"{"jsonrpc":"2.0","id":1e400,"method":"\ud800","params":[[[[[[]]]]]]}"#,
        #"{"jsonrpc":"2.0","id":8,"method":"daemon.hello","params":{"magic":"opendaemon","version":9223372036854775807}}"#,
    ]

    private func frame(_ random: inout Seeded) -> [UInt8] {
        let kinds: [Frame.Kind] = [.request, .request, .request, .request, .heartbeat, .challengeResponse, .log]
        var payload = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            payload = (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1: payload += payload
        case 2: payload.removeLast(Int.random(in: 0...payload.count, using: &random))
        case 3: payload = [UInt8](repeating: 0x5B, count: Int.random(in: 1...200_000, using: &random))
        default: break
        }
        if !payload.isEmpty {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                payload[Int.random(in: payload.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
        }
        var bytes = Frame.header(kinds.randomElement(using: &random) ?? .request, length: payload.count) + payload
        if Int.random(in: 0..<8, using: &random) == 0 { bytes[Int.random(in: 0..<5, using: &random)] ^= 0x81 }
        return bytes
    }

    /// Pages of this process, bytes.
    private func resident() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = fread(&bytes, 1, bytes.count, file)
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(getpagesize())
    }

    @Test(arguments: 1...UInt64(getenv("OD_LONG") == nil ? 3 : 60)) func othersAreServedAndMemoryIsBounded(
        seed: UInt64
    ) async throws {
        var random = Seeded(seed: seed)
        let engine = try FakeEngine()
        let server = try await engine.start { router in
            router.on(Methods.list) { _, _ in [process(1)] }
            router.inOrder(Methods.stop) { _, _ in [process(1)] }
            router.on(Methods.subscribe) { request, session in
                await session.subscribe()
                return snapshot(0)
            }
        }
        let other = try await engine.connect()
        let before = resident()
        for round in 0..<150 {
            let client = try RawClient(engine.home)
            if Int.random(in: 0..<4, using: &random) > 0 { client.sayHello() }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let bytes = frame(&random)
                let cut = Int.random(in: 0..<6, using: &random) == 0
                let part = cut ? Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) : bytes
                // A socket that is full belongs to a server that does not read: that is its right.
                _ = send(client.socket, part, part.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if round % 10 == 0 { #expect(try await other.call(Methods.list, Nothing()).count == 1) }
        }
        #expect(try await other.call(Methods.list, Nothing()).count == 1)
        try await eventually("all of them are gone") { await server.connections == 1 }
        #expect(resident() - before < 64 << 20, "seed \(seed)")
    }
}
