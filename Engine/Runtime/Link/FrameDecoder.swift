import Core
import NIOCore

/// A frame that has arrived.
struct InboundFrame: Sendable {
    var kind: Frame.Kind
    var payload: ByteBuffer
    /// Bytes taken from the server's allowance for large frames, given back when the frame is done with.
    var reserved = 0
}

/// What the decoder of one connection and its conversation tell each other. Lives on the server's event loop.
final class FrameGauge {
    /// Payloads up to this many bytes are no matter; longer ones count against the server's allowance.
    static let small = 64 << 10

    /// The longest payload that is taken now.
    var maxPayload = Frame.maxFirstPayload
    /// A frame has begun and is not whole.
    private(set) var isPartial = false
    /// Frames that were whole.
    private(set) var frames = 0
    /// Taken from the server's allowance by the frame that has begun.
    private(set) var reserved = 0
    private let reserve: (Int) -> Bool

    /// `reserve` takes bytes from the server's allowance; false: there are not as many.
    init(reserve: @escaping (Int) -> Bool) {
        self.reserve = reserve
    }

    func began(_ length: Int) throws {
        isPartial = true
        guard length <= maxPayload else { throw Frame.Malformed.tooLong(length) }
        guard length > Self.small, reserved == 0 else { return }
        guard reserve(length) else { throw Crowded() }
        reserved = length
    }

    /// - Returns: what the frame had reserved; it is the receiver's to give back.
    func ended() -> Int {
        defer { reserved = 0 }
        isPartial = false
        frames += 1
        return reserved
    }

    func waits(_ isPartial: Bool) {
        self.isPartial = isPartial
    }

    /// The server has too many large frames.
    struct Crowded: Error {}
}

/// Cuts the byte stream into frames. A header that is no header ends the connection with `Frame.Malformed`, before a
/// byte of its payload is kept.
struct FrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = InboundFrame

    let gauge: FrameGauge

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        gauge.waits(buffer.readableBytes > 0)
        guard buffer.readableBytes >= Frame.headerLength else { return .needMoreData }
        let (kind, length) = try Frame.parseHeader(buffer.readableBytesView.prefix(Frame.headerLength))
        try gauge.began(length)
        guard buffer.readableBytes >= Frame.headerLength + length else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: Frame.headerLength)
        guard let payload = buffer.readSlice(length: length) else { return .needMoreData }
        let frame = InboundFrame(kind: kind, payload: payload, reserved: gauge.ended())
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }

    /// What is left when the client has ended its side is no frame.
    mutating func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws
        -> DecodingState
    {
        guard buffer.readableBytes > 0 else { return .needMoreData }
        return try decode(context: context, buffer: &buffer)
    }
}
