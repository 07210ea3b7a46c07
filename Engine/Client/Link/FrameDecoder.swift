import Core
import NIOCore

/// A frame that has arrived.
struct InboundFrame: Sendable {
    var kind: Frame.Kind
    var payload: ByteBuffer
}

/// Cuts the byte stream into frames. A header that is no header ends the connection with `Frame.Malformed`.
struct FrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = InboundFrame

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard buffer.readableBytes >= Frame.headerLength else { return .needMoreData }
        let (kind, length) = try Frame.parseHeader(buffer.readableBytesView.prefix(Frame.headerLength))
        guard buffer.readableBytes >= Frame.headerLength + length else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: Frame.headerLength)
        guard let payload = buffer.readSlice(length: length) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(InboundFrame(kind: kind, payload: payload)))
        return .continue
    }
}
