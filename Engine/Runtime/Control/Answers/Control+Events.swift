import Core
import NIOCore

// Events: who wants which, and what happened before.
extension Control {
    nonisolated func addEvents(to router: inout Router) {
        router.on(Methods.subscribe) { request, session in try await self.subscribe(request, session) }
        router.on(Methods.unsubscribe) { request, session in
            await session.unsubscribe(request.subscription)
            return Nothing()
        }
        router.on(Methods.events) { request, _ in try await self.events(request) }
    }

    private func subscribe(_ request: SubscribeRequest, _ session: Session) async throws -> FleetSnapshot {
        let filter = try EventFilter(request.events ?? [])
        await untilReady()
        try await session.subscribe(request, filter)
        let isMetered = request.subscription == nil && request.metrics ?? true
        if isMetered { keepMeasuring(soon: true) }
        let host = isMetered ? await host() : lastHost
        if let missed = await server?.missed(request) {
            return FleetSnapshot(
                seq: missed.last?.seq ?? request.since ?? 0, processes: [], host: host, stream: server?.stream,
                missed: missed.filter { filter.matches($0) })
        }
        return FleetSnapshot(
            seq: kernel.lastEventNumber, processes: overlay(kernel.list(at: Clock.now())), host: host,
            stream: server?.stream)
    }

    /// What is stored and what is on its way there; the journal is small but when the disk is full.
    private func events(_ request: EventListRequest) async throws -> [FleetEvent] {
        let query = EventQuery(
            try EventFilter(request.events ?? []), targets: try request.targets.map(TargetMatcher.init),
            after: request.after, since: request.since, until: request.until,
            limit: max(0, min(request.limit ?? .max, Defaults.maxEventsInAnswer)))
        guard capabilities.isEnabled(.events) else {
            throw Failure(
                .pluginDisabled, "no events are kept", why: "the capability ‘events’ is switched off",
                next: "od plugin enable events keeps those that come; od events -f shows them as they come")
        }
        await untilReady()
        await untilStored()
        let store = parts.store
        return try await parts.storeWorker.run { try store.events(query) }
    }

    // MARK: telling

    /// Tells of events once they are stored: an engine that comes after this one finds the same events under the same
    /// numbers, and nobody is told twice. A disk that hangs keeps nobody in the dark.
    ///
    /// - Parameter now: they are stored, or belong to an answer, which must not come before them.
    func tell(_ events: [FleetEvent], now: Bool) {
        untold.add(events)
        if now { return tell(upTo: .max) }
        guard !untold.isDue, let last = untold.last else { return }
        untold.isDue = true
        loop.scheduleTask(in: .milliseconds(Int64(Untold.patience))) {
            self.assumeIsolated { control in
                control.untold.isDue = false
                control.tell(upTo: last)
                control.tell([], now: false)
            }
        }
    }

    /// Tells of all events up to that number.
    func tell(upTo number: UInt64) {
        for event in untold.take(upTo: number) { server?.publish(event) }
    }
}

/// Events that nobody has been told of yet, by rising numbers.
struct Untold: Sendable {
    /// Milliseconds that an event waits for a disk.
    static let patience = 1000

    private var events: [FleetEvent] = []
    /// They will be told of, whatever the disk does.
    var isDue = false

    var last: UInt64? { events.last?.seq }

    mutating func add(_ new: [FleetEvent]) { events += new }

    mutating func take(upTo number: UInt64) -> [FleetEvent] {
        let rest = events.firstIndex { $0.seq > number } ?? events.endIndex
        defer { events.removeSubrange(..<rest) }
        return Array(events[..<rest])
    }
}
