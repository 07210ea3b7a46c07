import Core
import NIOCore

/// One reader of `OpenDaemon.logs(_:)`.
struct LogSource {
    /// Unread bytes at which the stream is stopped, and at which it is opened again where it stopped.
    static let pauseAt = 4 << 20
    static let resumeAt = 1 << 20
    /// What a chunk weighs beside its bytes.
    static let chunkOverhead = 128

    let mailbox: Mailbox<LogUpdate>
    var cursor: LogCursor
    /// Its number in this connection; nil while it is closed.
    var stream: UInt32?
    var opening = false
    var paused = false
}

// A stream that is too fast for its reader is stopped and later opened again at the offsets that he has: no byte of it
// waits in the connection, where it would hold up the answers to calls.
extension Link {
    /// `owner` lives as long as the feed.
    nonisolated func logs(_ request: LogRequest, keeping owner: OpenDaemon) -> Feed<LogUpdate> {
        let id = nextID()
        let mailbox = Mailbox<LogUpdate> { [weak self] in self?.onLoop { $0.goOn(id) } }
        onLoop { link in
            if case .closed = link.phase { return mailbox.finish() }
            link.sources[id] = LogSource(mailbox: mailbox, cursor: LogCursor(request))
            link.open(id)
        }
        return Feed(mailbox) { withExtendedLifetime(owner) { self.onLoop { $0.drop(id) } } }
    }

    private func open(_ id: UInt64) {
        guard let source = sources[id], source.stream == nil, !source.opening, !source.paused else { return }
        sources[id]?.opening = true
        ask(Methods.logStream, source.cursor.rest) { result in self.opened(id, result) }
    }

    /// After a reconnect.
    func openStreams() {
        for id in sources.keys { open(id) }
    }

    private func opened(_ id: UInt64, _ result: Result<LogStreamResult, any Error>) {
        sources[id]?.opening = false
        switch result {
        case .success(let opened):
            guard let source = sources[id] else { return stop(opened.stream) }
            streams[opened.stream] = id
            sources[id]?.stream = opened.stream
            if sources[id]?.cursor.opened(opened) == true { source.mailbox.push(.opened(opened)) }
            finishIfRead(id)
        case .failure(let error):
            fail(id, error as? Failure ?? .notUnderstood(String(describing: error)))
        }
    }

    private func fail(_ id: UInt64, _ why: Failure) {
        sources[id]?.mailbox.push(.failed(why))
        sources[id]?.mailbox.finish()
        drop(id)
    }

    /// No daemon is left that could write logs.
    func failStreams(_ why: Failure) {
        for id in sources.keys { fail(id, why) }
    }

    func logged(_ payload: ByteBuffer) {
        guard let chunk = LogChunk(Array(payload.readableBytesView)) else {
            return breakOff(.notUnderstood("a log chunk that is none"))
        }
        // Chunks of a stream that was stopped are still on their way: they are read again when it goes on.
        guard let id = streams[chunk.stream], let mailbox = sources[id]?.mailbox else { return }
        guard !chunk.isOutdated else {
            sources[id]?.cursor.outdate(chunk.time)
            closeStream(of: id)
            return open(id)
        }
        sources[id]?.cursor.read(chunk)
        let unread = mailbox.push(.chunk(chunk), weight: chunk.bytes.count + LogSource.chunkOverhead)
        if unread >= LogSource.pauseAt { pause(id) }
        finishIfRead(id)
    }

    private func finishIfRead(_ id: UInt64) {
        guard sources[id]?.cursor.isFinished == true else { return }
        sources[id]?.mailbox.finish()
        drop(id)
    }

    private func pause(_ id: UInt64) {
        closeStream(of: id)
        sources[id]?.paused = true
        sources[id]?.mailbox.callWhenHungry(at: LogSource.resumeAt)
    }

    private func goOn(_ id: UInt64) {
        sources[id]?.paused = false
        open(id)
    }

    /// Nobody reads it any more.
    private func drop(_ id: UInt64) {
        closeStream(of: id)
        sources[id] = nil
    }

    private func closeStream(of id: UInt64) {
        guard let stream = sources[id]?.stream else { return }
        sources[id]?.stream = nil
        streams[stream] = nil
        stop(stream)
    }

    /// Tells the engine; its answer does not matter: when the connection breaks the stream has ended as well.
    private func stop(_ stream: UInt32) {
        guard case .up = phase else { return }
        ask(Methods.logStop, LogStop(stream: stream)) { _ in }
    }

    /// The connection is gone, and with it the numbers of its streams.
    func detachStreams() {
        streams = [:]
        for id in sources.keys { sources[id]?.stream = nil }
    }
}
