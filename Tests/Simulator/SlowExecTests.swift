import Core
import Testing

/// A program that takes long to be executed, over the death of the engine that has asked for it: its place stays taken.
@Suite struct SlowExecTests {
    private static func slow(down: Int, _ word: FleetCommand) -> Simulation {
        var simulation = Simulation()
        simulation.keeper.forkTime = 30_000...30_000
        simulation.say(
            .start(
                StartRequest(apps: [
                    AppSpec(name: "api", script: "api", program: "/usr/bin/api", arguments: [], cwd: "/srv", env: [:])
                ])))
        simulation.pass(100)
        simulation.say(word)
        simulation.pass(100)
        simulation.die(down: down)
        simulation.pass(down + 100)
        simulation.keeper.forkTime = 1...1
        return simulation
    }

    @Test(arguments: [1, 100, 7000]) func whatWasStoppedAndIsWantedAgainRunsOnce(down: Int) {
        var simulation = Self.slow(down: down, .stop(["api"]))
        simulation.say(.start(StartRequest(targets: ["api"])))
        simulation.pass(60_000)
        #expect(simulation.violation == nil)
        #expect(simulation.keeper.runs.values.count { $0.lives } == 1)
        #expect(simulation.engine?.kernel.list(at: simulation.now).map(\.status) == [.online])
    }

    @Test(arguments: [1, 100, 7000]) func whatWasStoppedEnds(down: Int) {
        var simulation = Self.slow(down: down, .stop(["api"]))
        simulation.pass(60_000)
        #expect(simulation.violation == nil)
        #expect(simulation.keeper.runs.values.allSatisfy { !$0.lives })
        #expect(simulation.engine?.kernel.list(at: simulation.now).map(\.status) == [.stopped])
    }
}
