import Core
import Engine
import Support
import Testing

/// Figures of past minutes, and the fleet as events tell it.
struct StoreMetricsTests {
    private let fixture: StoreFixture
    private let api = MetricName(namespace: "shop", name: "api", instance: 0)
    private let web = MetricName(namespace: "shop", name: "web", instance: 0)
    private let minute = 29_921_040

    init() throws { fixture = try StoreFixture() }

    private func fold(_ store: Store, _ names: Set<MetricName>, _ minutes: Range<Int>) throws -> MetricFold {
        try store.fold(
            names,
            into: MetricFold(
                from: WallTime(milliseconds: Int64(minutes.lowerBound) * 60_000),
                to: WallTime(milliseconds: Int64(minutes.upperBound) * 60_000 - 1), step: 60_000, series: 1))
    }

    @Test func minutesOutliveTheEngine() throws {
        let store = try Store(path: fixture.path)
        for number in 0..<3 {
            let sum = MetricSum(cpu: Double(number), memory: 1_048_576)
            try store.add(minute: minute + number, number == 1 ? [api: sum] : [api: sum, web: sum, .host: sum])
        }
        let again = try Store(path: fixture.path)
        #expect(try Set(again.metricNames()) == [api, web, .host])
        let found = try fold(again, [api, web], minute..<minute + 3)
        #expect(found.points(of: api).map(\.cpu.average) == [0, 1, 2])
        #expect(found.points(of: web).map(\.cpu.average) == [0, 2])
        #expect(found.points(of: .host).isEmpty)
        #expect(try fold(again, [api], minute + 1..<minute + 2).points(of: api).map(\.cpu.average) == [1])
        #expect(try fold(again, [], minute..<minute + 3).points(of: api).isEmpty)
    }

    /// An engine that ended in a minute, and the one after it.
    @Test func twoHalvesOfAMinuteAreOne() throws {
        let store = try Store(path: fixture.path)
        try store.add(minute: minute, [api: MetricSum(cpu: 10, memory: 0)])
        try store.add(minute: minute, [api: MetricSum(cpu: 30, memory: 0), web: MetricSum(cpu: 1, memory: 0)])
        let found = try fold(store, [api, web], minute..<minute + 1)
        #expect(found.points(of: api).map(\.cpu) == [MetricSpread(min: 10, average: 20, max: 30)])
        #expect(found.points(of: web).count == 1)
        #expect(try fixture.count("metric_minute") == 1)
    }

    @Test func theOldestGo() throws {
        let store = try Store(path: fixture.path)
        let days = Defaults.storedMinutes / 60_000
        let sum = MetricSum(cpu: 1, memory: 1)
        try store.add(minute: minute, [web: sum])
        try store.add(minute: minute + days, [api: sum])
        #expect(try fixture.count("metric_minute") == 2)
        // The next full hour: names without figures go, too.
        try store.add(minute: (minute + days) / 60 * 60 + 60, [api: sum])
        #expect(try fixture.count("metric_minute") == 2)
        #expect(try store.metricNames() == [api])
        // Beyond the bytes that are allowed all but the last go.
        try fixture.execute("UPDATE metric_minute SET written = written - \(Defaults.storedMinuteBytes)")
        try fixture.execute(
            "INSERT INTO metric_minute VALUES (\(minute + days + 500), \(Defaults.storedMinuteBytes), x'00')")
        try store.add(minute: minute + days + 501, [api: sum])
        #expect(try fixture.count("metric_minute") == 2)
    }

    @Test func aFullDiskLosesTheMinuteOnly() throws {
        let store = try Store(path: fixture.path)
        try store.add(minute: minute, [api: MetricSum(cpu: 1, memory: 1)])
        try fixture.execute(
            "CREATE TRIGGER full BEFORE INSERT ON metric_minute BEGIN SELECT RAISE(ABORT, 'no room'); END")
        #expect(throws: Failure.self) { try store.add(minute: minute + 1, [web: MetricSum(cpu: 1, memory: 1)]) }
        #expect(try store.metricNames() == [api], "not half of it is kept")
        try store.commit([.addEvent(event(1))])
        try fixture.execute("DROP TRIGGER full")
        try store.add(minute: minute + 2, [web: MetricSum(cpu: 1, memory: 1)])
        #expect(try fixture.count("metric_minute") == 2)
    }

    // MARK: events

    /// The statement in SQL finds what the pure one does, whatever happened.
    @Test(arguments: UInt64(1)...20) func eventsTellTheSameInSQL(seed: UInt64) throws {
        var random = Seeded(seed: seed)
        let store = try Store(path: fixture.path)
        var events: [FleetEvent] = []
        for seq in 1...80 {
            let number = Int.random(in: 0..<3, using: &random)
            let name = ["api", "we\"b", "ä'p"].randomElement(using: &random) ?? "api"
            let status = ProcessStatus.allCases.randomElement(using: &random) ?? .online
            let process = InstanceInfo(id: number, name: name, instance: number, namespace: "shop", status: status)
            let kinds: [EventName] = [.online, .stopped, .deleted, .created]
            let kind = kinds.randomElement(using: &random) ?? .online
            // The clock is set back at times.
            let at = WallTime(
                milliseconds: 1_700_000_000_000 + Int64(seq * 10) - Int64.random(in: 0..<40, using: &random))
            let isOfEngine = Int.random(in: 0..<9, using: &random) == 0
            events.append(
                FleetEvent(
                    seq: UInt64(seq), at: at, name: isOfEngine ? .engineStarted : kind,
                    process: isOfEngine ? nil : process))
        }
        try store.commit(events.map { .addEvent($0) })
        let present = (0..<3).map {
            InstanceInfo(id: $0, name: "db", instance: $0, namespace: "shop", status: .online)
        }
        for _ in 0..<20 {
            let time = WallTime(milliseconds: 1_700_000_000_000 + Int64.random(in: -20..<900, using: &random))
            let found = try store.hindsight(time)
            let wanted = Hindsight(time, events: events)
            #expect(found.since == wanted.since)
            #expect(found.processes(present: present) == wanted.processes(present: present))
            let last = try store.events(EventQuery(until: time, limit: 1)).last
            #expect(last?.seq == events.last { $0.at <= time }?.seq)
        }
    }

    @Test func withoutEventsNothingIsKnown() throws {
        let sight = try Store(path: fixture.path).hindsight(WallTime(milliseconds: 5))
        #expect(sight.since == nil && sight.processes(present: []).isEmpty)
    }
}
