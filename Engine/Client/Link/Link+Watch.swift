import Core
import NIOCore

/// One reader of `OpenDaemon.watch()`.
struct Watcher {
    let mailbox: Mailbox<FleetUpdate>
    var gate = EventGate()
    /// Its updates were dropped: nothing is kept for it until it reads again.
    var stalled = false
}

// One subscription at the engine serves all watchers of this client.
extension Link {
    /// `owner` lives as long as the feed.
    nonisolated func watch(keeping owner: OpenDaemon) -> Feed<FleetUpdate> {
        let id = nextID()
        let mailbox = Mailbox<FleetUpdate> { [weak self] in self?.onLoop { $0.watcherIsHungry(id) } }
        onLoop { link in
            if case .closed = link.phase { return mailbox.finish() }
            link.watchers[id] = Watcher(mailbox: mailbox)
            link.subscribe()
        }
        return Feed(mailbox) { withExtendedLifetime(owner) { self.onLoop { $0.watchers[id] = nil } } }
    }

    /// Asks for a snapshot for all who wait for one.
    func subscribe() {
        guard case .up = phase, watchers.values.contains(where: { $0.gate.isWaiting && !$0.stalled }) else { return }
        guard !subscribing else {
            askAgain = true
            return
        }
        subscribing = true
        let request = missing
        ask(Methods.subscribe, request) { result in self.subscribed(result) }
    }

    /// What all who wait need: the events after the oldest that they have seen, or everything.
    private var missing: SubscribeRequest {
        let waiting = watchers.values.filter { $0.gate.isWaiting && !$0.stalled }
        let seen = waiting.compactMap(\.gate.since)
        guard let since = seen.min(), seen.count == waiting.count, eventStream != nil else { return SubscribeRequest() }
        return SubscribeRequest(since: since, stream: eventStream)
    }

    private func subscribed(_ result: Result<FleetSnapshot, any Error>) {
        subscribing = false
        let early = askAgain
        askAgain = false
        switch result {
        case .success(let snapshot) where !early:
            if snapshot.missed == nil, snapshot.stream != eventStream { changeStream(snapshot.stream) }
            for id in watchers.keys { deliver(snapshot, to: id) }
            subscribe()
        case .success:
            subscribe()
        case .failure:
            // Without a connection the next one subscribes; with one the engine refused: it is asked again later.
            guard case .up = phase else { return }
            loop.scheduleTask(in: .seconds(1)) { [weak self] in self?.assumeIsolated { $0.subscribe() } }
        }
    }

    private func deliver(_ snapshot: FleetSnapshot, to id: UInt64) {
        guard let watcher = watchers[id], !watcher.stalled else { return }
        if let missed = snapshot.missed {
            guard case .pass(let events, _) = watchers[id]?.gate.missed(missed, upTo: snapshot.seq) else {
                // It does not fit: only a snapshot helps.
                if watchers[id]?.gate.isWaiting == true { watchers[id]?.gate.reset() }
                return
            }
            for event in events { push(.event(event), to: id) }
            return
        }
        guard case .pass(let events, _) = watchers[id]?.gate.snapshot(seq: snapshot.seq) else { return }
        push(.snapshot(snapshot), to: id)
        for event in events { push(.event(event), to: id) }
    }

    /// Numbers of another engine: what was seen before says nothing about them.
    private func changeStream(_ stream: String?) {
        eventStream = stream
        for (id, watcher) in watchers where !watcher.gate.isWaiting { watchers[id]?.gate.reset() }
    }

    func notified(_ payload: ByteBuffer) {
        guard let head: RPCHead = try? Message.decode(payload) else {
            return breakOff(.notUnderstood("a notification that is no JSON-RPC"))
        }
        switch head.method {
        case Notifications.event:
            guard let notice: Message.Notice<FleetEvent> = try? Message.decode(payload) else { return lostTrack() }
            for id in watchers.keys { offer(notice.params, to: id) }
        case Notifications.metric:
            guard let notice: Message.Notice<FleetMetrics> = try? Message.decode(payload) else { return }
            for (id, watcher) in watchers where !watcher.gate.isWaiting { push(.metrics(notice.params), to: id) }
        case Notifications.item:
            guard let notice: Message.Notice<EventItem> = try? Message.decode(payload) else { return }
            received(notice.params)
        default:
            // A newer engine may tell more than this client knows.
            break
        }
    }

    /// An event of a kind that this client does not know: its effect is in the next snapshot.
    private func lostTrack() {
        for id in watchers.keys { watchers[id]?.gate.reset() }
        subscribe()
    }

    private func offer(_ event: FleetEvent, to id: UInt64) {
        guard watchers[id]?.stalled == false else { return }
        switch watchers[id]?.gate.event(event) {
        case .pass: push(.event(event), to: id)
        case .ask: subscribe()
        case .keepBack, nil: break
        }
    }

    private func push(_ update: FleetUpdate, to id: UInt64) {
        guard let mailbox = watchers[id]?.mailbox, watchers[id]?.stalled == false else { return }
        guard mailbox.push(update, replacing: update.outdates) > Defaults.unreadUpdates else { return }
        watchers[id]?.stalled = true
        watchers[id]?.gate.reset()
        mailbox.clear()
        mailbox.callWhenHungry(at: 0)
    }

    private func watcherIsHungry(_ id: UInt64) {
        watchers[id]?.stalled = false
        subscribe()
    }

    /// News of the connection itself; what was missed is asked for on the next one.
    func tellWatchers(_ update: FleetUpdate) {
        for id in watchers.keys {
            watchers[id]?.gate.interrupt()
            push(update, to: id)
        }
    }
}

extension FleetUpdate {
    /// Unread updates that this one makes pointless.
    fileprivate var outdates: ((FleetUpdate) -> Bool)? {
        switch self {
        case .snapshot: { !$0.isNewsOfConnection }
        case .event: nil
        case .metrics: { $0.isMetrics }
        case .disconnected, .reconnected: { $0.isNewsOfConnection }
        }
    }

    private var isMetrics: Bool { if case .metrics = self { true } else { false } }

    private var isNewsOfConnection: Bool {
        switch self {
        case .disconnected, .reconnected: true
        case .snapshot, .event, .metrics: false
        }
    }
}
