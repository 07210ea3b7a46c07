import Core
import Testing

@Suite struct KernelOrderTests {
    private static func world() -> World {
        var world = World()
        world.say(.start(StartRequest(apps: KernelDependencyTests.three)))
        world.pass(10)
        return world
    }

    /// Names of the apps in the order in which they ended, from the events since.
    private func ended(_ world: World) -> [String] {
        world.events.filter { $0.name == .exited }.compactMap { $0.process?.name }
    }

    /// PM2's complaint 30: there is no order of starts and ends.
    @Test func dependentsEndFirst() {
        for command in [FleetCommand.stop(["all"]), .delete(["all"]), .shutdown(halt: true)] {
            var world = Self.world()
            let request = world.say(command)
            if case .stop = command {
                #expect(world.statuses == [.stopping, .stopping, .stopping])
                #expect(world.process("db#0")?.reason == "ends after api")
                #expect(world.process("web#0")?.reason == nil)
            }
            world.pass(20)
            #expect(ended(world) == ["web", "api", "db"])
            #expect(world.answers[request] != nil)
            #expect(world.live == 0 && world.timers.isEmpty)
        }
    }

    @Test func twoCommandsAreInOrderToo() {
        var world = Self.world()
        world.behaviours["web"] = .ignoresTerm
        world.say(.restart(["web"]))
        world.pass(20)
        world.say(.stop(["web"]))
        world.say(.stop(["api"]))
        #expect(world.process("api#0")?.reason == "ends after web")
        world.pass(30_000)
        #expect(world.status("api#0") == .stopped)
        #expect(world.events.contains { $0.name == .stopping && $0.message == "ends after web" })
    }

    @Test func whatNotEvenSIGKILLEndsHoldsNobodyUp() {
        var world = World()
        world.say(
            .start(
                StartRequest(apps: [
                    World.spec("api") {
                        $0.dependencies = [Dependency("db")]
                        $0.killTimeout = 100
                    }, World.spec("db"),
                ])))
        world.pass(10)
        world.say(.stop(["all"]))
        // Its end is never heard of.
        for _ in 0..<30 {
            world.pass(100)
            world.queue.removeAll { item in
                if case .exited(let id, _) = item.event { id.instance == world.spawns.last?.id.instance } else { false }
            }
        }
        #expect(world.status("db#0") == .stopped || world.process("db#0")?.reason == nil)
    }

    @Test func oneThatEndsByItselfNeedsNoSignal() {
        var world = World()
        world.behaviours["api"] = .ignoresTerm
        world.behaviours["db"] = .exits(0, after: 300)
        world.say(.start(StartRequest(apps: Array(KernelDependencyTests.three.dropFirst()))))
        world.pass(50)
        world.say(.stop(["all"]))
        world.pass(500)
        #expect(world.statuses == [.stopping, .stopped])
        world.pass(20_000)
        #expect(world.statuses == [.stopped, .stopped])
        let (asked, db) = (world.signals.map(\.run), world.spawns[0].id)
        #expect(!asked.contains(db))
    }

    @Test func whatItLeavesBehindIsEnded() {
        var world = World()
        world.behaviours["api"] = .ignoresTerm
        world.behaviours["db"] = .orphanIgnoresTerm
        world.say(.start(StartRequest(apps: Array(KernelDependencyTests.three.dropFirst()))))
        world.pass(50)
        world.say(.stop(["all"]))
        let db = world.spawns[0].id
        let end = RunEnd(exit: .code(0), pid: 1, since: world.now.boot, at: world.now.boot, left: 1)
        world.queue.append((world.now.boot, .exited(db, end)))
        world.pass(20)
        #expect(world.signals.contains { $0.run == db })
        world.pass(30_000)
        #expect(world.live == 0 && world.statuses == [.stopped, .stopped])
    }

    @Test func theOrderOutlivesTheEngine() {
        var world = Self.world()
        world.say(.stop(["all"]))
        world.crash()
        world.pass(50)
        #expect(ended(world) == ["web", "api", "db"])
        #expect(world.live == 0)
    }

    @Test func restartAllEndsAndStartsInOrder() {
        var world = Self.world()
        let before = world.events.count
        let request = world.say(.restart(["all"]))
        world.pass(50)
        #expect(ended(world) == ["web", "api", "db"])
        let starts = world.events[before...].filter { $0.name == .online }.compactMap { $0.process?.name }
        #expect(starts == ["db", "api", "web"])
        #expect(world.started(request)?.processes.map(\.restarts) == [1, 1, 1])
    }

    @Test func cascadeOnDemand() {
        var world = Self.world()
        world.say(.stop(["db"]))
        world.pass(20)
        #expect(world.statuses == [.online, .online, .stopped])
        world.say(.start(StartRequest(targets: ["db"])))
        world.pass(20)
        world.say(.restart(["db"], cascade: true))
        world.pass(50)
        #expect(world.kernel.list(at: world.now).map(\.restarts) == [1, 1, 1])
        #expect(world.statuses == [.online, .online, .online])
        world.say(.stop(["api"], cascade: true))
        world.pass(50)
        #expect(world.statuses == [.stopped, .stopped, .online])
    }

    @Test func cascadeByDefinition() {
        func world(_ cascade: Cascade) -> World {
            var world = World()
            var specs = KernelDependencyTests.three
            specs[1].cascade = cascade
            world.say(.start(StartRequest(apps: specs)))
            world.pass(10)
            return world
        }
        var one = world(.stop)
        one.say(.restart(["db"]))
        one.pass(50)
        #expect(one.kernel.list(at: one.now).map(\.restarts) == [0, 0, 1])
        one.say(.stop(["db"]))
        one.pass(50)
        #expect(one.statuses == [.online, .stopped, .stopped])
        var two = world(.restart)
        two.say(.restart(["db"]))
        two.pass(50)
        #expect(two.kernel.list(at: two.now).map(\.restarts) == [0, 1, 1])
        two.say(.stop(["db"]))
        two.pass(50)
        #expect(two.statuses == [.online, .online, .stopped])
        // One instance of several is not the app.
        var three = World()
        let db = World.spec("db") { $0.instances = 2 }
        let api = World.spec("api") {
            $0.dependencies = [Dependency("db")]
            $0.cascade = .both
        }
        three.say(.start(StartRequest(apps: [api, db])))
        three.pass(10)
        three.say(.stop(["db#0"]))
        three.pass(10)
        #expect(three.status("api#0") == .online)
    }
}

@Suite struct KernelLimitTests {
    private static func world(_ edit: (inout AppSpec) -> Void) -> World {
        var world = World()
        world.say(.start(StartRequest(apps: [World.spec("api", edit)])))
        world.pass(5)
        return world
    }

    @Test func tooMuchMemoryIsARestartAndNoCrash() throws {
        var world = Self.world { $0.maxMemory = 512 << 20 }
        #expect(world.kernel.limitsMemory)
        let run = try #require(world.kernel.limitedRuns().first)
        #expect(run.limit == 512 << 20 && world.process("api#0")?.pid == run.pid)
        world.take(.overMemory(run.id, 500 << 20))
        #expect(world.status("api#0") == .online)
        world.take(.overMemory(run.id, 600 << 20))
        #expect(world.status("api#0") == .stopping)
        #expect(world.kernel.limitedRuns().isEmpty)
        // A second sample of the same run changes nothing.
        world.take(.overMemory(run.id, 700 << 20))
        world.pass(50)
        #expect(world.status("api#0") == .online && world.process("api#0")?.restarts == 1)
        let cause = "memory 600 MiB over maxMemory 512 MiB"
        #expect(world.events.contains { $0.name == .restarting && $0.message == cause })
        #expect(world.events.allSatisfy { $0.crash != true })
        #expect(try world.kernel.details(of: ["api"], at: world.now)[0].order?.cause == cause)
        world.crash()
        #expect(try world.kernel.details(of: ["api"], at: world.now)[0].order?.cause == cause)
        world.say(.restart(["api"]))
        world.pass(50)
        #expect(try world.kernel.details(of: ["api"], at: world.now)[0].order?.cause == nil)
        world.take(.overMemory(RunID(instance: 99, run: 1), 600 << 20))
        #expect(world.status("api#0") == .online)
    }

    @Test func theLimitGoesWithTheDefinition() {
        var world = Self.world { $0.maxMemory = 4096 }
        let run = world.kernel.limitedRuns()[0].id
        world.take(.overMemory(run, 12_288))
        #expect(world.events.contains { $0.message == "memory 12 KiB over maxMemory 4 KiB" })
        world.pass(50)
        world.say(.apply(ApplyRequest(namespace: "default", apps: [World.spec("api")])))
        #expect(!world.kernel.limitsMemory)
        #expect(world.spawns.count == 2)
    }

    @Test func pidFilesComeAndGo() {
        var world = Self.world { $0.pidFile = "/run/api.pid" }
        let pid = world.process("api#0")?.pid ?? 0
        #expect(world.pidFiles == [PidFile(path: "/run/api.pid", pid: pid, isThere: true)])
        world.crash()
        #expect(world.pidFiles.count == 2)
        world.say(.stop(["api"]))
        world.pass(20)
        #expect(world.pidFiles.last == PidFile(path: "/run/api.pid", pid: pid, isThere: false))
        var many = Self.world {
            $0.pidFile = "/run/api.pid"
            $0.instances = 2
        }
        #expect(many.pidFiles.map(\.path) == ["/run/api-0.pid", "/run/api-1.pid"])
        // One that was stopped before it had begun has one for a moment.
        many.pidFiles = []
        many.say(.restart(["all"]))
        many.pass(4)
        many.say(.stop(["all"]))
        many.pass(50)
        #expect(many.pidFiles.last?.isThere == false)
    }

    @Test func onlyTheFirstProcessIsAsked() {
        var world = World()
        world.behaviours["api"] = .orphanIgnoresTerm
        world.say(.start(StartRequest(apps: [World.spec("api") { $0.treeKill = false }])))
        world.pass(5)
        world.say(.stop(["api"]))
        #expect(world.signalledFirst.count == 1)
        world.pass(30_000)
        #expect(world.signals.map(\.signal) == [15, 9] && world.live == 0)
        // What is left when it ended by itself is not asked at all.
        var other = World()
        other.behaviours["api"] = .leavesOrphan(0)
        other.say(
            .start(
                StartRequest(apps: [
                    World.spec("api") {
                        $0.treeKill = false; $0.restart.mode = .never
                    }
                ])))
        other.pass(30_000)
        #expect(other.signals.map(\.signal) == [9] && other.status("api#0") == .stopped)
    }
}
