import CKernel
import Core
import Engine
import Glibc
import Testing

/// A log pump in a process of its own is killed at any moment, again and again, while apps write. The test holds pipes,
/// spools and pages, as the keeper does.
@Suite struct KillTests {
    /// How often each test kills: in full with `OD_LONG=1`. The writers number up to 800 times 12,000 lines.
    static let kills = getenv("OD_LONG").map { String(cString: $0) } == "1" ? 400 : 30

    /// Runs pumps that are killed until `kills` are reached and all is drained; returns the kills.
    private func torture(
        _ words: [String], passed: [Int32], kills most: Int = kills, between: () -> Void
    ) throws -> Int {
        let program = try torturePath()
        var random = SystemRandomNumberGenerator()
        var kills = 0
        while true {
            let output = try Stream()
            let pump = try Child([program, "pump"] + words, output: output.end, passed: passed)
            output.closeEnd()
            let life = UInt32.random(in: 0...15_000, using: &random)
            if kills < most {
                try #require(eventually { Output.text(output).contains("ready") || pump.hasEnded })
                if !pump.hasEnded { usleep(life) }
                if !pump.hasEnded { kills += 1 }
                pump.kill()
                between()
            } else {
                try #require(eventually(within: 60) { pump.hasEnded }, "the last pump does not come to the end")
                #expect(pump.wait() == 0)
                return kills
            }
        }
    }

    /// Whole, and put aside every 64 KB: then no file may begin or end within a line.
    @Test(arguments: [false, true]) func oneStreamInOneFileIsExact(rotated: Bool) throws {
        let folder = try Folder()
        let run = try TestRun(1)
        let files = try Files(["\(folder.path)/out.log", "\(folder.path)/err.log"])
        let count = 12_000 * Self.kills
        let writer = try Child([try torturePath(), "write", "app", "\(count)", "4000"], output: run.out.end)
        run.exit()
        let words = files.words + (rotated ? files.rotations : []) + [files.word(run, out: 0, error: 1)]
        var moved: [Int] = []
        let kills = try torture(words, passed: files.pages + run.descriptors) {
            // Now and then the keeper gets its turn.
            if Bool.random() { run.out.drainAsKeeper(Int.random(in: 1...65_536)) }
            moved.append(logSize(files.paths[0]))
        }
        #expect(writer.wait() == 0)
        #expect(kills == Self.kills, "the writer ended before the last kill")
        #expect(Set(moved).count > kills / 4, "most pumps were killed before they moved anything")
        // Megabytes: a failure must not print them.
        let pieces = logPieces(files.paths[0])
        #expect(rotated ? pieces.count > 10 : pieces.count == 1)
        for piece in pieces { #expect(piece.isEmpty || piece.last == 0x0A) }
        let isExact = Array(pieces.joined()) == Lines.all("app", count: count)
        #expect(isExact, "lines are lost, doubled or torn")
        #expect(size(files.paths[1]) == 0)
    }

    @Test(arguments: [false, true]) func severalStreamsInOneFileKeepTheirLines(rotated: Bool) throws {
        let folder = try Folder()
        let runs = try (1...4).map { try TestRun(UInt64($0)) }
        let files = try Files(["\(folder.path)/all.log"])
        let count = 2_000 * Self.kills
        let program = try torturePath()
        // Writes that cut lines, whole lines, and both streams of a run.
        let writers = try runs.enumerated().map { at, run in
            try Child(
                [program, "write", "app\(at)", "\(count)", ["4000", "0", "777", "60000"][at]], output: run.out.end)
        }
        let noise = try Child([program, "write", "noise", "\(count)", "0"], output: runs[0].error.end)
        for run in runs { run.exit() }
        let words =
            files.words + (rotated ? files.rotations : []) + runs.map { files.word($0, out: 0, error: 0) }
        let kills = try torture(words, passed: files.pages + runs.flatMap(\.descriptors)) {
            runs.randomElement()?.out.drainAsKeeper(Int.random(in: 1...65_536))
        }
        for writer in writers + [noise] { #expect(writer.wait() == 0) }
        #expect(kills == Self.kills, "the writers ended before the last kill")
        var lines: [String: [ArraySlice<UInt8>]] = [:]
        for line in Array(logPieces(files.paths[0]).joined()).split(separator: 0x0A, omittingEmptySubsequences: false)
            .dropLast()
        {
            lines[String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self), default: []].append(line)
        }
        #expect(lines.keys.sorted() == ["app0", "app1", "app2", "app3", "noise"])
        for (name, found) in lines {
            let isExact = Array(found.joined(separator: [0x0A])) + [0x0A] == Lines.all(name, count: count)
            #expect(isExact, "lines of \(name) are lost, doubled or torn")
        }
    }
}

/// The same for files of records: none is lost, doubled or torn.
extension KillTests {
    /// Records are longer than the lines in them, and their tests are slower.
    private static let recordKills = max(10, kills / 4)

    private func back(_ type: LogType, _ bytes: [UInt8]) throws -> [UInt8] {
        try type == .json ? Entry.all(bytes).flatMap(\.bytes) : TextLog.bytes(bytes)
    }

    @Test(arguments: [LogType.text, .json], [false, true])
    func recordsOfOneStreamAreExact(type: LogType, rotated: Bool) throws {
        let folder = try Folder()
        let run = try TestRun(1)
        let files = try Files(["\(folder.path)/out.log", "\(folder.path)/err.log"])
        let count = 6000 * Self.recordKills
        let writer = try Child([try torturePath(), "write", "app", "\(count)", "4000"], output: run.out.end)
        run.exit()
        let words =
            files.words + files.styles(type) + (rotated ? files.rotations : []) + [files.word(run, out: 0, error: 1)]
        var moved: [Int] = []
        let kills = try torture(words, passed: files.pages + run.descriptors, kills: Self.recordKills) {
            if Bool.random() { run.out.drainAsKeeper(Int.random(in: 1...65_536)) }
            moved.append(logSize(files.paths[0]))
        }
        #expect(writer.wait() == 0)
        #expect(kills == Self.recordKills, "the writer ended before the last kill")
        #expect(Set(moved).count > kills / 8, "most pumps were killed before they moved anything")
        let pieces = logPieces(files.paths[0])
        #expect(rotated ? pieces.count > 10 : pieces.count == 1)
        let isExact = try pieces.flatMap { try back(type, $0) } == Lines.all("app", count: count)
        #expect(isExact, "lines are lost, doubled or torn")
    }

    @Test func recordsOfSeveralStreamsAreExact() throws {
        let folder = try Folder()
        let runs = try (1...3).map { try TestRun(UInt64($0)) }
        let files = try Files(["\(folder.path)/all.log"])
        let count = 2000 * Self.recordKills
        let program = try torturePath()
        let writers = try runs.enumerated().map { at, run in
            try Child([program, "write", "app\(at)", "\(count)", ["4000", "0", "777"][at]], output: run.out.end)
        }
        for run in runs { run.exit() }
        let words =
            files.words + files.styles(.json) + files.rotations + runs.map { files.word($0, out: 0, error: 0) }
        _ = try torture(words, passed: files.pages + runs.flatMap(\.descriptors), kills: Self.recordKills) {
            runs.randomElement()?.out.drainAsKeeper(Int.random(in: 1...65_536))
        }
        for writer in writers { #expect(writer.wait() == 0) }
        let entries = try Entry.all(Array(logPieces(files.paths[0]).joined()))
        for at in runs.indices {
            // A line that was held up for a second comes in two records: streams are told apart by their instance.
            let found = entries.filter { $0.instanceId == at + 1 }.flatMap(\.bytes)
            let isExact = found == Lines.all("app\(at)", count: count)
            #expect(isExact, "lines of app\(at) are lost, doubled or torn")
        }
    }
}

/// Log files with their pages, and the words that tell a pump about them.
private final class Files {
    let paths: [String]
    let pages: [Int32]

    init(_ paths: [String]) throws {
        self.paths = paths
        pages = try paths.map { _ in try LogPump.newPage() }
    }

    deinit {
        for page in pages { close(page) }
    }

    var rotations: [String] { paths.map { "rotate:\($0):65536" } }

    func styles(_ type: LogType) -> [String] { paths.map { "style:\($0):\(type.rawValue)" } }

    var words: [String] { zip(paths, pages).map { "file:\($0):\($1)" } }

    func word(_ run: TestRun, out: Int, error: Int) -> String {
        "run:\(run.id.instance):\(run.id.run):\(run.out.pipe):\(run.out.spool):\(paths[out])"
            + ":\(run.error.pipe):\(run.error.spool):\(paths[error])"
    }
}

extension TestRun {
    fileprivate var descriptors: [Int32] { [out.pipe, out.spool, error.pipe, error.spool] }
}

/// What a child has said so far.
enum Output {
    static func text(_ stream: Stream) -> String {
        stream.drainAsKeeper(65_536)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(stream.spool, &bytes, bytes.count, 0)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
