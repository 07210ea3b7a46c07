import Core
import Interface
import Support
import Testing

struct LogBufferTests {
    private func lines(_ buffer: LogBuffer) -> [String] {
        (buffer.first..<buffer.end).map { String(decoding: buffer[$0].bytes, as: UTF8.self) }
    }

    @Test func linesAreFramedWhereverChunksAreCut() {
        let text = Array("one\ntwo\r\n\nthree\nrest".utf8)
        for cut in 0...text.count {
            var buffer = LogBuffer()
            buffer.append(Array(text[..<cut]), channel: .out)
            buffer.append(Array(text[cut...]), channel: .out)
            #expect(lines(buffer) == ["one", "two", "", "three"])
            #expect(buffer.partial.map { String(decoding: $0.bytes, as: UTF8.self) } == ["rest"])
        }
    }

    @Test func channelsDoNotMixWithinALine() {
        var buffer = LogBuffer()
        buffer.append(Array("from ou".utf8), channel: .out)
        buffer.append(Array("from error\n".utf8), channel: .error)
        buffer.append(Array("t\n".utf8), channel: .out)
        #expect(lines(buffer) == ["from error", "from out"])
        #expect(buffer[0].channel == .error)
        #expect(buffer[1].channel == .out)
    }

    @Test func aLineWithoutEndIsCut() {
        var buffer = LogBuffer()
        buffer.append(Array(repeating: 0x61, count: 3 * LogBuffer.maxLineBytes + 5), channel: .out)
        #expect(buffer.count == 3)
        #expect(buffer.partial.first?.bytes.count == 5)
        buffer.append([0x0A], channel: .out)
        #expect(buffer[3].bytes.count == 5)
        // The same in one piece with its newline.
        buffer.append(Array(repeating: 0x62, count: LogBuffer.maxLineBytes + 1) + [0x0A], channel: .error)
        #expect(buffer[4].bytes.count == LogBuffer.maxLineBytes)
        #expect(buffer[5].bytes.count == 1)
    }

    @Test func theOldestLinesGo() {
        var buffer = LogBuffer()
        for number in 0..<LogBuffer.maxLines + 10 { buffer.append(Array("\(number)\n".utf8), channel: .out) }
        #expect(buffer.count == LogBuffer.maxLines)
        #expect(buffer.first == 10)
        #expect(lines(buffer).first == "10")
        #expect(lines(buffer).last == "\(LogBuffer.maxLines + 9)")
    }

    /// Against a list that is cut the plain way, with lines of all lengths, many times around the ring.
    @Test func itHoldsWhatAListWould() {
        var random = Seeded(seed: 7)
        var buffer = LogBuffer()
        var all: [[UInt8]] = []
        for number in 0..<4000 {
            let length =
                Int.random(in: 0...1, using: &random) == 0
                ? Int.random(in: 0...40, using: &random) : Int.random(in: 0...9000, using: &random)
            let line = Array("\(number) ".utf8) + Array(repeating: UInt8(0x61 + number % 26), count: length)
            all.append(line)
            buffer.append(line + [0x0A], channel: .out)
        }
        #expect(buffer.end == all.count)
        #expect(buffer.first > 0)
        let kept = (buffer.first..<buffer.end).map { buffer[$0].bytes }
        #expect(kept == Array(all[buffer.first...]))
        let bytes = kept.reduce(0) { $0 + $1.count }
        #expect(bytes <= LogBuffer.maxBytes)
        #expect(bytes > LogBuffer.maxBytes - 2 * LogBuffer.maxLineBytes)
    }

    @Test(arguments: [
        ("Error", "an error", false), ("error", "an ERROR", true), ("Error", "an Error", true),
        ("é", "caf\u{E9}", true), ("abc", "ab", false), ("aab", "aaab", true),
    ])
    func patterns(pattern: String, line: String, occurs: Bool) throws {
        var buffer = LogBuffer()
        buffer.append(Array((line + "\n").utf8), channel: .out)
        let found = buffer.matches(try #require(LogPattern(pattern)), in: 0..<1)
        #expect(found == (occurs ? [0] : []))
    }

    @Test func anEmptyPatternIsNone() {
        #expect(LogPattern("") == nil)
    }
}
