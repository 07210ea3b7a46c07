import Core
import Testing

/// What is refused before anything is begun, and what is said beside an answer.
@Suite struct KernelCheckTests {
    private func failure(_ command: FleetCommand, _ world: inout World) -> Failure? {
        let request = world.say(command)
        return world.failure(request)
    }

    @Test func anAppThatRunsStaysWithItsFile() {
        var world = World()
        let first = World.spec("api") { $0.config = "/srv/a.yaml" }
        let second = World.spec("api") { $0.config = "/srv/b.yaml" }
        _ = world.start(first)
        world.pass(5)
        let refused = world.start(second)
        #expect(world.failure(refused)?.code == .nameTaken)
        #expect(world.failure(refused)?.why == "it comes from /srv/a.yaml")
        let refusal1 = failure(.start(StartRequest(apps: [first])), &world)
        #expect(refusal1 == nil)
        #expect(world.spawns.count == 1)
        world.say(.stop(["api"]))
        world.pass(200)
        let refusal2 = failure(.start(StartRequest(apps: [second])), &world)
        #expect(refusal2 == nil)
        world.pass(5)
        #expect(world.status("api#0") == .online)
    }

    @Test func aDependencyThatThereIsNotIsRefused() {
        var world = World()
        let (api, web) = (World.spec("api"), World.spec("web"))
        _ = world.start(api, web)
        world.pass(5)
        func change(_ name: String) -> FleetCommand {
            var other = api
            other.dependencies = [Dependency(name)]
            return .change(ChangeRequest(changes: [.init(from: api, to: other)]))
        }
        let near = failure(change("wbe"), &world)
        #expect(near?.code == .dependencies && near?.why == "the nearest is default/web")
        let refusal3 = failure(change("nothing"), &world)
        #expect(refusal3?.why == "it would wait for ever")
        let refusal4 = failure(change("web"), &world)
        #expect(refusal4 == nil)
    }

    @Test func aStartAfterAHaltSaysWhatElseComesBack() {
        var world = World()
        _ = world.start(World.spec("api"), World.spec("web"))
        world.pass(5)
        world.say(.shutdown(halt: true))
        world.pass(500)
        world.crash()
        let request = world.say(.start(StartRequest(targets: ["api"])))
        world.pass(50)
        #expect(world.started(request)?.warnings?.first?.contains("1 more") == true)
        #expect(world.status("web#0") == .online)
        let again = world.say(.start(StartRequest(targets: ["api"])))
        world.pass(50)
        #expect(world.started(again) != nil && world.started(again)?.warnings == nil)
    }

    @Test func anInstanceThatThereIsNotNamesThoseThatThereAre() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 }, World.spec("web"))
        world.pass(5)
        let refusal5 = failure(.stop(["api#7"]), &world)
        #expect(refusal5?.why == "the instances are api#0, api#1")
        let refusal6 = failure(.stop(["default/web#1"]), &world)
        #expect(refusal6?.why == "the only instance is web#0")
        let refusal7 = failure(.stop(["nobody#1"]), &world)
        #expect(refusal7?.code == .noSuchTarget)
        _ = world.start(World.spec("many") { $0.instances = 20 })
        world.pass(5)
        let refusal8 = failure(.stop(["many#99"]), &world)
        #expect(refusal8?.why.hasSuffix("and 8 more") == true)
    }
}

/// Runs that a keeper is executing while the engine starts.
@Suite struct KernelExecutingTests {
    private static let now = Moment(boot: Instant(nanoseconds: 9_000_000_000), wall: WallTime(milliseconds: 9000))
    private static let id = RunID(instance: 2, run: 1)

    /// A kernel that finds run 1 of `api` being executed, which was stopped while the last engine lived.
    private func found(
        wanted: Wanted = .stopped, halted: Bool = false, stored: UInt64 = 1, held: [HeldRun] = [], run: RunID = Self.id
    ) -> Kernel {
        var kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 1)
        var record = InstanceRecord(key: 2, app: 1, number: 0, id: 0, wanted: wanted)
        record.run = stored
        var fleet = StoredFleet(apps: [AppRecord(key: 1, spec: World.spec("api"))], instances: [record])
        fleet.home.halted = halted
        fleet.home.keeper = "1"
        let start = EngineStart(keeper: "1", isEmbedded: false, number: 2, executing: [run])
        _ = kernel.step(.recovered(fleet, held, start), at: Self.now)
        return kernel
    }

    private func spawns(_ effects: Effects) -> Int {
        effects.keeper.count { if case .spawn = $0 { true } else { false } }
    }

    @Test(arguments: [(Wanted.stopped, false), (.running, true)])
    func nothingIsStartedBesideOne(_ wanted: Wanted, _ halted: Bool) {
        for stored: UInt64 in [0, 1] {
            var kernel = found(wanted: wanted, halted: halted, stored: stored)
            let start = StartRequest(targets: ["api"])
            #expect(spawns(kernel.step(.command(.start(start), 1), at: Self.now)) == 0)
            let effects = kernel.step(.spawned(Self.id, pid: 7, since: Self.now.boot), at: Self.now)
            #expect(spawns(effects) == 0 && effects.keeper.contains(.signal(Self.id, 15)))
            #expect(kernel.list(at: Self.now).map(\.status) == [.stopping], "another one begins when it has ended")
        }
    }

    @Test func whatWasStoppedEndsAsSoonAsItHasBegun() {
        var kernel = found()
        let effects = kernel.step(.spawned(Self.id, pid: 7, since: Self.now.boot), at: Self.now)
        #expect(effects.keeper.contains(.signal(Self.id, 15)))
        #expect(kernel.list(at: Self.now).map(\.status) == [.stopping])
    }

    @Test func aSuccessorHoldsItsPlaceBesideTheOldRun() {
        let successor = RunID(instance: 2, run: 2)
        let old = HeldRun(id: Self.id, pid: 6, since: Instant(nanoseconds: 1_000_000_000))
        var kernel = found(held: [old], run: successor)
        #expect(spawns(kernel.step(.command(.start(StartRequest(targets: ["api"])), 1), at: Self.now)) == 0)
        let effects = kernel.step(.spawned(successor, pid: 7, since: Self.now.boot), at: Self.now)
        #expect(spawns(effects) == 0 && effects.keeper.contains(.signal(successor, 15)))
    }

    @Test func whatIsWantedIsAskedForOnceMore() {
        var kernel = found(wanted: .running)
        #expect(kernel.list(at: Self.now).map(\.status) == [.starting])
        let effects = kernel.step(.spawned(Self.id, pid: 7, since: Self.now.boot), at: Self.now)
        #expect(!effects.keeper.contains(.discard(Self.id)))
        #expect(kernel.list(at: Self.now).map(\.status) == [.online])
    }
}
