import Core
import Testing

@Suite struct KernelStartTests {
    @Test func startAnswersWhenTheProgramExecutes() throws {
        var world = World()
        let request = world.start(World.spec("api") { $0.instances = 2 })
        #expect(world.answers[request] == nil)
        #expect(world.statuses == [.starting, .starting])
        world.pass(5)
        let result = try #require(world.started(request))
        #expect(result.processes.map(\.label) == ["api#0", "api#1"])
        #expect(result.processes.allSatisfy { $0.status == .online && $0.mode == "fork" && $0.pid != nil })
        #expect(result.processes.map(\.id) == [0, 1])
        #expect(world.names("api#0") == [.created, .starting, .online])
        #expect(
            world.attached.values.map(\.out).sorted() == [
                "/home/x/.opendaemon/logs/default/api-0.out.log", "/home/x/.opendaemon/logs/default/api-1.out.log",
            ])
    }

    @Test func theEnvironmentIsTheDeclaredOneAndOurs() throws {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.env = ["A": "1"]; $0.arguments = ["-x"]
            })
        let order = try #require(world.spawns.first)
        #expect(order.arguments == ["/usr/bin/api", "-x"])
        #expect(
            order.environment == [
                "A=1", "NODE_APP_INSTANCE=0", "OD_HOME=/home/x/.opendaemon", "OD_ID=0",
                "OD_INSTANCE=\(order.id.instance).1", "OD_NAME=api", "OD_NAMESPACE=default",
            ])
    }

    @Test func whatRunsIsLeftAlone() throws {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        let pid = world.process("api#0")?.pid
        let same = world.start(World.spec("api"))
        #expect(world.started(same)?.unchanged == [])
        let other = world.start(World.spec("api") { $0.arguments = ["--other"] })
        #expect(world.started(other)?.unchanged == ["api"])
        #expect(world.process("api#0")?.pid == pid)
        #expect(world.spawns.count == 1)
    }

    @Test func anotherProgramOfThatNameIsRefused() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        let stored = world.stored
        let request = world.start(World.spec("web"), World.spec("api") { $0.script = "other.js" })
        #expect(world.failure(request)?.code == .nameTaken)
        #expect(world.process("web#0") == nil)
        #expect(world.stored == stored)
    }

    @Test(arguments: [World.spec("all"), World.spec("a b"), World.spec("a") { $0.namespace = "1" }])
    func badNamesAreRefused(spec: AppSpec) {
        var world = World()
        let request = world.start(spec)
        #expect(world.failure(request)?.code == .badName)
        #expect(world.statuses.isEmpty)
    }

    @Test func valuesOutOfRangeAreRefused() {
        let edits: [(inout AppSpec) -> Void] = [
            { $0.restart.delay = .min }, { $0.restart.maxDelay = .max }, { $0.restart.minUptime = -1 },
            { $0.restart.window = .max }, { $0.killTimeout = .max }, { $0.restart.maxRestarts = 0 },
            { $0.killSignal = -1 }, { $0.killSignal = 65 }, { $0.program = "relative" }, { $0.cwd = "" },
            { $0.outFile = "x" }, { $0.errorFile = "" }, { $0.env = ["A=B": "1"] }, { $0.env = ["": "1"] },
            { $0.logRotation = LogRotation(maxSize: -1) }, { $0.logRotation = LogRotation(maxTotal: .max) },
            { $0.arguments = ["a\0b"] }, { $0.arguments = [String(repeating: "x", count: 3 << 20)] },
        ]
        for edit in edits {
            var world = World()
            let request = world.start(World.spec("a", edit))
            #expect(world.failure(request)?.code == .configValue)
            #expect(world.statuses.isEmpty)
        }
        var world = World()
        let many = world.say(.stop([String](repeating: "all", count: 5000)))
        #expect(world.failure(many)?.code == .usage)
    }

    @Test func onlyStopsAreObeyedWithoutAStore() {
        #expect(FleetCommand.stop([]).stops && FleetCommand.delete([]).stops && FleetCommand.shutdown(halt: true).stops)
        #expect(!FleetCommand.restart([]).stops && !FleetCommand.resume.stops && !FleetCommand.detach.stops)
    }

    @Test(arguments: [0, -1, 1025])
    func badNumbersOfInstancesAreRefused(instances: Int) {
        var world = World()
        let request = world.start(World.spec("a") { $0.instances = instances })
        #expect(world.failure(request)?.code == .configValue)
    }

    @Test func aStoppedAppTakesANewDefinition() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(5)
        world.say(.stop(["api"]))
        world.pass(10)
        _ = world.start(
            World.spec("api") {
                $0.instances = 3; $0.arguments = ["-v"]
            })
        world.pass(5)
        #expect(world.statuses == [.online, .online, .online])
        #expect(world.spawns.last?.arguments.last == "-v")
        world.say(.stop(["api"]))
        world.pass(10)
        _ = world.start(World.spec("api"))
        world.pass(5)
        #expect(world.kernel.list(at: world.now).map(\.label) == ["api#0"])
    }

    @Test func aProgramThatCannotBeExecutedIsErroredAndSaidSo() throws {
        for stage in [SpawnTrouble.Stage.execute, .directory, .resources, .other] {
            var world = World()
            world.behaviours["bad"] = .cannotExecute(stage)
            let request = world.start(World.spec("bad"), World.spec("good"))
            world.pass(5)
            let result = try #require(world.started(request))
            #expect(result.failures.count == 1)
            #expect(result.failures[0].code == (stage == .directory ? .badDirectory : .spawnFailed))
            #expect(world.status("bad#0") == .errored)
            #expect(world.process("bad#0")?.reason?.contains("No such file") == true)
            #expect(world.status("good#0") == .online)
            world.pass(100_000)
            #expect(world.spawns.count == 2)
        }
    }

    /// Nobody is there who could say it again.
    @Test(arguments: [SpawnTrouble.Stage.resources, .execute]) func aBootOnAFullMachineIsTriedAgain(
        stage: SpawnTrouble.Stage
    ) {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.behaviours["api"] = .cannotExecute(stage)
        world.reboot()
        world.pass(5)
        #expect(world.status("api#0") == (stage == .resources ? .waiting : .errored))
        world.behaviours["api"] = nil
        world.pass(60_000)
        #expect(world.status("api#0") == (stage == .resources ? .online : .errored))
    }

    /// PM2's complaint 30: ids grow for ever.
    @Test func idsAreTheSmallestFreeOnes() {
        var world = World()
        _ = world.start(World.spec("a"), World.spec("b"), World.spec("c"))
        world.pass(5)
        world.say(.delete(["b"]))
        world.pass(10)
        _ = world.start(World.spec("d"))
        world.pass(5)
        #expect(world.process("d#0")?.id == 1)
    }
}
