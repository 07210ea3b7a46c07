import Core
import Engine
import Testing

struct StoreTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    @Test func aNewStoreIsEmpty() throws {
        let store = try Store(path: fixture.path)
        #expect(try store.load() == StoredFleet())
        #expect(try store.events(limit: 10).isEmpty)
        #expect(try store.exits(instance: 1, limit: 10).isEmpty)
    }

    @Test func recordsComeBackAsTheyWereWritten() throws {
        var full = app(7, name: "wörker.2", env: ["EMPTY": "", "QUOTES": "'\"\\\n\u{0}", "EMOJI": "👩‍🚀"])
        full.spec.arguments = ["--flag", "two words", ""]
        full.spec.interpreter = "node"
        full.spec.outFile = "/var/log/out.log"
        full.spec.restart = RestartPolicy(mode: .onFailure, strategy: .fixed, delay: 5, maxRestarts: 3)
        let seen = InstanceRecord(
            key: .max, app: 7, number: 3, id: 12, wanted: .stopped, run: 1 << 63, ended: 1 << 62, restarts: 4,
            exit: .signal(11, core: true), exitedAt: WallTime(milliseconds: -1), trouble: "exec failed",
            reload: ReloadMemory(wants: 1, present: 2, trouble: "exit 1"))
        let home = HomeRecord(halted: true, embedded: true, nextKey: .max)
        try Store(path: fixture.path).commit([
            .putApp(full), .putApp(app(3)), .putInstance(seen), .putInstance(instance(2, of: 3)), .putHome(home),
            .addEvent(event(41)),
        ])
        let fleet = try Store(path: fixture.path).load()
        #expect(fleet.home == home)
        #expect(fleet.apps == [app(3), full])
        #expect(Set(fleet.instances) == [instance(2, of: 3), seen])
        #expect(fleet.lastEvent == 41)
    }

    @Test(arguments: [
        Exit.code(0), .code(1), .code(255), .signal(9, core: false), .signal(11, core: true), .signal(64, core: false),
        .unknown,
    ])
    func everyKindOfExitComesBack(_ kind: Exit) throws {
        let store = try Store(path: fixture.path)
        var seen = instance(1, of: 1)
        seen.exit = kind
        try store.commit([.putApp(app(1)), .putInstance(seen), .addExit(exit(1, run: 1, kind))])
        #expect(try store.load().instances.first?.exit == kind)
        #expect(try store.exits(instance: 1, limit: 1) == [exit(1, run: 1, kind)])
    }

    @Test func eventsComeBackInOrderFromWhereTheReaderIs() throws {
        let store = try Store(path: fixture.path)
        let process = InstanceInfo(
            id: 3, name: "api", instance: 0, namespace: "default", status: .online, pid: 9, cpu: 12.5, memory: 4096,
            startedAt: WallTime(milliseconds: 5), exit: .unknown)
        let events = [event(1, process: process), event(2, message: "exit 1 after 12 s"), event(5)]
        try store.commit(events.reversed().map(StoreWrite.addEvent))
        #expect(try store.events(limit: 10) == events)
        #expect(try store.events(after: 1, limit: 1) == [events[1]])
        #expect(try store.events(after: 5, limit: 10).isEmpty)
        #expect(try store.events(after: .max, limit: 10).isEmpty)
        #expect(try store.events(limit: -1).isEmpty)
    }

    @Test func anAppThatIsPutAgainKeepsItsInstances() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1)), .putInstance(instance(2, of: 1))])
        try store.commit([.putApp(app(1, name: "renamed"))])
        let fleet = try store.load()
        #expect(fleet.apps.map(\.spec.name) == ["renamed"])
        #expect(fleet.instances == [instance(2, of: 1)])
    }

    @Test func aRemovedAppTakesItsInstancesAndLeavesTheHistory() throws {
        let store = try Store(path: fixture.path)
        try store.commit([
            .putApp(app(1)), .putApp(app(5)), .putInstance(instance(2, of: 1)), .putInstance(instance(6, of: 5)),
            .addExit(exit(2, run: 1)), .addEvent(event(1)),
        ])
        try store.commit([.removeApp(key: 1)])
        let fleet = try store.load()
        #expect(fleet.apps == [app(5)])
        #expect(fleet.instances == [instance(6, of: 5)])
        #expect(try store.exits(instance: 2, limit: 5).count == 1)
        #expect(try store.events(limit: 5).count == 1)
    }

    @Test func aRemovedInstanceLeavesItsApp() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1)), .putInstance(instance(2, of: 1)), .putInstance(instance(3, of: 1))])
        try store.commit([.removeInstance(key: 2), .removeInstance(key: 99)])
        #expect(try store.load().instances.map(\.key) == [3])
        #expect(try store.load().apps == [app(1)])
    }

    @Test func theSameExitCountsOnce() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.addExit(exit(1, run: 4, .code(3)))])
        try store.commit([.addExit(exit(1, run: 4, .unknown)), .addExit(exit(1, run: 5)), .addExit(exit(2, run: 4))])
        #expect(try store.exits(instance: 1, limit: 9) == [exit(1, run: 5), exit(1, run: 4, .code(3))])
        #expect(try store.exits(instance: 1, limit: 1) == [exit(1, run: 5)])
    }

    @Test func aWriteThatFailsTakesTheWholeTransactionBack() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1)), .putInstance(instance(2, of: 1))])
        let before = try store.load()
        let failure = #expect(throws: Failure.self) {
            try store.commit([
                .putApp(app(1, name: "other")), .removeInstance(key: 2), .putHome(HomeRecord(halted: true)),
                .addExit(exit(2, run: 1)), .putInstance(instance(9, of: 404)), .addEvent(event(1)),
            ])
        }
        #expect(failure?.code == .storeFailed)
        #expect(try store.load() == before)
        #expect(try store.exits(instance: 2, limit: 1).isEmpty)
        try store.commit([.putInstance(instance(9, of: 1))])
        #expect(try store.load().instances.map(\.key) == [2, 9])
    }

    @Test func aFigureThatJSONDoesNotKnowIsRefusedWhole() throws {
        let store = try Store(path: fixture.path)
        let odd = InstanceInfo(id: 1, name: "a", instance: 0, namespace: "d", status: .online, cpu: .nan)
        #expect(throws: Failure.self) { try store.commit([.putApp(app(1)), .addEvent(event(1, process: odd))]) }
        #expect(try store.load() == StoredFleet())
    }

    @Test func nothingIsNoTransaction() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1))])
        let before = contents(fixture.path + "-wal").count
        try store.commit([])
        #expect(before > 0)
        #expect(contents(fixture.path + "-wal").count == before)
    }
}
