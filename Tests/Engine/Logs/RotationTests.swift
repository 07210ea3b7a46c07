import CKernel
import Core
import Engine
import Glibc
import Testing

/// Files that are put aside while they are written.
@Suite struct RotationTests {
    private let world: PumpWorld
    private let run: TestRun
    private var log: String { world.path("out.log") }

    init() throws {
        world = try PumpWorld()
        run = try TestRun(1)
        try world.start(run)
    }

    private func rotate(at size: Int) throws {
        try #require(world.pump.rotate(log, by: LogRotation(maxSize: size)))
        // Commands are obeyed in their order: the answer to the next one says that the pump knows the rule.
        let asked = answers()
        try #require(world.pump.empty("nothing"))
        #expect(eventually { answers() > asked })
    }

    private func answers() -> Int {
        world.facts.all.filter { if case .emptied("nothing", _, _) = $0 { true } else { false } }.count
    }

    /// The log as a reader sees it, from `reader`'s place to its end.
    private func rest(_ reader: LogReader) throws -> String {
        var bytes: [UInt8] = []
        while true {
            let slice = try reader.read(1000)
            if slice.bytes.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            #expect(!slice.isRestarted)
            bytes += slice.bytes
        }
    }

    @Test func everyFileHasWholeLinesAndNothingIsLost() throws {
        try rotate(at: 1000)
        let all = Lines.all("app", count: 500)
        run.out.write(all)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        let pieces = logPieces(log)
        #expect(pieces.count > 20)
        #expect(pieces.dropLast().allSatisfy { $0.count <= 1000 && $0.last == 0x0A })
        #expect(Array(pieces.joined()) == all)
        #expect(partNumbers(log) == Array(1..<pieces.count))
    }

    /// An engine was killed when a file had been put aside and nothing was said yet of the one that follows.
    @Test func aNumberIsNeverUsedTwice() throws {
        let late = world.path("late.log")
        let before = Lines.all("old", count: 50)
        try write(String(decoding: before, as: UTF8.self), to: late + ".7")
        tidyLogs([late], by: LogRotation(), at: WallTime(milliseconds: 0))
        #expect(partNumbers(late) == [] && size(late + ".7.gz") > 0)
        let second = try TestRun(2)
        try world.start(second, out: "late.log")
        try #require(world.pump.rotate(late, by: LogRotation(maxSize: 1000)))
        #expect(eventually { size(late) == 0 })
        let all = Lines.all("app", count: 100)
        second.out.write(all)
        second.exit()
        #expect(eventually { world.isDrained(second) })
        #expect(partNumbers(late).first == 8)
        #expect(try rest(LogReader(late)) == String(decoding: before + all, as: UTF8.self))
    }

    @Test func aLineThatIsLongerThanAFileHasOneOfItsOwn() throws {
        try rotate(at: 100)
        let long = String(repeating: "x", count: 5000) + "\n"
        for line in ["a\n", long, "b\n"] {
            let before = logSize(log)
            run.out.write(line)
            #expect(eventually { logSize(log) == max(before, 0) + line.utf8.count })
        }
        #expect(logPieces(log).map { String(decoding: $0, as: UTF8.self) } == ["a\n", long, "b\n"])
    }

    @Test func aLineWithoutAnEndIsCutAtLast() throws {
        try rotate(at: 100)
        let endless = [UInt8](repeating: 0x78, count: 3 << 20)
        run.out.write(endless)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(logPieces(log).count >= 2)
        #expect(logPieces(log).joined().count == endless.count)
    }

    @Test func oldFilesAreReadAsOneLogWithTheNewOne() throws {
        try rotate(at: 1000)
        run.out.write(Lines.all("app", count: 200))
        #expect(eventually { logSize(log) == Lines.all("app", count: 200).count })
        let all = String(decoding: Lines.all("app", count: 200), as: UTF8.self)
        #expect(try rest(LogReader(log)) == all)
        let lines = all.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0 + "\n" }
        for count in [1, 5, 30, 199, 200, 1000] {
            let reader = LogReader(log)
            try reader.seek(toLast: count)
            #expect(try rest(reader) == lines.suffix(count).joined())
        }
        // Compressed, nothing looks different.
        Archive.tidy([log], by: LogRotation(maxFiles: 1000), at: WallTime(milliseconds: 0))
        #expect(partNumbers(log).isEmpty)
        #expect(world.folder.names.contains("out.log.1.gz"))
        #expect(try rest(LogReader(log)) == all)
        #expect(try rest(LogReader(log, from: 12_345)) == String(all.dropFirst(12_345)))
        for count in [1, 30, 200] {
            let reader = LogReader(log)
            try reader.seek(toLast: count)
            #expect(try rest(reader) == lines.suffix(count).joined())
        }
    }

    @Test func aFollowerSeesEveryByteOnceOverManyRotations() throws {
        try rotate(at: 500)
        let reader = LogReader(log)
        var seen = ""
        for count in 1...40 {
            run.out.write("line \(count) \(String(repeating: "-", count: count * 7 % 90))\n")
            if count % 7 == 0 { seen += try rest(reader) }
        }
        run.exit()
        #expect(eventually { world.isDrained(run) })
        seen += try rest(reader)
        #expect(seen == logPieces(log).map { String(decoding: $0, as: UTF8.self) }.joined())
        #expect(partNumbers(log).count > 3)
    }

    @Test func aReaderThatComesTooLateIsTold() throws {
        try rotate(at: 100)
        run.out.write(Lines.all("app", count: 100))
        run.exit()
        #expect(eventually { world.isDrained(run) })
        Archive.tidy([log], by: LogRotation(maxFiles: 2, compress: false), at: WallTime(milliseconds: 0))
        let reader = LogReader(log, from: 50)
        let slice = try reader.read(1 << 20)
        #expect(slice.isRestarted)
        #expect(slice.offset > 50)
        #expect(slice.bytes == logPieces(log)[0])
    }

    @Test func theEngineEndsAndTheNextOneCountsOn() throws {
        try rotate(at: 300)
        run.out.write(Lines.all("app", count: 20))
        #expect(eventually { logSize(log) == Lines.all("app", count: 20).count })
        let before = partNumbers(log).count
        try world.restart()
        try world.open(log)
        try world.open(world.path("err.log"))
        try world.attach(run, out: log, error: world.path("err.log"))
        try rotate(at: 300)
        run.out.write(Lines.all("bpp", count: 20))
        run.exit()
        #expect(eventually { world.isDrained(run) })
        let numbers = partNumbers(log)
        #expect(numbers.count > before)
        #expect(numbers == Array(1...numbers.count))
        let all = Lines.all("app", count: 20) + Lines.all("bpp", count: 20)
        #expect(Array(logPieces(log).joined()) == all)
        #expect(try rest(LogReader(log, from: 700)) == String(decoding: all.dropFirst(700), as: UTF8.self))
    }

    @Test func aNumberThatIsTakenIsPassedOver() throws {
        try write("somebody's\n", to: log + ".1")
        try rotate(at: 100)
        run.out.write(Lines.all("app", count: 10))
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(text(log + ".1") == "somebody's\n")
        #expect(partNumbers(log).count > 2)
    }

    @Test func whatWasWrittenWhenIsFound() throws {
        try rotate(at: 2000)
        run.out.write("first\n")
        #expect(eventually { size(log) == 6 })
        let before = WallTime(milliseconds: od_wall_milliseconds() + 1)
        #expect(eventually { od_wall_milliseconds() > before.milliseconds + IndexSpacing.milliseconds })
        run.out.write("second\n" + String(repeating: "x", count: 3000) + "\n")
        #expect(eventually { logSize(log) > 3000 })
        // Marks are on the disk when the files are synced, and at rotation.
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(eventually { size(log + ".idx") > 40 || size(log + ".1.idx") > 40 })
        let late = LogReader(log)
        try late.seek(since: before)
        #expect(try rest(late).hasPrefix("second\n"))
        let early = LogReader(log)
        try early.seek(since: nil)
        try early.stop(after: before)
        #expect(try rest(early) == "first\n")
        let never = LogReader(log)
        try never.seek(since: WallTime(milliseconds: od_wall_milliseconds() + 60_000))
        #expect(try rest(never) == "")
    }

    @Test func aFolderThatForbidsItKeepsTheLogGoing() throws {
        try #require(getuid() == 0 || chmod(world.folder.path, 0o500) == 0)
        // Root may everything: a directory in the way of every number cannot be renamed onto.
        for number in 1...2 { mkdir("\(log).\(number)", 0o700) }
        defer {
            for number in 1...2 { rmdir("\(log).\(number)") }
            chmod(world.folder.path, 0o700)
        }
        try rotate(at: 100)
        let all = Lines.all("app", count: 50)
        run.out.write(all)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(logSize(log) >= all.count)
    }
}

/// What the archivist does, at once.
private enum Archive {
    static func tidy(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
        tidyLogs(logs, by: rotation, at: now)
    }
}

/// Marks are at least this far apart.
private enum IndexSpacing {
    static let milliseconds: Int64 = 120
}
