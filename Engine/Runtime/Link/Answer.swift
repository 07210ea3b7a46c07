import Core
import FoundationEssentials
import NIOCore

/// A response as a frame that is ready to be sent.
struct Answer: Sendable {
    let frame: ByteBuffer

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
            self.init(frame: frame)
        } catch {
            self.init(id: id, error: RPCError(Failure.unexpected(error)))
        }
    }

    private init(frame: ByteBuffer) {
        self.frame = frame
    }

    /// Decodes params, runs `body`, encodes its result or its error.
    static func make<P: Codable & Sendable, R: Codable & Sendable>(
        id: UInt64?, payload: ByteBuffer, _ body: (P) async throws -> R
    ) async -> Answer {
        let request: RPCRequest<P>
        do {
            request = try decode(payload)
        } catch {
            return Answer(id: id, error: .badParams(error))
        }
        do {
            return Answer(id: id, result: try await body(request.params))
        } catch {
            return Answer(id: id, error: RPCError(error as? Failure ?? .unexpected(error)))
        }
    }

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
