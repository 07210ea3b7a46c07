import Core
import Glibc
import Synchronization

/// Measures trees and machine on a thread of its own.
final class Meter: Sendable {
    /// Figures of one moment.
    struct Figures: Sendable {
        var at: Moment
        /// By pid of the main process.
        var trees: [Int32: TreeSample]
        var host: HostInfo
        /// Nanoseconds of CPU time that measuring took.
        var cost: Int
    }

    private struct Samplers {
        var trees: Sampler
        var host: HostSampler
    }

    private let worker: Worker
    private let proc: String
    /// Opened by the first measurement: without /proc there are no figures, but apps run all the same.
    private let samplers = Mutex<Samplers?>(nil)

    /// - Parameter proc: where the process file system is mounted.
    init(proc: String = ProcessTable.usualPlace) throws(Failure) {
        self.proc = proc
        worker = try Worker("od-meter")
    }

    /// Measures now.
    ///
    /// - Parameter pids: main processes.
    /// - Throws: `OD6004` when the process file system cannot be read.
    func measure(_ pids: [Int32]) async throws -> Figures {
        try await worker.run { [self] in
            let now = Clock.now()
            let began = Self.spent()
            return try samplers.withLock { samplers in
                var open = try samplers ?? self.open()
                let trees = open.trees.sample(roots: pids, at: now.boot)
                // This very process is always there: a list without any was not read.
                guard open.trees.seesAny else {
                    samplers = nil
                    throw unreadable("it lists no process")
                }
                let host = open.host.sample(at: now.boot)
                samplers = open
                return Figures(at: now, trees: trees, host: host, cost: Self.spent() - began)
            }
        }
    }

    /// Nanoseconds of CPU time of this thread: what it waited for the processor is not its own doing.
    private static func spent() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func open() throws -> Samplers {
        do {
            return Samplers(trees: try Sampler(proc: proc), host: try HostSampler(proc: proc))
        } catch {
            throw unreadable("\(error)")
        }
    }

    private func unreadable(_ why: String) -> Failure {
        Failure(.procFailed, "\(proc) cannot be read", why: why, next: "mount it: mount -t proc proc \(proc)")
    }
}
