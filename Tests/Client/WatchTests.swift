import Core
import Engine
import OpenDaemon
import Support
import Synchronization
import Testing

@Suite("Watching")
struct WatchTests {
    /// A fleet whose number rises with each event; a subscriber gets a snapshot at the present number.
    private final class Fleet: Sendable {
        let seq = Mutex<UInt64>(0)
        let tally = Tally()

        func routes(_ router: inout Router) {
            router.on(Methods.subscribe) { [self] _, session in
                await session.subscribe()
                tally.add("subscribe")
                return snapshot(seq.withLock { $0 })
            }
        }

        /// Publishes the next events; numbers in `silent` are counted and not sent.
        func happen(_ count: Int, on server: Server, silent: Bool = false) {
            for _ in 0..<count {
                seq.withLock { seq in
                    seq += 1
                    if !silent { server.publish(event(seq)) }
                }
            }
        }
    }

    /// The state that a reader builds: every event must be the one after what it has seen.
    private struct Follower {
        var seq: UInt64?
        var snapshots = 0
        var events = 0

        mutating func see(_ update: FleetUpdate) {
            switch update {
            case .snapshot(let snapshot):
                seq = snapshot.seq
                snapshots += 1
            case .event(let event):
                #expect(event.seq == (seq ?? 0) + 1)
                seq = event.seq
                events += 1
            case .metrics, .disconnected, .reconnected: break
            }
        }
    }

    @Test func aSnapshotAndThenEachEvent() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        let server = try await engine.start(fleet.routes)
        fleet.happen(5, on: server)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(5)))
        fleet.happen(2, on: server)
        #expect(await updates.next() == .event(event(6)))
        #expect(await updates.next() == .event(event(7)))
    }

    @Test func eventsThatOvertakeTheSnapshotAreNotLost() async throws {
        let (engine, barrier) = (try FakeEngine(), Barrier())
        let server = try await engine.start { router in
            router.on(Methods.subscribe) { _, session in
                await session.subscribe()
                await barrier.wait()
                return snapshot(2)
            }
        }
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        try await eventually("subscribed") { await server.subscribers == 1 }
        for seq in 1...4 { server.publish(event(UInt64(seq))) }
        barrier.open()
        #expect(await updates.next() == .snapshot(snapshot(2)))
        #expect(await updates.next() == .event(event(3)))
        #expect(await updates.next() == .event(event(4)))
    }

    @Test func aGapIsFilledByASnapshot() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        let server = try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(0)))
        fleet.happen(1, on: server)
        #expect(await updates.next() == .event(event(1)))
        fleet.happen(3, on: server, silent: true)
        fleet.happen(1, on: server)
        #expect(await updates.next() == .snapshot(snapshot(5)))
        fleet.happen(1, on: server)
        #expect(await updates.next() == .event(event(6)))
        #expect(fleet.tally["subscribe"] == 2)
    }

    @Test func theNextEngineIsWatchedByItself() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(0)))
        await engine.crash()
        guard case .disconnected(let failure) = await updates.next() else {
            Issue.record("the reader is not told")
            return
        }
        #expect(failure.code == .connectionLost)
        fleet.seq.withLock { $0 = 9 }
        let server = try await engine.start(fleet.routes)
        #expect(await updates.next() == .reconnected(HelloResult(build: "test", pid: 2, embedded: false)))
        #expect(await updates.next() == .snapshot(snapshot(9)))
        fleet.happen(1, on: server)
        #expect(await updates.next() == .event(event(10)))
    }

    @Test func twoWatchersShareASubscription() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        let server = try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        var first = daemon.watch().makeAsyncIterator()
        #expect(await first.next() == .snapshot(snapshot(0)))
        fleet.happen(1, on: server)
        #expect(await first.next() == .event(event(1)))
        var second = daemon.watch().makeAsyncIterator()
        #expect(await second.next() == .snapshot(snapshot(1)))
        fleet.happen(1, on: server)
        #expect(await first.next() == .event(event(2)), "the second's snapshot is not the first's business")
        #expect(await second.next() == .event(event(2)))
        #expect(await server.subscribers == 1)
    }

    @Test func figuresThatNobodyReadAreReplaced() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        let server = try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        #expect(await updates.next() == .snapshot(snapshot(0)))
        for second in 1...50 {
            server.publish(FleetMetrics(at: WallTime(milliseconds: Int64(second)), samples: [], host: host))
        }
        fleet.happen(1, on: server)
        var seen: [Int64] = []
        while case .metrics(let metrics)? = await updates.next() { seen.append(metrics.at.milliseconds) }
        #expect(seen.last == 50)
        #expect(seen == seen.sorted())
    }

    /// The reader sleeps through far more than the bound, then finds a snapshot and no gap.
    @Test func aReaderWhoSleepsCostsNoMemory() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        let server = try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        var follower = Follower()
        follower.see(try #require(await updates.next()))
        for _ in 0..<100 {
            fleet.happen(100, on: server)
            _ = try? await daemon.call(Methods.list, Nothing())
        }
        while follower.seq != 10_000 { follower.see(try #require(await updates.next())) }
        #expect(follower.events <= 1024 + 1)
        #expect(follower.snapshots >= 2)
        fleet.happen(10, on: server)
        while follower.seq != 10_010 { follower.see(try #require(await updates.next())) }
    }

    /// Events, gaps and crashes in random order: the reader always comes to the fleet's number, in order.
    @Test(arguments: 1...8) func whateverHappensTheReaderFollows(seed: UInt64) async throws {
        var random = Seeded(seed: seed)
        let (engine, fleet) = (try FakeEngine(), Fleet())
        var server = try await engine.start(fleet.routes)
        let daemon = try await engine.connect()
        let reached = Mutex<UInt64>(0)
        let reader = Task {
            var follower = Follower()
            for await update in daemon.watch() {
                follower.see(update)
                reached.withLock { $0 = follower.seq ?? 0 }
            }
            return follower.snapshots
        }
        for _ in 0..<60 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                await engine.crash()
                fleet.happen(2, on: server, silent: true)
                server = try await engine.start(fleet.routes)
            case 1...3: fleet.happen(3, on: server, silent: true)
            default: fleet.happen(Int.random(in: 1...30, using: &random), on: server)
            }
        }
        try await eventually("the subscription stands") { await server.subscribers == 1 }
        fleet.happen(1, on: server)
        let last = fleet.seq.withLock { $0 }
        try await eventually("the reader is at \(last)") { reached.withLock { $0 } == last }
        await daemon.close()
        #expect(await reader.value >= 1)
    }

    @Test func whoDropsTheFeedStopsTheUpdates() async throws {
        let (engine, fleet) = (try FakeEngine(), Fleet())
        try await engine.start(fleet.routes)
        var feed: Feed<FleetUpdate>? = try await engine.connect().watch()
        var count = 0
        if let feed {
            for await _ in feed {
                count += 1
                break
            }
        }
        #expect(count == 1, "the feed keeps its connection")
        let server = try await engine.replace(fleet.routes)
        try await eventually("it comes back while the feed lives") { await server.clients.count == 1 }
        feed = nil
        try await eventually("the connection goes with the feed") { await server.clients.isEmpty }
    }
}
