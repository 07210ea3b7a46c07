import Core
import Testing

/// What is said of logs on the wire.
struct LogWireTests {
    @Test func chunksCarryWhatTheySay() {
        let chunks = [
            LogChunk(stream: 1, process: 2, channel: .error, caughtUp: true, offset: 1 << 40, bytes: [1, 2]),
            LogChunk(stream: 1, process: 2, channel: .out, last: true, offset: 0, bytes: []),
            LogChunk(stream: 1, process: 2, channel: .out, offset: 7, time: WallTime(milliseconds: -5), bytes: [9]),
            LogChunk(
                stream: 3, process: 0, channel: .out, isOutdated: true, offset: 0,
                time: WallTime(milliseconds: 1 << 41),
                bytes: []),
            LogChunk(stream: 1, process: 2, channel: .out, last: true, isNote: true, offset: 7, bytes: [9, 10]),
            LogChunk(stream: 1, process: 2, channel: .error, isEmptied: true, offset: 70, bytes: []),
        ]
        for chunk in chunks { #expect(LogChunk(chunk.encoded) == chunk) }
        #expect(chunks.map(\.end) == [(1 << 40) + 2, 0, 8, 0, 7, 70])
    }

    @Test func aTimeThatIsCutOffIsNoChunk() {
        let chunk = LogChunk(
            stream: 1, process: 2, channel: .out, offset: 7, time: WallTime(milliseconds: 5), bytes: [])
        #expect(LogChunk(Array(chunk.encoded.dropLast())) == nil)
    }

    @Test func filesAndFiltersAreValues() {
        let info = LogInfo(namespace: "shop", name: "api", instance: 0, channel: .out, path: "/l")
        #expect(info.oldFiles == 0 && info.size == nil)
        let filter = LogFilter(pattern: "x", level: .warn)
        #expect(LogRequest(targets: ["all"], merged: true, last: 5, filter: filter).filter == filter)
        #expect(LogStreamResult(stream: 1, files: []).searches == nil)
    }
}
