@testable import Core
import Testing

/// What `apply` would do, and that it does that and nothing else.
struct KernelPlanTests {
    private func spec(_ name: String, _ namespace: String = "shop", _ file: String? = "/shop.yaml") -> AppSpec {
        World.spec(name) {
            $0.namespace = namespace
            $0.config = file
        }
    }

    private func request(_ apps: AppSpec..., namespace: String = "shop", partial: Bool? = nil) -> ApplyRequest {
        ApplyRequest(namespace: namespace, apps: apps, isPartial: partial)
    }

    private func plan(_ world: World, _ request: ApplyRequest) throws -> [String] {
        try world.kernel.plan(request).map {
            "\($0.namespace)/\($0.name) \($0.change)\($0.restarts ? " restarts" : "")"
        }
    }

    @discardableResult
    private func apply(_ world: inout World, _ request: ApplyRequest) -> ApplyResult? {
        let number = world.say(.apply(request))
        world.pass(5)
        guard case .applied(let result) = world.answers[number] else { return nil }
        return result
    }

    @Test func itSaysWhatApplyDoes() throws {
        var world = World()
        #expect(try plan(world, request(spec("a"), spec("b"))) == ["shop/a added", "shop/b added"])
        let first = apply(&world, request(spec("a"), spec("b")))
        #expect(first?.plan?.map(\.change) == [.added, .added])
        var changed = spec("a")
        changed.arguments = ["--new"]
        var live = spec("b")
        live.killTimeout = 1
        let next = request(changed, live, spec("c"))
        #expect(try plan(world, next) == ["shop/a changed restarts", "shop/b changed", "shop/c added"])
        let spawned = world.spawns.count
        #expect(apply(&world, next)?.changes == ["a": .changed, "b": .changed, "c": .added])
        // a again and c: b goes on, and has the new time all the same.
        #expect(world.spawns.count == spawned + 2)
        #expect(try plan(world, next).allSatisfy { $0.hasSuffix(" same") })
        #expect(apply(&world, next)?.plan?.allSatisfy { $0.change == .same } == true)
        #expect(world.spawns.count == spawned + 2)
        #expect(try plan(world, request(spec("c"))) == ["shop/a removed", "shop/b removed", "shop/c same"])
    }

    @Test func aPartRemovesNothing() throws {
        var world = World()
        apply(&world, request(spec("a"), spec("b")))
        #expect(try plan(world, request(spec("a"), partial: true)) == ["shop/a same"])
        apply(&world, request(spec("a"), partial: true))
        #expect(Set(world.kernel.list(at: world.now).map(\.name)) == ["a", "b"])
    }

    @Test func aFileOwnsItsAppsInAllNamespaces() throws {
        var world = World()
        let result = apply(&world, request(spec("a"), spec("x", "group")))
        #expect(result?.changes == ["a": .added, "group/x": .added])
        #expect(try plan(world, request(spec("a"))) == ["group/x removed", "shop/a same"])
        // The project was given another name: its apps under the old one go.
        let renamed = ApplyRequest(namespace: "store", apps: [spec("a", "store")], file: "/shop.yaml")
        #expect(try plan(world, renamed) == ["shop/a removed", "group/x removed", "store/a added"])
        // Down.
        let none = ApplyRequest(namespace: "shop", apps: [], file: "/shop.yaml")
        #expect(try plan(world, none) == ["shop/a removed", "group/x removed"])
    }

    @Test func anotherFileIsRefused() throws {
        var world = World()
        apply(&world, request(spec("a"), spec("x", "group")))
        let same = #expect(throws: Failure.self) { try plan(world, request(spec("b", "shop", "/other.yaml"))) }
        #expect(same?.what == "the project ‘shop’ belongs to another file")
        let other = ApplyRequest(namespace: "other", apps: [spec("x", "group", "/other.yaml")])
        let one = #expect(throws: Failure.self) { try plan(world, other) }
        #expect(one?.what == "‘group/x’ belongs to another file")
        // What comes from no file takes the project over.
        #expect(try plan(world, request(spec("a", "shop", nil))).last == "shop/a changed")
    }

    @Test func aFileIsATarget() throws {
        var world = World()
        apply(&world, request(spec("a"), spec("x", "group")))
        _ = world.start(World.spec("solo"))
        world.pass(5)
        #expect(try world.kernel.processes(named: ["/shop.yaml"], at: world.now).map(\.name) == ["a", "x"])
        #expect(throws: Failure.self) { try world.kernel.processes(named: ["/other.yaml"], at: world.now) }
        #expect(try Target("/srv/shop.yaml") == .file("/srv/shop.yaml"))
        #expect(try Target("/srv/Procfile") == .file("/srv/Procfile"))
        #expect(try Target("/srv/") == .pattern("srv"))
    }

    @Test func whatDoesNotStartItselfIsKnown() throws {
        var world = World()
        var job = spec("job")
        job.autoStart = false
        apply(&world, request(spec("a"), job))
        func statuses() -> [String: ProcessStatus] {
            Dictionary(uniqueKeysWithValues: world.kernel.list(at: world.now).map { ($0.name, $0.status) })
        }
        #expect(statuses() == ["a": .online, "job": .created])
        world.crash()
        world.pass(5)
        #expect(statuses()["job"] == .created)
        _ = world.say(.start(StartRequest(targets: ["job"])))
        world.pass(5)
        #expect(statuses()["job"] == .online)
        // It runs, so a change restarts it like any other.
        job.arguments = ["--new"]
        apply(&world, request(spec("a"), job))
        #expect(statuses()["job"] == .online)
        #expect(world.spawns.last?.arguments.contains("--new") == true)
        _ = world.say(.stop(["job"]))
        world.pass(5)
        job.arguments = ["--newer"]
        apply(&world, request(spec("a"), job))
        #expect(statuses()["job"] == .stopped)
    }

    @Test func whatDoesNotStartItselfIsShownByStart() throws {
        var world = World()
        var job = spec("job", "default", nil)
        job.autoStart = false
        let request = world.start(job)
        world.pass(5)
        #expect(world.started(request)?.processes.map(\.status) == [.created])
    }

    @Test func messages() throws {
        let wire = WireTests()
        let fields = [
            FieldChange(key: "env.PORT", old: "3000", new: "3001", restarts: true),
            FieldChange(key: "killTimeout", old: nil, new: "5", restarts: false),
        ]
        let plan = [
            AppChange(namespace: "shop", name: "api", change: .changed, restarts: true, fields: fields),
            AppChange(namespace: "shop", name: "web", change: .removed),
        ]
        try wire.check("app-changes", plan)
        try wire.check(
            "apply-request-part", ApplyRequest(namespace: "shop", apps: [], file: "/c.yaml", isPartial: true))
        try wire.check("apply-result-plan", ApplyResult(changes: ["api": .changed], processes: [], plan: plan))
    }

    @Test func placesOfVariablesFollowTheFile() throws {
        var world = World()
        var app = spec("a")
        app.env = ["A": "1"]
        app.envSources = VariableSources(["A": VariableSource("config", at: "shop.yaml:3")])
        apply(&world, request(app))
        app.envSources = VariableSources(["A": VariableSource("config", at: "shop.yaml:9")])
        apply(&world, request(app))
        let variable = try world.kernel.environments(of: ["a"], show: false)[0].variables[0]
        #expect((variable.source, variable.place) == (.config, "shop.yaml:9"))
    }
}
