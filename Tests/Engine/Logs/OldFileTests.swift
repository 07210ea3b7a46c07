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

    /// A folder of many names is read in parts; a file that gets another name meanwhile is in none of them.
    @Test func noFileIsMissedWhileOthersAreCompressed() async throws {
        let folder = try Folder()
        let count = 60
        let log = try Self.log(count, in: folder)
        for number in 0..<3000 { try Self.put([], "\(folder.path)/other app with a long name-\(number).log") }
        let end = Halt()
        let worker = try Worker("compress")
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await worker.run {
                    defer { end.call() }
                    for number in 1...count {
                        let path = "\(log).\(number)"
                        try GzipFile.compress(path, to: path + LogParts.gzip)
                        unlink(path)
                    }
                    return 0
                }
            }
            group.addTask {
                var missed = 0
                while !end.isCalled {
                    let found = LogParts.find(log).filter { $0.kind != OD_PART_INDEX.rawValue }
                    missed += count - Set(found.map(\.number)).count
                }
                return missed
            }
            for try await missed in group { #expect(missed == 0) }
        }
    }

    /// Who looks for the last lines finds a file that was compressed since he looked at the folder.
    @Test func anOldFileIsOpenedUnderEitherName() throws {
        let folder = try Folder()
        let log = try Self.log(2, in: folder)
        let pieces = LogParts.old(of: log)
        try GzipFile.compress("\(log).1", to: "\(log).1" + LogParts.gzip)
        unlink("\(log).1")
        let source = try #require(LogSource.old(pieces[0]))
        defer { source.close() }
        #expect(source.isCompressed)
        #expect(try source.read(0, most: 100) == Array("line 101\n".utf8))
    }

    /// Its owner may make a file as long as he likes: nobody waits until that is compressed, but limits hold for it.
    @Test func aFileWithAHoleIsNotCompressed() throws {
        let folder = try Folder()
        let log = try Self.log(3, in: folder)
        try #require(truncate("\(log).2", 1 << 40) == 0)
        let now = WallTime(milliseconds: 0)
        tidyLogs([log], by: LogRotation(maxAge: 0, maxTotal: 0), at: now)
        func kinds(_ number: UInt64) -> [UInt32] { LogParts.find(log).filter { $0.number == number }.map(\.kind) }
        #expect(kinds(1) == [OD_PART_GZIP.rawValue, OD_PART_INDEX.rawValue])
        #expect(kinds(2) == [OD_PART_PLAIN.rawValue, OD_PART_INDEX.rawValue])
        #expect(kinds(3) == [OD_PART_GZIP.rawValue, OD_PART_INDEX.rawValue])
        tidyLogs([log], by: LogRotation(maxAge: 0, maxTotal: 1 << 30), at: now)
        #expect(kinds(2).isEmpty)
    }

    /// Passing over what is compressed ends when nobody waits for it.
    @Test func whatIsCompressedIsNotPassedOverForNobody() throws {
        let folder = try Folder()
        let log = try Self.log(1, in: folder)
        try GzipFile.compress("\(log).1", to: "\(log).1" + LogParts.gzip)
        unlink("\(log).1")
        let halt = Halt()
        let reader = LogReader(log, from: 5, newest: [], halt: halt)
        halt.call()
        #expect(throws: Failure.self) { _ = try reader.read(100) }
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
