import Core
import NIOCore

/// A call that waits for its answer. Lives on the link's event loop.
struct PendingCall {
    let method: String
    /// The whole request, kept so that it can be sent again.
    let frame: ByteBuffer
    /// Milliseconds in all; nil: as the rule says.
    let deadline: Int?
    /// Called once, on the event loop, with the payload of the response.
    let answer: (Result<ByteBuffer, any Error>) -> Void
    /// Sent on the present connection.
    var isSent = false
    /// On how many connections it was sent.
    var sends = 0
    var timer: Scheduled<Void>?

    init(
        method: String, frame: ByteBuffer, deadline: Int?, answer: @escaping (Result<ByteBuffer, any Error>) -> Void
    ) {
        self.method = method
        self.frame = frame
        self.deadline = deadline
        self.answer = answer
    }

    var rule: CallRule { CallRule.of(method) }

    /// Milliseconds after which the call fails; nil: it waits as long as the engine shows signs of life.
    var limit: Int? { deadline ?? rule.usualLimit }
}
