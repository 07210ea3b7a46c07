import Core
import Synchronization

/// Measures trees and machine on a thread of its own.
final class Meter: Sendable {
    /// Figures of one moment.
    struct Figures: Sendable {
        var at: Moment
        /// By pid of the main process.
        var trees: [Int32: TreeSample]
        var host: HostInfo
    }

    private struct Samplers {
        var trees: Sampler
        var host: HostSampler
    }

    private let worker: Worker
    private let samplers: Mutex<Samplers>

    init() throws(Failure) {
        worker = try Worker("od-meter")
        do {
            samplers = Mutex(Samplers(trees: try Sampler(), host: try HostSampler()))
        } catch {
            throw Failure(.bug, "/proc cannot be read", why: "\(error)", next: "mount it: mount -t proc proc /proc")
        }
    }

    /// Measures now.
    ///
    /// - Parameter pids: main processes.
    func measure(_ pids: [Int32]) async throws -> Figures {
        try await worker.run { [self] in
            let now = Clock.now()
            return samplers.withLock { samplers in
                Figures(
                    at: now, trees: samplers.trees.sample(roots: pids, at: now.boot),
                    host: samplers.host.sample(at: now.boot))
            }
        }
    }
}
