import Core
import Testing

/// The words that people read: of a job that is done, and of which try it is.
@Suite struct KernelWordTests {
    private static func job(_ code: Int32, after: Int = 10, _ edit: (inout AppSpec) -> Void = { _ in }) -> World {
        var world = World()
        world.behaviours["job"] = .exits(code, after: after)
        _ = world.start(
            World.spec("job") {
                $0.restart = RestartPolicy(mode: .never)
                edit(&$0)
            })
        world.pass(100)
        return world
    }

    /// In lists, graphs and stories alike.
    private func words(_ world: World) -> [String?] {
        [
            world.process("job#0")?.word,
            world.kernel.graph().nodes.first.map { $0.finished == 1 ? "finished" : "stopped" },
            (try? world.kernel.subjects(of: ["job"], at: world.now))?.first?.process.word,
        ]
    }

    @Test func aJobThatEndedWellHasFinished() {
        var world = Self.job(0)
        #expect(words(world) == ["finished", "finished", "finished"])
        #expect(world.status("job#0") == .stopped)
        world.crash()
        #expect(words(world) == ["finished", "finished", "finished"])
        world.say(.stop(["job"]))
        world.pass(10)
        #expect(world.process("job#0")?.word == "stopped", "people have the last word")
    }

    @Test func whatFailedOrWasStoppedHasNot() {
        #expect(words(Self.job(3)) == ["stopped", "stopped", "stopped"])
        var world = Self.job(0)
        world.behaviours["job"] = .stays
        _ = world.start(World.spec("job"))
        world.say(.start(StartRequest(targets: ["job"])))
        world.pass(100)
        #expect(world.process("job#0")?.word == "online")
        world.say(.stop(["job"]))
        world.pass(100)
        #expect(words(world) == ["stopped", "stopped", "stopped"])
    }

    /// `od list` counts restarts since the start; what is said of a wait counts those in a row, and says so.
    @Test func triesAreCountedInARow() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(
            World.spec("bad") {
                $0.restart = RestartPolicy(
                    strategy: .fixed, delay: 100, maxRestarts: Defaults.countedRestarts + 1)
            })
        world.pass(24 * 110)
        let waits = world.events.filter { $0.name == .waiting }.compactMap(\.message)
        let ordinals = ["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "11th", "12th", "13th"]
        #expect(waits.prefix(13) == ordinals.map { "\($0) try in a row, in 100 ms" }[...])
        #expect(waits.dropFirst(20).prefix(3).map { $0.prefix(4) } == ["21st", "22nd", "23rd"])
    }
}
