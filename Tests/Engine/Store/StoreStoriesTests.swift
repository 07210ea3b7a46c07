import Core
import Engine
import Testing

/// Deeds, crash reports and good definitions.
struct StoreStoriesTests {
    private let fixture: StoreFixture
    private let at = WallTime(milliseconds: 1_700_000_000_000)

    init() throws { fixture = try StoreFixture() }

    private func crash(_ run: UInt64, app: String = "default/api") -> CrashReport {
        CrashReport(
            app: app, instance: 0, run: run, pid: 1, at: at, exit: .signal(11, core: true), uptime: 5,
            maxMemory: 1 << 30,
            outOfMemory: nil, stderr: ["a \u{1B}[1m", "b"])
    }

    @Test func theyAreKeptByApp() throws {
        let store = try Store(path: fixture.path)
        let deed = Deed(at: at, what: "restart", uid: 1000, user: nil, by: "od restart all")
        try store.add(crash(1))
        try store.add(crash(1, app: "default/web"))
        try store.add(deed, to: ["default/api", "default/web"])
        try store.put(GoodSpec(spec: app(1).spec, until: at), of: "default/api")
        try store.put(GoodSpec(spec: app(1, name: "api2").spec, until: at), of: "default/api")
        let annals = try Store(path: fixture.path).annals(of: "default/api")
        #expect(annals.crashes == [crash(1)])
        #expect(annals.deeds == [deed])
        #expect(annals.good?.spec.name == "api2")
        #expect(try store.annals(of: "default/web").crashes.count == 1)
        #expect(try store.annals(of: "none") == Annals())
    }

    @Test func theOldestGo() throws {
        let store = try Store(path: fixture.path)
        let most = UInt64(Store.keptOfApp)
        for run in 1...(most + 5) { try store.add(crash(run)) }
        #expect(try store.annals(of: "default/api").crashes.map(\.run) == (6...(most + 5)).reversed())
        try fixture.execute(
            """
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(Store.keptOfAll + 9))
            INSERT INTO crash (app, text) SELECT 'default/a' || n, '{}' FROM number
            """)
        try store.add(crash(1, app: "default/last"))
        #expect(try fixture.count("crash") == Store.keptOfAll)
    }

    /// PM2 #2827 #2393 #3485: the list of apps is written in place, and is empty or half of it after a fault.
    @Test func complaint14NothingHalfWrittenReplacesWhatIsStored() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1)), .putInstance(instance(2, of: 1))])
        #expect(throws: Failure.self) {
            try store.commit([.removeApp(key: 1), .putInstance(instance(9, of: 77))])
        }
        #expect(try Store(path: fixture.path).load().apps == [app(1)])
        #expect(try store.load().instances == [instance(2, of: 1)])
    }

    @Test func whatNobodyUnderstandsIsLeftOut() throws {
        let store = try Store(path: fixture.path)
        try store.add(crash(1))
        try fixture.execute("INSERT INTO crash (app, text) VALUES ('default/api', '{}')")
        #expect(try store.annals(of: "default/api").crashes == [crash(1)])
    }

    @Test func eventsOfSomeApps() throws {
        let store = try Store(path: fixture.path)
        let api = InstanceInfo(id: 0, name: "api", instance: 0, namespace: "shop", status: .online)
        let web = InstanceInfo(id: 1, name: "web", instance: 0, namespace: "shop", status: .online)
        try store.commit([
            .addEvent(event(1, process: api)), .addEvent(event(2, process: web)), .addEvent(event(3)),
            .addEvent(event(4, process: api)), .addEvent(event(5, process: web)),
        ])
        let query = EventQuery(targets: try TargetMatcher(["api"]), limit: 1)
        #expect(try store.events(query).map(\.seq) == [4], "the limit counts those that are wanted")
        #expect(
            try store.events(EventQuery(targets: try TargetMatcher(["shop"]), limit: 9)).map(\.seq) == [1, 2, 4, 5])
        #expect(try store.events(EventQuery(limit: 9)).count == 5)
    }
}
