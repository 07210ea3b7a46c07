import CKernel
import Core
import Engine
import Glibc
import Testing

/// Where a run's output begins is known on the disk, when somebody waits for a line of it: the engine that reads the
/// line may be killed before it has stored what the line means.
@Suite struct BeginningTests {
    @Test func theOutputOfARunIsFoundWithoutThoseWhoWroteIt() throws {
        let world = try PumpWorld()
        let (first, second) = (try TestRun(1, 1), try TestRun(1, 2))
        let (path, index) = (world.path("out.log"), world.path("out.log.idx"))
        try world.start(first)
        first.out.write("listens\n")
        #expect(eventually { text(path) == "listens\n" && size(index) > 0 })
        first.exit()
        #expect(eventually { world.isDrained(first) })
        let since = WallTime(milliseconds: od_wall_milliseconds() + 1)
        #expect(eventually { od_wall_milliseconds() > since.milliseconds })
        try #require(world.pump.tap(second.id) { _, _ in })
        try world.start(second)
        second.out.write("listens again\n")
        #expect(eventually { text(path) == "listens\nlistens again\n" })
        // Another process reads: it knows the marks of the disk only.
        let reader = LogReader(path)
        try reader.seek(since: since)
        #expect(String(decoding: try reader.read(1000).bytes, as: UTF8.self) == "listens again\n")
    }
}
