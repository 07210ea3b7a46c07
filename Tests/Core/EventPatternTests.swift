import Core
import Testing

@Suite struct EventPatternTests {
    static func event(_ name: EventName, seq: UInt64 = 1, crash: Bool? = nil) -> FleetEvent {
        FleetEvent(seq: seq, at: WallTime(milliseconds: 0), name: name, process: nil, crash: crash)
    }

    @Test(arguments: [
        ("*", [EventName.exited, .engineStarted, .configApplied], [EventName]()),
        ("process:*", [.exited, .online], [.engineStarted, .configApplied]),
        ("process:exited", [.exited], [.errored, .engineStarted]), ("engine:*", [.engineStarted], [.exited]),
    ])
    func patternsMatchNames(pattern: String, yes: [EventName], no: [EventName]) throws {
        let pattern = try EventPattern(pattern)
        #expect(yes.allSatisfy { pattern.matches(Self.event($0)) })
        #expect(!no.contains { pattern.matches(Self.event($0)) })
    }

    @Test func aliasesStandForWhatOtherToolsCallSo() throws {
        let crash = try EventPattern("process:crash")
        #expect(crash.matches(Self.event(.exited, crash: true)))
        #expect(!crash.matches(Self.event(.exited)) && !crash.matches(Self.event(.errored)))
        #expect(throws: Failure.self) { try EventPattern("process:unhealthy") }
        #expect(EventPattern.aliases.allSatisfy { (try? EventPattern($0)) != nil })
    }

    @Test(arguments: ["", "exited", "process:", "proces:*", "process:exit", ":*", "**", "process:*:*", "PROCESS:*"])
    func whatCanNeverMatchIsRefused(text: String) {
        let failure = #expect(throws: Failure.self) { try EventPattern(text) }
        #expect(failure?.code == .usage)
        #expect(failure?.why.contains("process:exited") == true)
    }

    @Test func anyOfSeveralIsEnough() throws {
        let filter = try EventFilter(["engine:*", "process:errored"])
        #expect(filter.matches(Self.event(.errored)) && filter.matches(Self.event(.engineStopping)))
        #expect(!filter.matches(Self.event(.exited)))
        #expect(EventName.allCases.allSatisfy { EventFilter.all.matches(Self.event($0)) })
        #expect(filter.patterns.map(\.description) == ["engine:*", "process:errored"])
        #expect(throws: Failure.self) { try EventFilter([String](repeating: "*", count: 65)) }
    }
}

/// Every arrow of the diagram in Subscription.swift.
@Suite struct SubscriptionTests {
    typealias Queue = Subscription<UInt64>

    /// Offers an event whose item is its number; the number that is delivered.
    static func offer(_ seq: UInt64, _ name: EventName = .online, to queue: inout Queue, room: Bool = true) -> UInt64? {
        let event = EventPatternTests.event(name, seq: seq)
        if case .deliver(let item) = queue.offer(event, seq, hasRoom: room) { return item }
        return nil
    }

    @Test func whatMatchesIsDelivered() throws {
        var queue = Queue(try EventFilter(["process:*"]))
        #expect(Self.offer(1, to: &queue) == 1)
        #expect(Self.offer(2, .engineStarted, to: &queue) == nil)
        #expect(Self.offer(3, to: &queue) == 3)
        let none = queue.drained()
        #expect(none == nil)
    }

    @Test func withoutRoomTheLastWaitsAndTheOthersAreCounted() throws {
        var queue = Queue(try EventFilter(["process:*"]))
        for seq in 1...5 { #expect(Self.offer(UInt64(seq), to: &queue, room: false) == nil) }
        #expect(Self.offer(6, .engineStarted, to: &queue, room: false) == nil)
        #expect(Self.offer(7, to: &queue, room: true) == nil, "it waits behind the gap")
        let rest = queue.drained()
        #expect(rest?.missed == 5 && rest?.last == 7)
        let none = queue.drained()
        #expect(none == nil)
        #expect(Self.offer(8, to: &queue) == 8)
    }

    @Test func oneThatWaitsAloneIsNoGap() throws {
        var queue = Queue()
        _ = Self.offer(1, to: &queue, room: false)
        let rest = queue.drained()
        #expect(rest?.missed == 0)
    }

    @Test func onceIsOnce() {
        var queue = Queue(once: true)
        #expect(Self.offer(1, to: &queue) == 1)
        #expect(queue.hasEnded && !queue.wants(EventPatternTests.event(.online)))
        #expect(Self.offer(2, to: &queue) == nil)
        var slow = Queue(once: true)
        _ = Self.offer(1, to: &slow, room: false)
        #expect(!slow.hasEnded && Self.offer(2, to: &slow, room: false) == nil)
        let rest = slow.drained()
        #expect(rest?.last == 1, "the first, not the last")
        #expect(slow.hasEnded)
    }

    /// For any subscriber: numbers rise, and what was delivered and counted is all that matched.
    @Test func nothingIsLostWithoutBeingCounted() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            var queue = Queue()
            var (seen, missed): ([UInt64], Int) = ([], 0)
            for seq in 1...100 as ClosedRange<UInt64> {
                if let item = Self.offer(seq, to: &queue, room: Bool.random(using: &random)) { seen.append(item) }
                guard Int.random(in: 0..<8, using: &random) == 0 || seq == 100, let rest = queue.drained() else {
                    continue
                }
                missed += rest.missed
                seen.append(rest.last)
            }
            #expect(seen == seen.sorted() && Set(seen).count == seen.count)
            #expect(seen.count + missed == 100 && seen.last == 100)
        }
    }
}
