import CKernel

// The answer to OD_HELLO: everything we hold. It may be larger than the socket, so it is sent piece by piece, as far as
// there is room.

extension Keeper {
    /// How long to wait for what nobody announces (`Link.Sent.later`), nanoseconds.
    private static let retryDelay: UInt64 = 5_000_000
    /// How long a listing waits for runs between fork and exec, nanoseconds.
    private static let startPatience: UInt64 = 250_000_000

    /// OD_HELLO: starts the answer; one that was under way is dropped.
    mutating func greet(request: UInt64) {
        engine.pointee.has_greeted = true
        link.listing = Link.Listing(request: request, patience: od_now() + Self.startPatience)
        pump()
        if engine.pointee.owes_termination { passTermination() }
    }

    /// Sends what waits for room: the rest of a listing, then word of lost frames.
    mutating func pump() {
        var sent = Link.Sent.yes
        while sent == .yes, let listing = link.listing { sent = sendNext(listing) }
        if sent == .yes { sent = link.resync() }
        awaitRoom(sent)
    }

    /// Sees to it that `pump` runs again when there is room, and only then.
    mutating func awaitRoom(_ sent: Link.Sent) {
        if sent == .later {
            retryAt = od_now() + Self.retryDelay
            setTimer()
        }
        let awaits = sent == .noRoom
        guard awaits != link.awaitsRoom, link.descriptor >= 0 else { return }
        link.awaitsRoom = awaits
        let events = OD_EVENT_IN.rawValue | (awaits ? OD_EVENT_OUT.rawValue : 0)
        poller.change(link.descriptor, Token(.link, generation: engine.pointee.starts), events: events)
    }

    private mutating func sendNext(_ listing: Link.Listing) -> Link.Sent {
        switch listing.part {
        case .welcome:
            welcome.slots = UInt32(slots.heldCount)
            welcome.seq = holding.head.pointee.exits
            return advance(to: .stored, link.trySend(OD_WELCOME, slot: 0, seq: listing.request, welcome))
        case .stored:
            guard listing.index < store.used else { return advance(to: .starting, .yes) }
            return step(sendStored(store[listing.index]))
        case .starting:
            let waits = slots.isStarting && od_now() < listing.patience
            return waits ? .later : advance(to: .slots, .yes)
        case .slots:
            guard listing.index < slots.used else { return advance(to: .end, .yes) }
            return step(sendListed(listing.index))
        case .end:
            let sent = link.trySend(OD_LISTED, slot: 0, seq: listing.request, Nothing())
            if sent == .yes { link.listing = nil }
            return sent
        }
    }

    private func sendStored(_ entry: od_stored) -> Link.Sent {
        guard entry.descriptor >= 0 else { return .yes }
        link.passedDescriptors[0] = entry.descriptor
        return link.trySend(OD_HELD, slot: 0, seq: 0, od_key(key: entry.key), link.passedDescriptors, count: 1)
    }

    private mutating func sendListed(_ index: Int) -> Link.Sent {
        let slot = slots[index]
        switch slot.pointee.phase {
        case .free, .failed, .adopting: return .yes
        case .starting: return link.trySend(OD_SLOT, slot: index, seq: 0, slot.pointee.facts)
        case .held: break
        }
        let count = listDescriptors(of: index)
        let wasHandedOver = slot.pointee.is_handed_over
        markHandedOver(index)
        let sent = link.trySend(
            OD_SLOT, slot: index, seq: slot.pointee.exit, slot.pointee.facts, link.passedDescriptors, count: count)
        if sent != .yes, !wasHandedOver { takeBack(index) }
        return sent
    }

    private mutating func advance(to part: Link.Listing.Part, _ sent: Link.Sent) -> Link.Sent {
        if sent == .yes {
            link.listing?.part = part
            link.listing?.index = 0
        }
        return sent
    }

    private mutating func step(_ sent: Link.Sent) -> Link.Sent {
        if sent == .yes { link.listing?.index += 1 }
        return sent
    }
}
