import Core
import NIOCore
import Synchronization

/// One request on its way from its bytes to its answer. It is answered once: by its handler, or when its deadline is
/// over.
final class Errand: Sendable {
    typealias Finish = @Sendable (Router.Reply) async -> Void

    /// The longest deadline that is watched over, milliseconds: a day.
    static let longest = 86_400_000

    private struct State {
        var isAnswered = false
        var task: Task<Void, Never>?
        var expiry: Scheduled<Void>?
        var whenAnswered: (@Sendable () -> Void)?
    }

    let head: RPCHead
    private let payload: ByteBuffer
    private let finish: Finish
    private let state = Mutex(State())

    init(_ head: RPCHead, _ payload: ByteBuffer, finish: @escaping Finish) {
        self.head = head
        self.payload = payload
        self.finish = finish
    }

    /// Answers it, if nothing else has.
    func answer(_ reply: Router.Reply) async {
        let before = state.withLock { state in
            defer { state = State(isAnswered: true) }
            return state
        }
        before.expiry?.cancel()
        before.whenAnswered?()
        if !before.isAnswered { await finish(reply) }
    }

    /// Calls `body` when it is answered. To be said before it is run.
    func whenAnswered(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.whenAnswered = body }
    }

    func refuse(_ error: RPCError) async {
        await answer(Router.Reply(answer: Answer(id: head.id, error: error)))
    }

    /// Begins the work. Returns when the next request of the client may begin.
    ///
    /// - Parameter left: milliseconds until the client has given up; nil: it waits.
    func run(_ route: Router.Route, _ session: Session, left: Int?) async {
        let context = RequestContext(key: head.key, turn: Turn(), requester: session.requester)
        let task = Task {
            let reply = await RequestContext.$current.withValue(context) {
                await route.run(head.id, payload, session)
            }
            context.turn.pass()
            await answer(reply)
        }
        let isOpen = state.withLock { state in
            if !state.isAnswered { state.task = task }
            return !state.isAnswered
        }
        if isOpen, let left { expire(in: left, session.loop, cancels: !route.changes) }
        if route.inOrder { await context.turn.wait() }
    }

    /// A wish that was taken goes on though nobody waits for it; what only reads is stopped.
    private func expire(in milliseconds: Int, _ loop: any EventLoop, cancels: Bool) {
        let expiry = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { [self] in
            let task = state.withLock { $0.task }
            Task {
                // First: work that is stopped may answer yet.
                await refuse(RPCError(Failure.deadline(head.method, begun: true)))
                if cancels { task?.cancel() }
            }
        }
        let isLate = state.withLock { state in
            if !state.isAnswered { state.expiry = expiry }
            return state.isAnswered
        }
        if isLate { expiry.cancel() }
    }

    /// Nobody waits for the answer any more.
    func cancel() {
        state.withLock { $0.task }?.cancel()
    }
}

/// Requests in work that only read: they are stopped when their client leaves.
final class Readings: Sendable {
    private let state = Mutex<(last: Int, errands: [Int: Errand])>((0, [:]))

    func add(_ errand: Errand) -> Int {
        state.withLock { state in
            state.last += 1
            state.errands[state.last] = errand
            return state.last
        }
    }

    func remove(_ number: Int) {
        state.withLock { $0.errands[number] = nil }
    }

    func cancelAll() {
        let errands = state.withLock { state in
            defer { state.errands = [:] }
            return state.errands.values
        }
        for errand in errands { errand.cancel() }
    }
}

/// The answers of a batch, sent as one array when the last of them is there, in the order of the requests.
final class BatchAnswers: Sendable {
    private struct State {
        var answers: [ByteBuffer?]
        var pumps: [(stream: UInt32, run: Router.LogPump)] = []
        var missing: Int
    }

    private let state: Mutex<State>
    private let finish: @Sendable (Router.Reply) async -> Void

    init(count: Int, finish: @escaping @Sendable (Router.Reply) async -> Void) {
        state = Mutex(State(answers: Array(repeating: nil, count: count), missing: count))
        self.finish = finish
    }

    /// The answer to the request at `index`.
    func add(_ reply: Router.Reply, at index: Int) async {
        let whole = state.withLock { state -> Router.Reply? in
            state.answers[index] = reply.answer.payload
            state.pumps += reply.pumps
            state.missing -= 1
            guard state.missing == 0 else { return nil }
            return Router.Reply(answer: Answer(batch: state.answers.compactMap { $0 }), pumps: state.pumps)
        }
        if let whole { await finish(whole) }
    }
}
