import Synchronization

/// Tells work on a thread that nobody waits for it any more. It looks now and then, and ends early.
package final class Halt: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Nothing was said yet.
    package init() {}

    /// Whether the work is to end.
    package var isCalled: Bool { flag.load(ordering: .relaxed) }

    /// Says it, from any thread; for good.
    package func call() { flag.store(true, ordering: .relaxed) }
}
