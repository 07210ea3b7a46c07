import Core
import Engine
import Testing

/// When the lines were written that a follower reads.
@Suite struct LogStampsTests {
    private let now = WallTime(milliseconds: 99)

    private func timed(_ stamps: LogStamps, at offset: UInt64, _ text: String) -> [String] {
        stamps.timed(LogLines(offset: offset, bytes: Array(text.utf8))).map {
            "\($0.offset) \($0.time?.milliseconds ?? 0) \(String(decoding: $0.bytes, as: UTF8.self))"
        }
    }

    @Test func eachBatchHasItsTime() {
        let stamps = LogStamps([(0, 1), (4, 2), (8, 3)], base: 100, now: now)
        #expect(timed(stamps, at: 100, "abc\ndef\nghi\n") == ["100 1 abc\n", "104 2 def\n", "108 3 ghi\n"])
        #expect(timed(stamps, at: 104, "def\n") == ["104 2 def\n"])
        #expect(timed(stamps, at: 112, "jkl\n") == ["112 3 jkl\n"], "the last batch goes on")
    }

    @Test func linesStayWhole() {
        let stamps = LogStamps([(0, 1), (6, 2), (7, 3)], base: 0, now: now)
        #expect(timed(stamps, at: 0, "abc\ndef\nghi\n") == ["0 1 abc\ndef\n", "8 3 ghi\n"])
        #expect(timed(stamps, at: 0, "no end") == ["0 1 no end"])
        #expect(timed(stamps, at: 0, "") == [])
    }

    @Test func whatNoMarkIsOfIsOfNow() {
        #expect(timed(LogStamps([], base: 0, now: now), at: 5, "x\n") == ["5 99 x\n"])
        #expect(timed(LogStamps([(0, 1)], base: nil, now: now), at: 5, "x\n") == ["5 99 x\n"])
        #expect(timed(LogStamps([(9, 1)], base: 0, now: now), at: 5, "x\n") == ["5 99 x\n"])
    }
}
