import Core
import Engine
import FoundationEssentials
import Glibc
import Testing

/// A record of a JSON log, as its reader sees it.
struct Entry: Decodable, Hashable {
    struct Metadata: Decodable, Hashable {
        var partial: Bool?
        var base64: String?
    }

    var timestamp: String
    var level: String
    var pid: Int
    var processName: String
    var instanceId: Int
    var source: String
    var message: String
    var metadata: Metadata?

    /// What the app wrote.
    var bytes: [UInt8] {
        let line = metadata?.base64.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? Array(message.utf8)
        return metadata?.partial == true ? line : line + [0x0A]
    }

    /// All records of a file; fails when a line is none.
    static func all(_ bytes: [UInt8]) throws -> [Entry] {
        try #require(bytes.isEmpty || bytes.last == 0x0A)
        return try bytes.split(separator: 0x0A).map { try JSONDecoder().decode(Entry.self, from: Data($0)) }
    }
}

/// Records of a text log: what the app wrote, by marker.
enum TextLog {
    static func lines(_ bytes: [UInt8]) throws -> [(marker: String, line: [UInt8], isPartial: Bool)] {
        try #require(bytes.isEmpty || bytes.last == 0x0A)
        return try bytes.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).map { record in
            let parts = record.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            try #require(parts.count == 3, "\(String(decoding: record, as: UTF8.self))")
            try #require(WallTime(String(decoding: parts[0], as: UTF8.self)) != nil)
            let marker = String(decoding: parts[1], as: UTF8.self)
            return (marker.filter { $0 != "+" }, Array(parts[2]), marker.hasSuffix("+"))
        }
    }

    /// The bytes of one stream.
    static func bytes(_ bytes: [UInt8], marker: String = "out") throws -> [UInt8] {
        try lines(bytes).filter { $0.marker == marker }.flatMap { $0.isPartial ? $0.line : $0.line + [0x0A] }
    }
}

/// Files whose lines are records.
@Suite struct RecordTests {
    private let world: PumpWorld
    private let run: TestRun

    init() throws {
        world = try PumpWorld()
        run = try TestRun(7)
    }

    private func start(_ type: LogType, flush: LogFlush = .batch, format: String? = nil, size: Int = 0) throws {
        for name in ["out.log", "err.log"] {
            try world.open(world.path(name))
            try #require(world.pump.rotate(world.path(name), by: LogRotation(maxSize: size)))
            try #require(world.pump.style(world.path(name), LogStyle(type: type, flush: flush, dateFormat: format)))
        }
        let origin = LogOrigin(name: "api", instance: 2, pid: 4711)
        try #require(
            world.pump.attach(
                run.id, out: run.out.source(world.path("out.log")), error: run.error.source(world.path("err.log")),
                origin: origin))
    }

    private func end() throws -> [UInt8] {
        run.exit()
        try #require(eventually { world.isDrained(run) })
        return Array(logPieces(world.path("out.log")).joined())
    }

    /// Everything that a line may be: empty, of blanks, CRLF, NUL, quotes, all characters, no UTF-8.
    static let hostile: [UInt8] =
        Array("plain\n\n  \r\n\"quoted\" \\ \t tab\u{7F}\u{0}\u{1}\u{1F}\u{2028}ü€😀\n".utf8)
        + [0xFF, 0xFE, 0x0A, 0xC3, 0x0A, 0xE2, 0x82, 0x0A, 0xED, 0xA0, 0x80, 0x0A, 0xF4, 0x90, 0x80, 0x80, 0x0A]
        + [0xC0, 0xAF, 0x0A, 0xE0, 0x80, 0x80, 0x0A, 0xF0, 0x80, 0x80, 0x80, 0x0A, 0xF5, 0x0A, 0x61, 0xE2, 0x41, 0x0A]
        + Array(UInt8.min...UInt8.max)

    @Test func jsonRecordsSayWhoWhenAndWhat() throws {
        try start(.json)
        run.out.write("hello\n")
        run.error.write("oh\nno")
        let first = try #require(try Entry.all(try end()).first)
        #expect(WallTime(first.timestamp) != nil)
        #expect((first.level, first.pid, first.processName) == ("info", 4711, "api"))
        #expect((first.instanceId, first.source, first.message) == (2, "stdout", "hello"))
        let errors = try Entry.all(contents(world.path("err.log")))
        #expect(errors.map(\.message) == ["oh", "no"])
        #expect(errors.map(\.source) == ["stderr", "stderr"])
        #expect(errors.map(\.level) == ["error", "error"])
        #expect(errors.map(\.metadata) == [nil, Entry.Metadata(partial: true)])
    }

    @Test(arguments: [LogType.text, .json]) func everyByteComesBack(type: LogType) throws {
        try start(type)
        run.out.write(Self.hostile)
        let bytes = try end()
        let back = try type == .json ? Entry.all(bytes).flatMap(\.bytes) : TextLog.bytes(bytes)
        #expect(back == Self.hostile)
        if type == .json {
            // Readers that know nothing of base64 find characters all the same.
            let entries = try Entry.all(bytes)
            #expect(entries[3].message.hasSuffix("\u{2028}ü€😀") && entries[3].metadata == nil)
            #expect(entries[4].message == "\u{FFFD}\u{FFFD}")
        }
    }

    @Test(arguments: [LogType.text, .json]) func aVeryLongLineComesInPieces(type: LogType) throws {
        try start(type)
        // Three bytes each: pieces end between characters.
        let line = Array(String(repeating: "€", count: 100_000).utf8) + [0x0A]
        run.out.write(line)
        let bytes = try end()
        if type == .json {
            let entries = try Entry.all(bytes)
            #expect(entries.count == 5)
            #expect(entries.allSatisfy { $0.metadata?.base64 == nil })
            #expect(entries.map { $0.metadata?.partial } == [true, true, true, true, nil])
            #expect(entries.flatMap(\.bytes) == line)
        } else {
            #expect(try TextLog.bytes(bytes) == line)
        }
    }

    @Test func aLineWithoutItsEndIsWrittenAfterAWhile() throws {
        try start(.json)
        run.out.write("name? ")
        #expect(eventually { !contents(world.path("out.log")).isEmpty })
        run.out.write("Bob\n")
        let entries = try Entry.all(try end())
        #expect(entries.map(\.message) == ["name? ", "Bob"])
        #expect(entries.map { $0.metadata?.partial } == [true, nil])
    }

    @Test func textHasItsOwnTimes() throws {
        try start(.text, format: "[at] YYYY")
        run.out.write("a\nb")
        run.exit()
        #expect(eventually { world.isDrained(run) })
        let year = String(
            try #require(WallTime(milliseconds: Int64(time(nil)) * 1000).description.split(separator: "-").first))
        #expect(text(world.path("out.log")) == "at \(year) out a\nat \(year) out+ b\n")
    }

    @Test(arguments: [LogType.text, .json]) func filesArePutAsideBetweenRecords(type: LogType) throws {
        try start(type, size: 4096)
        let bytes = Lines.all("app", count: 2000) + Array(repeating: 0x78, count: 20_000) + [0x0A]
        run.out.write(bytes)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        let pieces = logPieces(world.path("out.log"))
        #expect(pieces.count > 40)
        var back: [UInt8] = []
        for piece in pieces {
            // One record may be longer than any file.
            let records = piece.split(separator: 0x0A).count
            #expect(piece.count <= 4096 || records == 1)
            back += try type == .json ? Entry.all(piece).flatMap(\.bytes) : TextLog.bytes(piece)
        }
        #expect(back == bytes)
    }

    @Test func aRawFileThatEndsWithinALineIsEndedFirst() throws {
        try write("an open line", to: world.path("out.log"))
        try start(.text)
        run.out.write("x\n")
        let lines = try end().split(separator: 0x0A)
        #expect(lines.count == 2)
        #expect(lines.first.map { String(decoding: $0, as: UTF8.self) } == "an open line")
    }

    /// The records of both say whose they are.
    @Test func instancesShareAFile() throws {
        let path = world.path("all.log")
        try world.open(path)
        try #require(world.pump.style(path, LogStyle(type: .text)))
        let other = try TestRun(8)
        for (index, one) in [run, other].enumerated() {
            let origin = LogOrigin(name: "api", instance: index, pid: 1, isShared: true)
            try #require(
                world.pump.attach(one.id, out: one.out.source(path), error: one.error.source(path), origin: origin))
        }
        for number in 0..<100 {
            run.out.write("first \(number)\n")
            other.error.write("second \(number)\n")
        }
        for one in [run, other] { one.exit() }
        #expect(eventually { world.isDrained(run) && world.isDrained(other) })
        let bytes = contents(path)
        #expect(try TextLog.bytes(bytes, marker: "out#0") == Array((0..<100).flatMap { "first \($0)\n".utf8 }))
        #expect(try TextLog.bytes(bytes, marker: "err#1") == Array((0..<100).flatMap { "second \($0)\n".utf8 }))
    }

    @Test func aFullFIFOGetsWholeRecords() throws {
        let path = world.path("out.log")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        try start(.json)
        let bytes = Lines.all("app", count: 3000)
        run.out.write(Array(bytes.prefix(150_000)))
        var got: [UInt8] = []
        func take() {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(reader, &buffer, buffer.count)
            if count > 0 { got += buffer.prefix(count) }
        }
        run.out.write(Array(bytes.dropFirst(150_000)))
        run.exit()
        #expect(
            eventually {
                take()
                return world.isDrained(run)
            })
        while case let before = got.count, take() == (), got.count > before {}
        #expect(try Entry.all(got).flatMap(\.bytes) == bytes)
    }
}

/// `disableLogs` and `logFlush`.
@Suite struct LogFlushTests {
    @Test func nowhereTakesEverythingAndKeepsNothing() throws {
        let world = try PumpWorld()
        let runs = try (1...3).map { try TestRun(UInt64($0)) }
        for run in runs {
            try world.open("/dev/null")
            try world.attach(run, out: "/dev/null", error: "/dev/null")
            run.out.write(Lines.all("app", count: 10_000))
        }
        for run in runs { run.exit() }
        #expect(eventually { runs.allSatisfy { world.isDrained($0) } })
        #expect(runs.map(\.out.held) == [0, 0, 0])
    }

    @Test(arguments: LogFlush.allCases) func allBytesComeHoweverTheyAreWritten(flush: LogFlush) throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        for name in ["out.log", "err.log"] {
            try world.open(world.path(name))
            try #require(world.pump.style(world.path(name), LogStyle(flush: flush)))
        }
        try world.start(run)
        run.out.write("first\n")
        #expect(eventually { text(world.path("out.log")) == "first\n" })
        // More than a spool and a pipe: an interval must not hold the app up.
        let bytes = Lines.all("app", count: 20_000)
        run.out.write(bytes)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(contents(world.path("out.log")) == Array("first\n".utf8) + bytes)
    }

    /// What waits for its interval is in the spool: another pump finds it there.
    @Test func whatWaitsIsWrittenWhenThePumpEnds() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        for name in ["out.log", "err.log"] {
            try world.open(world.path(name))
            try #require(world.pump.style(world.path(name), LogStyle(flush: .interval)))
        }
        try world.start(run)
        run.out.write("first\n")
        #expect(eventually { text(world.path("out.log")) == "first\n" })
        run.out.write("second\n")
        try world.restart()
        #expect(eventually { text(world.path("out.log")).hasPrefix("first\n") })
        try world.start(run)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(text(world.path("out.log")) == "first\nsecond\n")
    }
}
