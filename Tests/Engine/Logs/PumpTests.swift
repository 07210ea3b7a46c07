import CKernel
import Core
import Engine
import Glibc
import Testing

/// One run, its two files.
@Suite struct PumpTests {
    @Test func bytesGoFromThePipesToTheFiles() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.out.write("hello\n")
        run.error.write([0x6F, 0x68, 0, 0xFF, 0xC3, 0x0A])
        #expect(eventually { text(world.path("out.log")) == "hello\n" })
        #expect(eventually { contents(world.path("err.log")) == [0x6F, 0x68, 0, 0xFF, 0xC3, 0x0A] })
        run.out.write("no end")
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(text(world.path("out.log")) == "hello\nno end")
    }

    @Test func drainedComesOnceAndAfterBothStreams() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.out.closeEnd()
        run.error.write("still here\n")
        #expect(eventually { text(world.path("err.log")) == "still here\n" })
        #expect(!world.isDrained(run))
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(world.facts.all == [.drained(run.id)])
        #expect(run.out.held == 0)
        #expect(run.error.held == 0)
    }

    @Test func theSpoolIsBehindNothingThatTheFileLacks() throws {
        let world = try PumpWorld(below: "/dev/shm")
        let run = try TestRun(1)
        try world.start(run)
        let bytes = Lines.all("app", count: 100_000)
        run.out.write(bytes)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(contents(world.path("out.log")) == bytes)
    }

    @Test func aQuietStreamHoldsNoMoreThanAPage() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.out.write(Lines.all("app", count: 10_000))
        #expect(eventually { run.out.held <= 4096 })
    }

    @Test func foldersAndFilesAreTheUsersOnly() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run, out: "a/b/out.log", error: "err.log")
        run.out.write("x\n")
        #expect(eventually { size(world.path("a/b/out.log")) == 2 })
        var info = stat()
        #expect(stat(world.path("a/b"), &info) == 0 && info.st_mode & 0o777 == 0o700)
        #expect(stat(world.path("a/b/out.log"), &info) == 0 && info.st_mode & 0o777 == 0o600)
        unlink(world.path("a/b/out.log"))
        rmdir(world.path("a/b"))
        rmdir(world.path("a"))
    }

    @Test func aFileThatExistsIsAppendedTo() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try write("before\n", to: world.path("out.log"))
        try world.start(run)
        run.out.write("after\n")
        #expect(eventually { text(world.path("out.log")) == "before\nafter\n" })
    }

    /// The engine ended in good order; what others append while it is away is theirs.
    @Test func whatOthersAppendToARestingFileStays() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.out.write("one\n")
        #expect(eventually { text(world.path("out.log")) == "one\n" })
        try world.restart()
        try write("note\n", to: world.path("out.log"))
        run.out.write("two\n")
        try world.start(run)
        #expect(eventually { text(world.path("out.log")) == "one\nnote\ntwo\n" })
    }

    @Test func aNewPumpGoesOnWhereTheOldOneWas() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        let bytes = Lines.all("app", count: 20_000)
        run.out.write(bytes)
        try world.restart()
        run.out.drainAsKeeper(65_536)
        try world.start(run)
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(contents(world.path("out.log")) == bytes)
    }

    /// The run had ended and its entry is gone, but the keeper was not told yet.
    @Test func aRunThatIsAttachedAgainAfterItsEndIsNotWrittenTwice() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        let other = try TestRun(2)
        try world.start(run)
        run.out.write("one\n")
        run.exit()
        #expect(eventually { world.isDrained(run) })
        // A commit without the entry of the first run.
        try world.start(other)
        other.out.write("two\n")
        #expect(eventually { text(world.path("out.log")) == "one\ntwo\n" })
        try world.restart()
        try world.start(run)
        try world.start(other)
        #expect(eventually { world.facts.all.filter { $0 == .drained(run.id) }.count == 2 })
        other.out.write("three\n")
        #expect(eventually { text(world.path("out.log")).hasSuffix("three\n") })
        #expect(text(world.path("out.log")) == "one\ntwo\nthree\n")
    }

    /// Somebody inherited the pipe and lives on.
    @Test func aGoneRunEndsThoughItsPipeIsHeld() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.out.write("last words\n")
        #expect(world.pump.gone(run.id))
        #expect(eventually { world.isDrained(run) })
        #expect(text(world.path("out.log")) == "last words\n")
    }

    @Test func unknownFilesAndDoubleRunsAreRefused() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        #expect(world.pump.attach(run.id, out: run.out.source("/a"), error: run.error.source("/b")))
        #expect(eventually { world.facts.all == [.refused(run.id)] })
        try world.start(run)
        try world.start(run)
        #expect(eventually { world.facts.all == [.refused(run.id), .refused(run.id)] })
        run.out.write("still read\n")
        #expect(eventually { text(world.path("out.log")) == "still read\n" })
    }

    @Test func aClosedFileIsClosedWhenItsStreamsHaveEnded() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        run.error.closeEnd()
        #expect(world.pump.close(world.path("err.log")))
        #expect(world.pump.close(world.path("out.log")))
        #expect(eventually { world.facts.all.contains(.closed(path: world.path("err.log"))) })
        #expect(!world.facts.all.contains(.closed(path: world.path("out.log"))))
        run.out.write("the end\n")
        run.exit()
        #expect(eventually { world.facts.all.contains(.closed(path: world.path("out.log"))) })
        #expect(text(world.path("out.log")) == "the end\n")
    }

    @Test func aFollowerIsWokenAndKnowsHowFarItMayRead() async throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run)
        let path = world.path("out.log")
        // The file is being made.
        #expect(world.pump.growth.length(of: path) ?? 0 == 0)
        let reader = LogReader(path)
        var seen: [UInt8] = []
        var isSecond = false
        run.out.write("one\n")
        for await _ in world.pump.growth.changes(of: path) {
            seen += try reader.read(100, upTo: world.pump.growth.length(of: path)).bytes
            if seen.count == 4, !isSecond {
                isSecond = true
                run.out.write("two\n")
            }
            if seen.count >= 8 { break }
        }
        #expect(seen == Array("one\ntwo\n".utf8))
        #expect(world.pump.growth.length(of: path) == 8)
    }

    @Test func thousandsOfStreamsAreReadAndLeaveNoDescriptors() throws {
        let world = try PumpWorld(below: "/dev/shm")
        let before = descriptors()
        for round in 1...3 {
            let runs = try (1...60).map { try TestRun(UInt64($0), UInt64(round)) }
            for run in runs { try world.start(run, out: "\(run.id.instance).out", error: "\(run.id.instance).err") }
            for run in runs { run.out.write("round \(round)\n") }
            for run in runs { run.exit() }
            #expect(eventually { runs.allSatisfy(world.isDrained) })
        }
        for number in 1...60 { #expect(text(world.path("\(number).out")) == "round 1\nround 2\nround 3\n") }
        // A page for each file, here and in the pump.
        #expect(eventually { descriptors() <= before + 2 * 120 + 10 })
    }

    private func descriptors() -> Int {
        guard let dir = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(dir) }
        var count = 0
        while readdir(dir) != nil { count += 1 }
        return count
    }
}

/// Appends as somebody else would.
func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    let bytes = Array(text.utf8)
    try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
}
