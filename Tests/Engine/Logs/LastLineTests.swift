import CKernel
import Core
import Testing

@testable import Engine

/// Where the output of a run ends, and what is kept of it when it crashed.
@Suite struct LastLineTests {
    private static func ends(of run: TestRun, _ world: PumpWorld) -> [LogEnd]? {
        for case .ends(run.id, let ends) in world.facts.all {
            return ends.sorted { $0.channel.rawValue < $1.channel.rawValue }
        }
        return nil
    }

    private static func end(of run: TestRun, _ world: PumpWorld) -> UInt64? {
        for case .ends(run.id, let ends) in world.facts.all { return ends.first { $0.channel == .out }?.position }
        return nil
    }

    private static func start(_ run: TestRun, _ world: PumpWorld) throws {
        for name in ["out.log", "err.log"] { try world.open(world.path(name)) }
        var origin = LogOrigin()
        origin.tellsEnds = true
        try #require(
            world.pump.attach(
                run.id, out: run.out.source(world.path("out.log")), error: run.error.source(world.path("err.log")),
                origin: origin))
    }

    /// A child of the first run holds its pipe while the next run writes: what that one says is not of the first.
    @Test func theNextRunMayHaveWrittenMeanwhile() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1, 1), try TestRun(1, 2))
        try Self.start(one, world)
        one.out.write("first\nlast\n")
        #expect(eventually { text(world.path("out.log")) == "first\nlast\n" })
        try Self.start(two, world)
        two.out.write("hello\n")
        #expect(eventually { text(world.path("out.log")) == "first\nlast\nhello\n" })
        one.exit()
        #expect(eventually { Self.end(of: one, world) == 11 })
        let crash = CrashNote(
            id: one.id, label: "a#0", text: "exit 1", lines: 1, path: world.path("crash.log"))
        try CrashLog.keep(crash, [LogEnd(path: world.path("out.log"), channel: .out, position: 11, start: 0)])
        #expect(text(world.path("crash.log.1")).hasSuffix(":\nlast\n"))
        two.exit()
        #expect(eventually { Self.end(of: two, world) == 17 })
        #expect(Self.ends(of: two, world)?.map(\.start) == [11, 0])
        var later = crash
        (later.id, later.lines) = (two.id, 50)
        try CrashLog.keep(later, Self.ends(of: two, world) ?? [])
        #expect(text(world.path("crash.log.2")).split(separator: "\n").dropFirst().prefix(1) == ["hello"])
    }

    /// An engine that took the run over does not know where it begins: what was there before its time is left out.
    @Test func aRunThatWasTakenOverBeginsByTime() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1, 1), try TestRun(1, 2))
        try Self.start(one, world)
        one.out.write("of the first\n")
        one.exit()
        #expect(eventually { world.isDrained(one) })
        let began = WallTime(milliseconds: od_wall_milliseconds() + 30)
        #expect(eventually { od_wall_milliseconds() > began.milliseconds })
        try Self.start(two, world)
        two.out.write("of the second\n")
        #expect(eventually { text(world.path("out.log")).hasSuffix("second\n") })
        try world.restart()
        try Self.start(two, world)
        two.out.write("and more\n")
        two.exit()
        #expect(eventually { Self.end(of: two, world) == 36 })
        let ends = try #require(Self.ends(of: two, world))
        #expect(ends.map(\.start) == [nil, nil])
        let crash = CrashNote(id: two.id, label: "a#0", text: "exit 1", lines: 50, path: world.path("crash.log"))
        try CrashLog.keep(crash, ends.filter { $0.channel == .out }, since: began)
        #expect(text(world.path("crash.log.2")).split(separator: "\n").dropFirst() == ["of the second", "and more"])
    }

    /// The file of the first run was put aside before it was read to its end.
    @Test func alsoOverRotation() throws {
        let world = try PumpWorld()
        let (one, two) = (try TestRun(1, 1), try TestRun(1, 2))
        try Self.start(one, world)
        try #require(world.pump.rotate(world.path("out.log"), by: LogRotation(maxSize: 64)))
        one.out.write("last\n")
        #expect(eventually { text(world.path("out.log")) == "last\n" })
        try Self.start(two, world)
        for number in 10...40 { two.out.write("line \(number)\n") }
        #expect(
            eventually {
                text(world.path("out.log")).hasSuffix("line 40\n") && partNumbers(world.path("out.log")).count > 2
            })
        one.exit()
        #expect(eventually { Self.end(of: one, world) == 5 })
    }

    /// What was said before it is done, and the answer says which disk is full.
    @Test func whatCannotBeWrittenIsKnownWhenThePumpReports() throws {
        let world = try PumpWorld()
        let run = try TestRun(1)
        let bad = "/proc/nobody/out.log"
        try world.open(bad)
        try world.open(world.path("err.log"))
        try world.attach(run, out: bad, error: world.path("err.log"))
        try #require(world.pump.report(7, on: [world.folder.path, "/nowhere"]))
        #expect(eventually { world.facts.all.contains(.reported(7, full: [])) })
        let facts = world.facts.all
        let blocked = facts.firstIndex { if case .blocked(bad, _) = $0 { true } else { false } }
        let reported = facts.firstIndex(of: .reported(7, full: []))
        #expect(try #require(blocked) < #require(reported))
    }
}
