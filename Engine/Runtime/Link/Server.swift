package import Core
package import NIOCore
import NIOPosix

/// The engine's side of the client protocol: accepts clients from the listening socket that the keeper holds.
///
/// Bad bytes, half frames and clients that vanish end their own connection and nothing else.
package actor Server {
    /// Every bound of a server, and what happens at it.
    package struct Limits: Sendable {
        /// Connections at once; one more takes the place of the oldest that has not said hello, else it is told so.
        package var connections = Defaults.clients
        /// Of these, connections of any user.
        package var strangers = Defaults.doorClients
        /// Unanswered requests of one client; it is not read from until some are answered.
        package var requests = Defaults.clientRequests
        /// Requests of one client a second, and at once after a pause; more are answered with OD5011.
        package var rate = Defaults.requestRate
        package var burst = Defaults.requestBurst
        /// Such answers in a second; beyond them the client is not read from for `pause` milliseconds.
        package var refusals = Defaults.refusalBurst
        package var pause = Defaults.refusalPause
        /// Requests in one batch.
        package var batch = Defaults.batchLength
        /// Log streams of one client; one more is an error.
        package var streams = Defaults.clientStreams
        /// Bytes that wait for one client, beyond which events are dropped (see `Session`).
        package var outbound = Defaults.clientEvents
        /// Bytes of answers that wait for one client, and for all; an answer beyond is replaced by OD5011.
        package var answers = Defaults.clientAnswers
        package var allAnswers = Defaults.allAnswers
        /// Bytes of large requests that arrive or are in work; one more is refused with OD5011.
        package var allRequests = Defaults.allRequests
        /// Log chunks wait above the higher mark until the lower is reached. Bytes.
        package var logMarks = 64 << 10..<256 << 10
        /// Milliseconds until a client that has not said hello is closed.
        package var helloWithin = Defaults.helloDeadline
        /// Milliseconds until a frame that has begun must be whole; then the client is closed.
        package var frameWithin = Defaults.frameDeadline
        /// Milliseconds for which a client without room may read nothing; then it is closed.
        package var readWithin = Defaults.readDeadline
        /// Wrong tokens a second, of all clients; beyond them none is looked at.
        package var tokenTries = Defaults.tokenTries
        /// Events kept for clients that come back.
        package var events = Defaults.keptEvents

        package init() {}
    }

    /// Makes the answer to a client's hello, after magic and version were found right.
    package typealias Greeting = @Sendable (Session) async throws -> HelloResult
    /// Reads the token that clients must prove to know; nil: there is none. Asked for each connection, so that a new
    /// token counts at once.
    package typealias Gate = @Sendable () async throws(Failure) -> Token?

    nonisolated let loop: any EventLoop
    nonisolated let routes: [String: Router.Route]
    nonisolated let limits: Limits
    nonisolated let hello: Greeting
    nonisolated let gate: Gate?
    /// Says to the log what became of a client.
    nonisolated let note: @Sendable (String) -> Void
    /// Names the numbering of this server's events.
    package nonisolated let stream = String(UInt64.random(in: .min ... .max), radix: 36)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    /// The home's socket, and the door for a group.
    private var listeners: [any Channel] = []
    private var channels: [UInt64: any Channel] = [:]
    /// Connections that came where any user may.
    private var strangers: Set<UInt64> = []
    private var sessions: [UInt64: Session] = [:]
    /// Connections that were told to make room, or refused, and are not closed yet.
    private var leaving: Set<UInt64> = []
    private var lastID: UInt64 = 0
    private var whenEmpty: [CheckedContinuation<Void, Never>] = []

    /// Bytes of large requests that arrive or are in work.
    private var reserved = 0
    private var wrongTokens: TokenBucket
    /// The last events, oldest first.
    private var recent: [FleetEvent] = []

    /// Clients that may wait to be accepted, while an engine is being replaced for example.
    package static let backlog = Int32(Defaults.clientBacklog)

    private init(
        loop: any EventLoop, router: Router, limits: Limits, gate: Gate?, note: @escaping @Sendable (String) -> Void,
        hello: @escaping Greeting
    ) {
        self.loop = loop
        routes = router.routes
        self.limits = limits
        self.gate = gate
        self.note = note
        self.hello = hello
        wrongTokens = TokenBucket(capacity: limits.tokenTries, rate: limits.tokenTries, at: Self.now)
    }

    private static var now: Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    /// Takes over the listening socket and accepts clients. All of the server runs on `loop`, handlers of requests on
    /// whatever they choose.
    ///
    /// - Parameters:
    ///   - listener: a listening unix socket; closed by the server.
    ///   - gate: asked for the token before a client is listened to.
    ///   - note: called on the event loop with a line for the log.
    /// - Throws: `IOError` when the descriptor is none.
    package static func open(
        listener: Int32, on loop: any EventLoop, router: Router, limits: Limits = Limits(), gate: Gate? = nil,
        note: @escaping @Sendable (String) -> Void = { _ in }, hello: @escaping Greeting
    ) async throws -> Server {
        let server = Server(loop: loop, router: router, limits: limits, gate: gate, note: note, hello: hello)
        try await server.listen(listener, anyUser: false)
        return server
    }

    /// Accepts clients of any user from another listening socket as well: the file system has decided who comes there.
    ///
    /// - Throws: `IOError` when the descriptor is none.
    package func admit(listener: Int32) async throws { try await listen(listener, anyUser: true) }

    /// Accepts clients from another socket in the place of the first one.
    ///
    /// - Throws: `IOError` when the descriptor is none.
    func exchange(listener: Int32) async throws {
        guard !listeners.isEmpty else { return }
        try await listen(listener, anyUser: false)
        listeners.swapAt(0, listeners.count - 1)
        try? await listeners.removeLast().close().get()
    }

    private func listen(_ listener: Int32, anyUser: Bool) async throws {
        let server = self
        let marks = ChannelOptions.Types.WriteBufferWaterMark(
            low: limits.logMarks.lowerBound, high: limits.logMarks.upperBound)
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelInitializer { channel in
                // Without descriptors left for a new client, wait instead of trying all the time.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.writeBufferWaterMark, value: marks)
            // Who has written his last request may wait for its answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try server.assumeIsolated { try $0.accept(channel, anyUser: anyUser) }
                }
            }
            .withBoundSocket(listener).get()
        listeners.append(channel)
    }

    /// Clients that have said hello.
    package var clients: [Session] { sessions.values.sorted { $0.id < $1.id } }

    /// Connections, those that have not said hello included.
    package var connections: Int { channels.count }

    /// How many clients get events.
    package var subscribers: Int {
        sessions.values.count { session in session.assumeIsolated { $0.isSubscribed } }
    }

    /// How many clients get figures.
    package var metered: Int {
        sessions.values.count { session in session.assumeIsolated { $0.isMetered } }
    }

    /// Sends an event to all who subscribed to such, in the order of calling, and keeps it for those who come back.
    /// Never waits; encoded once for all, and not at all when nobody wants it.
    package nonisolated func publish(_ event: FleetEvent) {
        onLoop { server in
            server.keep(event)
            let listeners = server.sessions.values.filter { $0.assumeIsolated { $0.wants(event) } }
            guard !listeners.isEmpty, let frame = Notice.event(event) else { return }
            for session in listeners { session.assumeIsolated { $0.send(event, frame) } }
        }
    }

    private func keep(_ event: FleetEvent) {
        recent.append(event)
        if recent.count > limits.events * 2 { recent.removeFirst(recent.count - limits.events) }
    }

    /// The events after one that a client has seen, if all of them are still here. Its number may be any.
    package func missed(_ request: SubscribeRequest) -> [FleetEvent]? {
        guard let since = request.since, request.stream == stream, let first = recent.first, let last = recent.last,
            since <= last.seq, first.seq <= since || first.seq - since == 1
        else { return nil }
        return recent.filter { $0.seq > since }
    }

    /// Sends figures to all who subscribed; a slow client gets only the latest. Never waits.
    package nonisolated func publish(_ metrics: FleetMetrics) {
        onLoop { server in
            let listeners = server.sessions.values.filter { $0.assumeIsolated { $0.isMetered } }
            guard !listeners.isEmpty, let frame = Notice.metrics(metrics) else { return }
            for session in listeners { session.assumeIsolated { $0.send(metrics: frame) } }
        }
    }

    private nonisolated func onLoop(_ body: @escaping @Sendable (isolated Server) -> Void) {
        loop.execute { self.assumeIsolated { body($0) } }
    }

    /// Accepts nobody any more, lets requests in work be answered, then closes all connections; after `milliseconds`
    /// without waiting for answers. A handler that awaits this waits for itself until then.
    package func close(within milliseconds: Int = 2000) async {
        for listener in listeners { try? await listener.close().get() }
        listeners = []
        for channel in channels.values { channel.pipeline.fireUserInboundEventTriggered(Conversation.Finish()) }
        let impatience = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            self.assumeIsolated { server in
                for channel in server.channels.values { channel.close(promise: nil) }
            }
        }
        if !channels.isEmpty { await withCheckedContinuation { whenEmpty.append($0) } }
        impatience.cancel()
    }

    /// Breaks all connections and goes on accepting: clients come back by themselves.
    package func disconnectAll() {
        for channel in channels.values { channel.close(promise: nil) }
    }

    // MARK: - Connections

    private func accept(_ channel: any Channel, anyUser: Bool) throws {
        lastID += 1
        let id = lastID
        var refusal: Failure?
        if anyUser, strangers.count >= limits.strangers {
            if !makeRoom(among: strangers) { refusal = .tooManyClients(limits.strangers) }
        } else if channels.count >= limits.connections {
            if !makeRoom(among: channels.keys) { refusal = .tooManyClients(limits.connections) }
        }
        channels[id] = channel
        if anyUser { strangers.insert(id) }
        channel.closeFuture.whenComplete { _ in self.assumeIsolated { $0.ended(id) } }
        let gauge = FrameGauge { bytes in self.assumeIsolated { $0.reserve(bytes) } }
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(FrameDecoder(gauge: gauge)),
            Conversation(id: id, server: self, gauge: gauge, refusal: refusal, anyUser: anyUser))
    }

    /// Ends the oldest of these connections that has not said hello; false when all have.
    private func makeRoom(among ids: some Sequence<UInt64>) -> Bool {
        guard let oldest = ids.filter({ sessions[$0] == nil && !leaving.contains($0) }).min() else { return false }
        leaving.insert(oldest)
        channels[oldest]?.pipeline.fireUserInboundEventTriggered(Conversation.MakeRoom())
        return true
    }

    // MARK: - What clients share

    private func reserve(_ bytes: Int) -> Bool {
        guard reserved + bytes <= limits.allRequests else { return false }
        reserved += bytes
        return true
    }

    func giveBack(_ bytes: Int) {
        reserved -= bytes
    }

    /// Bytes that wait for all clients.
    var unsentBytes: Int {
        sessions.values.reduce(0) { sum, session in sum + session.assumeIsolated { $0.unsentBytes } }
    }

    /// Milliseconds until another token is looked at; nil: now.
    var nextTry: Int? {
        // Looking takes nothing: only wrong ones count.
        var bucket = wrongTokens
        guard case .wait(let milliseconds) = bucket.take(at: Self.now) else { return nil }
        return milliseconds
    }

    func countWrongToken() {
        _ = wrongTokens.take(at: Self.now)
    }

    private func ended(_ id: UInt64) {
        channels[id] = nil
        strangers.remove(id)
        leaving.remove(id)
        guard channels.isEmpty else { return }
        for waiting in whenEmpty { waiting.resume() }
        whenEmpty = []
    }

    func opened(_ session: Session) {
        sessions[session.id] = session
    }

    func left(_ session: Session) {
        sessions[session.id] = nil
    }
}
