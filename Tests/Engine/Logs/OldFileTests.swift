import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// Logs of many old files.
@Suite struct OldFileTests {
    private static func put(_ bytes: [UInt8], _ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        try #require(write(file, bytes, bytes.count) == bytes.count)
    }

    /// A file of a log, with its index: all lines have nine bytes.
    private static func put(_ line: String, _ path: String, number: Int) throws {
        try #require(line.utf8.count == 9)
        try put(Array(line.utf8), path)
        var facts = stat()
        try #require(lstat(path, &facts) == 0)
        let index = LogIndex(
            inode: UInt64(facts.st_ino), number: UInt64(number), base: UInt64(9 * (number - 1)), born: 1)
        try put(index.header, LogIndex.path(of: path))
    }

    /// A log of `count` old files of one line each, and one that is written.
    private static func log(_ count: Int, in folder: Folder) throws -> String {
        let log = "\(folder.path)/out.log"
        for number in 1...count { try put("line \(100 + number)\n", "\(log).\(number)", number: number) }
        try put("the last\n", log, number: count + 1)
        return log
    }

    private static func next(_ reader: LogReader) throws -> String {
        let slice = try reader.read(64 << 10)
        #expect(!slice.isRestarted)
        return String(decoding: slice.bytes, as: UTF8.self)
    }

    /// The folder is looked at once for all; what was compressed since is found all the same.
    @Test func aFileMayBeCompressedWhileTheOneBeforeIsRead() throws {
        let folder = try Folder()
        let log = try Self.log(4, in: folder)
        let reader = LogReader(log)
        #expect(try Self.next(reader) == "line 101\n")
        for number in 2...3 {
            let path = "\(log).\(number)"
            try GzipFile.compress(path, to: path + LogParts.gzip)
            unlink(path)
        }
        #expect(try (2...4).map { _ in try Self.next(reader) } == ["line 102\n", "line 103\n", "line 104\n"])
        #expect(try Self.next(reader) == "the last\n")
    }

    /// One that went is passed over, and that is told.
    @Test func aFileMayGoWhileTheOneBeforeIsRead() throws {
        let folder = try Folder()
        let log = try Self.log(3, in: folder)
        let reader = LogReader(log)
        #expect(try Self.next(reader) == "line 101\n")
        unlink("\(log).2")
        let slice = try reader.read(64 << 10)
        #expect(slice.isRestarted && String(decoding: slice.bytes, as: UTF8.self) == "line 103\n")
        #expect(try Self.next(reader) == "the last\n")
    }

    /// Files that were put aside after the look at the folder come too.
    @Test func moreFilesMayComeWhileOneIsRead() throws {
        let folder = try Folder()
        let log = try Self.log(2, in: folder)
        let reader = LogReader(log)
        #expect(try Self.next(reader) == "line 101\n")
        for suffix in ["", LogIndex.suffix] { rename(log + suffix, "\(log).3\(suffix)") }
        try Self.put("old, too\n", "\(log).4", number: 4)
        try Self.put("the new\n\n", log, number: 5)
        var all = ""
        for _ in 0..<4 { all += try Self.next(reader) }
        #expect(all == "line 102\nthe last\nold, too\nthe new\n\n")
    }
}
