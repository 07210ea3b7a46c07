import Core
import Testing

@Suite struct KernelApplyTests {
    func shop(_ name: String, _ edit: (inout AppSpec) -> Void = { _ in }) -> AppSpec {
        World.spec(name) {
            $0.namespace = "shop"
            edit(&$0)
        }
    }

    @Test func applyMakesTheProjectEqualToTheList() throws {
        var world = World()
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a"), shop("b"), shop("c")])))
        _ = world.start(World.spec("other"))
        world.pass(5)
        let pids = world.kernel.list(at: world.now).map(\.pid)
        let request = world.say(
            .apply(
                ApplyRequest(
                    namespace: "shop",
                    apps: [shop("a"), shop("b") { $0.arguments = ["-v"] }, shop("d"), shop("e") { $0.instances = 2 }])))
        world.pass(20)
        guard case .applied(let result) = world.answers[request] else { Issue.record("no answer"); return }
        #expect(result.changes == ["a": .same, "b": .changed, "c": .removed, "d": .added, "e": .added])
        #expect(world.process("a#0")?.pid == pids[0])
        #expect(world.process("b#0")?.pid != pids[1])
        #expect(world.process("c#0") == nil)
        #expect(world.status("e#1") == .online)
        #expect(world.status("other#0") == .online)
    }

    @Test func scalingTouchesOnlyWhatComesAndGoes() {
        var world = World()
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a") { $0.instances = 2 }])))
        world.pass(5)
        let pid = world.process("a#0")?.pid
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a") { $0.instances = 4 }])))
        world.pass(20)
        #expect(world.statuses == [.online, .online, .online, .online])
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a") { $0.instances = 2 }])))
        world.pass(20)
        #expect(world.kernel.list(at: world.now).map(\.label) == ["a#0", "a#1"])
        #expect(world.process("a#0")?.pid == pid)
    }

    @Test func whatEndsIsWantedAgain() {
        var world = World()
        world.behaviours["a"] = .ignoresTerm
        let spec = { count in
            self.shop("a") {
                $0.instances = count; $0.killTimeout = 500
            }
        }
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [spec(4)])))
        world.pass(5)
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [spec(2)])))
        world.pass(5)
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [spec(4)])))
        world.pass(2000)
        #expect(world.statuses == [.online, .online, .online, .online])
        world.say(.delete(["shop"]))
        world.say(.restart(["shop"]))
        world.pass(2000)
        #expect(world.statuses == [.online, .online, .online, .online])
    }

    @Test func aProjectBelongsToOneFile() {
        var world = World()
        func apply(_ file: String) -> RequestID {
            world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a") { $0.config = file }])))
        }
        _ = apply("/x/shop/opendaemon.config.yaml")
        world.pass(5)
        let other = apply("/y/shop/opendaemon.config.yaml")
        #expect(world.failure(other)?.code == .nameTaken)
        let same = apply("/x/shop/opendaemon.config.yaml")
        #expect(world.failure(same) == nil)
    }

    /// What has changed; what was stopped and is the same stays so.
    @Test func applyStartsWhatIsStoppedAndChanged() {
        var world = World()
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a"), shop("b")])))
        world.pass(5)
        world.say(.stop(["shop"]))
        world.pass(5)
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a"), shop("b") { $0.arguments = ["x"] }])))
        world.pass(5)
        #expect(world.statuses == [.stopped, .online])
    }

    @Test func aBadAppRefusesAllOfIt() {
        var world = World()
        let request = world.say(.apply(ApplyRequest(namespace: "shop", apps: [shop("a"), shop("b c")])))
        #expect(world.failure(request)?.code == .badName)
        #expect(world.statuses.isEmpty)
    }
}

@Suite struct KernelHomeTests {
    @Test func shutdownStopsEverythingAndLeaves() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("api"), World.spec("bad"), World.spec("deaf") { $0.killTimeout = 100 })
        world.pass(60)
        let request = world.say(.shutdown(halt: true))
        #expect(!world.left)
        let late = world.start(World.spec("late"))
        #expect(world.failure(late)?.code == .engineSilent)
        world.pass(500)
        #expect(world.answers[request] == .nothing)
        #expect(world.left && world.live == 0)
        #expect(world.kernel.isHalted)
        world.pass(100_000)
        #expect(world.live == 0)
    }

    @Test func nothingBringsAppsBackDuringAShutdown() {
        var world = World()
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("deaf") { $0.killTimeout = 500 })
        world.pass(5)
        world.say(.shutdown(halt: true))
        world.say(.shutdown(halt: false))
        for command in [FleetCommand.resume, .restart(["deaf"]), .apply(ApplyRequest(namespace: "x", apps: []))] {
            let request = world.say(command)
            #expect(world.failure(request)?.code == .engineSilent)
        }
        world.pass(2000)
        #expect(world.left && world.live == 0 && world.kernel.isHalted)
    }

    @Test func aHaltedHomeStartsNothingUntilSomebodyAsks() {
        for command in [FleetCommand.resume, .start(StartRequest(apps: [World.spec("new")])), .restart(["api"])] {
            var world = World()
            _ = world.start(World.spec("api"), World.spec("idle"))
            world.pass(5)
            world.say(.stop(["idle"]))
            world.pass(5)
            world.say(.shutdown(halt: true))
            world.pass(10)
            world.reboot()
            world.pass(10)
            #expect(world.status("api#0") == .stopped)
            world.say(command)
            world.pass(10)
            #expect(world.status("api#0") == .online)
            #expect(world.status("idle#0") == .stopped)
            #expect(!world.kernel.isHalted)
        }
    }

    @Test func aRebootBringsBackWhatRan() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 1)
        _ = world.start(World.spec("api"), World.spec("idle"), World.spec("bad") { $0.restart.delay = 0 })
        world.pass(500)
        world.say(.stop(["idle"]))
        world.pass(10)
        #expect(world.status("bad#0") == .errored)
        world.behaviours["bad"] = .stays
        world.reboot()
        world.pass(10)
        #expect(world.status("api#0") == .online)
        #expect(world.status("idle#0") == .stopped)
        #expect(world.status("bad#0") == .online)
    }

    @Test func aSystemShutdownDoesNotHalt() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.say(.shutdown(halt: false))
        world.pass(10)
        #expect(world.left)
        world.reboot()
        world.pass(10)
        #expect(world.status("api#0") == .online)
    }

    @Test func detachingCutsTheTie() {
        var world = World(embedded: true)
        #expect(world.kernel.isEmbedded)
        let request = world.say(.detach)
        #expect(world.answers[request] == .nothing)
        #expect(!world.kernel.isEmbedded)
        world.say(.detach)
        #expect(world.events.filter { $0.name == .engineDetached }.count == 1)
        #expect(world.kernel.lastEventNumber == world.events.last?.seq)
    }
}
