import Core
import Engine
import Glibc
import Testing

/// What a follower leaves out that has fallen behind, and how it is counted.
@Suite struct LogLagTests {
    private let folder: Folder
    private var path: String { "\(folder.path)/a.log" }
    private static let most = 1 << 20

    init() throws {
        folder = try Folder()
    }

    private func passOver(_ reader: LogReader, to range: Range<UInt64>) throws -> LogGap {
        var gap = LogGap(position: range.lowerBound)
        while try !reader.passOver(to: range, &gap, upTo: nil) {}
        return gap
    }

    private func rest(_ reader: LogReader) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while case let slice = try reader.read(1 << 20), !slice.bytes.isEmpty { bytes += slice.bytes }
        return bytes
    }

    @Test(arguments: [0, 3])
    func linesThatAreLeftOutAreCounted(begun: Int) throws {
        try write(Lines.all("app", count: 40_000), to: path)
        let reader = LogReader(path, from: UInt64(begun))
        let range = try #require(try reader.overtaken(beyond: Self.most))
        let gap = try passOver(reader, to: range)
        let left = try rest(reader)
        let lines = left.split(separator: 0x0A)
        #expect(gap.lines > 10_000 && gap.lines + lines.count == 40_000)
        #expect(gap.position == reader.position - UInt64(left.count))
        #expect(lines.last.map { Array($0) } == Lines.line("app", 39_999).dropLast())
        #expect(lines.first?.starts(with: Array("app ".utf8)) == true, "it goes on with a whole line")
        #expect(String(decoding: gap.words, as: UTF8.self).hasPrefix("[od] \(gap.lines) lines are missing here"))
        #expect(String(decoding: LogGap(lines: 1, position: 0).words, as: UTF8.self).contains("1 line is missing"))
    }

    @Test func itCountsThroughOldFiles() throws {
        var base = 0
        for number in 1...3 {
            let bytes = Lines.all("part\(number)", count: 9000)
            try write(bytes, to: "\(path).\(number)")
            try write(index(inode: 1, number: number, base: UInt64(base)), to: "\(path).\(number).idx")
            base += bytes.count
        }
        try write(Lines.all("now", count: 9000), to: path)
        let reader = LogReader(path)
        let gap = try passOver(reader, to: try #require(try reader.overtaken(beyond: Self.most)))
        let lines = try rest(reader).split(separator: 0x0A)
        #expect(gap.lines + lines.count == 36_000)
    }

    @Test func whoIsNotFarBehindGetsAll() throws {
        try write(Lines.all("app", count: 100), to: path)
        #expect(try LogReader(path).overtaken(beyond: Self.most) == nil)
        #expect(try LogReader("\(folder.path)/none").overtaken(beyond: Self.most) == nil)
        #expect(try LogReader(path, from: 1 << 40).overtaken(beyond: Self.most) == nil)
        // What is not committed does not count.
        try write(Lines.all("app", count: 40_000), to: path)
        #expect(try LogReader(path).overtaken(beyond: Self.most, upTo: 1000) == nil)
    }

    @Test func aLineThatDoesNotEndIsPassedOverInPart() throws {
        try write([UInt8](repeating: 0x78, count: 3 << 20), to: path)
        let reader = LogReader(path)
        let gap = try passOver(reader, to: try #require(try reader.overtaken(beyond: Self.most)))
        #expect(gap == LogGap(lines: 0, position: 3 << 20))
        #expect(try rest(reader).isEmpty)
    }

    /// A file that was put aside a moment ago has its index, the one that is written none yet: what came between is not
    /// passed over.
    @Test func aFileWithoutAnIndexBeginsWhereTheLastOldOneEnds() throws {
        try write(Array("one\n".utf8), to: path)
        let reader = LogReader(path)
        #expect(try reader.read(100).bytes == Array("one\n".utf8))
        for (number, text) in [(1, "one\n"), (2, "two\n")] {
            try write(Array(text.utf8), to: "\(path).\(number)")
            try write(index(inode: 1, number: number, base: UInt64(number - 1) * 4), to: "\(path).\(number).idx")
        }
        try replace(Array("three\n".utf8))
        #expect(try reader.read(100) == LogSlice(offset: 4, bytes: Array("two\n".utf8), isRestarted: false))
        #expect(try reader.read(100) == LogSlice(offset: 8, bytes: Array("three\n".utf8), isRestarted: false))
        let late = LogReader(path, from: 9)
        #expect(try late.read(100).bytes == Array("hree\n".utf8))
    }

    /// As `LogIndex` has it, without marks.
    private func index(inode: UInt64, number: Int, base: UInt64) -> [UInt8] {
        var bytes = Array("ODINDEX1".utf8)
        for word in [inode, UInt64(number), base, 1] { withUnsafeBytes(of: word) { bytes += $0 } }
        return bytes
    }

    /// Another file under the name, as after a rotation.
    private func replace(_ bytes: [UInt8]) throws {
        try write(bytes, to: path + ".new")
        try #require(rename(path + ".new", path) == 0)
    }
}
