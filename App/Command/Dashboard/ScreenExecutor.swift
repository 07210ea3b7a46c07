import Synchronization

/// Runs the short jobs of a task on the thread of the screen.
///
/// What the engine tells every second would otherwise wake a thread of the pool, only to be handed on to the screen.
/// A screen that is held up by its terminal holds these jobs up too: the engine then waits, as it does when the mailbox
/// is full.
final class ScreenExecutor: TaskExecutor {
    private struct Content {
        /// As many as there are tasks at most: a task has one job at a time.
        var jobs: [UnownedJob] = []
        var isClosed = false
    }

    private let content = Mutex(Content())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isClosed = content.withLock { content in
            if !content.isClosed { content.jobs.append(job) }
            return content.isClosed
        }
        if isClosed { globalConcurrentExecutor.enqueue(job) } else { Events.wake() }
    }

    /// Runs what waits; for the thread of the screen.
    func run() {
        let jobs = content.withLock { content in
            defer { content.jobs = [] }
            return content.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// The screen is gone: what waits, and what comes, is run by the pool.
    func close() {
        let jobs = content.withLock { content in
            defer { content.jobs = [] }
            content.isClosed = true
            return content.jobs
        }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
    }
}
