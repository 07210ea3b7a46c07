import Core
import FoundationEssentials
import NIOCore

/// JSON-RPC messages as bytes. The encoders are made anew for each message: they are cheap and not shared.
enum Message {
    /// A request as a frame that is ready to be sent.
    ///
    /// - Parameters:
    ///   - deadline: milliseconds that the client waits; nil: as long as it takes.
    ///   - key: by which the engine does it once.
    static func request<P, R>(
        _ id: UInt64, _ method: Method<P, R>, _ params: P, deadline: Int? = nil, key: String? = nil
    ) throws -> ByteBuffer {
        let request = RPCRequest(id: id, method: method.name, params: params, deadline: deadline, key: key)
        let payload = try JSONEncoder().encode(request)
        guard payload.count <= Frame.maxPayload else { throw Failure.tooLarge(method.name, payload.count) }
        var frame = ByteBuffer(bytes: Frame.header(.request, length: payload.count))
        frame.writeBytes(payload)
        return frame
    }

    /// The result in a response.
    static func result<R: Codable & Sendable>(_ type: R.Type, of payload: ByteBuffer) throws -> R {
        let response: RPCResponse<R> = try decode(payload)
        if let error = response.error { throw error.failure }
        guard let result = response.result else { throw Failure.notUnderstood("a response without a result") }
        return result
    }

    /// The payload of a response without a result.
    static func nothing() throws -> ByteBuffer {
        ByteBuffer(bytes: try JSONEncoder().encode(RPCResponse(id: nil, result: Nothing())))
    }

    static func decode<T: Decodable>(_ payload: ByteBuffer) throws -> T {
        do {
            let usual = payload.withUnsafeReadableBytes(WireNumbers.clamped).map { Data($0) }
            return try JSONDecoder().decode(T.self, from: usual ?? Data(payload.readableBytesView))
        } catch {
            throw Failure.notUnderstood(String(describing: error))
        }
    }

    /// What tells to which call a response belongs. The rest of it is decoded by the caller's task.
    struct AnswerHead: Decodable {
        var id: UInt64?
    }

    /// The params of a notification.
    struct Notice<Params: Decodable>: Decodable {
        var params: Params
    }
}

extension RPCError {
    private static let noMethod = -32601

    /// What the engine says went wrong; its own words when it gave no `Failure`.
    var failure: Failure {
        // An engine of the version before cannot know what it lacks.
        if code == Self.noMethod { return .unknownMethod(data?.what ?? message) }
        return data
            ?? Failure(
                .protocolError, "the engine refused a message", why: "\(message) (\(code))",
                next: "check that client and engine have the same version: od daemon status")
    }
}
