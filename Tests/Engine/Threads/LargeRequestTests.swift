import Core
import Glibc
import NIOCore
import Testing

@testable import Engine

/// A request of megabytes is read apart from the threads that all answers need.
@Suite struct LargeRequestTests {
    /// Where it was decoded.
    private struct Place: Decodable, Sendable {
        var thread: String

        init(from decoder: any Decoder) throws {
            let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            var name = [UInt8](repeating: 0, count: 32)
            let length = read(file, &name, name.count)
            thread = String(decoding: name.prefix(max(0, length - 1)), as: UTF8.self)
        }
    }

    @Test func itHasAThreadOfItsOwn() async throws {
        let small = try await Answer.decodeApart(ByteBuffer(string: "{}")) as Place
        #expect(small.thread != "od-requests")
        let text = "{\"name\": \"" + String(repeating: "x", count: FrameGauge.small) + "\"}"
        var large = try await Answer.decodeApart(ByteBuffer(string: text)) as Place
        // A thread gets its name a moment after it has begun.
        for _ in 0..<5000 where large.thread != "od-requests" {
            try await Task.sleep(for: .milliseconds(1))
            large = try await Answer.decodeApart(ByteBuffer(string: text)) as Place
        }
        #expect(large.thread == "od-requests")
    }
}
