import CKernel
import Core
import Synchronization

/// Writes and removes the files that say the pids of apps, in their order, on a thread of its own: their file systems
/// may block. The thread is there when the first app wants one.
final class PidFiles: Sendable {
    /// Files that may wait; one more is not written, and the log says so.
    private static let queue = 2 * Int(OD_SLOTS_MAX)
    private static let patience = 2000

    private let worker = Mutex<Worker?>(nil)

    func take(_ file: PidFile) {
        let worker = worker.withLock { worker in
            if worker == nil { worker = try? Worker("od-pids", capacity: Self.queue) }
            return worker
        }
        if worker?.post({ Self.write(file) }) != true { Log.write("\(file.path) waits for too many others", .warn) }
    }

    /// Waits until all that was taken is done, at most two seconds.
    func finish() async {
        guard let worker = worker.withLock({ $0 }) else { return }
        await withCheckedContinuation { continuation in
            let end = Once { continuation.resume() }
            if !worker.post({ end.call() }) { end.call() }
            Task {
                try? await Task.sleep(for: .milliseconds(Self.patience))
                end.call()
            }
        }
    }

    private static func write(_ file: PidFile) {
        let result =
            file.isThere ? od_pid_file_write(file.path, file.pid) : od_pid_file_remove(file.path, file.pid)
        guard result < 0 else { return }
        let why = -result == EEXIST ? "what stands there is no pid file" : "\(Errno(-result))"
        Log.write("\(file.path) is not \(file.isThere ? "written" : "removed"): \(why)", .warn)
    }
}

/// Does something the first time that it is called.
private final class Once: Sendable {
    private let body: @Sendable () -> Void
    private let isDone = Atomic(false)

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func call() {
        if !isDone.exchange(true, ordering: .relaxed) { body() }
    }
}
