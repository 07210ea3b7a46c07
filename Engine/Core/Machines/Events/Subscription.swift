// Subscription: what one subscriber gets of the events, when it is as fast as they are and when it is not.
//
//              matches, room: deliver
//             ┌──────────────┐
//             v              │        matches, no room: hold
//            open ───────────┴──────────────────────────────> holding ──┐ matches: hold this one instead,
//             │  ^                                               │  ^    │ the one before counts as missed
//             │  │        room: how many were missed, the last   │  └────┘
//             │  └───────────────────────────────────────────────┘
//             │  once: after the first that was delivered        │ once: the first is held and no other
//             └───────────────────> ended <──────────────────────┘
//
// What waits for a subscriber is one event: publishing never waits, whatever a subscriber does. Its numbers rise; a
// number that is missing among all events, or a count of missed ones among some, means: ask for what there is now.

/// One subscriber. `Item` is an event in the form in which it is delivered.
package struct Subscription<Item: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case holding(Item, missed: Int)
        case ended
    }

    /// What becomes of an item that was offered.
    package enum OfferAction: Sendable {
        case deliver(Item)
        /// Held, or not wanted.
        case nothing
    }

    /// What a subscriber that has room again gets.
    package struct Rest: Sendable {
        /// Events before `last` that it did not get.
        package var missed: Int
        package var last: Item
    }

    private var state = State.open
    private let filter: EventFilter
    private let once: Bool

    /// - Parameter once: it ends with its first event.
    package init(_ filter: EventFilter = .all, once: Bool = false) {
        self.filter = filter
        self.once = once
    }

    package var hasEnded: Bool { if case .ended = state { true } else { false } }

    /// Whether `offer` would do anything with the event.
    package func wants(_ event: FleetEvent) -> Bool {
        switch state {
        case .open: filter.matches(event)
        case .holding: !once && filter.matches(event)
        case .ended: false
        }
    }

    /// An event happened. After one was held all that follow wait behind it, else the gap would never be seen.
    package mutating func offer(_ event: FleetEvent, _ item: Item, hasRoom: Bool) -> OfferAction {
        guard filter.matches(event) else { return .nothing }
        switch state {
        case .open where hasRoom:
            if once { state = .ended }
            return .deliver(item)
        case .open:
            state = .holding(item, missed: 0)
        case .holding(_, let missed) where !once:
            state = .holding(item, missed: missed + 1)
        case .holding, .ended:
            break
        }
        return .nothing
    }

    /// The subscriber has room again.
    package mutating func drained() -> Rest? {
        guard case .holding(let last, let missed) = state else { return nil }
        state = once ? .ended : .open
        return Rest(missed: missed, last: last)
    }
}
