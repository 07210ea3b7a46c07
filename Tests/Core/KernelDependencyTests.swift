import Core
import Testing

@Suite struct KernelDependencyTests {
    static func spec(_ name: String, _ needs: Dependency..., edit: (inout AppSpec) -> Void = { _ in }) -> AppSpec {
        World.spec(name) {
            $0.dependencies = needs.isEmpty ? nil : needs
            edit(&$0)
        }
    }

    static var three: [AppSpec] {
        [spec("web", Dependency("api")), spec("api", Dependency("db")), spec("db")]
    }

    @Test func eachStartsWhenWhatItNeedsIsReady() throws {
        var world = World()
        let request = world.say(.start(StartRequest(apps: Self.three)))
        #expect(world.statuses == [.waiting, .waiting, .starting])
        #expect(world.process("web#0")?.reason == "for api (waiting)")
        #expect(world.process("api#0")?.reason == "for db (starting)")
        #expect(world.process("api#0")?.waitsUntil == nil)
        // The answer waits for what is about to happen.
        #expect(world.answers[request] == nil)
        world.pass(10)
        #expect(world.started(request)?.processes.map(\.status) == [.online, .online, .online])
        #expect(world.started(request)?.processes.map(\.restarts) == [0, 0, 0])
        #expect(world.processes.count == 3)
        #expect(world.names("web#0") == [.created, .waiting, .starting, .online])
    }

    @Test func whatComesTogetherStartsTogether() {
        var world = World()
        let specs = [Self.spec("a", Dependency("db")), Self.spec("b", Dependency("db")), Self.spec("db")]
        world.say(.start(StartRequest(apps: specs)))
        #expect(world.spawns.count == 1)
        world.pass(1)
        #expect(world.spawns.count == 3)
    }

    @Test func theAnswerDoesNotWaitForWhatMayNeverCome() throws {
        var world = World()
        world.behaviours["db"] = .cannotExecute(.execute)
        let request = world.say(.start(StartRequest(apps: Self.three)))
        world.pass(5)
        let result = try #require(world.started(request))
        #expect(result.processes.map(\.status) == [.waiting, .waiting, .errored])
        #expect(world.process("api#0")?.reason == "for db (gave up)")
        #expect(result.failures.count == 1)
        world.behaviours["db"] = nil
        world.say(.start(StartRequest(targets: ["db"])))
        world.pass(5)
        #expect(world.statuses == [.online, .online, .online])
    }

    @Test func conditionsOfJobs() {
        for (condition, code, expected) in [
            (Dependency.Condition.completed, 3, ProcessStatus.online), (.completedSuccessfully, 3, .waiting),
            (.completedSuccessfully, 0, .online), (.completed, 0, .online),
        ] as [(Dependency.Condition, Int32, ProcessStatus)] {
            var world = World()
            world.behaviours["job"] = .exits(code, after: 50)
            let job = World.spec("job") { $0.restart.mode = .never }
            world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("job", condition)), job])))
            world.pass(40)
            #expect(world.process("api#0")?.reason == "for job (running)")
            world.pass(100)
            #expect(world.status("api#0") == expected)
        }
    }

    @Test func startedIsMetBeforeReady() {
        var world = World()
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db", .started)), Self.spec("db")])))
        world.pass(5)
        #expect(world.statuses == [.online, .online])
    }

    @Test func startBringsWhatItNeeds() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.three)))
        world.pass(10)
        world.say(.stop(["all"]))
        world.pass(20)
        #expect(world.live == 0)
        let request = world.say(.start(StartRequest(targets: ["web"])))
        world.pass(10)
        #expect(world.statuses == [.online, .online, .online])
        #expect(world.started(request)?.processes.count == 3)
        // A job that is done is not done again for it.
        world.behaviours["job"] = .exits(0, after: 1)
        let job = World.spec("job") { $0.restart.mode = .never }
        world.say(.start(StartRequest(apps: [Self.spec("cli", Dependency("job", .completed)), job])))
        world.pass(50)
        world.say(.stop(["cli"]))
        world.pass(50)
        let spawns = world.spawns.count
        world.say(.start(StartRequest(targets: ["cli"])))
        world.pass(50)
        #expect(world.spawns.count == spawns + 1)
        #expect(world.status("cli#0") == .online)
    }

    @Test func aDependencyThatIsJustStoppingIsWantedAgain() {
        var world = World()
        world.behaviours["db"] = .ignoresTerm
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db")), Self.spec("db")])))
        world.pass(10)
        world.say(.stop(["all"]))
        world.pass(20)
        #expect(world.status("db#0") == .stopping)
        world.say(.start(StartRequest(targets: ["api"])))
        #expect(world.process("api#0")?.reason == "for db (stopping)")
        world.pass(20_000)
        #expect(world.statuses == [.online, .online])
    }

    @Test func aloneMeansAlone() {
        var world = World()
        let request = world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db"))], alone: true)))
        world.pass(5)
        #expect(world.status("api#0") == .online)
        #expect(world.started(request)?.processes.count == 1)
        // Its restarts are the same; a start with regard to them is not.
        world.behaviours["api"] = .exits(1, after: 10)
        world.say(.restart(["api"]))
        world.pass(60)
        #expect(world.spawns.count > 2)
        world.say(.stop(["api"]))
        world.pass(20)
        world.say(.start(StartRequest(targets: ["api"])))
        #expect(world.process("api#0")?.reason == "for db (not there)")
        world.say(.start(StartRequest(targets: ["api"], alone: true)))
        #expect(world.status("api#0") == .starting)
    }

    @Test func restartsWaitForWhatTheyNeed() {
        var world = World()
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db")), Self.spec("db")])))
        world.pass(10)
        world.say(.stop(["db"]))
        world.pass(10)
        #expect(world.statuses == [.online, .stopped])
        world.behaviours["api"] = .exits(1, after: 10)
        world.say(.restart(["api"]))
        world.pass(10)
        #expect(world.process("api#0")?.reason == "for db (stopped)")
        #expect(world.names("api#0").suffix(1) == [.waiting])
        world.behaviours["api"] = nil
        world.say(.start(StartRequest(targets: ["db"])))
        world.pass(10)
        #expect(world.statuses == [.online, .online])
        #expect(world.process("api#0")?.restarts == 1)
    }

    @Test func aBackoffEndsInAWait() {
        var world = World()
        world.behaviours["api"] = .exits(1, after: 10)
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db")), Self.spec("db")])))
        world.pass(60)
        #expect(world.process("api#0")?.waitsUntil != nil)
        world.say(.stop(["db"]))
        world.pass(500)
        #expect(world.process("api#0")?.reason == "for db (stopped)")
        let restarts = world.process("api#0")?.restarts ?? 0
        world.crash()
        world.pass(500)
        #expect(world.process("api#0")?.reason == "for db (stopped)")
        world.behaviours["api"] = nil
        world.say(.start(StartRequest(targets: ["db"])))
        world.pass(10)
        #expect(world.status("api#0") == .online)
        #expect(world.process("api#0")?.restarts == restarts + 1)
    }

    @Test func aStartInABackoffWaitsToo() {
        var world = World()
        world.behaviours["api"] = .exits(1, after: 10)
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db")), Self.spec("db")])))
        world.pass(60)
        world.say(.stop(["db"]))
        #expect(world.process("api#0")?.waitsUntil != nil)
        world.say(.start(StartRequest(targets: ["api"])))
        // It brings db, which is just ending.
        world.pass(30)
        #expect(world.status("db#0") == .online)
        #expect(world.timers.keys.allSatisfy { $0.kind != .kill })
    }

    @Test func whoWaitsCanBeStoppedChangedAndDeleted() {
        var world = World()
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db"))])))
        world.pass(5)
        #expect(world.process("api#0")?.reason == "for db (not there)")
        world.say(.start(StartRequest(targets: ["api"])))
        #expect(world.status("api#0") == .waiting)
        let request = world.say(.stop(["api"]))
        #expect(world.answers[request] != nil)
        #expect(world.status("api#0") == .created)
        world.say(.start(StartRequest(apps: [Self.spec("api")])))
        world.pass(5)
        #expect(world.status("api#0") == .online)
        world.say(.start(StartRequest(apps: [Self.spec("web", Dependency("none"))])))
        world.say(.delete(["web"]))
        #expect(world.process("web#0") == nil)
    }

    @Test func anEngineThatTakesOverGoesOnWaiting() {
        var world = World()
        world.say(.start(StartRequest(apps: Array(Self.three.prefix(2)))))
        for _ in 0..<2 {
            world.crash()
            world.pass(10)
            #expect(world.process("api#0")?.reason == "for db (not there)")
            #expect(world.process("web#0")?.reason == "for api (waiting)")
        }
        world.say(.start(StartRequest(apps: [Self.three[2]])))
        world.pass(10)
        #expect(world.statuses == [.online, .online, .online])
        world.reboot()
        world.pass(5000)
        #expect(world.statuses == [.online, .online, .online])
        #expect(world.spawns.count == 6)
    }

    @Test func shutdownWhileSomeWait() {
        var world = World()
        world.say(.start(StartRequest(apps: Self.three)))
        world.say(.shutdown(halt: true))
        world.pass(20)
        #expect(world.left)
        world.reboot()
        #expect(world.live == 0)
        world.say(.resume)
        world.pass(20)
        #expect(world.statuses == [.online, .online, .online])
    }

    @Test func circlesAreRefused() throws {
        var world = World()
        let circle = world.say(
            .start(StartRequest(apps: [Self.spec("a", Dependency("b")), Self.spec("b", Dependency("a"))])))
        #expect(world.failure(circle)?.code == .dependencies)
        #expect(world.failure(circle)?.why == "default/a → default/b → default/a")
        world.say(.start(StartRequest(apps: Self.three)))
        world.pass(10)
        world.say(.stop(["all"]))
        world.pass(10)
        let second = world.say(.start(StartRequest(apps: [Self.spec("db", Dependency("web"))])))
        #expect(world.failure(second)?.code == .dependencies)
        // A project that is replaced as a whole is judged by what it will be.
        var (a, b) = (Self.spec("a", Dependency("b")), Self.spec("b"))
        (a.namespace, b.namespace) = ("shop", "shop")
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [a, b])))
        a.dependencies = nil
        b.dependencies = [Dependency("a")]
        let third = world.say(.apply(ApplyRequest(namespace: "shop", apps: [a, b])))
        world.pass(10)
        #expect(world.failure(third) == nil)
        let bad = world.say(.start(StartRequest(apps: [Self.spec("x", Dependency("a/b/c"))])))
        #expect(world.failure(bad)?.code == .configValue)
    }

    @Test func anotherOrderNeedsNoRestart() {
        var world = World()
        var (api, db) = (Self.spec("api"), Self.spec("db"))
        (api.namespace, db.namespace) = ("shop", "shop")
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [api, db])))
        world.pass(10)
        let spawns = world.spawns.count
        api.dependencies = [Dependency("db")]
        api.cascade = .both
        let request = world.say(.apply(ApplyRequest(namespace: "shop", apps: [api, db])))
        world.pass(10)
        guard case .applied(let result) = world.answers[request] else { Issue.record("no answer"); return }
        #expect(result.changes == ["api": .changed, "db": .same])
        #expect(world.spawns.count == spawns)
        #expect(world.kernel.graph().nodes.first?.dependencies == [Dependency("db")])
    }

    @Test func instancesThatGaveUpDoNotCountWhileOthersAreReady() {
        var world = World()
        world.say(.start(StartRequest(apps: [World.spec("db") { $0.instances = 3 }])))
        world.pass(5)
        world.say(.stop(["db#1"]))
        world.pass(10)
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db"))])))
        world.pass(5)
        #expect(world.status("api#0") == .online)
        #expect(world.status("db#1") == .stopped)
    }

    @Test func infoAndGraphTellIt() throws {
        var world = World()
        let other = World.spec("tool") {
            $0.namespace = "other"
            $0.dependencies = [Dependency("default/db", .started)]
        }
        world.say(.start(StartRequest(apps: [Self.spec("api", Dependency("db")) { $0.cascade = .stop }, other])))
        world.say(.start(StartRequest(apps: [Self.spec("db"), Self.spec("alone")])))
        let graph = world.kernel.graph()
        #expect(graph.nodes.map(\.label) == ["default/alone", "default/api", "default/db", "other/tool"])
        #expect(graph.nodes[1].reason == "for db (starting)")
        #expect(graph.nodes[1].statuses == [.waiting] && graph.nodes[1].cascade == .stop)
        #expect(graph.dependents(of: ["default/db"]).map(\.name) == ["api", "tool"])
        let db = try world.kernel.details(of: ["db"], at: world.now)[0]
        #expect(db.order?.dependents == ["api", "other/tool"])
        let api = try world.kernel.details(of: ["api"], at: world.now)[0]
        #expect(api.order == ProcessOrder(dependencies: [Dependency("db")], cascade: .stop))
        #expect(try world.kernel.details(of: ["alone"], at: world.now)[0].order == nil)
    }
}
