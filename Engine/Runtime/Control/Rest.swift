import CKernel
import NIOCore
import Synchronization

/// Gives memory back when a busy time is over: a start, a burst of commands, a crash loop.
///
/// A start touches nearly all of the code and a good deal of heap; at rest the engine needs little of both.
final class Rest: Sendable {
    /// Milliseconds from the first work of a busy time until memory is given back.
    static let delay: Int64 = 2000

    private let isDue = Atomic(false)

    /// Work was done: once more, memory is given back after `delay`. At rest there is no timer.
    func wasBusy(on loop: any EventLoop) {
        guard !isDue.exchange(true, ordering: .relaxed) else { return }
        loop.scheduleTask(in: .milliseconds(Self.delay)) {
            self.isDue.store(false, ordering: .relaxed)
            od_give_memory_back()
        }
    }
}
