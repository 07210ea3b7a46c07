import CKernel
package import Core
import Synchronization

/// A few named threads for calls that block: files, `/proc`, the store.
///
/// Jobs start in the order in which they came. The queue is bounded: a job that finds it full is refused at once, so
/// that a hanging disk costs answers but never memory. The threads end when the worker is released, after the jobs
/// that were taken.
package final class Worker: Sendable {
    /// Jobs that may wait, unless a worker is made with another bound.
    package static let defaultCapacity = 1024

    private let name: String
    private let line: JobLine

    /// Throws `OD9001` when the system gives no thread or no descriptor.
    package init(_ name: String, threads: Int = 1, capacity: Int = Worker.defaultCapacity) throws(Failure) {
        self.name = name
        do {
            let line = JobLine(capacity: capacity, bell: try Bell(counting: true))
            self.line = line
            for _ in 0..<threads {
                try Thread.start(name) { while let job = line.next() { job() } }
            }
        } catch {
            throw Failure(
                .bug, "no worker thread \(name)", why: "\(error)", next: "raise the user's limits (ulimit -a)")
        }
    }

    deinit { line.close() }

    /// One thread that gives way to others. Throws as `init`.
    package static func modest(_ name: String) throws(Failure) -> Worker {
        let worker = try Worker(name)
        _ = worker.post { od_give_way() }
        return worker
    }

    /// Runs `body` on a thread of the worker; throws what it throws, or `OD6002` when the queue is full.
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            if !post({ continuation.resume(with: Result(catching: body)) }) {
                continuation.resume(
                    throwing: Failure(
                        .diskFailed, "\(name) is busy", why: "more than \(line.capacity) calls wait for the disk",
                        next: "try again; when it stays so, look for a hanging file system"))
            }
        }
    }

    /// Runs `body` some time, nobody waits for it. False: the queue is full and it will not run.
    package func post(_ body: @escaping @Sendable () -> Void) -> Bool {
        line.add(body)
    }
}

/// The jobs that wait, and the bell that counts them.
private final class JobLine: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        /// nil where a job has been started.
        var jobs: [Job?] = []
        /// Index of the job to start next.
        var first = 0
    }

    let capacity: Int
    private let bell: Bell
    private let state = Mutex(State())

    init(capacity: Int, bell: Bell) {
        self.capacity = capacity
        self.bell = bell
    }

    func add(_ job: @escaping Job) -> Bool {
        let taken = state.withLock { state in
            guard state.jobs.count - state.first < capacity else { return false }
            state.jobs.append(job)
            return true
        }
        if taken { bell.ring() }
        return taken
    }

    /// Waits for a job; nil after `close`, when none is left.
    func next() -> Job? {
        bell.take()
        return state.withLock { state in
            guard state.first < state.jobs.count else {
                // The ring of `close` goes from thread to thread.
                bell.ring()
                return nil
            }
            let job = state.jobs[state.first]
            state.jobs[state.first] = nil
            state.first += 1
            if state.first == state.jobs.count {
                state.jobs.removeAll(keepingCapacity: state.first < 64)
                state.first = 0
            } else if state.first == 256 {
                state.jobs.removeFirst(state.first)
                state.first = 0
            }
            return job
        }
    }

    func close() {
        bell.ring()
    }
}
