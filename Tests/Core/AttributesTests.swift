import Testing

@testable import Core

@Suite struct AttributesTests {
    private func attributes(_ change: (inout ProcessAttributes) -> Void) -> ProcessAttributes {
        var attributes = ProcessAttributes()
        change(&attributes)
        return attributes
    }

    @Test func whatAProcessCanHaveIsAccepted() {
        #expect(ProcessAttributes().isEmpty && ProcessAttributes().problem == nil)
        let all = attributes {
            $0.umask = 0o777
            $0.uid = "www-data"
            $0.gid = "33"
            $0.groups = ["adm", "4"]
            $0.nice = -20
            $0.ioNice = IOPriority(.idle)
            $0.limits = Dictionary(
                uniqueKeysWithValues: Resource.allCases.map { ($0.rawValue, ResourceLimit(soft: 1, hard: nil)) })
            $0.cpuAffinity = [0, ProcessAttributes.maxCPU]
            $0.noNewPrivileges = true
            $0.oomScoreAdjust = -1000
        }
        #expect(all.problem == nil && !all.isEmpty)
    }

    @Test func whatNoProcessCanHaveIsNamed() {
        let cases: [(String, (inout ProcessAttributes) -> Void)] = [
            ("umask", { $0.umask = 0o1000 }), ("nice", { $0.nice = 20 }),
            ("ioNice.level", { $0.ioNice = IOPriority(.realtime, level: 8) }),
            ("oomScoreAdjust", { $0.oomScoreAdjust = 1001 }), ("cpuAffinity", { $0.cpuAffinity = [] }),
            ("cpuAffinity", { $0.cpuAffinity = [-1] }),
            ("groups", { $0.groups = [String](repeating: "g", count: 65537) }),
            ("limits", { $0.limits = ["files": ResourceLimit(soft: 1, hard: 1)] }),
            ("limits.core", { $0.limits = ["core": ResourceLimit(soft: nil, hard: 1)] }),
            ("uid, gid or groups", { $0.uid = "" }), ("uid, gid or groups", { $0.groups = ["a\0b"] }),
        ]
        for (key, change) in cases { #expect(attributes(change).problem?.key == key) }
        var world = World()
        var spec = World.spec("api")
        spec.attributes = attributes { $0.nice = 20 }
        let request = world.start(spec)
        #expect(world.failure(request)?.code == .configValue)
    }

    @Test func numbersAreThoseOfTheSystem() {
        #expect(Resource.cpu.number == 0 && Resource.nofile.number == 7 && Resource.addressSpace.number == 9)
        #expect(Resource.rttime.number == 15)
        #expect(IOPriority(.realtime, level: 3).number == 0x2003)
        #expect(IOPriority(.bestEffort).number == 0x4004)
        #expect(IOPriority(.idle, level: 7).number == 0x6000)
    }

    @Test func anOrderCarriesThem() {
        var world = World()
        var spec = World.spec("api")
        spec.attributes = attributes { $0.uid = "www-data" }
        _ = world.start(spec)
        let order = world.spawns.last
        #expect(order?.attributes == spec.attributes)
        // While it is being started it can be ordered once more, as it was; later not.
        #expect(order.flatMap { world.kernel.spawnOrder(of: $0.id) } == order)
        #expect(order.flatMap { world.kernel.spawnOrder(of: RunID(instance: $0.id.instance, run: 9)) } == nil)
        world.pass(5)
        #expect(order.flatMap { world.kernel.spawnOrder(of: $0.id) } == nil)
        #expect(world.kernel.spawnOrder(of: RunID(instance: 99, run: 1)) == nil)
    }

    @Test func aRefusedAttributeIsSaidWithItsValue() throws {
        var world = World()
        world.behaviours["api"] = .cannotExecute(.attribute("uid"))
        var spec = World.spec("api")
        spec.attributes = attributes { $0.uid = "33" }
        let request = world.start(spec)
        world.pass(5)
        let failure = try #require(world.started(request)?.failures.first)
        #expect(failure.code == .attributeRefused && failure.why == "uid 33: No such file")
        #expect(world.status("api#0") == .errored)
    }

    @Test(arguments: [
        ("uid", "uid me: x"), ("gid", "gid us: x"), ("groups", "groups a, b: x"), ("nice", "nice -1: x"),
        ("oomScoreAdjust", "oomScoreAdjust -5: x"), ("ioNice", "ioNice: x"),
        ("limits", "limits core, nofile: x"),
    ])
    func valuesAreShown(key: String, why: String) {
        var spec = World.spec("api")
        spec.attributes = attributes {
            ($0.uid, $0.gid, $0.groups, $0.nice, $0.oomScoreAdjust) = ("me", "us", ["a", "b"], -1, -5)
            $0.limits = ["nofile": ResourceLimit(soft: 9, hard: 9), "core": ResourceLimit(soft: 1, hard: 1)]
        }
        let trouble = SpawnTrouble(stage: .attribute(key), errno: 1, text: "x")
        #expect(Failure.spawn(spec, trouble).why == why)
    }

    @Test func anOldKeeperAndAFullMachineAreToldApart() {
        let spec = World.spec("api")
        let old = Failure.spawn(spec, SpawnTrouble(stage: .keeper, errno: 0, text: "too old"))
        #expect(old.code == .versionMismatch && old.why == "too old")
        #expect(Failure.spawn(spec, SpawnTrouble(stage: .cgroup, errno: 0, text: "x")).code == .spawnFailed)
    }
}
