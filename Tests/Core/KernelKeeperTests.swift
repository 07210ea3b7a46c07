import Core
import Testing

/// The death of keepers, as the kernel sees it.
@Suite struct KernelKeeperTests {
    @Test func anotherKeeperIsToldAndStored() {
        var world = World(embedded: true)
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.take(.keeper(.lost("pid 1 killed")))
        world.take(.keeper(.replaced(keeper: "2", "by pid 5")))
        world.pass(100)
        #expect(world.events.suffix(2).map(\.name) == [.keeperLost, .keeperReplaced])
        #expect(world.events.suffix(2).map(\.message) == ["pid 1 killed", "by pid 5"])
        #expect(world.stored.home.keeper == "2")
        #expect(world.status("api#0") == .online && world.spawns.count == 1)
        // The next engine of that keeper is not its first one: the dashboard's tie is as it was.
        world.keeper = "2"
        world.crash()
        #expect(world.kernel.isEmbedded)
        #expect(world.events.last?.name == .engineRecovered)
    }

    @Test func aSuccessorOfTheSameTableIsNotStoredAgain() {
        var world = World()
        let effects = world.kernel.step(.keeper(.replaced(keeper: "1", "by pid 5")), at: world.now)
        #expect(effects.publish.map(\.name) == [.keeperReplaced])
        #expect(
            !effects.store.contains {
                if case .putHome = $0 { true } else { false }
            })
    }

    /// All of ours were killed: what lives goes on, what ended is left to its policy, what was down stays down.
    @Test func adoptionStartsNothingThatAnEngineAloneWouldNot() throws {
        var world = World()
        for name in ["lives", "dies", "once", "down"] {
            _ = world.start(World.spec(name) { $0.restart.mode = name == "once" ? .never : .always })
        }
        world.pass(5)
        world.say(.stop(["down"]))
        world.pass(200)
        let spawns = world.spawns.count
        let (stored, now) = (world.stored, world.now)
        let held = stored.instances.filter { $0.wanted == .running }.map { record in
            let id = RunID(instance: record.key, run: record.run)
            let end = RunEnd(exit: .unknown, pid: 9, since: now.boot, at: now.boot, left: 0)
            return HeldRun(id: id, pid: 9, since: now.boot, end: record.id == 0 ? nil : end)
        }
        world.kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 3)
        world.take(.recovered(stored, held, EngineStart(keeper: "2", isEmbedded: false, hasAdopted: true)))
        world.pass(5)
        #expect(world.events.contains { $0.name == .engineRecovered && $0.message?.contains("taken over") == true })
        #expect(world.process("lives#0")?.pid == 9)
        #expect(world.status("once#0") == .stopped && world.process("once#0")?.exit == .unknown)
        #expect(world.status("down#0") == .stopped)
        #expect(world.status("dies#0") == .online && world.process("dies#0")?.restarts == 1)
        #expect(world.spawns.count == spawns + 1)
    }

    /// A daemon that was detached stays so, whoever starts the keeper that adopts its apps.
    @Test(arguments: [(false, true, false), (true, true, true), (true, false, false)])
    func adoptionTiesNothingToADashboardAnew(stored: Bool, start: Bool, result: Bool) {
        var world = World(embedded: stored)
        world.pass(100)
        world.kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 3)
        world.take(.recovered(world.stored, [], EngineStart(keeper: "2", isEmbedded: start, hasAdopted: true)))
        #expect(world.kernel.isEmbedded == result)
    }

    /// An instance that was stored and never asked for is started like a new one.
    @Test func whatNeverRanIsStartedByTheNextEngine() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(100)
        world.stored.instances[0].run = 0
        world.processes = [:]
        world.crash()
        world.pass(5)
        #expect(world.status("api#0") == .online)
        #expect(world.spawns.map(\.id.run) == [1, 1])
        #expect(world.process("api#0")?.restarts == 0)
    }

    /// What looks after old log files asks for those of an app, whichever instance wrote.
    @Test func theLogsOfAnAppAreThoseOfAllItsInstances() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(5)
        let logs = world.kernel.logs(of: world.stored.instances[0].key)
        let folder = "/home/x/.opendaemon/logs/default/api-"
        #expect(logs?.files == ["0.err.log", "0.out.log", "1.err.log", "1.out.log"].map { folder + $0 })
        #expect(logs?.rotation == LogRotation())
        let isNobodys = world.kernel.logs(of: 99) == nil
        #expect(isNobodys)
    }

    @Test func anAppKnowsItsHomeUnlessItHasAnother() {
        var world = World()
        _ = world.start(World.spec("a"), World.spec("b") { $0.env["OD_HOME"] = "/other" })
        #expect(world.spawns[0].environment.contains("OD_HOME=/home/x/.opendaemon"))
        #expect(world.spawns[1].environment.contains("OD_HOME=/other"))
    }
}
