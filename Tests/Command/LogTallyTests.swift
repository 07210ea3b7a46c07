@testable import Command
import Core
import OpenDaemon
import Testing

/// When `od logs` says that there is more than it shows.
@Suite struct LogTallyTests {
    private func tally(_ asked: Int, _ chunks: [[UInt8]]) throws -> LogTally {
        var tally = try #require(LogTally(LogRequest(targets: ["a"], last: asked)))
        for bytes in chunks {
            tally.add(.chunk(LogChunk(stream: 1, process: 0, channel: .out, offset: 0, bytes: bytes)))
        }
        tally.add(.chunk(LogChunk(stream: 1, process: 0, channel: .out, caughtUp: true, offset: 0, bytes: [])))
        tally.add(.chunk(LogChunk(stream: 1, process: 0, channel: .out, offset: 0, bytes: [0x78])))
        return tally
    }

    private let megabyte = [UInt8](repeating: 0x78, count: (1 << 20) - 1) + [0x0A]

    @Test func whatIsCutIsSaid() throws {
        let cut = try tally(9, Array(repeating: megabyte, count: 8))
        #expect(cut.isCut && cut.words?.contains("only the last 8 lines") == true && cut.isComplete)
        #expect(try tally(8, Array(repeating: megabyte, count: 8)).words == nil, "all that were asked for")
        #expect(try tally(9, Array(repeating: megabyte, count: 7)).words == nil, "there are no more")
        #expect(try tally(8, Array(repeating: megabyte, count: 7) + [Array(megabyte.dropLast())]).words == nil)
    }

    @Test func nothingIsNothing() throws {
        #expect(try tally(5, []).isEmpty)
        #expect(LogTally(LogRequest(targets: ["a"])) == nil)
        #expect(LogTally(LogRequest(targets: ["a"], since: WallTime(milliseconds: 0), last: 5)) == nil)
    }
}
