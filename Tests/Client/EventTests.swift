import Core
import Engine
import FoundationEssentials
import OpenDaemon
import Synchronization
import Testing

/// Subscriptions with patterns over a real socket.
@Suite("Events by pattern")
struct EventTests {
    private static func routes(_ router: inout Router) {
        router.on(Methods.subscribe) { request, session in
            try await session.subscribe(request, try EventFilter(request.events ?? []))
            return snapshot(0)
        }
        router.on(Methods.unsubscribe) { request, session in
            await session.unsubscribe(request.subscription)
            return Nothing()
        }
        router.on(Methods.list) { _, _ in [] }
    }

    private static func event(_ seq: UInt64, _ name: EventName, crash: Bool? = nil) -> FleetEvent {
        FleetEvent(seq: seq, at: WallTime(milliseconds: 0), name: name, process: nil, crash: crash)
    }

    @Test func eachReaderGetsWhatItAskedFor() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        var exits = try daemon.events(matching: ["process:exited"]).makeAsyncIterator()
        var engines = try daemon.events(matching: ["engine:*", "process:crash"]).makeAsyncIterator()
        var fleet = daemon.watch().makeAsyncIterator()
        #expect(await exits.next() == .started(seq: 0))
        #expect(await engines.next() == .started(seq: 0))
        #expect(await fleet.next() == .snapshot(snapshot(0)))
        let events = [
            Self.event(1, .exited), Self.event(2, .online), Self.event(3, .engineStarted),
            Self.event(4, .exited, crash: true),
        ]
        for event in events { server.publish(event) }
        #expect(await exits.next() == .event(events[0]))
        #expect(await exits.next() == .event(events[3]))
        #expect(await engines.next() == .event(events[2]))
        #expect(await engines.next() == .event(events[3]))
        for event in events { #expect(await fleet.next() == .event(event)) }
    }

    @Test func onceIsTheFirstThatMatches() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        async let first = daemon.once(matching: ["engine:*"])
        try await eventually("subscribed") { await server.subscribers == 1 }
        for seq in 1...3 { server.publish(Self.event(UInt64(seq), seq == 1 ? .online : .engineStarted)) }
        #expect(try await first.seq == 2)
        try await eventually("unsubscribed") { await server.subscribers == 0 }
    }

    @Test func aReaderWhoLeavesIsUnsubscribed() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        do {
            var events = try daemon.events().makeAsyncIterator()
            #expect(await events.next() == .started(seq: 0))
            #expect(await server.subscribers == 1)
        }
        try await eventually("unsubscribed") { await server.subscribers == 0 }
        await daemon.close()
        var late = try daemon.events().makeAsyncIterator()
        #expect(await late.next() == nil)
        #expect(try await failure { try await daemon.once(matching: ["*"]) }.code == .connectionLost)
    }

    @Test func aPatternThatCanNeverMatchIsRefusedHereAndThere() async throws {
        let engine = try FakeEngine()
        try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        #expect(throws: Failure.self) { try daemon.events(matching: ["proces:*"]) }
        let request = SubscribeRequest(events: ["proces:*"])
        #expect(try await failure { try await daemon.call(Methods.subscribe, request) }.code == .usage)
    }

    @Test func theNextEngineIsReadByItself() async throws {
        let engine = try FakeEngine()
        try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        var events = try daemon.events(matching: ["process:*"]).makeAsyncIterator()
        #expect(await events.next() == .started(seq: 0))
        let server = try await engine.replace(Self.routes)
        guard case .disconnected = await events.next() else {
            Issue.record("the reader is not told")
            return
        }
        #expect(await events.next() == .started(seq: 0))
        server.publish(Self.event(9, .online))
        #expect(await events.next() == .event(Self.event(9, .online)))
    }

    @Test func anEngineThatRefusesEndsTheReader() async throws {
        let engine = try FakeEngine()
        try await engine.start { router in
            router.on(Methods.subscribe) { _, _ in throw Failure(.usage, "no", why: "no", next: "no") }
        }
        let daemon = try await engine.connect()
        var events = try daemon.events().makeAsyncIterator()
        #expect(await events.next() == .failed(Failure(.usage, "no", why: "no", next: "no")))
        #expect(await events.next() == nil)
        #expect(try await failure { try await daemon.once(matching: []) }.code == .usage)
    }

    /// A reader who sleeps leaves a bounded number unread and is told how many he missed; others get everything.
    @Test func aReaderWhoSleepsIsToldHowManyHeMissed() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        var sleeper = try daemon.events().makeAsyncIterator()
        #expect(await sleeper.next() == .started(seq: 0))
        let count = 5000
        for seq in 1...count {
            server.publish(Self.event(UInt64(seq), .online))
            if seq % 100 == 0 { _ = try await daemon.call(Methods.list, Nothing()) }
        }
        _ = try await daemon.call(Methods.list, Nothing())
        var (seen, missed): ([UInt64], Int) = ([], 0)
        while seen.count + missed < count {
            switch await sleeper.next() {
            case .event(let event): seen.append(event.seq)
            case .missed(let more): missed += more
            default: Issue.record("nothing else was sent")
            }
        }
        #expect(seen == seen.sorted() && missed > count / 2)
        #expect(seen.count <= Defaults.unreadEvents * 2)
        server.publish(Self.event(UInt64(count + 1), .online))
        #expect(await sleeper.next() == .event(Self.event(UInt64(count + 1), .online)))
    }

    /// A client who does not read at all: the engine holds the newest of each subscription and counts the rest.
    @Test func aDeafClientIsToldHowManyItMissed() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let client = try RawClient(engine.home)
        client.sayHello()
        client.send(
            request:
                #"{"jsonrpc":"2.0","id":2,"method":"event.subscribe","params":{"events":["process:*"],"subscription":7}}"#
        )
        try await eventually("subscribed") { await server.subscribers == 1 }
        let (fast, count) = (try await engine.connect(), 20_000)
        var reader = try fast.events(matching: ["engine:*"]).makeAsyncIterator()
        #expect(await reader.next() == .started(seq: 0))
        for seq in 1...count { server.publish(Self.event(UInt64(seq), seq == count ? .engineStarted : .online)) }
        #expect(await reader.next() == .event(Self.event(UInt64(count), .engineStarted)), "others do not wait")
        #expect(await server.clients[0].unsentBytes <= 1 << 20)
        var (seen, missed): ([UInt64], Int) = ([], 0)
        while seen.count + missed < count - 1 {
            let data = Data(try #require(await client.read()).json.utf8)
            guard let notice = try? JSONDecoder().decode(RPCRequest<EventItem>.self, from: data) else { continue }
            #expect(notice.params.subscription == 7)
            missed += notice.params.missed ?? 0
            if let event = notice.params.event { seen.append(event.seq) }
        }
        #expect(missed > 0 && seen.last == UInt64(count - 1))
        #expect(seen == seen.sorted())
    }

    @Test func subscriptionsAreBounded() async throws {
        let engine = try FakeEngine()
        try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        for number in 1...UInt64(Defaults.subscriptions) {
            _ = try await daemon.call(Methods.subscribe, SubscribeRequest(subscription: number))
        }
        _ = try await daemon.call(Methods.subscribe, SubscribeRequest(once: true, subscription: 1))
        _ = try await daemon.call(Methods.subscribe, SubscribeRequest())
        let many = SubscribeRequest(subscription: 999)
        #expect(try await failure { try await daemon.call(Methods.subscribe, many) }.code == .protocolError)
        _ = try await daemon.call(Methods.unsubscribe, UnsubscribeRequest(subscription: 1))
        _ = try await daemon.call(Methods.subscribe, many)
    }

    @Test func onceEndsAtTheEngineToo() async throws {
        let engine = try FakeEngine()
        let server = try await engine.start(Self.routes)
        let daemon = try await engine.connect()
        _ = try await daemon.call(Methods.subscribe, SubscribeRequest(once: true, subscription: 5))
        #expect(await server.subscribers == 1)
        #expect(await server.metered == 0)
        server.publish(Self.event(1, .online))
        try await eventually("it has ended") { await server.subscribers == 0 }
        _ = try await daemon.call(Methods.subscribe, SubscribeRequest())
        #expect(await server.metered == 1)
        _ = try await daemon.call(Methods.unsubscribe, UnsubscribeRequest())
        #expect(await server.metered == 0)
        #expect(await server.subscribers == 0)
    }
}
