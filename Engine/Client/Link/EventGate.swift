import Core

/// Lets a watcher see a snapshot and then each event once and in order, whatever the connection does.
///
///     waiting --snapshot, or the events since--> live --event seq+1--> live
///        ^                                        |
///        +------------ gap, interruption ---------+
///
/// A gate that was live knows its last number: the events after it will do in place of a snapshot.
/// Events that arrive while a snapshot is asked for are held: the engine numbers them from the moment of asking.
struct EventGate: Equatable, Sendable {
    /// Held events beyond this are dropped, oldest first; the gap is found when the snapshot comes.
    static let maxHeld = 1024

    private enum State: Equatable {
        case waiting(since: UInt64?, held: [FleetEvent])
        case live(seq: UInt64)
    }

    enum EventAction: Equatable {
        case pass
        /// Held, or older than the snapshot.
        case keepBack
        /// Events are missing: ask for a snapshot.
        case ask
    }

    enum SnapshotAction: Equatable {
        /// The snapshot if it is one, then these events; more are held behind a gap when another snapshot is needed.
        case pass([FleetEvent], askAgain: Bool)
        /// Nobody waits for one.
        case ignore
    }

    private var state = State.waiting(since: nil, held: [])

    var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    /// The last event that has passed, while a gate waits that was live before.
    var since: UInt64? {
        if case .waiting(let since, _) = state { since } else { nil }
    }

    mutating func event(_ event: FleetEvent) -> EventAction {
        switch state {
        case .waiting(let since, var held):
            if held.count == Self.maxHeld { held.removeFirst() }
            held.append(event)
            state = .waiting(since: since, held: held)
            return .keepBack
        case .live(let seq):
            guard event.seq > seq else { return .keepBack }
            guard event.seq == seq + 1 else {
                state = .waiting(since: seq, held: [event])
                return .ask
            }
            state = .live(seq: event.seq)
            return .pass
        }
    }

    mutating func snapshot(seq: UInt64) -> SnapshotAction {
        guard case .waiting(_, let held) = state else { return .ignore }
        return goOn(after: seq, [], held)
    }

    /// All events after `since`, or more, up to `seq`.
    mutating func missed(_ events: [FleetEvent], upTo seq: UInt64) -> SnapshotAction {
        guard case .waiting(let since?, let held) = state else { return .ignore }
        let news = events.filter { $0.seq > since }
        guard seq >= since, news.map(\.seq).elementsEqual(since + 1..<seq + 1) else { return .ignore }
        return goOn(after: seq, news, held)
    }

    private mutating func goOn(after seq: UInt64, _ news: [FleetEvent], _ held: [FleetEvent]) -> SnapshotAction {
        let newer = held.filter { $0.seq > seq }
        let next = zip(newer, (seq + 1)...).prefix { event, expected in event.seq == expected }.map(\.0)
        guard next.count == newer.count else {
            state = .waiting(since: seq + UInt64(next.count), held: Array(newer.dropFirst(next.count)))
            return .pass(news + next, askAgain: true)
        }
        state = .live(seq: seq + UInt64(next.count))
        return .pass(news + next, askAgain: false)
    }

    /// Updates were dropped: all that counts is the next snapshot.
    mutating func reset() {
        state = .waiting(since: nil, held: [])
    }

    /// The connection was lost: what comes after the last event counts, or the next snapshot.
    mutating func interrupt() {
        if case .live(let seq) = state {
            state = .waiting(since: seq, held: [])
        } else {
            state = .waiting(since: since, held: [])
        }
    }
}
