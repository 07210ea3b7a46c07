import Core
import Testing

@Suite struct KernelRecoveryTests {
    @Test func aCrashOfTheEngineChangesNothing() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 3 })
        world.pass(5)
        let before = world.kernel.list(at: world.now)
        world.crash()
        #expect(world.kernel.list(at: world.now) == before)
        #expect(world.attached.count == 3)
        world.pass(1000)
        #expect(world.spawns.count == 3)
    }

    @Test func anExitDuringTheCrashIsSeenOnce() {
        var world = World()
        world.behaviours["bad"] = .exits(9, after: 100)
        _ = world.start(World.spec("bad") { $0.restart.mode = .onFailure })
        world.pass(50)
        world.crash()
        world.pass(80)
        #expect(world.exits.map(\.exit) == [.code(9)])
        #expect(world.spawns.count == 2)
    }

    @Test func aStopThatWasAcknowledgedIsFinishedAfterACrash() {
        var world = World()
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("deaf") { $0.killTimeout = 1000 })
        world.pass(5)
        world.say(.stop(["deaf"]))
        world.pass(500)
        world.crash()
        world.pass(1100)
        #expect(world.status("deaf#0") == .stopped)
        #expect(world.live == 0)
    }

    @Test func aStopWhoseEndWasNotStoredYetStaysAStop() {
        for command in [FleetCommand.stop(["api"]), .delete(["api"]), .shutdown(halt: true)] {
            var world = World()
            _ = world.start(World.spec("api"), World.spec("messy"))
            world.pass(50)
            world.say(command)
            world.pass(5)
            world.crash()
            world.pass(100)
            #expect(world.status("api#0") == (command == .delete(["api"]) ? nil : .stopped))
            #expect(world.spawns.filter { $0.program == "/usr/bin/api" }.count == 1)
        }
    }

    @Test func leftoversOfAStopAreKilledAfterACrash() {
        var world = World()
        world.behaviours["messy"] = .orphanIgnoresTerm
        _ = world.start(World.spec("messy") { $0.killTimeout = 500 })
        world.pass(50)
        world.say(.stop(["messy"]))
        world.pass(100)
        world.crash()
        #expect(world.status("messy#0") == .stopping)
        world.pass(700)
        #expect(world.live == 0)
        #expect(world.status("messy#0") == .stopped)
    }

    @Test func aDeletionGoesOnAfterACrash() {
        var world = World()
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("deaf") { $0.killTimeout = 500 })
        world.pass(50)
        world.say(.delete(["deaf"]))
        world.pass(100)
        world.crash()
        world.pass(1000)
        #expect(world.statuses.isEmpty && world.live == 0)
        #expect(world.stored.apps.isEmpty)
    }

    @Test func restartsThatWereNotStoredAreCounted() {
        var world = World()
        world.behaviours["bad"] = .exits(9, after: 100)
        _ = world.start(World.spec("bad"))
        world.pass(103)
        world.crash()
        #expect(world.process("bad#0")?.restarts == 1)
    }

    @Test func aRunThatComesLateIsNotASecondOne() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.crash()
        let late = RunID(instance: world.spawns[0].id.instance, run: 99)
        let effects = world.kernel.step(.spawned(late, pid: 7, since: world.now.boot), at: world.now)
        #expect(effects.keeper == [.discard(late)])
    }

    @Test func whatHadGivenUpIsNotStartedByACrashOfOurs() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 1)
        _ = world.start(World.spec("bad") { $0.restart.delay = 0 })
        world.pass(500)
        world.crash()
        world.pass(500)
        #expect(world.status("bad#0") == .errored)
        #expect(world.spawns.count == 16)
    }

    @Test func aRunOfNobodyIsEnded() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.stored = StoredFleet()
        world.crash()
        world.pass(10)
        #expect(world.live == 0)
        #expect(world.statuses.isEmpty)
    }

    @Test func anInstanceWithoutItsAppIsForgotten() {
        var world = World()
        world.stored.instances = [InstanceRecord(key: 7, app: 99, number: 0, id: 0, wanted: .running)]
        world.crash()
        #expect(world.statuses.isEmpty)
    }

    @Test func anExitThatWasNotStoredYetIsNotLostAndCountsOnce() {
        var world = World()
        world.behaviours["bad"] = .exits(9, after: 100)
        _ = world.start(World.spec("bad"))
        world.pass(103)
        #expect(world.spawns.count == 2)
        #expect(world.exits.isEmpty)
        world.crash()
        world.pass(50)
        #expect(world.exits.map(\.exit) == [.code(9)])
        #expect(world.spawns.count == 2)
        #expect(world.status("bad#0") == .online)
    }

    @Test func aBackoffCutShortByACrashStillCountsAsARestart() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(World.spec("bad"))
        world.pass(60)
        #expect(world.status("bad#0") == .waiting)
        let restarts = world.process("bad#0")?.restarts ?? 0
        world.behaviours["bad"] = .stays
        world.crash()
        #expect(world.status("bad#0") == .waiting)
        world.pass(120)
        #expect(world.status("bad#0") == .online)
        #expect(world.process("bad#0")?.restarts == restarts + 1)
    }

    @Test func factsAboutUnknownRunsAreAnswered() {
        var world = World()
        let id = RunID(instance: 77, run: 1)
        let end = RunEnd(exit: .code(0), pid: 5, since: world.now.boot, at: world.now.boot, left: 0)
        var kernel = world.kernel
        #expect(kernel.step(.spawned(id, pid: 5, since: world.now.boot), at: world.now).keeper == [.discard(id)])
        #expect(kernel.step(.exited(id, end), at: world.now).acknowledge == [id])
        #expect(kernel.step(.gone(id), at: world.now).acknowledge == [id])
        #expect(kernel.step(.timer(TimerID(id: id, kind: .kill)), at: world.now) == Effects())
        _ = world.start(World.spec("api"))
        world.pass(5)
        let known = RunID(instance: world.spawns[0].id.instance, run: 1)
        kernel = world.kernel
        #expect(kernel.step(.spawned(known, pid: 5, since: world.now.boot), at: world.now).publish.isEmpty)
        #expect(kernel.step(.gone(known), at: world.now).acknowledge == [known])
    }

    /// Crashes at random moments under random commands: the fleet always ends where the commands said.
    @Test(arguments: 0..<150) func randomCrashesLoseNothing(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var world = World()
        let kinds: [Behaviour] = [
            .stays, .exits(1, after: 30), .exits(0, after: 2500), .ignoresTerm, .leavesOrphan(2), .orphanIgnoresTerm,
        ]
        let names = ["a", "b", "c", "d"]
        for name in names { world.behaviours[name] = kinds.randomElement(using: &random) }
        for _ in 0..<60 {
            let name = names.randomElement(using: &random) ?? "a"
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                _ = world.start(
                    World.spec(name) {
                        $0.killTimeout = 300; $0.instances = 2
                    })
            case 3: world.say(.stop(["/\(name)/"]))
            case 4: world.say(.restart(["/\(name)/"]))
            case 5: world.say(.delete(["/\(name)/"]))
            case 6, 7: world.crash()
            default: break
            }
            world.pass(Int.random(in: 0...400, using: &random))
            checkInvariants(world)
        }
        world.say(.stop(["all"]))
        world.pass(5000)
        #expect(world.live == 0)
        #expect(world.statuses.allSatisfy { $0 == .stopped })
        #expect(Set(world.exits.map { RunID(instance: $0.instance, run: $0.run) }).count == world.exits.count)
    }

    /// Never two live runs of one instance; never a quiet status while something lives.
    func checkInvariants(_ world: World) {
        var owners: Set<UInt64> = []
        for (id, process) in world.processes where process.mainLives || process.orphanLives {
            #expect(owners.insert(id.instance).inserted)
        }
        let quiet = world.stored.instances.filter { record in
            world.kernel.list(at: world.now).contains {
                $0.id == record.id && [.stopped, .errored, .waiting].contains($0.status)
            }
        }
        for record in quiet { #expect(!owners.contains(record.key)) }
    }
}
