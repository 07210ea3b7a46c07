import Core
import Engine
import Glibc
import Testing

@Suite struct LogReaderTests {
    private let folder: Folder
    private var path: String { "\(folder.path)/x.log" }

    init() throws {
        folder = try Folder()
    }

    private func put(_ bytes: [UInt8], flags: Int32 = O_TRUNC) {
        let file = open(path, O_WRONLY | O_CREAT | flags, 0o600)
        var done = 0
        while done < bytes.count {
            done += bytes.withUnsafeBytes { write(file, $0.baseAddress! + done, bytes.count - done) }
        }
        close(file)
    }

    private func put(_ text: String, flags: Int32 = O_TRUNC) { put(Array(text.utf8), flags: flags) }

    private func tail(_ lines: Int, upTo limit: UInt64? = nil) throws -> String {
        let reader = LogReader(path)
        try reader.seek(toLast: lines, upTo: limit)
        return String(decoding: try reader.read(1 << 24, upTo: limit).bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (0, ""), (1, "three\n"), (2, "two\nthree\n"), (3, "one\ntwo\nthree\n"), (9, "one\ntwo\nthree\n"),
    ])
    func tailCountsLines(lines: Int, expected: String) throws {
        put("one\ntwo\nthree\n")
        #expect(try tail(lines) == expected)
    }

    @Test(arguments: [(1, "rest"), (2, "\nrest"), (3, "two\n\nrest")])
    func aLineWithoutItsEndIsALine(lines: Int, expected: String) throws {
        put("one\ntwo\n\nrest")
        #expect(try tail(lines) == expected)
    }

    @Test func tailStopsAtTheLimit() throws {
        put("one\ntwo\nthree\n")
        #expect(try tail(1, upTo: 8) == "two\n")
        #expect(try tail(1, upTo: 6) == "tw")
    }

    @Test func noFileAndAnEmptyFileHaveNoLines() throws {
        #expect(try tail(5) == "")
        put("")
        #expect(try tail(5) == "")
    }

    /// Newlines at, before and behind the borders of the blocks in which the tail is read.
    @Test(arguments: [65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 200_000])
    func tailGoesOverBlocks(length: Int) throws {
        let long = String(repeating: "x", count: length - 1) + "\n"
        put("first\n" + long + "last\n")
        #expect(try tail(1) == "last\n")
        #expect(try tail(2) == long + "last\n")
        #expect(try tail(3) == "first\n" + long + "last\n")
    }

    @Test func everyTailOfAMillionBytesIsRight() throws {
        let bytes = Lines.all("app", count: 14_000)
        put(bytes)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        for count in [1, 2, 100, 873, 874, 875, 5000, 13_999, 14_000, 14_001] {
            let expected = Array(lines.suffix(count).joined(separator: [0x0A])) + [0x0A]
            #expect(Array(try tail(count).utf8) == expected, "\(count) lines")
        }
    }

    @Test func aTailIsBounded() throws {
        put([UInt8](repeating: 0x78, count: LogReader.maxTail + 1000))
        let reader = LogReader(path)
        try reader.seek(toLast: 1)
        #expect(try reader.read(1).offset == 1000)
    }

    @Test func bytesComeAsTheyAre() throws {
        let bytes: [UInt8] = [0, 0xFF, 0xC3, 0x0A, 0x1B, 0x5B, 0, 0x0D, 0x0A]
        put(bytes)
        let reader = LogReader(path)
        #expect(try reader.read(4) == LogSlice(offset: 0, bytes: Array(bytes[..<4]), isRestarted: false))
        #expect(try reader.read(100) == LogSlice(offset: 4, bytes: Array(bytes[4...]), isRestarted: false))
        #expect(try reader.read(100) == LogSlice(offset: 9, bytes: [], isRestarted: false))
    }

    @Test func itGoesOnFromAnOffset() throws {
        put("one\ntwo\n")
        #expect(
            try LogReader(path, from: 4).read(100)
                == LogSlice(offset: 4, bytes: Array("two\n".utf8), isRestarted: false))
    }

    @Test func itFollowsWhatIsAppended() throws {
        let reader = LogReader(path)
        #expect(try reader.read(100).bytes.isEmpty)
        put("one\n")
        #expect(try reader.read(100).bytes == Array("one\n".utf8))
        put("two\n", flags: O_APPEND)
        #expect(try reader.read(100) == LogSlice(offset: 4, bytes: Array("two\n".utf8), isRestarted: false))
    }

    @Test func aCutFileStartsAnew() throws {
        put("one\ntwo\n")
        let reader = LogReader(path)
        _ = try reader.read(100)
        put("new\n")
        #expect(try reader.read(100) == LogSlice(offset: 8, bytes: Array("new\n".utf8), isRestarted: true))
        #expect(try reader.read(100).isRestarted == false)
    }

    @Test func aRenamedFileIsReadToItsEndFirst() throws {
        put("one\ntwo\n")
        let reader = LogReader(path)
        _ = try reader.read(4)
        try #require(rename(path, path + ".1") == 0)
        #expect(try reader.read(2).bytes == Array("tw".utf8))
        put("new\n")
        #expect(try reader.read(100) == LogSlice(offset: 6, bytes: Array("o\n".utf8), isRestarted: false))
        #expect(try reader.read(100) == LogSlice(offset: 8, bytes: Array("new\n".utf8), isRestarted: false))
    }

    @Test func whatCannotBeReadIsAnError() throws {
        try #require(symlink("/etc/hostname", path) == 0)
        let failure = #expect(throws: Failure.self) { try LogReader(path).read(10) }
        #expect(failure?.code == .logFailed)
        #expect(throws: Failure.self) { try LogReader(path).seek(toLast: 1) }
    }

    @Test(.timeLimit(.minutes(1))) func aFifoIsNeverWaitedFor() throws {
        try #require(mkfifo(path, 0o600) == 0)
        let reader = LogReader(path)
        try reader.seek(toLast: 3)
        #expect(try reader.read(10).bytes.isEmpty)
    }
}
