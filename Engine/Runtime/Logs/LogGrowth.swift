import Synchronization

/// How far each log file is written, and who wants to know when it grows.
///
/// Bytes are never queued for a follower: it is woken and reads the file when it likes. A slow one lags.
package final class LogGrowth: Sendable {
    private struct Entry {
        let length = LogLength()
        /// The pump writes to it; else it lives as long as its followers.
        var open = false
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// A wake-up whenever the file at `path` has grown, shrunk or been replaced, and one at once. Those that have not
    /// been taken count as one, so a slow follower costs nothing.
    package func changes(of path: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let length = entry(path) { _ in }
            let id = length.watch { _ in continuation.yield() }
            continuation.onTermination = { [weak self] _ in
                length.unwatch(id)
                self?.sweep(path)
            }
            continuation.yield()
        }
    }

    /// The same for several files at once.
    func news(of paths: [String]) -> LogNews {
        let lengths = paths.map { entry($0) { _ in } }
        return LogNews(lengths) { [weak self] in for path in paths { self?.sweep(path) } }
    }

    /// Bytes of the file that are committed: what lies beyond may be written anew after a crash. nil when the pump has
    /// not written to the file.
    package func length(of path: String) -> UInt64? {
        entries.withLock { $0[path]?.length.value }
    }

    /// Where the log begins since it was emptied last, in the whole log; 0 when it never was while somebody looked.
    func emptied(_ path: String) -> UInt64 {
        entries.withLock { $0[path]?.length }?.emptied ?? 0
    }

    /// Why the file at `path` cannot be written at present; nil when it can.
    func trouble(of path: String) -> String? {
        entries.withLock { $0[path]?.length }?.trouble
    }

    /// The newest marks of the file at `path` (`LogIndex`): its index has them a second later.
    func marks(of path: String) -> [LogIndex.Mark] {
        entries.withLock { $0[path]?.length }?.marks ?? []
    }

    /// The pump has a file: the length that it keeps up to date.
    func opened(_ path: String) -> LogLength {
        entry(path) { $0.open = true }
    }

    func closed(_ path: String) {
        entries.withLock { $0[path]?.open = false }
        sweep(path)
    }

    /// The length of the entry for `path`, which is made when there is none.
    private func entry(_ path: String, _ change: @Sendable (inout Entry) -> Void) -> LogLength {
        entries.withLock { entries in
            var entry = entries[path] ?? Entry()
            change(&entry)
            entries[path] = entry
            return entry.length
        }
    }

    private func sweep(_ path: String) {
        entries.withLock { entries in
            guard let entry = entries[path], !entry.open, !entry.length.isWatched else { return }
            entries[path] = nil
        }
    }
}

/// The committed length of one file and its watchers.
final class LogLength: Sendable {
    private struct State {
        var wakes: [UInt64: @Sendable (UInt64) -> Void] = [:]
        var next: UInt64 = 0
    }

    private static let unknown = UInt64.max
    private let committed = Atomic<UInt64>(LogLength.unknown)
    /// Spares the pump the lock while nobody watches.
    private let watched = Atomic<Bool>(false)
    private let state = Mutex(State())

    private let emptiedAt = Atomic<UInt64>(0)

    var emptied: UInt64 { emptiedAt.load(ordering: .sequentiallyConsistent) }

    /// People have emptied the log: it begins at this position, and `offset` bytes of its file are committed.
    func empty(at position: UInt64, _ offset: UInt64) {
        emptiedAt.store(position, ordering: .sequentiallyConsistent)
        commit(offset)
    }

    private let reason = Mutex<String?>(nil)

    var trouble: String? { reason.withLock { $0 } }

    /// Nothing can be written, and why; nil: it can again. Who follows is told.
    func block(_ trouble: String?) {
        reason.withLock { $0 = trouble }
        commit(committed.load(ordering: .sequentiallyConsistent))
    }

    var isWatched: Bool { watched.load(ordering: .sequentiallyConsistent) }

    /// Marks that are kept; the oldest half goes when there are more.
    private static let mostMarks = 1024
    private let newest = Mutex<[LogIndex.Mark]>([])

    var marks: [LogIndex.Mark] { newest.withLock { $0 } }

    /// When a batch was written.
    func note(_ mark: LogIndex.Mark) {
        newest.withLock { marks in
            if marks.count >= Self.mostMarks { marks.removeFirst(Self.mostMarks / 2) }
            marks.append(mark)
        }
    }

    /// Another file is written now.
    func forgetMarks() {
        newest.withLock { $0 = [] }
    }

    var value: UInt64? {
        let value = committed.load(ordering: .sequentiallyConsistent)
        return value == Self.unknown ? nil : value
    }

    /// `wake` runs on the pump's thread, under the lock of this list, with the committed length.
    func watch(_ wake: @escaping @Sendable (UInt64) -> Void) -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.wakes[state.next] = wake
            watched.store(true, ordering: .sequentiallyConsistent)
            return state.next
        }
    }

    func unwatch(_ id: UInt64) {
        state.withLock { state in
            state.wakes[id] = nil
            watched.store(!state.wakes.isEmpty, ordering: .sequentiallyConsistent)
        }
    }

    /// The pump has committed a batch, or found the file replaced or truncated.
    func commit(_ offset: UInt64) {
        committed.store(offset, ordering: .sequentiallyConsistent)
        guard isWatched else { return }
        state.withLock { state in
            for wake in state.wakes.values { wake(offset) }
        }
    }
}
