import Core
import Testing

/// Commands that meet each other half-way, and engines that die between two steps: what the simulator has found.
@Suite struct KernelDoubtTests {
    @Test func anAppThatIsStartedWhileItIsDeletedComesBackWhole() {
        for applies in [false, true] {
            var world = World()
            world.behaviours["web"] = .ignoresTerm
            let spec = World.spec("web") {
                $0.instances = 3; $0.killTimeout = 300
            }
            _ = world.start(spec)
            world.pass(5)
            world.say(.stop(["web#0"]))
            world.pass(1000)
            world.say(.delete(["web"]))
            #expect(world.kernel.list(at: world.now).count == 2)
            if applies {
                world.say(.apply(ApplyRequest(namespace: "default", apps: [spec])))
            } else {
                _ = world.start(spec)
            }
            world.pass(1000)
            #expect(world.statuses == [.online, .online, .online])
            #expect(Set(world.kernel.list(at: world.now).map(\.instance)) == [0, 1, 2])
        }
    }

    @Test func aRestartDoesNotBringBackWhatScalingRemoves() {
        var world = World()
        world.behaviours["web"] = .ignoresTerm
        func apply(_ instances: Int) {
            let spec = World.spec("web") {
                $0.instances = instances; $0.killTimeout = 300
            }
            world.say(.apply(ApplyRequest(namespace: "default", apps: [spec])))
            world.pass(5)
        }
        apply(3)
        apply(1)
        world.say(.restart(["all"]))
        world.pass(1000)
        #expect(world.kernel.list(at: world.now).map(\.label) == ["web#0"])
        #expect(world.status("web#0") == .online && world.live == 1)
    }

    @Test func whatANewBootForgetsStaysForgotten() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 1)
        _ = world.start(World.spec("bad") { $0.restart.delay = 0 })
        world.pass(500)
        #expect(world.status("bad#0") == .errored)
        world.say(.shutdown(halt: true))
        world.pass(50)
        world.reboot()
        world.pass(50)
        let before = world.statuses
        world.crash()
        #expect(world.statuses == before)
    }

    /// Nothing was heard of the run that the last engine asked for: asked for again, the keeper does it once.
    @Test func aRunThatWasAskedForIsAskedForAgainByItsNumber() {
        var world = World()
        world.spawnTime = 50
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.processes = [:]
        world.crash()
        world.pass(100)
        #expect(world.spawns.map(\.id.run) == [1, 1])
        #expect(world.status("api#0") == .online)
        #expect(world.process("api#0")?.restarts == 0)
    }
}
