import Core
import Testing

/// Definitions that are told, changed and brought back.
@Suite struct KernelDefinitionTests {
    private func world(_ specs: AppSpec...) -> World {
        var world = World()
        world.say(.start(StartRequest(apps: specs)))
        world.pass(10)
        return world
    }

    private func change(_ world: inout World, _ name: String, _ edit: (inout AppSpec) -> Void) throws -> RequestID {
        let old = try #require(try world.kernel.definitions(of: [name]).first)
        var new = old
        edit(&new)
        let request = world.say(.change(ChangeRequest(changes: [.init(from: old, to: new)])))
        world.pass(50)
        return request
    }

    private func applied(_ world: World, _ request: RequestID) -> ApplyResult? {
        if case .applied(let result) = world.answers[request] { result } else { nil }
    }

    @Test func definitionsAreToldOnceForAnApp() throws {
        let world = world(World.spec("api") { $0.instances = 3 }, World.spec("db"))
        #expect(try world.kernel.definitions(of: ["all"]).map(\.name) == ["api", "db"])
        #expect(try world.kernel.definitions(of: ["api#1"]).map(\.instances) == [3])
        #expect(throws: Failure.self) { try world.kernel.definitions(of: ["nobody"]) }
    }

    @Test func aPolicyChangesUnderARunningApp() throws {
        var world = world(World.spec("api"))
        let pid = world.process("api#0")?.pid
        let request = try change(&world, "api") {
            $0.restart.maxRestarts = 3
            $0.killTimeout = 500
            $0.killSignal = 2
        }
        #expect(applied(world, request)?.changes == ["api": .changed])
        #expect(world.process("api#0")?.pid == pid)
        #expect(try world.kernel.definitions(of: ["api"]).first?.killSignal == 2)
        #expect(world.stored.apps.first?.spec.restart.maxRestarts == 3)
    }

    /// PM2 #3192: a changed environment reaches the program, and what was taken away is gone.
    @Test func anEnvironmentNeedsARestart() throws {
        var world = world(World.spec("api") { $0.env = ["A": "1", "B": "2"] })
        let pid = world.process("api#0")?.pid
        _ = try change(&world, "api") { $0.env = ["A": "3"] }
        #expect(world.process("api#0")?.pid != pid)
        #expect(world.status("api#0") == .online)
        let environment = world.spawns.last?.environment ?? []
        #expect(environment.contains("A=3"))
        #expect(!environment.contains { $0.hasPrefix("B=") })
    }

    @Test func whatIsTheSameTouchesNothing() throws {
        var world = world(World.spec("api"))
        let request = try change(&world, "api") { _ in }
        #expect(applied(world, request)?.changes == ["api": .same])
        #expect(world.spawns.count == 1)
    }

    @Test func instancesComeAndGoWithoutARestart() throws {
        var world = world(World.spec("api") { $0.instances = 2 })
        _ = try change(&world, "api") { $0.instances = 4 }
        #expect(world.spawns.count == 4)
        #expect(world.statuses == [.online, .online, .online, .online])
        _ = try change(&world, "api") { $0.instances = 2 }
        world.pass(100)
        #expect(world.live == 2)
        #expect(world.spawns.count == 4)
    }

    /// Files that the config names are called otherwise when there are several.
    @Test func aSecondInstanceRestartsTheFirstWhenItMust() throws {
        for (file, spawns) in [("/var/log/api.log", 3), (nil, 2)] {
            var world = world(World.spec("api") { $0.outFile = file })
            _ = try change(&world, "api") { $0.instances = 2 }
            #expect(world.spawns.count == spawns)
            #expect(world.statuses == [.online, .online])
        }
    }

    @Test func whatIsStoppedStaysStopped() throws {
        var world = world(World.spec("api"))
        world.say(.stop(["api"]))
        world.pass(50)
        _ = try change(&world, "api") {
            $0.env = ["A": "1"]
            $0.instances = 3
        }
        #expect(world.live == 0)
        #expect(world.spawns.count == 1)
        world.crash()
        world.pass(50)
        #expect(world.live == 0)
    }

    @Test func aDefinitionThatIsAnotherByNowIsLeft() throws {
        var world = world(World.spec("api"))
        let stale = World.spec("api") { $0.killTimeout = 1 }
        let request = world.say(.change(ChangeRequest(changes: [.init(from: stale, to: stale)])))
        #expect(world.failure(request)?.code == .definitionChanged)
        let other = World.spec("other")
        let moved = world.say(.change(ChangeRequest(changes: [.init(from: World.spec("api"), to: other)])))
        #expect(world.failure(moved)?.code == .definitionChanged)
        let bad = World.spec("api") { $0.instances = 0 }
        let wrong = world.say(.change(ChangeRequest(changes: [.init(from: World.spec("api"), to: bad)])))
        #expect(world.failure(wrong)?.code == .configValue)
    }

    /// The same app twice in one request: the second finds what the first made of it, which is not what it believed.
    @Test func aChangeIsCheckedBeforeTheFirstIsMade() throws {
        var world = world(World.spec("api"))
        let spec = try #require(try world.kernel.definitions(of: ["api"]).first)
        var changed = spec
        changed.killTimeout = 7
        let request = world.say(
            .change(ChangeRequest(changes: [.init(from: spec, to: changed), .init(from: spec, to: spec)])))
        world.pass(50)
        #expect(applied(world, request)?.changes == ["api": .changed])
    }

    // MARK: dumps

    @Test func aDumpSaysWhatIsWanted() {
        var world = world(World.spec("api") { $0.instances = 2 }, World.spec("db"))
        world.say(.stop(["api#1", "db"]))
        world.pass(50)
        #expect(world.kernel.savedApps.map(\.spec.name) == ["api", "db"])
        #expect(world.kernel.savedApps.map(\.running) == [[0], []])
        world.behaviours["api"] = .ignoresTerm
        world.say(.delete(["db"]))
        #expect(world.kernel.savedApps.map(\.spec.name) == ["api"])
    }

    @Test func aDumpBringsBackWhatIsNotThere() {
        var world = world(World.spec("api") { $0.instances = 2 }, World.spec("db"), World.spec("web"))
        world.say(.stop(["api#1", "web"]))
        world.pass(50)
        let saved = world.kernel.savedApps
        world.say(.delete(["api", "web"]))
        world.say(.stop(["db"]))
        world.pass(100)
        let request = world.say(.restore(saved))
        world.pass(50)
        #expect(world.started(request)?.processes.count == 4)
        #expect(world.status("api#0") == .online)
        #expect(world.status("api#1") == .created)
        #expect(world.status("db#0") == .online)
        #expect(world.status("web#0") == .created)
        // Again it finds everything there, and starts no second one.
        let spawned = world.spawns.count
        world.say(.restore(saved))
        world.pass(50)
        #expect(world.spawns.count == spawned)
        // And it is durable.
        world.reboot()
        world.pass(50)
        #expect(world.live == 2)
    }

    @Test func aDumpDoesNotChangeWhatIsThere() {
        var world = world(World.spec("api"))
        let request = world.say(
            .restore([SavedApp(spec: World.spec("api") { $0.killTimeout = 1 }, running: [0])]))
        world.pass(50)
        #expect(world.started(request)?.unchanged == ["api"])
        let wrong = world.say(.restore([SavedApp(spec: World.spec("all"), running: [])]))
        #expect(world.failure(wrong)?.code == .badName)
    }

    @Test func nothingIsBroughtBackWhileTheDaemonLeaves() throws {
        var world = world(World.spec("api"))
        world.behaviours["api"] = .ignoresTerm
        let spec = try #require(try world.kernel.definitions(of: ["api"]).first)
        world.say(.shutdown(halt: true))
        let restore = world.say(.restore([]))
        #expect(world.failure(restore)?.code == .engineSilent)
        let request = world.say(.change(ChangeRequest(changes: [.init(from: spec, to: spec)])))
        #expect(world.failure(request)?.code == .engineSilent)
    }
}
