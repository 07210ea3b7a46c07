import Core
import NIOCore
import NIOPosix
import Synchronization

/// The client's end of the protocol: one connection at a time, the calls that wait for answers, watchers and log
/// streams. Runs on one event loop; when the connection breaks it makes the next one and takes up what was open.
///
///     down --establish--> greeting --hello answered--> up
///      ^                     |                          |
///      +------- broken ------+-------- broken ----------+        any --close--> closed
actor Link {
    /// Calls in all; one more fails with OD5007.
    static let maxCalls = 4096
    /// A call that saw so many connections break is not sent again: it may be what breaks them.
    static let maxSends = 8

    enum Phase {
        case down, greeting, closed
        case up(any Channel)
    }

    nonisolated let loop: any EventLoop
    nonisolated let options: ConnectOptions
    /// Names this client in the keys of its wishes.
    nonisolated let identity = String(UInt64.random(in: .min ... .max), radix: 36)
    private nonisolated let lastID = Atomic<UInt64>(0)
    private nonisolated let lastGreeting = Mutex<HelloResult?>(nil)

    var phase = Phase.down
    /// Number of the present connection.
    var connection = 0
    var calls: [UInt64: PendingCall] = [:]
    /// Ids of calls in the order in which they are to be sent.
    var unsent: [UInt64] = []
    var inFlight = 0
    /// What the engine said before it closed the connection.
    var refusal: Failure?
    /// When the unanswered heartbeat was sent.
    var beatSent: NIODeadline?
    var beat: RepeatedTask?
    var reconnecting: Task<Void, Never>?
    /// What carries the present connection to another machine.
    var shell: RemoteShell?

    var watchers: [UInt64: Watcher] = [:]
    /// The answer to `event.subscribe` is on its way; `askAgain`: it comes too early for somebody.
    var subscribing = false
    var askAgain = false
    var readers: [UInt64: EventReader] = [:]
    var sources: [UInt64: LogSource] = [:]
    /// Open log streams by their number in this connection.
    var streams: [UInt32: UInt64] = [:]
    /// The numbering of the events that watchers have seen: one engine's.
    var eventStream: String?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    init(_ options: ConnectOptions, loop: any EventLoop) {
        self.options = options
        self.loop = loop
    }

    /// The answer to the last successful hello.
    nonisolated var greeting: HelloResult? { lastGreeting.withLock { $0 } }

    nonisolated func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

    /// Runs `body` on the event loop, in the order of calling.
    nonisolated func onLoop(_ body: @escaping @Sendable (isolated Link) -> Void) {
        loop.execute { self.assumeIsolated { body($0) } }
    }

    func greeted(_ hello: HelloResult, _ channel: any Channel) {
        lastGreeting.withLock { $0 = hello }
        phase = .up(channel)
        beatSent = nil
        let interval = TimeAmount.milliseconds(Int64(options.pulse.interval))
        beat = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in
            self?.assumeIsolated { $0.checkPulse() }
        }
        sendWaiting()
    }

    // MARK: - What arrives

    func received(_ frame: InboundFrame, on connection: Int, from channel: any Channel) {
        guard connection == self.connection else { return }
        beatSent = nil
        switch frame.kind {
        case .response: answered(frame.payload)
        case .notification: notified(frame.payload)
        case .log: logged(frame.payload)
        case .challenge: challenged(Array(frame.payload.readableBytesView), on: connection, from: channel)
        case .heartbeat, .request, .challengeResponse: break
        }
    }

    private func answered(_ payload: ByteBuffer) {
        guard let head: Message.AnswerHead = try? Message.decode(payload) else {
            return breakOff(.notOurs("its answer is no JSON-RPC"))
        }
        guard let id = head.id else {
            let error: RPCResponse<Nothing>? = try? Message.decode(payload)
            refusal = error?.error?.failure
            return
        }
        finish(id, .success(payload))
    }

    /// The connection with that number is over. `why` is nil when the other end just closed it.
    func ended(_ connection: Int, _ why: Failure?) {
        guard connection == self.connection else { return }
        switch phase {
        case .down, .closed: return
        case .greeting:
            phase = .down
            let hello = calls.filter { $0.value.method == Methods.hello.name }
            for id in hello.keys { finish(id, .failure(why ?? refusal ?? .lost)) }
        case .up:
            phase = .down
            beat?.cancel()
            reap()
            let failure = why ?? refusal ?? .lost
            takeBack(failure)
            detachStreams()
            tellWatchers(.disconnected(failure))
            detachReaders(failure)
            reconnecting = Task { await self.reconnect() }
        }
    }

    /// Ends the present connection from this side.
    func breakOff(_ why: Failure) {
        let channel: (any Channel)? = if case .up(let channel) = phase { channel } else { nil }
        ended(connection, why)
        channel?.close(promise: nil)
    }

    // MARK: - The engine's pulse

    /// Nobody waits for anything.
    private var isIdle: Bool { calls.isEmpty && watchers.isEmpty && readers.isEmpty && sources.isEmpty }

    /// While somebody waits for the engine, silence is asked about; no answer within the deadline means that it hangs.
    private func checkPulse() {
        guard case .up(let channel) = phase, !isIdle else { return }
        let now = NIODeadline.now()
        if let asked = beatSent {
            let patience = options.pulse.patience
            guard now - asked >= .milliseconds(Int64(patience)) else { return }
            let silent = Failure.silent("a heartbeat", patience)
            for id in calls.keys { finish(id, .failure(silent)) }
            return breakOff(silent)
        }
        beatSent = now
        channel.writeAndFlush(ByteBuffer(bytes: Frame.header(.heartbeat, length: 0)), promise: nil)
    }

    // MARK: - The end

    /// Unanswered calls fail, sequences end, nothing is sent any more.
    func close() async {
        guard let channel = shut() else { return }
        try? await channel.close().get()
    }

    /// As `close`, for those who cannot wait.
    nonisolated func abandon() {
        onLoop { $0.shut()?.close(promise: nil) }
    }

    private func shut() -> (any Channel)? {
        let channel: (any Channel)? = if case .up(let channel) = phase { channel } else { nil }
        phase = .closed
        reap()
        beat?.cancel()
        reconnecting?.cancel()
        for id in calls.keys { finish(id, .failure(Failure.closed)) }
        for watcher in watchers.values { watcher.mailbox.finish() }
        for source in sources.values { source.mailbox.finish() }
        finishReaders()
        watchers = [:]
        sources = [:]
        return channel
    }
}
