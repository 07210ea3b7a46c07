import Core

/// Lets a watcher see a snapshot and then each event once and in order, whatever the connection does.
///
///     waiting --snapshot--> live --event seq+1--> live
///        ^                   |
///        +-------- gap ------+
///
/// Events that arrive while a snapshot is asked for are held: the engine numbers them from the moment of asking.
struct EventGate: Equatable, Sendable {
    /// Held events beyond this are dropped, oldest first; the gap is found when the snapshot comes.
    static let maxHeld = 1024

    private enum State: Equatable {
        case waiting(held: [FleetEvent])
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
        /// The snapshot, then these events; more are held behind a gap when another snapshot is needed.
        case pass([FleetEvent], askAgain: Bool)
        /// Nobody waits for one.
        case ignore
    }

    private var state = State.waiting(held: [])

    var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    mutating func event(_ event: FleetEvent) -> EventAction {
        switch state {
        case .waiting(var held):
            if held.count == Self.maxHeld { held.removeFirst() }
            held.append(event)
            state = .waiting(held: held)
            return .keepBack
        case .live(let seq):
            guard event.seq > seq else { return .keepBack }
            guard event.seq == seq + 1 else {
                state = .waiting(held: [event])
                return .ask
            }
            state = .live(seq: event.seq)
            return .pass
        }
    }

    mutating func snapshot(seq: UInt64) -> SnapshotAction {
        guard case .waiting(let held) = state else { return .ignore }
        let newer = held.filter { $0.seq > seq }
        let next = zip(newer, (seq + 1)...).prefix { event, expected in event.seq == expected }.map(\.0)
        guard next.count == newer.count else {
            state = .waiting(held: Array(newer.dropFirst(next.count)))
            return .pass(next, askAgain: true)
        }
        state = .live(seq: seq + UInt64(next.count))
        return .pass(next, askAgain: false)
    }

    /// The connection was lost, or updates were dropped: all that counts is the next snapshot.
    mutating func reset() {
        state = .waiting(held: [])
    }
}
