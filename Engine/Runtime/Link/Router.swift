package import Core
import NIOCore

/// The table from method names to what answers them. Made once, before the server opens.
///
/// ```swift
/// var router = Router()
/// router.on(Methods.list) { _, _ in await control.list() }
/// ```
package struct Router: Sendable {
    /// What answers one method.
    struct Route: Sendable {
        /// It changes something: its work goes on when nobody waits for it any more.
        var changes: Bool
        /// The next request of a client begins when this one has passed its turn (`RequestContext`), or is answered.
        var inOrder: Bool
        /// Decodes the params of one request, runs its handler and encodes the answer.
        var run: @Sendable (_ id: UInt64?, _ payload: ByteBuffer, _ session: Session) async -> Reply
    }

    /// An answer, and what begins once it is sent.
    struct Reply: Sendable {
        var answer: Answer
        var pumps: [(stream: UInt32, run: LogPump)] = []
    }

    /// Sends the chunks of one log stream; it returns when the stream has ended, and soon after its task is cancelled.
    package typealias LogPump = @Sendable () async -> Void

    private(set) var routes: [String: Route] = [:]

    package init() {}

    /// Answers `method` by `body`. A `Failure` that it throws reaches the client as it is; another error as OD9001.
    /// Requests run at the same time, also those of one session.
    package mutating func on<P, R>(
        _ method: Method<P, R>, _ body: @escaping @Sendable (P, Session) async throws -> R
    ) {
        add(method, inOrder: false, body)
    }

    /// As `on`, for what changes something: requests of one session begin in the order in which they were sent.
    package mutating func inOrder<P, R>(
        _ method: Method<P, R>, _ body: @escaping @Sendable (P, Session) async throws -> R
    ) {
        add(method, inOrder: true, body)
    }

    private mutating func add<P, R>(
        _ method: Method<P, R>, inOrder: Bool, _ body: @escaping @Sendable (P, Session) async throws -> R
    ) {
        routes[method.name] = Route(changes: method.changes, inOrder: inOrder) { id, payload, session in
            let answer = await Answer.make(id: id, payload: payload) { params in try await body(params, session) }
            return Router.Reply(answer: answer)
        }
    }

    /// Names of all methods that are answered, beside `daemon.hello`.
    package var names: Set<String> { Set(routes.keys) }

    /// Names of those that are begun in the order in which they were sent.
    package var ordered: Set<String> { Set(routes.filter(\.value.inOrder).keys) }

    /// Answers `log.stream` and `log.stop`. `body` gets the number for the chunks of this stream and returns its files
    /// and the pump, which is run after the answer is sent and cancelled by `log.stop` and by the end of the session.
    package mutating func onLogs(
        _ body:
            @escaping @Sendable (LogRequest, _ stream: UInt32, Session) async throws
            -> (files: [LogStreamResult.File], pump: LogPump)
    ) {
        routes[Methods.logStream.name] = Route(changes: false, inOrder: false) { id, payload, session in
            var pumps: [(stream: UInt32, run: LogPump)] = []
            let answer = await Answer.make(id: id, payload: payload) { (request: LogRequest) in
                let stream = try await session.reserveStream()
                do {
                    let (files, run) = try await body(request, stream, session)
                    pumps = [(stream, run)]
                    return LogStreamResult(stream: stream, files: files, searches: true)
                } catch {
                    await session.endStream(stream)
                    throw error
                }
            }
            return Reply(answer: answer, pumps: pumps)
        }
        on(Methods.logStop) { request, session in
            await session.endStream(request.stream)
            return Nothing()
        }
    }
}
