import Core
import NIOCore

/// Hands frames, and the end, of one connection to the link. Lives on the link's event loop.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = InboundFrame

    private let link: Link
    /// Frames of an older connection than the link's present one are ignored by this number.
    private let connection: Int

    init(link: Link, connection: Int) {
        self.link = link
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let (connection, channel) = (connection, context.channel)
        link.assumeIsolated { $0.received(frame, on: connection, from: channel) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let connection = connection
        link.assumeIsolated { $0.ended(connection, nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let connection = connection
        let failure: Failure? = error is Frame.Malformed ? .notOurs("it sent bytes that are no frame") : nil
        link.assumeIsolated { $0.ended(connection, failure) }
        context.close(promise: nil)
    }
}
