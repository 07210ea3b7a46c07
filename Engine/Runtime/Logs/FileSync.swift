import CKernel
import Core
import Synchronization

/// Brings changed files to their disks, by default once a second, on a thread of its own: a slow disk must not hold the pump up.
///
/// One round at a time: while the disk has not answered for the last one, the next waits.
struct FileSync {
    /// Closed files that wait for their last sync; beyond it they are left to the kernel.
    private static let maxLeaving = 256

    private let worker: Worker
    private let isBusy = Flag()
    /// Files that were closed since the last round.
    private var leaving: [Int32] = []
    /// When the next round is due; nil when nothing has changed.
    private(set) var dueAt: Int64?

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    init() throws(Failure) {
        worker = try Worker("od-sync", capacity: 1)
    }

    /// Something was written.
    mutating func note(_ file: LogFile, _ now: Int64) {
        guard file.syncAt == nil else { return }
        let time = now + LogBounds.sync(file.style.flush)
        file.syncAt = time
        dueAt = min(dueAt ?? time, time)
    }

    /// A file is about to be closed.
    mutating func take(_ file: LogFile) {
        for descriptor in file.takeFinished() { take(descriptor) }
        if let descriptor = file.takeChanged() { take(descriptor) }
    }

    /// A file that is not written any more; it is closed.
    mutating func take(_ descriptor: Int32) {
        if leaving.count < Self.maxLeaving { leaving.append(descriptor) } else { od_pump_close(descriptor) }
    }

    /// A file that was put aside.
    mutating func take(_ descriptor: Int32, _ now: Int64) {
        take(descriptor)
        let time = now + LogBounds.sync(.batch)
        dueAt = min(dueAt ?? time, time)
    }

    /// Starts a round when one is due.
    mutating func turn(_ now: Int64, _ files: some Sequence<LogFile>) {
        guard let time = dueAt, time <= now else { return }
        guard !isBusy.value.load(ordering: .acquiring) else {
            dueAt = now + LogBounds.syncAgain
            return
        }
        dueAt = nil
        var changed: [Int32] = []
        for file in files {
            guard let time = file.syncAt else { continue }
            if time > now {
                dueAt = min(dueAt ?? time, time)
            } else {
                file.syncAt = nil
                if let descriptor = file.takeChanged() { changed.append(descriptor) }
            }
        }
        start(leaving + changed)
    }

    /// The last round, of the files that were closed at the end.
    mutating func finish() {
        start(leaving)
    }

    private mutating func start(_ descriptors: [Int32]) {
        leaving = []
        let busy = isBusy
        busy.value.store(true, ordering: .releasing)
        let taken = worker.post {
            for descriptor in descriptors {
                _ = od_pump_datasync(descriptor)
                od_pump_close(descriptor)
            }
            busy.value.store(false, ordering: .releasing)
        }
        if !taken { for descriptor in descriptors { od_pump_close(descriptor) } }
    }
}
