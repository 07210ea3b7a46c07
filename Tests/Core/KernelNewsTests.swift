import Core
import Testing

/// What people who watch, or say a thing twice, must be able to rely on.
@Suite struct KernelNewsTests {
    private func last(_ label: String, _ world: World) -> FleetEvent? {
        world.events.last { $0.process?.label == label }
    }

    @Test func theEndOfAReloadIsNews() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(10)
        world.say(.reload(["api"]))
        world.pass(5000)
        for label in ["api#0", "api#1"] {
            let event = try #require(last(label, world))
            #expect(event.name == .online && event.process == world.process(label)?.at(event))
            #expect(event.process?.status == .online && event.process?.restarts == 1)
        }
    }

    /// A successor that came to nothing is no restart, and the run before it is shown again as it was.
    @Test(arguments: [Behaviour.exits(3, after: 5), .cannotExecute(.execute), .leavesOrphan(3)])
    func theEndOfAReloadThatFailedIsNews(_ behaviour: Behaviour) throws {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.instances = 2
                $0.killTimeout = 100
            })
        world.pass(10)
        world.behaviours["api"] = behaviour
        for _ in 0..<3 {
            let request = world.say(.reload(["api"]))
            world.pass(3000)
            #expect(world.reloaded(request)?.failures.count == 1)
        }
        let event = try #require(last("api#0", world))
        #expect(event.name == .online && event.message == "run 1 goes on")
        #expect(event.process?.status == .online && event.process?.restarts == 0)
        #expect(world.process("api#0")?.restarts == 0)
    }

    @Test func aResetIsNews() throws {
        var world = World()
        world.behaviours["job"] = .exits(1, after: 1)
        world.say(
            .start(StartRequest(apps: [World.spec("api"), World.spec("job") { $0.restart.maxRestarts = 3 }])))
        world.pass(10)
        world.say(.restart(["api"]))
        world.pass(5000)
        #expect(world.process("api#0")?.restarts == 1 && world.status("job#0") == .errored)
        let before = world.events.count
        world.say(.reset(["all"]))
        let news = world.events.dropFirst(before)
        #expect(news.map(\.name) == [.online, .errored])
        #expect(news.allSatisfy { $0.process?.restarts == 0 && $0.message == "restarts are counted from zero" })
        world.say(.reset(["all"]))
        #expect(world.events.count == before + 2, "nothing was changed")
    }

    @Test(arguments: [
        (ProcessStatus.starting, EventName.starting), (.waiting, .waiting),
        (.stopping, .stopping),
        (.stopped, .stopped),
    ])
    func aResetOfOthersIsNewsToo(_ status: ProcessStatus, _ name: EventName) throws {
        var world = World()
        world.spawnTime = 20
        world.behaviours["api"] = status == .stopping ? .ignoresTerm : .stays
        _ = world.start(
            World.spec("api") {
                $0.restart.strategy = .fixed
                $0.restart.delay = 60_000
            })
        world.pass(50)
        world.say(.restart(["api"]))
        world.pass(15_000)
        switch status {
        case .starting:
            world.say(.restart(["api"]))
            world.pass(5)
        case .waiting: world.die(RunID(instance: 2, run: 2), .code(1))
        case .stopping, .stopped: world.say(.stop(["api"]))
        default: return
        }
        world.pass(4)
        #expect(world.status("api#0") == status)
        world.say(.reset(["api"]))
        #expect(world.events.last?.name == name && world.events.last?.process?.restarts == 0)
    }

    // MARK: apply

    /// What has finished, and what somebody has stopped, stays so when nothing has changed.
    @Test func applyLeavesWhatIsStopped() throws {
        func spec(_ name: String, _ edit: (inout AppSpec) -> Void = { _ in }) -> AppSpec {
            World.spec(name) {
                $0.namespace = "shop"
                edit(&$0)
            }
        }
        var world = World()
        world.behaviours["job"] = .exits(0, after: 1)
        var apps = [spec("api"), spec("web"), spec("job") { $0.restart.mode = .never }]
        world.say(.apply(ApplyRequest(namespace: "shop", apps: apps)))
        world.pass(50)
        world.say(.stop(["web"]))
        world.pass(50)
        let spawns = world.spawns.count
        let same = world.say(.apply(ApplyRequest(namespace: "shop", apps: apps)))
        world.pass(50)
        #expect(world.spawns.count == spawns)
        guard case .applied(let result) = world.answers[same] else { throw Missing() }
        // The job has come to its end: nothing is to be said of that.
        #expect(result.warnings == ["‘web’ is stopped and was left so: od start web"])
        apps[1].env = ["A": "1"]
        world.say(.apply(ApplyRequest(namespace: "shop", apps: apps)))
        world.pass(50)
        #expect(world.status("web#0") == .online && world.status("job#0") == .stopped)
    }

    private struct Missing: Error {}

    // MARK: a dump

    @Test func aDumpLeavesWhatWaits() throws {
        var world = World()
        let spec = World.spec("api") {
            $0.restart.strategy = .fixed
            $0.restart.delay = 60_000
        }
        _ = world.start(spec, World.spec("web"))
        world.pass(10)
        world.die(RunID(instance: 2, run: 1), .code(1))
        world.say(.stop(["web"]))
        world.pass(20)
        #expect(world.status("api#0") == .waiting)
        let dump = [SavedApp(spec: spec, running: [0]), SavedApp(spec: World.spec("web"), running: [])]
        let request = world.say(.restore(dump))
        #expect(world.status("api#0") == .waiting)
        #expect(world.started(request)?.processes.map(\.label) == ["web#0"], "the other was left alone")
        let second = world.say(.restore([SavedApp(spec: World.spec("web"), running: [0])]))
        world.pass(10)
        #expect(world.started(second)?.processes.map(\.label) == ["web#0"] && world.status("web#0") == .online)
        #expect(world.status("api#0") == .waiting)
    }

    // MARK: modes

    @Test func severalWithoutAPortAreNoCluster() {
        for (cluster, mode) in [
            (nil, "fork"), (ClusterSpec(port: 80), "cluster"), (ClusterSpec(node: true), "cluster"),
            (ClusterSpec(mode: .fork, node: true), "fork"),
        ] as [(ClusterSpec?, String)] {
            var world = World()
            _ = world.start(
                World.spec("api") {
                    $0.instances = 2
                    $0.cluster = cluster
                })
            #expect(world.process("api#0")?.mode == mode)
        }
    }
}

extension InstanceInfo {
    /// As it was when an event told of it: up for as long as then.
    fileprivate func at(_ event: FleetEvent) -> InstanceInfo {
        var copy = self
        copy.uptime = event.process?.uptime
        return copy
    }
}
