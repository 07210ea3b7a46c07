import Core
import Engine
import Testing

struct StoreHistoryTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    @Test func eventsStayWithinTheirBound() throws {
        let store = try Store(path: fixture.path)
        try store.commit((1...UInt64(Store.keptEvents)).map { .addEvent(event($0)) })
        var newest = UInt64(Store.keptEvents)
        for _ in 0..<300 {
            newest += 1
            try store.commit([.addEvent(event(newest))])
            #expect(try fixture.count("event") <= Store.keptEvents)
        }
        let kept = try store.events(limit: .max)
        #expect(kept.count > Store.keptEvents - 300)
        #expect(kept.map(\.seq) == Array(newest - UInt64(kept.count) + 1...newest))
        #expect(try store.load().lastEvent == newest)
    }

    @Test func aBurstBeyondTheBoundIsCutInItsOwnTransaction() throws {
        let store = try Store(path: fixture.path)
        try store.commit((1...UInt64(Store.keptEvents + 5000)).map { .addEvent(event($0)) })
        #expect(try fixture.count("event") <= Store.keptEvents)
        #expect(try store.load().lastEvent == UInt64(Store.keptEvents + 5000))
    }

    @Test func exitsStayWithinTheirBoundForEachInstance() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.addExit(exit(2, run: 1))])
        for run in 1...UInt64(Store.keptExits + 200) {
            try store.commit([.addExit(exit(1, run: run))])
            if run % 50 == 1 { #expect(try store.exits(instance: 1, limit: .max).count <= Store.keptExits) }
        }
        let kept = try store.exits(instance: 1, limit: .max)
        #expect(kept.count <= Store.keptExits && kept.count > Store.keptExits - 60)
        #expect(kept.first?.run == UInt64(Store.keptExits + 200))
        #expect(try store.exits(instance: 2, limit: 5) == [exit(2, run: 1)])
    }

    @Test func exitsOfDeletedInstancesDoNotPileUp() throws {
        let store = try Store(path: fixture.path)
        try fixture.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Store.keptExitsInAll))
            INSERT INTO exit (instance, run, pid, status, at, uptime, max_memory, cpu_time)
            SELECT i, 1, 1, 0, 0, 0, 0, 0 FROM n
            """)
        try store.commit([.addExit(exit(.max, run: 1))])
        let count = try fixture.count("exit")
        #expect(count <= Store.keptExitsInAll && count > Store.keptExitsInAll - 300)
        #expect(try store.exits(instance: .max, limit: 1) == [exit(.max, run: 1)])
        #expect(try store.exits(instance: 1, limit: 1).isEmpty)
    }
}
