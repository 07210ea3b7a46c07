import Core
import Testing

/// What the runtime asks the kernel about those who live, for figures and logs.
struct KernelFiguresTests {
    @Test func whoLivesIsNamed() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        _ = world.start(World.spec("db"))
        world.pass(20)
        world.say(.stop(["db"]))
        world.pass(100)
        let names = world.kernel.liveNames()
        let wanted = (0...1).map { MetricName(namespace: "default", name: "api", instance: $0) }
        #expect(names.map(\.name).sorted() == wanted)
        #expect(Set(names.map(\.pid)) == Set(world.kernel.livePids().map(\.pid)))
    }

    @Test func howLogsAreWritten() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.logs = LogSettings(type: .json) })
        var process = try #require(world.process("api#0"))
        #expect(world.kernel.logSettings(of: process) == LogSettings(type: .json))
        process.name = "nobody"
        #expect(world.kernel.logSettings(of: process) == LogSettings())
    }
}
