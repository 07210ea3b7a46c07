import Core
import Engine
import GRDB
import Testing

/// Files of earlier versions become files of this one, with all that was in them.
struct StoreMigrationTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    /// What the first version wrote.
    private func makeFirstVersion() throws {
        try DatabaseQueue(path: fixture.path).write { db in
            try db.execute(
                sql: """
                    CREATE TABLE home (
                        one INTEGER PRIMARY KEY CHECK (one = 1), halted INTEGER NOT NULL, embedded INTEGER NOT NULL,
                        next_key INTEGER NOT NULL, keeper TEXT
                    );
                    CREATE TABLE app (key INTEGER PRIMARY KEY, spec TEXT NOT NULL);
                    CREATE TABLE instance (
                        key INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app (key) ON DELETE CASCADE,
                        number INTEGER NOT NULL, id INTEGER NOT NULL, wanted TEXT NOT NULL, run INTEGER NOT NULL,
                        ended INTEGER NOT NULL, restarts INTEGER NOT NULL, exit INTEGER, exited_at INTEGER, trouble TEXT
                    );
                    CREATE INDEX instance_app ON instance (app);
                    CREATE TABLE exit (
                        row INTEGER PRIMARY KEY, instance INTEGER NOT NULL, run INTEGER NOT NULL, pid INTEGER NOT NULL,
                        status INTEGER NOT NULL, at INTEGER NOT NULL, uptime INTEGER NOT NULL,
                        max_memory INTEGER NOT NULL, cpu_time INTEGER NOT NULL, UNIQUE (instance, run)
                    );
                    CREATE TABLE event (
                        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL, process TEXT, message TEXT
                    );
                    INSERT INTO home VALUES (1, 0, 1, 9, 'boot 7');
                    INSERT INTO app VALUES (3, '{"namespace":"default","name":"api","script":"a.js","program":"/n",
                        "arguments":[],"cwd":"/","env":{},"instances":1,"restart":{"mode":"always",
                        "strategy":"exponential","delay":100,"maxDelay":15000,"minUptime":1000,"maxRestarts":16,
                        "window":60000},"killSignal":15,"killTimeout":10000,"mergeLogs":false}');
                    INSERT INTO instance VALUES (4, 3, 0, 0, 'running', 2, 1, 1, 256, 5, NULL);
                    INSERT INTO event VALUES (7, 5, 'process:exited', NULL, 'exit 1'), (8, 6, 'process:online', NULL, NULL);
                    PRAGMA user_version = 1;
                    """)
        }
    }

    @Test func theFirstVersionsFileIsRead() throws {
        try makeFirstVersion()
        for _ in 0..<2 {
            let store = try Store(path: fixture.path)
            let fleet = try store.load()
            #expect(fleet.home == HomeRecord(halted: false, embedded: true, nextKey: 9, keeper: "boot 7", events: 0))
            #expect(fleet.apps.first?.spec.restart == RestartPolicy())
            #expect(
                fleet.instances == [
                    InstanceRecord(
                        key: 4, app: 3, number: 0, id: 0, wanted: .running, run: 2, ended: 1, restarts: 1,
                        exit: .code(1), exitedAt: WallTime(milliseconds: 5))
                ])
            #expect(fleet.lastEvent == 8)
            #expect(try store.events(limit: 9).map(\.seq) == [7, 8])
            #expect(try store.capabilities().isEmpty)
        }
    }

    @Test func backoffsAndReservedNumbersComeBack() throws {
        let store = try Store(path: fixture.path)
        var waiting = instance(2, of: 1)
        waiting.backoff = RestartMemory(
            row: 3, quick: [Instant(nanoseconds: 1), Instant(nanoseconds: .max)], until: Instant(nanoseconds: 5),
            reason: "exit 1")
        waiting.ready = .max
        try store.commit([
            .putApp(app(1)), .putInstance(waiting), .putHome(HomeRecord(nextKey: 3, events: 1 << 40)),
        ])
        #expect(try store.load().instances == [waiting])
        #expect(try store.load().home.events == 1 << 40)
    }

    @Test func capabilitiesStayAsTheyWereSwitched() throws {
        try Store(path: fixture.path).put(capabilities: ["metrics": false, "events": true])
        try Store(path: fixture.path).put(capabilities: ["metrics": true, "other": false])
        #expect(try Store(path: fixture.path).capabilities() == ["metrics": true, "events": true, "other": false])
    }

    @Test func eventsAreFoundByPatternTimeAndNumber() throws {
        let store = try Store(path: fixture.path)
        // Numbers have gaps where an engine was killed.
        let events = (1...40).map { (index: UInt64) in
            FleetEvent(
                seq: index * 1000, at: WallTime(milliseconds: Int64(index)), name: index % 4 == 0 ? .exited : .online,
                process: nil, message: nil, crash: index % 8 == 0 ? true : nil)
        }
        try store.commit(events.map(StoreWrite.addEvent))
        #expect(try store.events(EventQuery(limit: 3)) == Array(events.suffix(3)))
        let exits = try EventFilter(["process:exited"])
        #expect(try store.events(EventQuery(exits, limit: 2)).map(\.seq) == [36_000, 40_000])
        #expect(try store.events(EventQuery(exits, after: 4000, limit: 2)).map(\.seq) == [8000, 12_000])
        let crashes = try EventFilter(["process:crash"])
        #expect(try store.events(EventQuery(crashes, limit: 99)).count == 5)
        #expect(try store.events(EventQuery(since: WallTime(milliseconds: 38), limit: 99)) == Array(events.suffix(3)))
        #expect(try store.events(EventQuery(limit: 0)).isEmpty)
    }

    @Test func gapsInTheNumbersCostNoHistory() throws {
        let store = try Store(path: fixture.path)
        for restart in 0..<30 as Range<UInt64> {
            try store.commit((1...10).map { .addEvent(event(restart * 20_000 + $0)) })
        }
        #expect(try fixture.count("event") == 300)
    }
}
