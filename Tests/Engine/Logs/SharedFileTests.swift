import CKernel
import Core
import Engine
import Glibc
import Testing

/// Files that several streams write.
@Suite struct SharedFileTests {
    @Test func bothStreamsOfARunShareAFile() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run, out: "all.log", error: "all.log")
        run.out.write("out ")
        run.error.write("error\n")
        #expect(eventually { text(world.path("all.log")) == "error\n" })
        run.out.write("line\n")
        #expect(eventually { text(world.path("all.log")) == "error\nout line\n" })
    }

    @Test func aLineThatDoesNotEndIsWrittenAfterAWhileAndEnded() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run, out: "all.log", error: "all.log")
        run.out.write("Password: ")
        #expect(eventually { text(world.path("all.log")) == "Password: \n" })
        run.error.write("none\n")
        #expect(eventually { text(world.path("all.log")) == "Password: \nnone\n" })
    }

    @Test func theLastLineOfAStreamNeedsNoEnd() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1), try TestRun(2))
        try world.start(one, out: "all.log", error: "all.log")
        try world.start(two, out: "all.log", error: "all.log")
        one.out.write("torn by a crash")
        one.exit()
        #expect(eventually { world.isDrained(one) })
        two.out.write("next\n")
        #expect(eventually { text(world.path("all.log")) == "torn by a crash\nnext\n" })
    }

    /// The bytes of one stream are never changed, but the first byte of another begins a line.
    @Test func runsOneAfterAnotherDoNotShareALine() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1, 1), try TestRun(1, 2))
        try world.start(one)
        one.out.write("killed in the mid")
        one.exit()
        #expect(eventually { world.isDrained(one) })
        try world.start(two)
        two.out.write("started\n")
        #expect(eventually { text(world.path("out.log")) == "killed in the mid\nstarted\n" })
    }

    /// A stream was alone in the middle of a line when another came.
    @Test func anOpenLineIsFinishedFirst() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1), try TestRun(2))
        try world.start(one, out: "all.log", error: "1.err")
        one.out.write("begin")
        #expect(eventually { text(world.path("all.log")) == "begin" })
        try world.start(two, out: "all.log", error: "2.err")
        two.out.write("other\n")
        one.out.write(" end\n")
        #expect(eventually { text(world.path("all.log")) == "begin end\nother\n" })
    }

    @Test func anOpenLineIsNotWaitedForForEver() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1), try TestRun(2))
        try world.start(one, out: "all.log", error: "1.err")
        one.out.write("begin")
        #expect(eventually { text(world.path("all.log")) == "begin" })
        try world.start(two, out: "all.log", error: "2.err")
        two.out.write("other\n")
        #expect(eventually { text(world.path("all.log")) == "begin\nother\n" })
    }

    @Test func aLineIsCutAtItsBound() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        try world.start(run, out: "all.log", error: "all.log")
        run.out.write([UInt8](repeating: 0x78, count: 150_000) + [0x0A])
        #expect(eventually { size(world.path("all.log")) == 150_003 })
        let lines = contents(world.path("all.log")).split(separator: 0x0A).map(\.count)
        #expect(lines == [65_536, 65_536, 150_000 - 131_072])
    }

    @Test func moreStreamsThanTheFirstPageHolds() throws {
        let world = try PumpWorld()
        let runs = try (1...120).map { try TestRun(UInt64($0)) }
        for run in runs { try world.start(run, out: "all.log", error: "all.log") }
        for run in runs { run.out.write("from \(run.id.instance)\n") }
        #expect(
            eventually {
                size(world.path("all.log")) == runs.map { "from \($0.id.instance)\n".utf8.count }.reduce(0, +)
            })
        try world.restart()
        for run in runs { try world.start(run, out: "all.log", error: "all.log") }
        for run in runs { run.out.write("again\n") }
        for run in runs { run.exit() }
        #expect(eventually { runs.allSatisfy(world.isDrained) })
        let lines = text(world.path("all.log")).split(separator: "\n").map(String.init)
        let expected = runs.map { "from \($0.id.instance)" } + runs.map { _ in "again" }
        #expect(lines.sorted() == expected.sorted())
    }
}
