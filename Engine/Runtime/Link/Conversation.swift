import Core
import NIOCore

/// The server's end of one connection: frames in, hello first, requests to their routes.
///
///     waiting --hello--> open(session) --end--> ended
///        |  anything else, silence, bytes that are no frame
///        +-------------> ended, with an error
final class Conversation: ChannelDuplexHandler {
    typealias InboundIn = InboundFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A user event: end when what is in work is done.
    struct Finish: Sendable {}

    private enum Phase {
        case waiting(Scheduled<Void>?)
        case open(Session)
        case ended
    }

    private let id: UInt64
    private let server: Server
    /// Why this client is turned away.
    private let refusal: Failure?
    private var phase = Phase.waiting(nil)

    init(id: UInt64, server: Server, refusal: Failure?) {
        self.id = id
        self.server = server
        self.refusal = refusal
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        if let refusal = refusal ?? PeerCredentials.refusal(of: channel) {
            return refuse(RPCError(refusal), nil, context)
        }
        let patience = TimeAmount.milliseconds(Int64(server.limits.helloWithin))
        phase = .waiting(context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) })
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if case .ended = phase { return }
        switch frame.kind {
        case .request: requested(frame.payload, context)
        case .heartbeat: write(ByteBuffer(bytes: Frame.header(.heartbeat, length: 0)), context)
        case .response, .notification, .log, .challenge, .challengeResponse:
            refuse(.unexpected(frame.kind), nil, context)
        }
    }

    // MARK: - Requests

    private func requested(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        let head: RPCHead
        do {
            head = try Answer.decode(payload)
        } catch {
            guard case .open = phase else { return refuse(.notJSON(error), nil, context) }
            return write(Answer(id: nil, error: .notJSON(error)).frame, context)
        }
        switch phase {
        case .waiting(let patience):
            guard head.method == Methods.hello.name else { return refuse(.helloFirst, head.id, context) }
            patience?.cancel()
            greeted(head.id, payload, context)
        case .open(let session):
            route(head, payload, session)
        case .ended:
            break
        }
    }

    private func greeted(_ id: UInt64?, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let request = try? Answer.decode(payload) as RPCRequest<HelloRequest>,
            request.params.magic == HelloRequest.magic
        else { return refuse(RPCError(Failure.notAClient), id, context) }
        let version = request.params.version
        guard (HelloRequest.version - 1...HelloRequest.version).contains(version) else {
            return refuse(RPCError(Failure.clientVersion(version)), id, context)
        }
        let (number, server, channel) = (self.id, server, context.channel)
        let session = Session(id: number, hello: request.params, channel: channel, limits: server.limits)
        phase = .open(session)
        server.assumeIsolated { $0.opened(session) }
        let hello = server.hello
        work(session) {
            let answer = await Answer.make(id: id, payload: payload) { (_: HelloRequest) in try await hello(session) }
            return Router.Reply(answer: answer)
        }
    }

    private func route(_ head: RPCHead, _ payload: ByteBuffer, _ session: Session) {
        guard let route = server.routes[head.method] else {
            let error: RPCError = head.method == Methods.hello.name ? .helloAgain : .unknownMethod(head.method)
            return work(session) { Router.Reply(answer: Answer(id: head.id, error: error)) }
        }
        work(session) { await route(head.id, payload, session) }
    }

    /// Runs a request off the event loop; its answer comes back to it. A client that leaves does not undo its wish.
    private func work(_ session: Session, _ body: @escaping @Sendable () async -> Router.Reply) {
        session.assumeIsolated { $0.accepted() }
        Task {
            let reply = await body()
            await session.answered(reply.answer)
            if let pump = reply.pump { await session.run(pump.run, stream: pump.stream) }
        }
    }

    private func write(_ frame: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: - Flow

    func read(context: ChannelHandlerContext) {
        guard case .open(let session) = phase else { return context.read() }
        if session.assumeIsolated({ $0.mayRead() }) { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, case .open(let session) = phase {
            session.assumeIsolated { $0.becameWritable() }
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
        guard event is Finish else { return context.fireUserInboundEventTriggered(event) }
        if case .open(let session) = phase {
            session.assumeIsolated { $0.finish() }
        } else {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .ended = phase { return }
        if let malformed = error as? Frame.Malformed {
            refuse(.malformed(malformed), nil, context)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        switch phase {
        case .waiting(let patience): patience?.cancel()
        case .open(let session):
            let server = server
            server.assumeIsolated { $0.left(session) }
            session.assumeIsolated { $0.ended() }
        case .ended: break
        }
        phase = .ended
    }
}
