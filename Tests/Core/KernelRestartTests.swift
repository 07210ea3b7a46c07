import Core
import Testing

@Suite struct KernelRestartTests {
    @Test func aCrashIsRestartedAtOnceAndThenWithBackoff() {
        var world = World()
        world.behaviours["bad"] = .exits(3, after: 10)
        _ = world.start(World.spec("bad"))
        world.pass(13)
        #expect(world.spawns.count == 2)
        world.pass(200)
        #expect(
            world.names("bad#0").prefix(10) == [
                .created, .starting, .online, .exited, .restarting, .starting, .online, .exited, .waiting, .restarting,
            ])
        #expect(world.process("bad#0")?.exit == .code(3))
        #expect(world.process("bad#0")?.restarts == world.spawns.count - 1)
        #expect(world.exits.allSatisfy { $0.exit == .code(3) && $0.uptime == 10 })
    }

    @Test func sixteenQuickExitsGiveUp() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 1)
        _ = world.start(World.spec("bad") { $0.restart.delay = 0 })
        world.pass(1000)
        #expect(world.status("bad#0") == .errored)
        #expect(world.process("bad#0")?.reason == "16 quick exits, the last exit 1")
        #expect(world.spawns.count == 16)
        world.behaviours["bad"] = .stays
        world.say(.start(StartRequest(targets: ["bad"])))
        world.pass(5)
        #expect(world.status("bad#0") == .online)
        #expect(world.process("bad#0")?.restarts == 0)
    }

    @Test func aFinishedProgramIsStoppedAndStaysSoOverACrashOfOurs() {
        var world = World()
        world.behaviours["job"] = .exits(0, after: 10)
        _ = world.start(World.spec("job") { $0.restart.mode = .onFailure })
        world.pass(50)
        #expect(world.status("job#0") == .stopped)
        #expect(world.process("job#0")?.exit == .code(0))
        world.crash()
        world.pass(50)
        #expect(world.spawns.count == 1)
    }

    @Test func leftoversAreSweptBeforeTheNextRun() {
        var world = World()
        world.behaviours["messy"] = .leavesOrphan(1)
        _ = world.start(World.spec("messy") { $0.killTimeout = 500 })
        world.pass(100)
        #expect(world.status("messy#0") == .stopping)
        #expect(world.spawns.count == 1)
        world.behaviours["messy"] = .stays
        world.pass(1000)
        #expect(world.status("messy#0") == .online)
        #expect(world.live == 1)
    }

    @Test func restartReplacesTheRun() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        let pid = world.process("api#0")?.pid
        let request = world.say(.restart(["api"]))
        world.pass(10)
        #expect(world.started(request)?.processes.first?.status == .online)
        #expect(world.process("api#0")?.pid != pid)
        #expect(world.process("api#0")?.restarts == 1)
    }

    @Test func restartOfWhatIsDownStartsIt() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.say(.stop(["api"]))
        world.pass(5)
        world.say(.restart(["api"]))
        world.pass(5)
        #expect(world.status("api#0") == .online)
        world.behaviours["api"] = .exits(1, after: 2)
        world.say(.restart(["api"]))
        world.pass(30)
        #expect(world.status("api#0") == .waiting)
        world.behaviours["api"] = .stays
        world.say(.restart(["api"]))
        world.pass(5)
        #expect(world.status("api#0") == .online)
    }

    @Test func aProgramBeingReplacedIsTriedAgain() {
        var world = World()
        world.behaviours["api"] = .busy(times: 3)
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.say(.restart(["api"]))
        world.pass(5000)
        #expect(world.status("api#0") == .online)
        #expect(world.process("api#0")?.restarts == 4)
    }

    @Test func aProgramThatVanishedIsErroredWhenItsPolicyWantsNoRestart() {
        var world = World()
        _ = world.start(World.spec("api") { $0.restart.mode = .never })
        world.pass(5)
        world.behaviours["api"] = .cannotExecute(.execute)
        world.say(.restart(["api"]))
        world.pass(50)
        #expect(world.status("api#0") == .errored)
    }
}
