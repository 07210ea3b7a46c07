import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// Several logs read as one. Their files and indexes are written here, with times that the test knows.
@Suite struct LogMergeTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func path(_ name: String) -> String { "\(folder.path)/\(name).log" }

    /// A log whose lines were written at these times, one mark each.
    ///
    /// - Parameter base: bytes of the log that came before, in files with lower numbers.
    private func write(_ name: String, number: UInt64 = 1, base: UInt64 = 0, _ lines: [(time: Int64, text: String)]) {
        let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var info = stat()
        fstat(file, &info)
        var index: [UInt8] = []
        func word(_ value: UInt64) { withUnsafeBytes(of: value) { index += $0 } }
        for value in [0x3158_4544_4E49_444F, UInt64(info.st_ino), number, base, UInt64(lines.first?.time ?? 0)] {
            word(value)
        }
        var text: [UInt8] = []
        for line in lines {
            word(UInt64(text.count))
            word(UInt64(line.time))
            text += Array(line.text.utf8)
        }
        _ = text.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
        let side = open(path(name) + ".idx", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = index.withUnsafeBytes { Glibc.write(side, $0.baseAddress, $0.count) }
        close(side)
    }

    /// The present file of a log gets a number, and is compressed.
    private func putAside(_ name: String, number: Int) {
        rename(path(name), path(name) + ".\(number)")
        rename(path(name) + ".idx", path(name) + ".\(number).idx")
        tidyLogs([path(name)], by: LogRotation(maxAge: 0, maxTotal: 0), at: WallTime(milliseconds: 0))
    }

    /// All that comes, as text, and the failures.
    private func read(
        _ names: [String], _ request: LogRequest = LogRequest(targets: []), starts: [UInt64?] = [],
        holdsOpenLine: Bool = false
    ) throws -> (text: String, parts: [LogMerge.Part], failed: [Int]) {
        let logs = names.enumerated().map { index, name in
            LogMerge.Log(path: path(name), start: index < starts.count ? starts[index] : nil)
        }
        let merge = try LogMerge(logs, request, holdsOpenLine: holdsOpenLine)
        var parts: [LogMerge.Part] = []
        var failed: [Int] = []
        while true {
            let batch = merge.next()
            parts += batch.parts
            failed += batch.failures.map(\.log)
            if batch.isDone { break }
        }
        let bytes = parts.flatMap(\.lines.bytes)
        return (String(decoding: bytes, as: UTF8.self), parts, failed)
    }

    private func request(
        last: Int? = nil, first: Int? = nil, since: Int64? = nil, until: Int64? = nil, filter: LogFilter? = nil,
        times: Bool? = nil
    ) -> LogRequest {
        LogRequest(
            targets: [], since: since.map { WallTime(milliseconds: $0) },
            until: until.map { WallTime(milliseconds: $0) }, merged: true, last: last, first: first, filter: filter,
            times: times)
    }

    private func twoLogs() {
        write("a", [(1000, "a1\n"), (3000, "a3\n"), (3500, "a3.5\n"), (7000, "a7\n")])
        write("b", [(2000, "b2\n"), (4000, "b4\n"), (6000, "b6\n"), (8000, "b8\n")])
    }

    @Test func linesComeInTheOrderInWhichTheyWereWritten() throws {
        twoLogs()
        #expect(try read(["a", "b"]).text == "a1\nb2\na3\na3.5\nb4\nb6\na7\nb8\n")
        #expect(try read(["b", "a", "none"]).text == "a1\nb2\na3\na3.5\nb4\nb6\na7\nb8\n")
    }

    @Test(arguments: [
        (0, ""), (1, "b8\n"), (3, "b6\na7\nb8\n"), (100, "a1\nb2\na3\na3.5\nb4\nb6\na7\nb8\n"),
    ])
    func theLastLinesAreThoseOfAll(lines: Int, expected: String) throws {
        twoLogs()
        #expect(try read(["a", "b"], request(last: lines)).text == expected)
    }

    @Test func rangesOfTimeAndTheirEnds() throws {
        twoLogs()
        #expect(try read(["a", "b"], request(since: 3500, until: 6000)).text == "a3.5\nb4\nb6\n")
        #expect(try read(["a", "b"], request(since: 3501)).text == "b4\nb6\na7\nb8\n")
        #expect(try read(["a", "b"], request(last: 2, since: 1000, until: 4000)).text == "a3.5\nb4\n")
        #expect(try read(["a", "b"], request(first: 3, since: 2000)).text == "b2\na3\na3.5\n")
        #expect(try read(["a", "b"], request(first: 1)).text == "a1\n")
    }

    @Test(arguments: [0, -1, Int.min]) func fewerThanNoLinesAreNone(_ first: Int) throws {
        twoLogs()
        #expect(try read(["a", "b"], request(first: first)).text == "")
    }

    /// The user of an app may write to the indexes of its logs, also while they are read.
    @Test func anIndexThatIsCutWhileItIsReadHarmsNobody() throws {
        write("a", base: 5000, (0..<1000).map { (Int64(1000 + $0), "line \($0)\n") })
        let times = LogTimes(path("a"))
        #expect(times.time(at: 5000) == 1000)
        truncate(path("a") + ".idx", 40)
        for position in stride(from: UInt64(5000), to: 15_000, by: 500) {
            #expect(times.next(after: position).map { $0 > position } ?? true)
            #expect(times.position(after: position, before: .max / 2, laterThan: 1500).map { $0 > position } ?? true)
        }
    }

    @Test func oldAndCompressedFilesAreAPartOfIt() throws {
        write("a", [(1000, "a1\n"), (3000, "a3\n")])
        putAside("a", number: 1)
        #expect(folder.names.contains("a.log.1.gz"))
        write("a", number: 2, base: 6, [(5000, "a5\n")])
        write("b", [(2000, "b2\n"), (4000, "b4\n"), (6000, "b6\n")])
        #expect(try read(["a", "b"]).text == "a1\nb2\na3\nb4\na5\nb6\n")
        #expect(try read(["a", "b"], request(last: 4)).text == "a3\nb4\na5\nb6\n")
        #expect(try read(["a", "b"], request(since: 3000, until: 5000)).text == "a3\nb4\na5\n")
    }

    @Test func theOrderWithinALogNeverChanges() throws {
        write("a", [(5000, "a1\n"), (1000, "a2\n"), (9000, "a3\n"), (2000, "a4\n")])
        write("b", [(4000, "b1\n"), (6000, "b2\n")])
        let lines = try read(["a", "b"]).text.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("a") } == ["a1", "a2", "a3", "a4"])
        #expect(lines.filter { $0.hasPrefix("b") } == ["b1", "b2"])
    }

    @Test func linesStayWholeWhereAMarkIsInTheMiddle() throws {
        write("a", [(1000, "first "), (3000, "half\na2\n")])
        write("b", [(2000, "b\n")])
        #expect(try read(["a", "b"]).text == "first half\nb\na2\n")
    }

    @Test func timesAreThoseOfTheIndex() throws {
        twoLogs()
        let parts = try read(["a", "b"], request(times: true)).parts
        #expect(parts.map(\.lines.time?.milliseconds) == [1000, 2000, 3000, 3500, 4000, 6000, 7000, 8000])
        let hits = try read(["a"], request(filter: LogFilter(pattern: "3|7"), times: true)).parts
        #expect(hits.map(\.lines.time?.milliseconds) == [3000, 3500, 7000])
    }

    /// Whoever goes on at the positions that he has gets the rest, wherever he stopped.
    @Test func whoGoesOnGetsTheRest() throws {
        twoLogs()
        for filter in [nil, LogFilter(pattern: "[36b]")] {
            let all = try read(["a", "b"], request(filter: filter)).parts
            for cut in 0...all.count {
                var positions: [UInt64?] = [0, 0]
                for part in all[..<cut] { positions[part.log] = part.lines.end }
                let rest = try read(["a", "b"], request(last: 1, filter: filter), starts: positions)
                #expect(rest.text == String(decoding: all[cut...].flatMap(\.lines.bytes), as: UTF8.self))
            }
        }
    }

    @Test func theLastHitsMayBeFarFromTheEnd() throws {
        var lines: [(time: Int64, text: String)] = [(1, "hit one\n"), (2, "hit two\n")]
        let filler = String(repeating: String(repeating: "x", count: 1023) + "\n", count: 1024)
        for time in 3...12 { lines.append((Int64(time), filler)) }
        lines.append((20, "hit three\n"))
        write("a", lines)
        #expect(try read(["a"], request(last: 1, filter: LogFilter(pattern: "hit"))).text == "hit three\n")
        #expect(try read(["a"], request(last: 2, filter: LogFilter(pattern: "hit"))).text == "hit two\nhit three\n")
        #expect(
            try read(["a"], request(last: 9, filter: LogFilter(pattern: "hit"))).text
                == "hit one\nhit two\nhit three\n")
    }

    @Test func longLinesAndEndlessOnesComeWhole() throws {
        let long = String(repeating: "y", count: 1 << 20) + "\n"
        write("a", [(1000, long), (3000, "a3\nopen")])
        write("b", [(2000, "b2\n")])
        #expect(try read(["a", "b"]).text == long + "b2\na3\nopen")
        let filter = LogFilter(pattern: "a3|open")
        #expect(try read(["a", "b"], request(filter: filter)).text == "a3\nopen")
        #expect(try read(["a", "b"], request(filter: filter), holdsOpenLine: true).text == "a3\n")
    }

    /// What comes in pieces is one line all the same.
    @Test func theLastLineMayBeLong() throws {
        let long = String(repeating: "y", count: 1_048_676) + "\n"
        write("a", [(1000, "a1\n"), (2000, long), (3000, "a3\n")])
        write("b", [(1500, "b1\n"), (2500, long)])
        #expect(try read(["a"], request(last: 2)).text == long + "a3\n")
        #expect(try read(["a", "b"], request(last: 2)).text == long + "a3\n")
        #expect(try read(["a", "b"], request(last: 3)).text == long + long + "a3\n")
        #expect(try read(["b", "a"], request(last: 4)).text == "b1\n" + long + long + "a3\n")
        #expect(try read(["a"], request(last: 1, filter: LogFilter(pattern: "y"))).text == long)
        #expect(try read(["a", "b"], request(last: 0)).text == "")
    }

    /// Of a line that is longer than what is kept, the end comes.
    @Test func theLastLineMayBeLongerThanWhatIsKept() throws {
        let size = Defaults.logTail + (3 << 20)
        write("a", [(1000, "a1\n"), (2000, String(repeating: "y", count: size) + "\n")])
        let text = try read(["a"], request(last: 1, since: 1)).text
        #expect(text.utf8.count == Defaults.logTail && text.hasSuffix("yy\n"))
    }

    /// Lines of another log that were written meanwhile come behind.
    @Test func linesAroundAMatchStayTogether() throws {
        write("a", [(1000, "a1\n"), (3000, "a3 hit\n"), (5000, "a5\n"), (7000, "a7\n"), (9000, "a9 hit\n")])
        write("b", [(2000, "b2\n"), (4000, "b4 hit\n"), (6000, "b6\n"), (8000, "b8 hit\n")])
        let one = LogFilter(pattern: "hit", before: 1, after: 1)
        #expect(
            try read(["a", "b"], request(filter: one)).text
                == "a1\na3 hit\na5\nb2\nb4 hit\nb6\nb8 hit\na7\na9 hit\n")
        let many = LogFilter(pattern: "a3", after: 100)
        #expect(try read(["a", "b"], request(filter: many)).text == "a3 hit\na5\na7\na9 hit\n")
    }

    @Test func aReadEndsWhenNobodyWaits() throws {
        twoLogs()
        let halt = Halt()
        let merge = try LogMerge(
            [LogMerge.Log(path: path("a"))], request(filter: LogFilter(pattern: "a")), holdsOpenLine: false, halt: halt)
        halt.call()
        let batch = merge.next()
        #expect(batch.isDone && batch.parts.isEmpty)
    }

    @Test func aFileThatCannotBeReadDoesNotStopTheOthers() throws {
        write("a", [(1000, "a1\n")])
        try #require(symlink("/etc/hostname", path("bad")) == 0)
        let result = try read(["bad", "a"])
        #expect(result.text == "a1\n")
        #expect(result.failed == [0])
    }

    @Test func withoutAnIndexAFileHasTheTimeOfItsEnd() throws {
        write("a", [(1000, "a1\n")])
        write("b", [(2000, "b1\n")])
        unlink(path("b") + ".idx")
        #expect(try read(["b", "a"]).text == "a1\nb1\n")
    }

    @Test func indexesOfNobodySpoilNothing() throws {
        twoLogs()
        let side = open(path("a") + ".idx", O_WRONLY)
        let junk = [UInt8](repeating: 0xFF, count: 24)
        _ = junk.withUnsafeBytes { pwrite(side, $0.baseAddress, $0.count, 56) }
        close(side)
        let lines = try read(["a", "b"]).text.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("a") } == ["a1", "a3", "a3.5", "a7"])
        #expect(lines.count == 8)
    }
}
