import Core
import Testing

/// Waits that outlive the engine, and what follows when we give up.
@Suite struct KernelBackoffTests {
    /// An app that has crashed twice and waits for `delay` from its last exit on.
    static func waiting(_ delay: Int, _ edit: (inout AppSpec) -> Void = { _ in }) -> World {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(
            World.spec("bad") {
                $0.restart = RestartPolicy(strategy: .fixed, delay: delay)
                edit(&$0)
            })
        world.pass(100)
        #expect(world.status("bad#0") == .waiting)
        return world
    }

    @Test func anEngineThatDiedInABackoffGoesOnWithIt() {
        var world = Self.waiting(15_000)
        let until = world.process("bad#0")?.waitsUntil
        world.pass(4000)
        world.crash()
        #expect(world.status("bad#0") == .waiting)
        #expect(world.process("bad#0")?.reason == "exit 1, 1st try in a row after a backoff")
        #expect(world.process("bad#0")?.waitsUntil == until)
        world.pass(10_900)
        #expect(world.spawns.count == 1)
        world.pass(100)
        #expect(world.spawns.count == 2)
    }

    @Test func aBackoffThatIsOverMeanwhileEndsAtOnce() {
        var world = Self.waiting(15_000)
        world.timers = [:]
        world.pass(20_000)
        #expect(world.spawns.count == 1, "no engine was there to start it")
        world.crash()
        #expect(world.spawns.count == 2)
        #expect(world.process("bad#0")?.restarts == 1)
    }

    /// The exit came while no engine ran: the wait is counted from the exit.
    @Test func anExitWithoutAnEngineIsWaitedForFromItsOwnTime() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 500)
        _ = world.start(World.spec("bad") { $0.restart = RestartPolicy(strategy: .fixed, delay: 5000) })
        world.pass(501)
        world.timers = [:]
        world.gathered = []
        world.unacknowledged = []
        world.flushAt = nil
        world.pass(3000)
        world.crash()
        #expect(world.status("bad#0") == .waiting)
        world.pass(1990)
        #expect(world.spawns.count == 1)
        world.pass(20)
        #expect(world.spawns.count == 2)
    }

    @Test func aRowOfDelaysGoesOnOverCrashesOfOurs() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(World.spec("bad") { $0.restart.jitter = 0 })
        for _ in 0..<12 {
            world.pass(250)
            world.crash()
        }
        // 0, 100, 200, 400, 800, 1600: six restarts and the first start in three seconds.
        #expect((5...7).contains(world.spawns.count))
    }

    @Test func noStoredWaitIsLongerThanItsPolicy() {
        var world = Self.waiting(1000)
        world.stored.instances[0].backoff?.until = Instant(nanoseconds: .max)
        world.stored.instances[0].backoff?.reason = nil
        world.crash()
        #expect(world.process("bad#0")?.reason == "a backoff")
        world.pass(15_100)
        #expect(world.spawns.count == 2)
    }

    /// Only the boot clock counts: a wall clock that is set changes no delay, no window and no cool-down.
    @Test(arguments: [-86_400_000_000, 86_400_000_000] as [Int64]) func theWallClockMayJump(by step: Int64) {
        var world = Self.waiting(2000) {
            $0.restart.maxRestarts = 2; $0.restart.coolDown = 3000
        }
        world.now.wall.milliseconds += step
        world.crash()
        world.pass(1900)
        #expect(world.spawns.count == 1)
        world.now.wall.milliseconds -= 2 * step
        world.pass(120)
        #expect(world.spawns.count == 2)
        #expect(world.status("bad#0") == .errored)
        world.now.wall.milliseconds += step
        world.pass(2900)
        #expect(world.spawns.count == 2)
        world.pass(200)
        #expect(world.spawns.count == 3)
    }

    @Test func anotherKeeperStartsAllAtOnce() {
        var world = Self.waiting(15_000)
        world.reboot()
        #expect(world.spawns.count == 2)
        #expect(world.process("bad#0")?.restarts == 0)
    }

    /// Keeper and engine were killed together, and something was found alive: nothing was stopped, so waits go on and
    /// quick exits still count.
    @Test func aKeeperThatHasAdoptedGoesOnWithBackoffs() {
        var world = Self.waiting(15_000) { $0.restart.maxRestarts = 2 }
        world.pass(4000)
        world.kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 3)
        world.timers = [:]
        world.take(.recovered(world.stored, [], EngineStart(keeper: "2", isEmbedded: false, hasAdopted: true)))
        #expect(world.process("bad#0")?.reason == "exit 1, 1st try in a row after a backoff")
        world.pass(10_000)
        #expect(world.spawns.count == 1)
        world.pass(1500)
        #expect(world.spawns.count == 2)
        #expect(world.status("bad#0") == .errored)
        #expect(world.process("bad#0")?.reason == "2 quick exits, the last exit 1")
    }

    // MARK: cool-down

    /// Gives up after two quick exits and is tried again after ten seconds.
    static func cooling() -> World {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(World.spec("bad") { $0.restart = RestartPolicy(maxRestarts: 2, coolDown: 10_000) })
        world.pass(100)
        return world
    }

    @Test func whatGaveUpIsTriedAgainAfterItsCoolDown() {
        var world = Self.cooling()
        #expect(world.spawns.count == 2)
        let process = world.process("bad#0")
        #expect(process?.status == .errored)
        #expect(process?.reason == "2 quick exits, the last exit 1")
        #expect(process?.waitsUntil != nil)
        #expect(world.events.last?.message == "2 quick exits, the last exit 1, tried again in 10000 ms")
        world.behaviours["bad"] = .stays
        world.pass(10_000)
        #expect(world.status("bad#0") == .online)
        #expect(world.process("bad#0")?.reason == nil)
        #expect(world.spawns.count == 3)
    }

    @Test func aCoolDownHasAllItsTriesAgain() {
        var world = Self.cooling()
        world.pass(10_100)
        #expect(world.spawns.count == 4)
        #expect(world.status("bad#0") == .errored)
    }

    @Test func aCoolDownOutlivesTheEngine() {
        var world = Self.cooling()
        world.pass(5000)
        world.crash()
        #expect(world.status("bad#0") == .errored)
        #expect(world.process("bad#0")?.reason == "2 quick exits, the last exit 1")
        world.pass(4800)
        #expect(world.spawns.count == 2)
        world.pass(200)
        #expect(world.spawns.count == 4)
    }

    @Test func peopleNeedNotWaitForACoolDown() {
        var world = Self.cooling()
        world.behaviours["bad"] = .stays
        world.say(.start(StartRequest(targets: ["bad"])))
        world.pass(5)
        #expect(world.status("bad#0") == .online)
        #expect(world.process("bad#0")?.restarts == 0)
        world.pass(20_000)
        #expect(world.spawns.count == 3)
    }

    @Test func aStopEndsACoolDown() {
        var world = Self.cooling()
        let before = world.events.count
        world.say(.stop(["bad"]))
        #expect(world.status("bad#0") == .stopped)
        #expect(world.events[before...].map(\.name) == [.stopped])
        world.pass(20_000)
        world.crash()
        world.pass(20_000)
        #expect(world.spawns.count == 2)
    }

    @Test func aStopOfWhatGaveUpForGoodIsToldOnce() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(World.spec("bad") { $0.restart.maxRestarts = 1 })
        world.pass(50)
        let before = world.events.count
        world.say(.stop(["bad"]))
        #expect(world.events[before...].map(\.name) == [.stopped])
    }

    // MARK: final exits and crashes

    @Test func aFinalExitStops() {
        var world = World()
        world.behaviours["job"] = .exits(3, after: 10)
        _ = world.start(World.spec("job") { $0.restart.stopExitCodes = [.code(3)] })
        world.pass(50)
        #expect(world.status("job#0") == .stopped)
        world.crash()
        world.pass(50)
        #expect(world.spawns.count == 1)
        #expect(!world.events.contains { $0.crash == true }, "its policy takes it as an end")
    }

    @Test func onlyABadEndThatNobodyWantedIsACrash() {
        var world = World()
        world.behaviours = ["bad": .exits(3, after: 10), "good": .exits(0, after: 10), "messy": .leavesOrphan(2)]
        _ = world.start(
            World.spec("bad") { $0.restart.mode = .never }, World.spec("good") { $0.restart.mode = .never },
            World.spec("messy") { $0.restart.mode = .never }, World.spec("api"))
        world.pass(50)
        world.say(.stop(["api"]))
        world.pass(50)
        let crashes = world.events.filter { $0.crash == true }
        #expect(Set(crashes.compactMap(\.process?.name)) == ["bad", "messy"])
        #expect(crashes.allSatisfy { $0.name == .exited })
        #expect(world.events.filter { $0.name == .exited }.count == 4)
    }

    /// What an engine published and had not stored is not numbered again by the next.
    @Test func numbersOfEventsRiseOverCrashes() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 3)
        _ = world.start(World.spec("bad") { $0.restart = RestartPolicy(delay: 0, minUptime: 0) })
        // The last ones die before they have stored anything at all.
        for pause in [37, 37, 37, 0, 1, 0] {
            world.pass(pause)
            world.crash()
        }
        let numbers = world.events.map(\.seq)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }
}
