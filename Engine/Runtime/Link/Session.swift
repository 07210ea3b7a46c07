package import Core
import NIOCore

/// One client that has said hello: its requests in work, and what is sent to it. Lives on the server's event loop.
///
/// How much waits for a slow client is bounded: requests are read only while there is room for answers, answers beyond
/// `Server.Limits.answers` bytes become errors, log chunks wait for room, metrics are replaced by newer ones, and beyond
/// `Server.Limits.outbound` bytes events are dropped but the last, whose number shows the client that it has to ask
/// again. A client that reads nothing at all is disconnected.
package actor Session {
    /// Unique for this server.
    package nonisolated let id: UInt64
    /// What the client calls itself: `od 0.1.0`.
    package nonisolated let client: String
    /// A dashboard that asks to own an embedded engine.
    package nonisolated let isOwner: Bool
    /// It only wants to end the daemon.
    package nonisolated let isEnding: Bool
    nonisolated let requester: Requester
    nonisolated let loop: any EventLoop
    nonisolated let server: Server
    /// Requests are decoded here, one after the other.
    nonisolated let lane = Lane()
    nonisolated let readings = Readings()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private let channel: any Channel
    /// Which events it gets, by the number of the subscription; nil is the one that has none.
    private var subscriptions: [UInt64?: Subscription<ByteBuffer>] = [:]
    /// It gets metrics.
    private(set) var isMetered = false
    private(set) var isClosed = false
    private var closeActions: [@Sendable () -> Void] = []

    /// Requests that are not answered yet.
    private(set) var outstanding = 0
    /// Bytes of large requests in work.
    private var reserved = 0
    /// The channel wants to read and has to wait.
    private(set) var readHeld = false
    /// It is not read from, because it asks too fast.
    private var isPaused = false
    var rate: TokenBucket
    /// Answers that say that it asks too fast.
    var refusals: TokenBucket
    /// Set while the client has no room: bytes that waited, and how often in a row they did not become fewer.
    private var stall: (bytes: Int, checks: Int)?
    /// It is closed when the last answer is sent.
    private var isFinishing = false

    private var heldMetrics: ByteBuffer?
    private var writers: [CheckedContinuation<Void, Never>] = []
    private var lastStream: UInt32 = 0
    /// Open log streams; nil while the answer that opens one is on its way.
    private var pumps: [UInt32: Task<Void, Never>?] = [:]

    init(id: UInt64, hello: HelloRequest, channel: any Channel, server: Server) {
        self.id = id
        client = hello.client
        isOwner = hello.owner ?? false
        isEnding = hello.ending ?? false
        requester = Requester(PeerCredentials.of(channel), hello)
        self.channel = channel
        loop = channel.eventLoop
        self.server = server
        let (limits, now) = (server.limits, Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds))
        rate = TokenBucket(capacity: limits.burst, rate: limits.rate, at: now)
        refusals = TokenBucket(capacity: limits.refusals, rate: limits.refusals, at: now)
    }

    private nonisolated var limits: Server.Limits { server.limits }

    /// Begins to send events and metrics. Call it before the snapshot for `event.subscribe` is taken: the client sorts
    /// out what is in both.
    package func subscribe() {
        subscriptions[nil] = Subscription()
        isMetered = true
    }

    /// Begins to send what was asked for, by a filter that was made of its patterns.
    ///
    /// - Throws: `Failure` OD5007 for one subscription too many.
    package func subscribe(_ request: SubscribeRequest, _ filter: EventFilter) throws(Failure) {
        let number = request.subscription
        guard number == nil || subscriptions[number] != nil || subscriptions.count <= Defaults.subscriptions else {
            throw .tooManySubscriptions(subscriptions.count)
        }
        subscriptions[number] = Subscription(filter, once: request.once ?? false)
        if number == nil { isMetered = request.metrics ?? true }
    }

    /// Ends a subscription; one that there is not means nothing.
    package func unsubscribe(_ number: UInt64?) {
        subscriptions[number] = nil
        if number == nil { isMetered = false }
    }

    var isSubscribed: Bool { subscriptions.values.contains { !$0.hasEnded } }

    func wants(_ event: FleetEvent) -> Bool { !isClosed && subscriptions.values.contains { $0.wants(event) } }

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

    /// Sends an event to the subscriptions that want it, or holds it when too much waits already.
    ///
    /// - Parameter frame: for the subscription without a number.
    func send(_ event: FleetEvent, _ frame: ByteBuffer) {
        for number in subscriptions.keys where subscriptions[number]?.wants(event) == true {
            let frame = number.map { Notice.item(EventItem(subscription: $0, event: event)) } ?? frame
            guard let frame else { continue }
            let isFull = !channel.isWritable && unsentBytes + frame.readableBytes > limits.outbound
            if case .deliver(let frame) = subscriptions[number]?.offer(event, frame, hasRoom: !isFull) { write(frame) }
            if let number, subscriptions[.some(number)]?.hasEnded == true { subscriptions[.some(number)] = nil }
        }
    }

    /// Sends figures; only the latest wait.
    func send(metrics frame: ByteBuffer) {
        guard !isClosed else { return }
        if channel.isWritable { write(frame) } else { heldMetrics = frame }
    }

    /// Bytes that the kernel has not taken yet.
    package var unsentBytes: Int { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// It has no room: after a while without a byte read it is disconnected.
    func becameUnwritable() {
        guard stall == nil else { return }
        stall = (unsentBytes, 0)
        checkStall()
    }

    private func checkStall() {
        let part = Int64(max(1, limits.readWithin / Self.stallChecks))
        loop.scheduleTask(in: .milliseconds(part)) { self.assumeIsolated { $0.stillStalls() } }
    }

    private func stillStalls() {
        guard let before = stall, !isClosed else { return }
        let now = unsentBytes
        let checks = now < before.bytes ? 0 : before.checks + 1
        stall = (now, checks)
        guard checks >= Self.stallChecks else { return checkStall() }
        server.note("‘\(client)’ was disconnected: it read nothing for \(limits.readWithin) ms, \(now) bytes wait")
        channel.close(promise: nil)
    }

    /// How often a client without room is looked at before it is given up.
    private static let stallChecks = 4

    func becameWritable() {
        stall = nil
        for number in subscriptions.keys {
            guard let rest = subscriptions[number]?.drained() else { continue }
            // Without a number the gap is in the numbers of the events.
            if rest.missed > 0, let number {
                Notice.item(EventItem(subscription: number, missed: rest.missed)).map(write)
            }
            write(rest.last)
            if subscriptions[number]?.hasEnded == true { subscriptions[number] = nil }
        }
        heldMetrics.map(write)
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
        readHeld = isPaused || outstanding >= limits.requests || !channel.isWritable
        return !readHeld
    }

    /// It is not read from for so many milliseconds.
    func pauseReading(_ milliseconds: Int) {
        guard !isPaused else { return }
        isPaused = true
        loop.scheduleTask(in: .milliseconds(Int64(max(milliseconds, limits.pause)))) {
            self.assumeIsolated { session in
                session.isPaused = false
                session.readOn()
            }
        }
    }

    private func readOn() {
        if readHeld, mayRead() { channel.read() }
    }

    func accepted(reserved bytes: Int = 0) {
        outstanding += 1
        reserved += bytes
    }

    func answered(_ answer: Answer, reserved bytes: Int = 0) {
        outstanding -= 1
        release(bytes)
        guard !isClosed else { return }
        write(bounded(answer).frame)
        if isFinishing, outstanding == 0 { closeWhenSent() } else { readOn() }
    }

    private func release(_ bytes: Int) {
        // At its end the session has given back all.
        guard bytes > 0, reserved >= bytes else { return }
        reserved -= bytes
        server.assumeIsolated { $0.giveBack(bytes) }
    }

    /// The answer, or an error in its place when too much waits already for this client or for all.
    private func bounded(_ answer: Answer) -> Answer {
        let size = answer.frame.readableBytes
        guard size > FrameGauge.small, let id = answer.id else { return answer }
        let waiting = unsentBytes
        let all = server.assumeIsolated { $0.unsentBytes }
        guard (waiting > 0 && waiting + size > limits.answers) || all + size > limits.allAnswers else { return answer }
        return Answer(id: id, error: RPCError(Failure.tooMuchWaits(waiting)))
    }

    func send(heartbeat frame: ByteBuffer) {
        guard !isClosed else { return }
        write(frame)
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
        release(reserved)
        readings.cancelAll()
        resumeWriters()
        for pump in pumps.values { pump?.cancel() }
        pumps = [:]
        for action in closeActions { action() }
        closeActions = []
    }
}
