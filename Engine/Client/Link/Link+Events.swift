import Core
import NIOCore

/// One reader of `OpenDaemon.events(matching:)`.
struct EventReader {
    let mailbox: Mailbox<EventUpdate>
    let patterns: [String]
    /// The engine knows of it.
    var isStarted = false
    /// Events that were dropped because it reads slower than they come; nothing is kept for it until it has caught up.
    var missed = 0
}

// Each reader is a subscription of its own at the engine, numbered by the reader: it gets what it wants and no more.
extension Link {
    /// `owner` lives as long as the feed.
    nonisolated func events(_ filter: EventFilter, keeping owner: OpenDaemon) -> Feed<EventUpdate> {
        let id = nextID()
        let mailbox = Mailbox<EventUpdate> { [weak self] in self?.onLoop { $0.goOnReading(id) } }
        onLoop { link in
            if case .closed = link.phase { return mailbox.finish() }
            link.readers[id] = EventReader(mailbox: mailbox, patterns: filter.patterns.map(\.description))
            link.startReader(id)
        }
        return Feed(mailbox) { withExtendedLifetime(owner) { self.onLoop { $0.dropReader(id) } } }
    }

    private func startReader(_ id: UInt64) {
        guard case .up = phase, let reader = readers[id] else { return }
        let events = reader.patterns.isEmpty ? nil : reader.patterns
        let connection = connection
        ask(Methods.subscribe, SubscribeRequest(events: events, metrics: false, subscription: id)) { result in
            // The answer of a connection that broke: the next one has asked for itself.
            guard connection == self.connection, let mailbox = self.readers[id]?.mailbox else { return }
            switch result {
            case .success(let snapshot):
                self.readers[id]?.isStarted = true
                mailbox.push(.started(seq: snapshot.seq))
            case .failure(let error):
                guard case .up = self.phase else { return }
                mailbox.push(.failed(error as? Failure ?? .notUnderstood(String(describing: error))))
                mailbox.finish()
                self.readers[id] = nil
            }
        }
    }

    /// After a reconnect.
    func startReaders() {
        for id in readers.keys { startReader(id) }
    }

    /// The connection is gone, and with it all subscriptions.
    func detachReaders(_ why: Failure) {
        for (id, reader) in readers where reader.isStarted {
            readers[id]?.isStarted = false
            reader.mailbox.push(.disconnected(why))
        }
    }

    func finishReaders() {
        for reader in readers.values { reader.mailbox.finish() }
        readers = [:]
    }

    func received(_ item: EventItem) {
        guard let reader = readers[item.subscription] else { return }
        let missed = item.missed ?? 0
        guard reader.missed == 0 else {
            readers[item.subscription]?.missed += missed + (item.event == nil ? 0 : 1)
            return
        }
        if missed > 0 { reader.mailbox.push(.missed(missed)) }
        guard let event = item.event, reader.mailbox.push(.event(event)) > Defaults.unreadEvents else { return }
        // What has been pushed stays; what comes now is counted.
        readers[item.subscription]?.missed = 1
        reader.mailbox.callWhenHungry(at: Defaults.unreadEvents / 2)
    }

    private func goOnReading(_ id: UInt64) {
        guard let reader = readers[id], reader.missed > 0 else { return }
        // One was counted only to stop the flow.
        if reader.missed > 1 { reader.mailbox.push(.missed(reader.missed - 1)) }
        readers[id]?.missed = 0
    }

    /// Nobody reads it any more.
    private func dropReader(_ id: UInt64) {
        guard let reader = readers.removeValue(forKey: id), reader.isStarted, case .up = phase else { return }
        ask(Methods.unsubscribe, UnsubscribeRequest(subscription: id)) { _ in }
    }
}
