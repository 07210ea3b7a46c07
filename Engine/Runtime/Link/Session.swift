package import Core
import NIOCore

/// One client that has said hello: its requests in work, and what is sent to it. Lives on the server's event loop.
///
/// How much waits for a slow client is bounded: requests are read only while there is room for answers, log chunks
/// wait for room, metrics are replaced by newer ones, and beyond `Server.Limits.outbound` bytes events are dropped but
/// the last, whose number shows the client that it has to ask for a snapshot.
package actor Session {
    /// Unique for this server.
    package nonisolated let id: UInt64
    /// What the client calls itself: `od 0.1.0`.
    package nonisolated let client: String
    /// A dashboard that asks to own an embedded engine.
    package nonisolated let isOwner: Bool
    nonisolated let loop: any EventLoop
    private nonisolated let limits: Server.Limits

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private let channel: any Channel
    /// It gets events and metrics.
    private(set) var isSubscribed = false
    private var isClosed = false
    private var closeActions: [@Sendable () -> Void] = []

    /// Requests that are not answered yet.
    private(set) var outstanding = 0
    /// The channel wants to read and has to wait for answers.
    private var readHeld = false
    /// It is closed when the last answer is sent.
    private var isFinishing = false

    private var heldEvent: ByteBuffer?
    private var heldMetrics: ByteBuffer?
    private var writers: [CheckedContinuation<Void, Never>] = []
    private var lastStream: UInt32 = 0
    /// Open log streams; nil while the answer that opens one is on its way.
    private var pumps: [UInt32: Task<Void, Never>?] = [:]

    init(id: UInt64, hello: HelloRequest, channel: any Channel, limits: Server.Limits) {
        self.id = id
        client = hello.client
        isOwner = hello.owner ?? false
        self.channel = channel
        loop = channel.eventLoop
        self.limits = limits
    }

    /// Begins to send events and metrics to this client. Call it before the snapshot for `event.subscribe` is taken:
    /// the client sorts out what is in both.
    package func subscribe() {
        isSubscribed = true
    }

    /// Runs `action` on the event loop when the connection has ended; at once when it has ended already.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        guard !isClosed else { return action() }
        closeActions.append(action)
    }

    /// Sends a chunk as soon as the client has room for it.
    /// - Returns: false when the connection or the stream has ended: send no more.
    package func send(log chunk: LogChunk) async -> Bool {
        while !isClosed, !channel.isWritable, !Task.isCancelled {
            await withCheckedContinuation { writers.append($0) }
        }
        guard !isClosed, !Task.isCancelled else { return false }
        let payload = chunk.encoded
        var frame = ByteBuffer()
        frame.reserveCapacity(Frame.headerLength + payload.count)
        frame.writeBytes(Frame.header(.log, length: payload.count))
        frame.writeBytes(payload)
        channel.writeAndFlush(frame, promise: nil)
        return true
    }

    // MARK: - Notifications

    func send(_ notice: Notice) {
        guard !isClosed else { return }
        let isFull = !channel.isWritable && unsentBytes + notice.frame.readableBytes > limits.outbound
        switch notice.kind {
        case .event:
            // After one was dropped all that follow wait behind the gap, else the client would never see it.
            if isFull || heldEvent != nil { heldEvent = notice.frame } else { write(notice.frame) }
        case .metrics:
            if channel.isWritable { write(notice.frame) } else { heldMetrics = notice.frame }
        }
    }

    /// Bytes that the kernel has not taken yet.
    package var unsentBytes: Int { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    func becameWritable() {
        for frame in [heldEvent, heldMetrics] { frame.map(write) }
        heldEvent = nil
        heldMetrics = nil
        resumeWriters()
        readOn()
    }

    private func write(_ frame: ByteBuffer) {
        channel.writeAndFlush(frame, promise: nil)
    }

    private func resumeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer.resume() }
    }

    // MARK: - Requests

    /// Whether the channel may read more; else it is told to as soon as it may.
    func mayRead() -> Bool {
        readHeld = outstanding >= limits.requests || !channel.isWritable
        return !readHeld
    }

    private func readOn() {
        if readHeld, mayRead() { channel.read() }
    }

    func accepted() {
        outstanding += 1
    }

    func answered(_ answer: Answer?) {
        outstanding -= 1
        guard !isClosed else { return }
        if let answer { write(answer.frame) }
        if isFinishing, outstanding == 0 { closeWhenSent() } else { readOn() }
    }

    // MARK: - Log streams

    /// A number for a new stream of this session.
    func reserveStream() throws(Failure) -> UInt32 {
        guard pumps.count < limits.streams else { throw .tooManyStreams(pumps.count) }
        lastStream += 1
        pumps[lastStream] = .some(nil)
        return lastStream
    }

    func run(_ pump: @escaping Router.LogPump, stream: UInt32) {
        guard !isClosed, pumps[stream] != nil else { return }
        pumps[stream] = Task {
            await pump()
            self.endStream(stream)
        }
    }

    /// Ends a stream that is open; another number means nothing.
    func endStream(_ stream: UInt32) {
        pumps.removeValue(forKey: stream)??.cancel()
        // A pump that waits for room sees that it is cancelled.
        resumeWriters()
    }

    // MARK: - The end

    /// Closes the connection once all requests in work are answered and the answers sent.
    func finish() {
        isFinishing = true
        if outstanding == 0 { closeWhenSent() }
    }

    private func closeWhenSent() {
        let channel = channel
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
    }

    func ended() {
        isClosed = true
        resumeWriters()
        for pump in pumps.values { pump?.cancel() }
        pumps = [:]
        for action in closeActions { action() }
        closeActions = []
    }
}
