import Core
import Engine
import OpenDaemon
import Synchronization
import Testing

/// After a broken connection a watcher gets what it has missed, once, or a snapshot when that is not to be had.
@Suite("Events after a reconnect")
struct ResumeTests {
    private func start(_ engine: FakeEngine, _ tally: Tally, _ limits: Server.Limits = Server.Limits()) async throws
        -> Server
    {
        let holder = Holder()
        let server = try await engine.start(
            { router in
                router.on(Methods.subscribe) { request, session in
                    tally.add(request.since == nil ? "whole" : "since")
                    await session.subscribe()
                    guard let server = holder.server else { throw Timeout() }
                    if let missed = await server.missed(request) {
                        return FleetSnapshot(
                            seq: missed.last?.seq ?? request.since ?? 0, processes: [], host: host,
                            stream: server.stream, missed: missed)
                    }
                    return FleetSnapshot(
                        seq: UInt64(tally["published"]), processes: [process(0)], host: host, stream: server.stream)
                }
            }, limits: limits)
        holder.hold(server)
        return server
    }

    private func publish(_ server: Server, _ tally: Tally, _ count: Int) {
        for _ in 0..<count { server.publish(event(UInt64(tally.add("published")))) }
    }

    @Test func whatWasMissedComesOnce() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        let server = try await start(engine, tally)
        let daemon = try await engine.connect()
        var updates = daemon.watch().makeAsyncIterator()
        guard case .snapshot(let first) = await updates.next() else { throw Timeout() }
        #expect(first.seq == 0)
        publish(server, tally, 3)
        for seq in 1...3 { #expect(await updates.next() == .event(event(UInt64(seq)))) }
        await server.disconnectAll()
        publish(server, tally, 4)
        guard case .disconnected = await updates.next(), case .reconnected = await updates.next() else {
            throw Timeout()
        }
        for seq in 4...7 { #expect(await updates.next() == .event(event(UInt64(seq)))) }
        publish(server, tally, 1)
        #expect(await updates.next() == .event(event(8)))
        #expect(tally["whole"] == 1)
        #expect(tally["since"] == 1)
    }

    @Test func whenTooMuchWasMissedASnapshotComes() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        var limits = Server.Limits()
        limits.events = 2
        let server = try await start(engine, tally, limits)
        var updates = try await engine.connect().watch().makeAsyncIterator()
        _ = await updates.next()
        publish(server, tally, 1)
        #expect(await updates.next() == .event(event(1)))
        await server.disconnectAll()
        publish(server, tally, 20)
        guard case .disconnected = await updates.next(), case .reconnected = await updates.next(),
            case .snapshot(let snapshot) = await updates.next()
        else { throw Timeout() }
        #expect(snapshot.seq >= 20)
    }

    /// Any number may be asked for: what is none of ours gets no events.
    @Test func aNumberThatNoEventHasIsNoPosition() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        let server = try await start(engine, tally)
        publish(server, tally, 3)
        for (since, missed) in [(0, 3), (2, 1), (3, 0), (4, nil), (.max, nil)] as [(UInt64, Int?)] {
            let request = SubscribeRequest(since: since, stream: server.stream)
            #expect(await server.missed(request)?.count == missed, "since \(since)")
        }
    }

    /// Another engine counts anew: the same numbers are other events.
    @Test func anotherEnginesNumbersAreNotTakenForTheOldOnes() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        let server = try await start(engine, tally)
        var updates = try await engine.connect().watch().makeAsyncIterator()
        _ = await updates.next()
        publish(server, tally, 2)
        for seq in 1...2 { #expect(await updates.next() == .event(event(UInt64(seq)))) }
        await engine.crash()
        let next = try await start(engine, tally)
        publish(next, tally, 3)
        guard case .disconnected = await updates.next(), case .reconnected = await updates.next(),
            case .snapshot = await updates.next()
        else { throw Timeout() }
    }

    @Test func aNewWatcherBesideAnInterruptedOneGetsItsSnapshot() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        let server = try await start(engine, tally)
        let daemon = try await engine.connect()
        var old = daemon.watch().makeAsyncIterator()
        _ = await old.next()
        publish(server, tally, 2)
        for seq in 1...2 { #expect(await old.next() == .event(event(UInt64(seq)))) }
        var new = daemon.watch().makeAsyncIterator()
        guard case .snapshot(let snapshot) = await new.next() else { throw Timeout() }
        #expect(snapshot.seq == 2)
        publish(server, tally, 1)
        #expect(await new.next() == .event(event(3)))
        #expect(await old.next() == .event(event(3)))
    }
}

/// Reaches the server from its own routes.
private final class Holder: Sendable {
    private let held = Mutex<Server?>(nil)

    var server: Server? { held.withLock { $0 } }

    func hold(_ server: Server) { held.withLock { $0 = server } }
}
