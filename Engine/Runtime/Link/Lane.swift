import Synchronization

/// Runs jobs one after the other, off the event loop, in the order in which they were added. At rest it has no task.
/// Its length is bounded by who adds: a session takes no more than `Server.Limits.requests`.
final class Lane: Sendable {
    typealias Job = @Sendable () async -> Void

    private struct State {
        var jobs: [Job] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    func add(_ job: @escaping Job) {
        let starts = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        Task { while let job = next() { await job() } }
    }

    private func next() -> Job? {
        state.withLock { state in
            state.isRunning = !state.jobs.isEmpty
            return state.jobs.isEmpty ? nil : state.jobs.removeFirst()
        }
    }
}

/// The place of a request in the order of its client: the next one begins when this one has been passed on.
final class Turn: Sendable {
    private struct State {
        var isPassed = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// The request has its place among the engine's events, or its answer: what comes later cannot overtake it.
    func pass() {
        let waiting = state.withLock { state in
            state.isPassed = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Waits for `pass`; for one waiter.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isPassed = state.withLock { state in
                if !state.isPassed { state.waiting = continuation }
                return state.isPassed
            }
            if isPassed { continuation.resume() }
        }
    }
}

/// What a handler may know of the request that it works on, beside its params.
package struct RequestContext: Sendable {
    /// That of the request which the present task works on.
    @TaskLocal package static var current: RequestContext?

    /// The client's name for its wish.
    package var key: String?
    var turn: Turn
    /// Who wishes it; nil within the engine.
    package var requester: Requester?
}
