import Core
import Engine
import Support
import Testing

/// What a filter lets through, against the plain way to say it.
@Suite struct LogSieveTests {
    /// All that comes of a text in blocks that end at these lines.
    private func sift(
        _ filter: LogFilter, _ lines: [String], blocks: [Int] = [], isRecords: Bool = false
    ) throws -> String {
        var sieve = try LogSieve(filter)
        sieve.isRecords = isRecords
        var result: [LogLines] = []
        var (offset, start) = (UInt64(0), 0)
        for end in blocks + [lines.count] {
            let block = Array(lines[start..<end].joined().utf8)
            result += block.withUnsafeBufferPointer { sieve.sift($0, at: offset) }
            offset += UInt64(block.count)
            start = end
        }
        // Positions rise, and each is that of its bytes.
        let all = Array(lines.joined().utf8)
        var last: UInt64 = 0
        for lines in result {
            #expect(lines.offset >= last)
            #expect(Array(all[Int(lines.offset)..<Int(lines.end)]) == lines.bytes)
            last = lines.end
        }
        return String(decoding: result.flatMap(\.bytes), as: UTF8.self)
    }

    private let text = ["one\n", "two Error\n", "three\r\n", "four error 5\n", "five"]

    @Test func patterns() throws {
        #expect(try sift(LogFilter(), text) == text.joined())
        #expect(try sift(LogFilter(pattern: "error"), text) == "four error 5\n")
        #expect(try sift(LogFilter(pattern: "ERROR", ignoresCase: true), text) == "two Error\nfour error 5\n")
        #expect(try sift(LogFilter(pattern: "e$"), text) == "one\nthree\r\nfive")
        #expect(try sift(LogFilter(pattern: "error [0-9]$"), text) == "four error 5\n")
        #expect(try sift(LogFilter(pattern: "error", isInverted: true), text) == "one\ntwo Error\nthree\r\nfive")
        #expect(try sift(LogFilter(pattern: "r.5", isLiteral: true), text) == "")
        #expect(try sift(LogFilter(pattern: "five"), text) == "five")
    }

    @Test func levelsAndTheLinesThatBelongToThem() throws {
        let lines = ["hello\n", "[WARN] a\n", "  at x\n", "INFO b\n", "  at y\n", "{\"level\":50}\n", "ERROR c\n"]
        #expect(
            try sift(LogFilter(level: .warn), lines) == "[WARN] a\n  at x\n{\"level\":50}\nERROR c\n")
        #expect(try sift(LogFilter(level: .info), lines) == lines.joined())
        #expect(try sift(LogFilter(pattern: "at", level: .warn), lines) == "  at x\n")
    }

    /// Of a record in JSON what the app said is searched, and of what is none the line.
    @Test func recordsAreSearchedForWhatTheAppSaid() throws {
        func record(_ message: String) -> String {
            #"{"timestamp":"2026-05-01T12:00:00.000Z","level":"error","pid":1,"processName":"a","instanceId":0,"#
                + #""source":"stderr","message":"\#(message)"}"# + "\n"
        }
        let lines = [
            record("disk"), record(#"{\"level\":30,\"a\\b\":1}"#), record(#"tab\there\r"#), "stderr\n",
            record(#"bell \u0007 é"#), #"{"timestamp":"x","message":"cut"#,
        ]
        func find(_ pattern: String, isLiteral: Bool = false) throws -> [Int] {
            let found = try sift(LogFilter(pattern: pattern, isLiteral: isLiteral), lines, isRecords: true)
            return lines.indices.filter { found.contains(lines[$0]) }
        }
        #expect(try find("stderr|processName") == [3])
        #expect(try find("stderr") == [3])
        #expect(try find("^disk$") == [0])
        #expect(try find(#"{"level":30"#, isLiteral: true) == [1])
        #expect(try find(#"a\b"#, isLiteral: true) == [1])
        #expect(try find("tab\there$") == [2])
        #expect(try find("\u{7} é") == [4])
        #expect(try find("timestamp") == [5])
        let others = try sift(LogFilter(pattern: "error", isInverted: true), [record("fine")], isRecords: true)
        #expect(others == record("fine"))
        #expect(try sift(LogFilter(pattern: "error"), [record("fine")]) == record("fine"))
    }

    @Test func aPatternThatIsNoneIsRefused() {
        let failure = #expect(throws: Failure.self) { try LogSieve(LogFilter(pattern: "(")) }
        #expect(failure?.code == .badPattern)
    }

    /// Lines around hits, blocks that end anywhere, hits of all densities: as a loop over all lines has them.
    @Test func itLetsThroughWhatAPlainLoopWould() throws {
        var dice = Seeded(seed: 11)
        for _ in 0..<400 {
            let count = Int.random(in: 1...40, using: &dice)
            let rare = Int.random(in: 2...12, using: &dice)
            let lines = (0..<count).map { number in
                "\(number) " + (Int.random(in: 0..<rare, using: &dice) == 0 ? "hit" : "miss") + "\n"
            }
            let (before, after) = (Int.random(in: 0...4, using: &dice), Int.random(in: 0...3, using: &dice))
            let isInverted = Int.random(in: 0..<4, using: &dice) == 0
            let blocks = (0..<Int.random(in: 0...4, using: &dice)).map { _ in Int.random(in: 0...count, using: &dice) }
            let filter = LogFilter(
                pattern: ["hit", "h[i]t", "[h]it"].randomElement(using: &dice), isInverted: isInverted,
                before: before, after: after)
            let hits = lines.indices.filter { lines[$0].contains("hit") != isInverted }
            let expected = lines.indices.filter { line in
                hits.contains { line >= $0 - before && line <= $0 + after }
            }
            #expect(
                try sift(filter, lines, blocks: blocks.sorted()) == expected.map { lines[$0] }.joined(),
                "\(lines) \(filter) \(blocks.sorted())")
        }
    }
}
