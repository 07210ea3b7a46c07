import Glibc

/// A thread of its own for the screen: it blocks in system calls, which no thread of a pool may.
enum ScreenThread {
    /// What the thread runs; made here, given up there.
    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread and waits for its result.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let work = Unmanaged.passRetained(Work { continuation.resume(returning: body()) })
            var thread = pthread_t()
            let error = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, work.toOpaque())
            if error == 0 {
                pthread_detach(thread)
            } else {
                // No thread to be had: better a busy pool than no screen.
                work.takeRetainedValue().run()
            }
        }
    }
}
