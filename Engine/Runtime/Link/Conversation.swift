import Core
import NIOCore

/// The server's end of one connection: frames in, the token when there is one, hello first, then requests.
///
///     opening --token read--> proving --right--> waiting --hello--> open(session) --end--> ended
///        |                      ^ |                 ^
///        +-- there is none -----|-|-----------------+      anything else, silence, bytes that are no frame:
///                               +-+ hello is kept          an error, ended
final class Conversation: ChannelDuplexHandler {
    typealias InboundIn = InboundFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A user event: end when what is in work is done.
    struct Finish: Sendable {}
    /// A user event: another client needs the place of one that has not said hello.
    struct MakeRoom: Sendable {}
    /// A user event: the token of the home, or why it cannot be read.
    private struct TokenRead: Sendable {
        var token: Result<Token?, Failure>
    }

    private enum Phase {
        case opening
        case proving(Proof)
        case waiting
        case open(Session)
        case ended
    }

    /// A challenge that has been sent, and the hello that came before its response.
    private struct Proof {
        var token: Token
        var nonce = AuthToken.nonce()
        var hello: ByteBuffer?
    }

    private let id: UInt64
    private let server: Server
    private let gauge: FrameGauge
    /// Why this client is turned away.
    private let refusal: Failure?
    private let anyUser: Bool
    private var phase = Phase.opening
    /// What came while the token was being read: a client that has ended its side is read to the end at once.
    private var early: [InboundFrame] = []
    private var isInputClosed = false
    /// Frames that may be early; a client that sends more before hello is answered is no client.
    private static let maxEarly = 64
    /// Ends a client that does not say hello.
    private var patience: Scheduled<Void>?
    /// Ends a client whose frame does not become whole.
    private var partial: Scheduled<Void>?

    /// - Parameter anyUser: the file system has decided who may come; else our own user and root may.
    init(id: UInt64, server: Server, gauge: FrameGauge, refusal: Failure?, anyUser: Bool) {
        self.anyUser = anyUser
        self.id = id
        self.server = server
        self.gauge = gauge
        self.refusal = refusal
    }

    func channelActive(context: ChannelHandlerContext) {
        if let refusal = refusal ?? (anyUser ? nil : PeerCredentials.refusal(of: context.channel)) {
            return refuse(RPCError(refusal), nil, context)
        }
        wait(server.limits.helloWithin, context)
        guard let gate = server.gate else {
            phase = .waiting
            return context.fireChannelActive()
        }
        let pipeline = context.pipeline
        Task {
            var read = TokenRead(token: .success(nil))
            do throws(Failure) { read.token = .success(try await gate()) } catch { read.token = .failure(error) }
            pipeline.fireUserInboundEventTriggered(read)
        }
    }

    private func wait(_ milliseconds: Int, _ context: ChannelHandlerContext) {
        patience?.cancel()
        patience = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            self.lostPatience(context)
        }
    }

    private func lostPatience(_ context: ChannelHandlerContext) {
        guard case .proving(let proof) = phase else { return context.close(promise: nil) }
        refuse(RPCError(Failure.tokenMissing), proof.hello.flatMap(requestID), context)
    }

    // MARK: - What arrives

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context)
    }

    private func take(_ frame: InboundFrame, _ context: ChannelHandlerContext) {
        switch (phase, frame.kind) {
        case (.ended, _):
            server.assumeIsolated { $0.giveBack(frame.reserved) }
        case (.open(let session), .request):
            session.assumeIsolated { $0.take(frame) }
        case (.open(let session), .heartbeat):
            session.assumeIsolated { $0.beat() }
        case (.waiting, .request):
            requested(frame.payload, context)
        case (.waiting, .heartbeat):
            refuse(.helloFirst, nil, context)
        case (.proving(let proof), .challengeResponse):
            prove(proof, Array(frame.payload.readableBytesView), context)
        case (.proving(var proof), .request) where proof.hello == nil:
            proof.hello = frame.payload
            phase = .proving(proof)
        case (.proving, _):
            refuse(RPCError(Failure.tokenMissing), nil, context)
        case (.opening, _) where early.count < Self.maxEarly:
            early.append(frame)
        case (.opening, _), (.waiting, _), (.open, _):
            refuse(.unexpected(frame.kind), nil, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if gauge.isPartial {
            if partial == nil { awaitRest(context) }
        } else {
            partial?.cancel()
            partial = nil
        }
        context.fireChannelReadComplete()
    }

    /// A frame has begun. It is late when no frame has become whole in the time, though we were reading.
    private func awaitRest(_ context: ChannelHandlerContext) {
        let before = gauge.frames
        partial = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(server.limits.frameWithin))) {
            self.partial = nil
            guard self.gauge.isPartial else { return }
            if self.gauge.frames == before, !self.holdsBack {
                self.refuse(RPCError(Failure.lateFrame), nil, context)
            } else {
                self.awaitRest(context)
            }
        }
    }

    private var holdsBack: Bool {
        if case .open(let session) = phase { session.assumeIsolated { $0.readHeld } } else { false }
    }

    // MARK: - The token

    private func opened(_ read: TokenRead, _ context: ChannelHandlerContext) {
        guard case .opening = phase else { return }
        switch read.token {
        case .failure(let failure):
            refuse(RPCError(failure), nil, context)
        case .success(let token?):
            let proof = Proof(token: token)
            phase = .proving(proof)
            // Shorter than the client's own patience, so that it is told why.
            wait(server.limits.helloWithin / 2, context)
            write(ByteBuffer(bytes: Frame.header(.challenge, length: proof.nonce.count) + proof.nonce), context)
        case .success(nil):
            phase = .waiting
        }
        let frames = early
        early = []
        for frame in frames { take(frame, context) }
        if isInputClosed { finish(context) } else if !isEnded { context.read() }
    }

    private var isEnded: Bool { if case .ended = phase { true } else { false } }

    private func prove(_ proof: Proof, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
        let id = proof.hello.flatMap(requestID)
        if let wait = server.assumeIsolated({ $0.nextTry }) {
            return refuse(RPCError(Failure.tokenTries(again: wait)), id, context)
        }
        guard AuthToken.isProof(bytes, of: proof.token, nonce: proof.nonce) else {
            server.assumeIsolated { $0.countWrongToken() }
            return refuse(RPCError(Failure.tokenWrong), id, context)
        }
        phase = .waiting
        wait(server.limits.helloWithin, context)
        if let hello = proof.hello { requested(hello, context) }
    }

    private func requestID(_ payload: ByteBuffer) -> UInt64? { (try? Answer.decode(payload) as RPCHead)?.id }

    // MARK: - Hello

    /// The first request; at most `Frame.maxFirstPayload` bytes, so that it may be decoded here.
    private func requested(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        let head: RPCHead
        do {
            head = try Answer.decode(payload)
        } catch {
            return refuse(.notJSON(error), nil, context)
        }
        guard head.method == Methods.hello.name else { return refuse(.helloFirst, head.id, context) }
        guard let request = try? Answer.decode(payload) as RPCRequest<HelloRequest>,
            request.params.magic == HelloRequest.magic
        else { return refuse(RPCError(Failure.notAClient), head.id, context) }
        let (oldest, newest) = (request.params.version, request.params.newest)
        guard let version = Versions.common(oldest: oldest, newest: newest) else {
            return refuse(RPCError(Failure.clientVersion(oldest, newest: newest)), head.id, context)
        }
        greeted(head, request.params, version, payload, context)
    }

    private func greeted(
        _ head: RPCHead, _ request: HelloRequest, _ version: Int, _ payload: ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        patience?.cancel()
        gauge.maxPayload = Frame.maxPayload
        let server = server
        let session = Session(id: id, hello: request, channel: context.channel, server: server)
        phase = .open(session)
        server.assumeIsolated { $0.opened(session) }
        session.assumeIsolated { $0.accepted() }
        session.lane.add {
            let answer = await Answer.make(id: head.id, payload: payload) { (_: HelloRequest) in
                var result = try await server.hello(session)
                result.version = min(version, result.version)
                return result
            }
            await session.answered(answer)
        }
    }

    private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: - Flow

    func read(context: ChannelHandlerContext) {
        switch phase {
        case .open(let session): if session.assumeIsolated({ $0.mayRead() }) { context.read() }
        // Nothing is taken before it is known whether a token is asked for.
        case .opening where refusal == nil: break
        case .opening, .proving, .waiting, .ended: context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .open(let session) = phase {
            let isWritable = context.channel.isWritable
            session.assumeIsolated { isWritable ? $0.becameWritable() : $0.becameUnwritable() }
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: - The end

    /// Says what is wrong and closes.
    private func refuse(_ error: RPCError, _ id: UInt64?, _ context: ChannelHandlerContext) {
        let channel = context.channel
        end()
        channel.writeAndFlush(Answer(id: id, error: error).frame).whenComplete { _ in channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let read as TokenRead: opened(read, context)
        case is MakeRoom: if !isGreeted { refuse(RPCError(Failure.madeRoom), nil, context) }
        // The client writes no more, and may wait for answers.
        case is Finish: finish(context)
        case ChannelEvent.inputClosed as ChannelEvent: inputClosed(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private var isGreeted: Bool {
        switch phase {
        case .open, .ended: true
        case .opening, .proving, .waiting: false
        }
    }

    private func inputClosed(_ context: ChannelHandlerContext) {
        isInputClosed = true
        if case .opening = phase, refusal == nil { return }
        finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        switch phase {
        case .open(let session): session.assumeIsolated { $0.finish() }
        case .proving(let proof): refuse(RPCError(Failure.tokenMissing), proof.hello.flatMap(requestID), context)
        case .opening, .waiting: context.close(promise: nil)
        case .ended: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .ended = phase { return }
        if let malformed = error as? Frame.Malformed {
            refuse(.malformed(malformed), nil, context)
        } else if error is FrameGauge.Crowded {
            refuse(RPCError(Failure.crowded), nil, context)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        patience?.cancel()
        partial?.cancel()
        let server = server
        let reserved = gauge.ended()
        server.assumeIsolated { $0.giveBack(reserved) }
        if case .open(let session) = phase {
            server.assumeIsolated { $0.left(session) }
            session.assumeIsolated { $0.ended() }
        }
        phase = .ended
    }
}
