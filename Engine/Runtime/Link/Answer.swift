import Core
import FoundationEssentials
import NIOCore

/// A response as a frame that is ready to be sent.
struct Answer: Sendable {
    let frame: ByteBuffer
    /// Of the request; nil for a batch, and for what could not be read.
    let id: UInt64?

    init<R: Codable & Sendable>(id: UInt64?, result: R) {
        self.init(id: id, RPCResponse(id: id, result: result))
    }

    init(id: UInt64?, error: RPCError) {
        self.init(id: id, RPCResponse<Nothing>(id: id, error: error))
    }

    /// An answer that is too long or cannot be written as JSON (a number that is none) becomes an error.
    private init<R>(id: UInt64?, _ response: RPCResponse<R>) {
        do {
            let frame = try Self.frame(.response, response)
            self.init(id: id, frame: frame)
        } catch {
            self.init(id: id, error: RPCError(Failure.unexpected(error)))
        }
    }

    private init(id: UInt64?, frame: ByteBuffer) {
        self.id = id
        self.frame = frame
    }

    /// The answers to a batch, as one array.
    init(batch payloads: [ByteBuffer]) {
        let length = payloads.reduce(2) { $0 + $1.readableBytes + 1 }
        guard length <= Frame.maxPayload else {
            self.init(id: nil, error: RPCError(Failure.answerTooLong(length)))
            return
        }
        var array = ByteBuffer()
        array.reserveCapacity(Frame.headerLength + length)
        array.writeBytes(Frame.header(.response, length: max(2, length - (payloads.isEmpty ? 0 : 1))))
        array.writeBytes([UInt8(ascii: "[")])
        for (index, payload) in payloads.enumerated() {
            if index > 0 { array.writeBytes([UInt8(ascii: ",")]) }
            array.writeImmutableBuffer(payload)
        }
        array.writeBytes([UInt8(ascii: "]")])
        self.init(id: nil, frame: array)
    }

    /// The JSON of it.
    var payload: ByteBuffer {
        frame.getSlice(at: frame.readerIndex + Frame.headerLength, length: frame.readableBytes - Frame.headerLength)
            ?? ByteBuffer()
    }

    /// Decodes params, runs `body`, encodes its result or its error.
    static func make<P: Codable & Sendable, R: Codable & Sendable>(
        id: UInt64?, payload: ByteBuffer, _ body: (P) async throws -> R
    ) async -> Answer {
        let request: RPCRequest<P>
        do {
            request = try await decodeApart(payload)
        } catch {
            return Answer(id: id, error: .badParams(error))
        }
        do {
            return Answer(id: id, result: try await body(request.params))
        } catch {
            return Answer(id: id, error: RPCError(error as? Failure ?? .unexpected(error)))
        }
    }

    /// The same for a request: a large one is read on a thread that has nothing else to do, one after another, so that
    /// the threads which all other answers need stay free.
    static func decodeApart<T: Decodable & Sendable>(_ payload: ByteBuffer) async throws -> T {
        guard payload.readableBytes > FrameGauge.small, let largeRequests else { return try decode(payload) }
        return try await largeRequests.run { try decode(payload) }
    }

    /// Its queue is bounded by `Server.Limits.allRequests`.
    private static let largeRequests = try? Worker("od-requests")

    static func decode<T: Decodable>(_ payload: ByteBuffer) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(payload.readableBytesView))
    }

    /// - Throws: `Failure` OD5007 when the message is longer than a frame may be.
    static func frame(_ kind: Frame.Kind, _ message: some Encodable) throws -> ByteBuffer {
        let payload = try JSONEncoder().encode(message)
        guard payload.count <= Frame.maxPayload else { throw Failure.answerTooLong(payload.count) }
        var frame = ByteBuffer()
        frame.reserveCapacity(Frame.headerLength + payload.count)
        frame.writeBytes(Frame.header(kind, length: payload.count))
        frame.writeBytes(payload)
        return frame
    }
}
