import Core
import Testing

/// What an init system brings back.
@Suite struct KernelBootTests {
    /// PM2 #1055 #5297 #3635: apps are not back after a reboot, because nobody said `save`. Here nothing has to be said.
    @Test func complaint13AppsAreBackWithoutSave() {
        var world = World()
        _ = world.start(World.spec("a"))
        _ = world.start(World.spec("b"))
        world.say(.stop(["b"]))
        world.pass(20)
        world.reboot(byInitSystem: true)
        world.pass(20)
        #expect(world.status("a#0") == .online)
        #expect(world.status("b#0") == .stopped)
    }

    @Test func aBootEndsAHalt() {
        var world = World()
        _ = world.start(World.spec("a"))
        world.say(.shutdown(halt: true))
        world.pass(20)
        world.reboot(byInitSystem: true)
        world.pass(20)
        #expect(world.status("a#0") == .online)
        #expect(!world.kernel.isHalted)
        // An engine that dies later finds no halt either, and one that people say afterwards holds.
        world.say(.shutdown(halt: true))
        world.pass(20)
        world.crash()
        world.pass(20)
        #expect(world.kernel.isHalted)
    }

    /// A keeper that is still the same is no boot: what people halted stays so.
    @Test func anEngineThatDiesIsNoBoot() {
        var world = World()
        _ = world.start(World.spec("a"))
        world.say(.shutdown(halt: true))
        world.pass(20)
        world.reboot()
        world.pass(20)
        #expect(world.kernel.isHalted)
        #expect(world.status("a#0") == .stopped)
    }
}
