package import Core
package import NIOCore
import NIOPosix

/// The engine's side of the client protocol: accepts clients from the listening socket that the keeper holds.
///
/// Bad bytes, half frames and clients that vanish end their own connection and nothing else.
package actor Server {
    /// Every bound of a server, and what happens at it.
    package struct Limits: Sendable {
        /// Connections at once; one more is told so and closed.
        package var connections = 256
        /// Unanswered requests of one client; it is not read from until some are answered.
        package var requests = 256
        /// Log streams of one client; one more is an error.
        package var streams = 64
        /// Bytes that wait for one client, beyond which events are dropped (see `Session`).
        package var outbound = 1 << 20
        /// Log chunks wait above the higher mark until the lower is reached. Bytes.
        package var logMarks = 64 << 10..<256 << 10
        /// Milliseconds until a client that has not said hello is closed.
        package var helloWithin = 10_000

        package init() {}
    }

    /// Makes the answer to a client's hello, after magic and version were found right.
    package typealias Greeting = @Sendable (Session) async throws -> HelloResult

    nonisolated let loop: any EventLoop
    nonisolated let routes: [String: Router.Route]
    nonisolated let limits: Limits
    nonisolated let hello: Greeting

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    private var listener: (any Channel)?
    private var channels: [UInt64: any Channel] = [:]
    private var sessions: [UInt64: Session] = [:]
    private var lastID: UInt64 = 0
    private var whenEmpty: [CheckedContinuation<Void, Never>] = []

    private init(loop: any EventLoop, router: Router, limits: Limits, hello: @escaping Greeting) {
        self.loop = loop
        routes = router.routes
        self.limits = limits
        self.hello = hello
    }

    /// Takes over the listening socket and accepts clients. All of the server runs on `loop`, handlers of requests on
    /// whatever they choose.
    ///
    /// - Parameter listener: a listening unix socket; closed by the server.
    /// - Throws: `IOError` when the descriptor is none.
    package static func open(
        listener: Int32, on loop: any EventLoop, router: Router, limits: Limits = Limits(), hello: @escaping Greeting
    ) async throws -> Server {
        let server = Server(loop: loop, router: router, limits: limits, hello: hello)
        let marks = ChannelOptions.Types.WriteBufferWaterMark(
            low: limits.logMarks.lowerBound, high: limits.logMarks.upperBound)
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelInitializer { channel in
                // Without descriptors left for a new client, wait instead of trying all the time.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.writeBufferWaterMark, value: marks)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try server.assumeIsolated { try $0.accept(channel) } }
            }
            .withBoundSocket(listener).get()
        await server.listens(on: channel)
        return server
    }

    /// Clients that have said hello.
    package var clients: [Session] { sessions.values.sorted { $0.id < $1.id } }

    /// How many clients get events and metrics.
    package var subscribers: Int {
        sessions.values.count { session in session.assumeIsolated { $0.isSubscribed } }
    }

    /// Sends an event to all who subscribed, in the order of calling. Never waits.
    package nonisolated func publish(_ event: FleetEvent) {
        publish { Notice(event) }
    }

    /// Sends figures to all who subscribed; a slow client gets only the latest. Never waits.
    package nonisolated func publish(_ metrics: FleetMetrics) {
        publish { Notice(metrics) }
    }

    /// Encoded once for all, and not at all when nobody listens.
    private nonisolated func publish(_ notice: @escaping @Sendable () -> Notice?) {
        loop.execute {
            self.assumeIsolated { server in
                let listeners = server.sessions.values.filter { $0.assumeIsolated { $0.isSubscribed } }
                guard !listeners.isEmpty, let notice = notice() else { return }
                for session in listeners { session.assumeIsolated { $0.send(notice) } }
            }
        }
    }

    /// Accepts nobody any more, lets requests in work be answered, then closes all connections; after `milliseconds`
    /// without waiting for answers. A handler that awaits this waits for itself until then.
    package func close(within milliseconds: Int = 2000) async {
        try? await listener?.close().get()
        listener = nil
        for channel in channels.values { channel.pipeline.fireUserInboundEventTriggered(Conversation.Finish()) }
        let impatience = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            self.assumeIsolated { server in
                for channel in server.channels.values { channel.close(promise: nil) }
            }
        }
        if !channels.isEmpty { await withCheckedContinuation { whenEmpty.append($0) } }
        impatience.cancel()
    }

    // MARK: - Connections

    private func listens(on channel: any Channel) {
        listener = channel
    }

    private func accept(_ channel: any Channel) throws {
        lastID += 1
        let id = lastID
        channels[id] = channel
        channel.closeFuture.whenComplete { _ in self.assumeIsolated { $0.ended(id) } }
        let refusal: Failure? = channels.count > limits.connections ? .tooManyClients(limits.connections) : nil
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(FrameDecoder()), Conversation(id: id, server: self, refusal: refusal))
    }

    private func ended(_ id: UInt64) {
        channels[id] = nil
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
