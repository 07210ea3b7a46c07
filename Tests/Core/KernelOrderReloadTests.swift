import Core
import Testing

/// What depends on others while it is reloaded, changed or brought back.
@Suite struct KernelOrderReloadTests {
    private static var specs: [AppSpec] {
        let api = World.spec("api") {
            $0.instances = 2
            $0.dependencies = [Dependency("db")]
            $0.restart.maxRestarts = 1
            $0.pidFile = "/run/api.pid"
        }
        return [api, World.spec("db")]
    }

    /// The last run of an instance that was asked for.
    private func run(_ label: String, _ world: World) -> RunID? {
        let parts = label.split(separator: "#").map(String.init)
        return world.spawns.last {
            $0.environment.contains("OD_NAME=\(parts[0])") && $0.environment.contains("NODE_APP_INSTANCE=\(parts[1])")
        }?.id
    }

    @Test func whoseTurnComesWhenItsDependencyIsGoneWaits() throws {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(10)
        world.spawnTime = 50
        world.say(.reload(["api"]))
        let second = try #require(run("api#1", world))
        world.die(second, .code(1))
        world.say(.stop(["db"]))
        world.pass(2000)
        #expect(world.status("api#0") == .online)
        #expect(world.process("api#1")?.reason == "for db (stopped)")
        #expect(world.timers.isEmpty)
        world.say(.start(StartRequest(targets: ["db"])))
        world.pass(200)
        #expect(world.statuses == [.online, .online, .online])
    }

    /// A reload of what is down is a start: what others need comes first.
    @Test func whatIsDownIsStartedInOrder() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(20)
        world.say(.stop(["all"]))
        world.pass(100)
        let before = world.spawns.count
        world.say(.reload(["all"]))
        world.pass(100)
        #expect(world.spawns.dropFirst(before).first?.environment.contains("OD_NAME=db") == true)
        #expect(world.statuses == [.online, .online, .online])
    }

    @Test func theFileSaysTheRunThatTookOver() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(10)
        world.say(.reload(["api"]))
        world.pass(100)
        let pids = ["api#0", "api#1"].map { world.process($0)?.pid }
        for (number, pid) in pids.enumerated() {
            let last = world.pidFiles.last { $0.path == "/run/api-\(number).pid" && $0.isThere }
            #expect(last?.pid == pid)
        }
    }

    @Test func whatIsBroughtBackStartsInOrder() {
        var world = World()
        let saved = Self.specs.map { SavedApp(spec: $0, running: Array(0..<$0.instances)) }
        world.say(.restore(saved))
        #expect(world.process("api#0")?.reason == "for db (starting)")
        world.pass(20)
        #expect(world.statuses == [.online, .online, .online])
    }

    /// A job that a halt has ended has not come to its end: it begins again, and who waits for its end waits.
    @Test func aJobThatWasHaltedIsNotDone() {
        var world = World()
        let api = World.spec("api") { $0.dependencies = [Dependency("job", .completed)] }
        world.say(.start(StartRequest(apps: [api])))
        world.say(.start(StartRequest(apps: [World.spec("job")])))
        world.pass(10)
        #expect(world.process("api#0")?.reason == "for job (running)")
        world.say(.shutdown(halt: true))
        world.pass(50)
        world.reboot()
        world.say(.start(StartRequest(targets: ["api"])))
        #expect(world.process("api#0")?.reason == "for job (starting)")
        world.pass(10)
        #expect(world.process("api#0")?.reason == "for job (running)" && world.status("job#0") == .online)
    }

    @Test func anotherDefinitionMakesNoCircle() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(10)
        let db = Self.specs[1]
        var changed = db
        changed.dependencies = [Dependency("api")]
        let change = ChangeRequest(changes: [ChangeRequest.Change(from: db, to: changed)])
        let request = world.say(.change(change))
        #expect(world.failure(request)?.code == .dependencies)
    }

    // MARK: a reload in order

    @Test func aSuccessorWaitsForWhatItsAppNeeds() throws {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(10)
        world.spawnTime = 50
        world.say(.restart(["db"]))
        world.pass(10)
        let spawns = world.spawns.count
        let request = world.say(.reload(["api"]))
        #expect(world.spawns.count == spawns)
        #expect(world.process("api#0")?.reason == "to be reloaded for db (starting)")
        #expect(world.process("api#0")?.status == .online)
        // The keeper has not heard of the run that is asked for.
        world.processes = world.processes.filter { $0.key != run("db#0", world) }
        world.crash()
        #expect(world.process("api#0")?.reason == "to be reloaded for db (starting)", "the next engine waits too")
        world.pass(5000)
        #expect(world.reloaded(request) == nil && world.statuses == [.online, .online, .online])
        #expect(world.process("api#0")?.restarts == 1 && world.process("api#1")?.restarts == 1)
        #expect(world.timers.isEmpty)
    }

    /// What nobody brings back is not waited for: the runs go on as they are.
    @Test func whatIsMissingForGoodMakesAReloadFail() throws {
        for command in [FleetCommand.stop(["db"]), .delete(["db"])] {
            var world = World()
            world.say(.start(StartRequest(apps: Self.specs)))
            world.pass(10)
            world.say(command)
            let request = world.say(.reload(["api"]))
            #expect(world.reloaded(request) == nil, "it is ending still")
            world.pass(100)
            let failure = try #require(world.reloaded(request)?.failures.first)
            #expect(failure.code == .reloadFailed && failure.why.hasPrefix("for db ("))
            #expect(world.status("api#0") == .online && world.process("api#0")?.restarts == 0)
        }
    }

    @Test func whatWaitsForSomethingThatIsMissingComesNeither() throws {
        var world = World()
        let specs = Self.specs.map { spec in
            var spec = spec
            if spec.name == "db" { spec.dependencies = [Dependency("disk")] }
            return spec
        }
        world.say(.start(StartRequest(apps: specs + [World.spec("disk")])))
        world.pass(10)
        world.say(.stop(["disk"]))
        world.pass(10)
        world.say(.restart(["db"]))
        world.pass(10)
        #expect(world.process("db#0")?.reason == "for disk (stopped)")
        let request = world.say(.reload(["api"]))
        #expect(world.reloaded(request)?.failures.first?.why == "for db (waiting)")
        world.say(.start(StartRequest(targets: ["db"])))
        let second = world.say(.reload(["api"]))
        world.pass(3000)
        #expect(world.reloaded(second)?.failures.isEmpty == true && world.statuses.allSatisfy { $0 == .online })
    }

    /// A crash loop may go on for ever: a reload does not wait for its end.
    @Test func oneThatWaitsToBeRestartedIsNotWaitedFor() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.specs)))
        world.pass(10)
        world.behaviours["db"] = .exits(1, after: 20)
        if let db = run("db#0", world) { world.die(db, .code(1)) }
        world.pass(1)
        #expect(world.status("db#0") == .online)
        world.pass(21)
        #expect(world.status("db#0") == .waiting)
        let request = world.say(.reload(["api"]))
        #expect(world.reloaded(request)?.failures.first?.why == "for db (waiting)")
        #expect(world.status("api#0") == .online && world.process("api#0")?.restarts == 0)
    }

    @Test func whatIsNeededIsReloadedFirst() throws {
        var world = World()
        var specs = Self.specs
        specs[1].instances = 2
        world.say(.start(StartRequest(apps: specs)))
        world.pass(10)
        let request = world.say(.reload(["all"]))
        let names = { (world: World) in
            world.spawns.dropFirst(4).compactMap { order in
                order.environment.first { $0.hasPrefix("OD_NAME=") }.map { String($0.dropFirst(8)) }
            }
        }
        #expect(world.process("api#0")?.reason == "to be reloaded after db, which is reloaded first")
        world.pass(10_000)
        #expect(names(world) == ["db", "db", "api", "api"])
        #expect(world.reloaded(request)?.failures.isEmpty == true && world.timers.isEmpty)
    }

    // MARK: runs of which the next engine, or nobody, has heard

    /// A run that is to replace another was asked for, and neither keeper nor next engine has heard of it.
    @Test func aSuccessorThatNobodyHeardOfIsAskedForOnceMore() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(5)
        world.say(.reload(["api#0"]))
        let asked = world.spawns.last
        world.processes = world.processes.filter { $0.key != asked?.id }
        world.crash()
        #expect(world.spawns.last == asked && world.statuses == [.reloading, .online])
        world.pass(2000)
        #expect(world.statuses == [.online, .online] && world.live == 2 && world.timers.isEmpty)
    }

    /// The engine is killed before it has stored that a run is beside another; the next one remembers it.
    @Test func aRunBesideThatWasNotStoredMayFail() throws {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.instances = 2
                $0.restart.minUptime = 500
            })
        world.pass(50)
        world.say(.reload(["api"]))
        world.pass(600)
        let second = try #require(world.spawns.last?.id)
        #expect(second.instance == 3 && world.statuses == [.online, .reloading])
        world.crash()
        world.die(second, .code(0))
        world.pass(100)
        #expect(world.statuses == [.online, .online] && world.process("api#1")?.restarts == 0)
        let runs = Set(world.processes.keys)
        world.crash()
        world.pass(100)
        #expect(Set(world.processes.keys) == runs && world.statuses == [.online, .online])
        #expect(world.live == 2 && world.timers.isEmpty)
    }

    /// What had waited to begin has begun, and the engine was killed before it had stored that: it is no restart.
    @Test(arguments: [0, 40]) func aFirstRunThatWasNotStoredIsNoRestart(_ before: Int) throws {
        var world = World()
        world.say(.start(StartRequest(apps: [Self.specs[0]])))
        if before > 0 {
            world.say(.start(StartRequest(apps: [Self.specs[1]])))
            world.pass(before)
            world.say(.restart(["api"]))
            world.pass(before)
            world.say(.stop(["all"]))
            world.pass(before)
            world.say(.start(StartRequest(targets: ["api"], alone: nil)))
        } else {
            world.say(.start(StartRequest(apps: [Self.specs[1]])))
        }
        // The dependency is online, what waited is asked for, and nothing of that is on disk.
        world.pass(1)
        #expect(world.process("api#0")?.restarts == 0)
        let runs = Set(world.processes.keys)
        world.crash()
        #expect(Set(world.processes.keys) == runs)
        world.pass(20)
        #expect(world.process("api#0")?.restarts == 0 && world.statuses == [.online, .online, .online])
    }

    @Test func whatIsSaidTwiceOfTheRunBesideIsHeardOnce() throws {
        var world = World()
        world.behaviours["api"] = .orphanIgnoresTerm
        _ = world.start(
            World.spec("api") {
                $0.instances = 2
                $0.killTimeout = 100
                $0.shutdownWithMessage = true
                $0.restart.minUptime = 500
            })
        world.pass(5)
        world.say(.reload(["api#0"]))
        let new = try #require(world.spawns.last?.id)
        world.pass(5)
        let missing = SpawnTrouble(stage: .execute, errno: 2, text: "No such file")
        world.take(.spawnFailed(new, missing))
        #expect(world.statuses == [.reloading, .online], "it executes already")
        world.pass(500)
        let old = RunID(instance: new.instance, run: 1)
        #expect(world.asked == [old])
        let end = try #require(world.processes[old]?.end)
        #expect(end.left == 1 && world.signals.last.map { $0.run == old && $0.signal == 15 } == true)
        let before = world.events.count
        world.take(.exited(old, end))
        #expect(world.events.count == before && world.status("api#0") == .reloading)
        world.pass(200)
        var gone = end
        gone.left = 0
        world.take(.exited(old, gone))
        #expect(world.statuses == [.online, .online] && world.live == 2 && world.timers.isEmpty)
    }

    /// Whose turn comes while it waits to be restarted waits no longer.
    @Test func theTurnOfOneThatWaitsEndsItsWait() throws {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.instances = 2
                $0.restart.strategy = .fixed
                $0.restart.delay = 60_000
                $0.restart.minUptime = 10
            })
        world.pass(20)
        world.spawnTime = 50
        world.say(.reload(["api"]))
        world.die(RunID(instance: 3, run: 1), .code(1))
        world.pass(10)
        #expect(world.statuses == [.reloading, .waiting])
        world.pass(300)
        #expect(world.statuses == [.online, .online] && world.timers.isEmpty)
    }

    @Test func aDescriptorForReadinessLiesAboveTheSharedSockets() {
        for (descriptor, isFine) in [(3 as Int32, false), (4, true)] {
            var world = World()
            let request = world.start(
                World.spec("api") {
                    $0.cluster = ClusterSpec(mode: .cluster, port: 80)
                    $0.ready = Readiness(notify: .fd, descriptor: descriptor)
                })
            #expect((world.failure(request) == nil) == isFine)
            #expect(isFine || world.failure(request)?.why.contains("4 or more") == true)
        }
    }

    @Test func aFileNamesNoInstances() {
        #expect(throws: Failure.self) { try TargetMatcher(["/srv/shop.yaml"]) }
    }
}
