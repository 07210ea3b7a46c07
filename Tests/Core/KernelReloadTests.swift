import Core
import Testing

/// Reload: a run is replaced when its successor is online, and not before.
@Suite struct KernelReloadTests {
    private func world(_ instances: Int = 2, _ edit: (inout AppSpec) -> Void = { _ in }) -> World {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.instances = instances
                $0.restart.minUptime = 0
                edit(&$0)
            })
        world.pass(5)
        return world
    }

    private func runs(_ world: World) -> [String] {
        world.processes.filter { $0.value.mainLives }.keys.map { "\($0.instance).\($0.run)" }.sorted()
    }

    @Test func theNewRunIsOnlineBeforeTheOldOneEnds() throws {
        var world = world()
        let before = runs(world)
        let request = world.say(.reload(["api"]))
        #expect(world.statuses == [.reloading, .online], "one after the other")
        #expect(world.signals.isEmpty && world.reloaded(request) == nil)
        world.pass(1)
        #expect(world.live == 3 && world.signals.map(\.signal) == [15])
        #expect(world.process("api#0")?.pid == 1003, "it has taken over")
        #expect(world.statuses == [.reloading, .online])
        world.pass(50)
        let result = try #require(world.reloaded(request))
        #expect(result.processes.map(\.status) == [.online, .online] && result.failures.isEmpty)
        #expect(result.restarted.isEmpty && world.live == 2)
        #expect(Set(runs(world)).isDisjoint(with: before))
        #expect(world.process("api#1")?.restarts == 1)
        #expect(
            world.names("api#0").suffix(5) == [.starting, .reloaded, .stopping, .exited, .online])
        #expect(world.timers.isEmpty)
    }

    /// PM2's complaint 22: a reload that fails must not leave the app down.
    @Test func theOldRunStaysWhenTheNewOneEnds() throws {
        var world = world()
        world.spawnTime = 5
        world.behaviours["api"] = .cannotExecute(.execute)
        let old = runs(world)
        let request = world.say(.reload(["api"]))
        world.pass(50)
        let result = try #require(world.reloaded(request))
        #expect(result.failures.map(\.code) == [.reloadFailed])
        #expect(result.failures[0].what.hasPrefix("api#0 "))
        #expect(result.failures[0].next.hasPrefix("the run before goes on"))
        #expect(runs(world) == old && world.statuses == [.online, .online])
        #expect(world.signals.isEmpty, "no other instance was touched")
        world.behaviours = [:]
        let again = world.say(.reload(["api"]))
        world.pass(100)
        #expect(world.reloaded(again)?.failures.isEmpty == true)
        #expect(Set(runs(world)).isDisjoint(with: old))
    }

    @Test func anOldRunThatDiesBeforeItsTimeIsReplacedAtOnce() {
        var world = world()
        world.spawnTime = 10
        world.say(.reload(["api#0"]))
        let old = world.processes.first { $0.key.run == 1 && $0.value.pid == 1001 }?.key
        if let old { world.die(old, .signal(9, core: false)) }
        world.pass(3)
        #expect(world.status("api#0") == .starting)
        world.pass(60)
        #expect(world.status("api#0") == .online && world.process("api#0")?.restarts == 1)
        #expect(world.live == 2)
    }

    /// The new run crashes while the old one still ends: the restart policy decides when that is gone.
    @Test func theNewRunMayDieBeforeTheOldOneIsGone() {
        var world = self.world { $0.killTimeout = 500 }
        world.behaviours["api"] = .ignoresTerm
        _ = world.say(.restart(["api"]))
        world.pass(2000)
        world.behaviours["api"] = .exits(3, after: 20)
        world.say(.reload(["api#0"]))
        world.pass(200)
        #expect(world.status("api#0") == .stopping, "the old one is all there is")
        world.behaviours = [:]
        world.crash()
        #expect(world.live == 2)
        world.pass(5000)
        #expect(world.statuses == [.online, .online] && world.live == 2)
    }

    @Test func aDeafOldRunIsKilled() {
        var world = world(2) { $0.killTimeout = 100 }
        world.behaviours["api"] = .ignoresTerm
        world.say(.restart(["api"]))
        world.pass(1000)
        world.behaviours = [:]
        world.signals = []
        let request = world.say(.reload(["api#0"]))
        world.pass(50)
        #expect(world.reloaded(request) == nil && world.status("api#0") == .reloading)
        world.pass(100)
        #expect(world.signals.map(\.signal) == [15, 9] && world.reloaded(request) != nil)
    }

    @Test func leftoversOfEitherRunAreSwept() throws {
        var world = world(2) {
            $0.killTimeout = 100
            $0.restart.minUptime = 300
        }
        world.behaviours["api"] = .leavesOrphan(1)
        let failed = world.say(.reload(["api#0"]))
        world.pass(1000)
        #expect(world.reloaded(failed)?.failures.count == 1 && world.live == 2)
        world.behaviours["api"] = .orphanIgnoresTerm
        let first = world.say(.reload(["api"]))
        world.pass(1000)
        #expect(world.reloaded(first)?.failures.isEmpty == true)
        let second = world.say(.reload(["api"]))
        world.pass(1000)
        #expect(world.reloaded(second)?.failures.isEmpty == true && world.live == 2)
        #expect(world.timers.isEmpty)
    }

    @Test func whatIsSaidMeanwhileWins() {
        for (command, live) in [
            (FleetCommand.stop(["api"]), 0), (.restart(["api"]), 2), (.delete(["api"]), 0), (.reload(["api"]), 2),
            (.start(StartRequest(targets: ["api"])), 2),
        ] {
            for delay in [0, 2] {
                var world = world()
                world.spawnTime = delay
                let first = world.say(.reload(["api"]))
                world.pass(delay)
                let second = world.say(command)
                world.pass(1000)
                #expect(world.live == live, "\(command) after \(delay) ms")
                #expect(world.answers[first] != nil && world.answers[second] != nil)
                #expect(world.statuses.allSatisfy { $0 == (live > 0 ? .online : .stopped) })
                #expect(world.timers.isEmpty)
            }
        }
    }

    @Test func shutdownEndsBothRuns() {
        var world = world()
        world.say(.reload(["api"]))
        world.pass(1)
        world.say(.shutdown(halt: true))
        world.pass(100)
        #expect(world.left && world.live == 0)
    }

    @Test func aSingleInstanceIsRestarted() throws {
        var world = world(1)
        let request = world.say(.reload(["api"]))
        #expect(world.statuses == [.stopping])
        world.pass(50)
        let result = try #require(world.reloaded(request))
        #expect(result.restarted == ["api"] && result.failures.isEmpty && world.live == 1)
        world.behaviours["api"] = .cannotExecute(.execute)
        let second = world.say(.reload(["api"]))
        world.pass(3000)
        let failure = try #require(world.reloaded(second)?.failures.first)
        #expect(failure.code == .reloadFailed && !failure.next.hasPrefix("the run before"))
    }

    @Test func oneWithASharedPortIsReplaced() {
        for cluster in [ClusterSpec(mode: .cluster, port: 80), ClusterSpec(port: 80, reusePort: true)] {
            var world = world(1) { $0.cluster = cluster }
            let request = world.say(.reload(["api"]))
            #expect(world.statuses == [.reloading])
            world.pass(50)
            #expect(world.reloaded(request)?.restarted.isEmpty == true)
        }
    }

    @Test func portsOfTheirOwnMeanRestartsOneByOne() {
        var world = world(3) { $0.cluster = ClusterSpec(incrementVar: "PORT") }
        let request = world.say(.reload(["api"]))
        #expect(world.statuses == [.stopping, .online, .online])
        world.pass(100)
        #expect(world.reloaded(request)?.restarted == ["api"] && world.live == 3)
    }

    @Test func whatIsDownIsStarted() {
        var world = world()
        world.say(.stop(["api#1"]))
        world.pass(50)
        let request = world.say(.reload(["api"]))
        world.pass(100)
        #expect(world.reloaded(request)?.processes.map(\.status) == [.online, .online])
    }

    @Test func aReloadOutlivesTheEngine() {
        for moment in 0..<12 {
            var world = world(3)
            world.spawnTime = 2
            world.behaviours["api"] = .stays
            let old = runs(world)
            world.say(.reload(["api"]))
            world.pass(moment)
            world.crash()
            world.pass(200)
            #expect(world.statuses == [.online, .online, .online], "killed after \(moment) ms")
            #expect(world.live == 3 && Set(runs(world)).isDisjoint(with: old))
            #expect(world.timers.isEmpty)
        }
    }

    @Test func aFailedReloadIsNotTriedAgainByTheNextEngine() {
        var world = world()
        world.behaviours["api"] = .cannotExecute(.execute)
        world.say(.reload(["api"]))
        world.pass(100)
        let spawns = world.spawns.count
        world.behaviours = [:]
        world.crash()
        world.pass(100)
        #expect(world.spawns.count == spawns && world.live == 2)
        #expect(world.statuses == [.online, .online])
        // The old run is the instance's own still: when it ends, another begins.
        if let id = world.processes.first(where: { $0.value.pid == 1001 })?.key {
            world.die(id, .code(1))
        }
        world.pass(100)
        #expect(world.live == 2 && world.statuses == [.online, .online])
    }

    @Test func aNewBootForgetsIt() {
        var world = world()
        world.spawnTime = 50
        world.say(.reload(["api"]))
        world.reboot()
        world.pass(500)
        #expect(world.statuses == [.online, .online] && world.live == 2)
    }

    @Test func aStopIsObeyedByTheNextEngine() {
        var world = world()
        world.say(.reload(["api"]))
        world.pass(1)
        world.say(.stop(["api"]))
        world.crash()
        world.pass(100)
        #expect(world.statuses == [.stopped, .stopped] && world.live == 0)
    }

    @Test func aCommandThatIsSentAgainIsNotDoneAgain() {
        var world = world()
        let first = world.say(.once("k", .reload(["api"])))
        world.pass(100)
        let spawns = world.spawns.count
        let second = world.say(.once("k", .reload(["api"])))
        world.pass(100)
        #expect(world.spawns.count == spawns)
        #expect(world.reloaded(first)?.processes.count == 2 && world.reloaded(second)?.processes.count == 2)
    }

    /// Ready is what the app says, not what exec says.
    @Test func theOldRunEndsWhenTheNewOneIsReady() throws {
        func ready() -> World {
            var world = self.world {
                $0.ready = Readiness(notify: .systemd, timeout: 1000)
                $0.shutdownWithMessage = true
            }
            for number in 2...3 as ClosedRange<UInt64> {
                world.take(.sign(RunID(instance: number, run: 1), .ready))
            }
            return world
        }
        var world = ready()
        let new = RunID(instance: 2, run: 2)
        let request = world.say(.reload(["api#0"]))
        world.pass(100)
        #expect(world.statuses == [.reloading, .online] && world.live == 3 && world.signals.isEmpty)
        world.take(.sign(new, .alive))
        world.take(.sign(new, .ready))
        world.take(.sign(new, .ready))
        #expect(world.names("api#0").suffix(3) == [.starting, .reloaded, .stopping])
        world.pass(100)
        #expect(world.reloaded(request)?.failures.isEmpty == true && world.live == 2)

        world = ready()
        let late = world.say(.reload(["api#0"]))
        world.pass(1100)
        let failure = try #require(world.reloaded(late)?.failures.first)
        #expect(failure.why.contains("it was not ready in 1000 ms"))
        #expect(world.live == 2 && world.status("api#0") == .online && world.timers.isEmpty)

        world = ready()
        _ = world.say(.reload(["api#0"]))
        world.pass(10)
        world.crash()
        #expect(world.statuses == [.reloading, .online])
        world.take(.sign(new, .ready))
        world.crash()
        // What was not stored is heard once more.
        world.take(.sign(new, .ready))
        world.pass(100)
        #expect(world.statuses == [.online, .online] && world.live == 2 && world.timers.isEmpty)
    }

    /// PM2's complaint 23: a broken release takes no instance down, though nothing tells when it is ready.
    @Test func aNewRunIsOnTrial() {
        func tried() -> World { self.world { $0.restart.minUptime = 1000 } }
        var world = tried()
        let old = runs(world)
        world.behaviours["api"] = .exits(1, after: 900)
        let failed = world.say(.reload(["api"]))
        world.pass(2000)
        #expect(world.reloaded(failed)?.failures.count == 1 && runs(world) == old && world.timers.isEmpty)
        world.behaviours = [:]
        let done = world.say(.reload(["api"]))
        world.pass(900)
        #expect(world.statuses == [.reloading, .online] && world.signals.isEmpty)
        world.crash()
        world.pass(90)
        #expect(world.statuses == [.reloading, .online] && world.signals.isEmpty, "the trial goes on")
        world.pass(1200)
        #expect(world.statuses == [.online, .online] && Set(runs(world)).isDisjoint(with: old))
        #expect(world.reloaded(done) == nil && world.timers.isEmpty)

        world = tried()
        world.say(.reload(["api"]))
        world.pass(10)
        world.say(.stop(["api"]))
        world.pass(100)
        #expect(world.live == 0 && world.timers.isEmpty)

        world = tried()
        world.say(.reload(["api"]))
        world.pass(10)
        world.die(RunID(instance: 2, run: 1), .code(0))
        world.pass(100)
        #expect(world.statuses == [.online, .reloading], "it has won, and the next one has its turn")
        #expect(world.timers.keys.allSatisfy { $0.id.instance == 3 })
        world.take(.timer(TimerID(id: RunID(instance: 2, run: 2), kind: .proof)))
        #expect(world.statuses == [.online, .reloading])
    }

    @Test func mainPidsAreThoseOfBothRuns() {
        var world = world()
        world.say(.reload(["api#0"]))
        world.pass(1)
        #expect(world.kernel.mainPids() == [1001, 1002, 1003])
        #expect(world.kernel.isBeside(RunID(instance: 2, run: 1)))
    }

    @Test func aSpawnIsRepeatedForTheRunBeside() {
        var world = world()
        world.say(.reload(["api#0"]))
        let order = world.spawns.last
        #expect(order != nil && order.flatMap { world.kernel.spawnOrder(of: $0.id) } == order)
        #expect(world.kernel.spawnOrder(of: RunID(instance: 2, run: 9)) == nil)
    }
}
