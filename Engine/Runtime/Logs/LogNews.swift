import Synchronization

/// Which of several log files have grown, and how far, since it was asked last.
///
/// The pump commits one file after the other, and what is taken here is of one moment: when it has a batch of one file,
/// it has all that was committed in others before.
final class LogNews: Sendable {
    /// A wake-up whenever there is something to take, and one at once. Those that have not been taken count as one.
    let wakes: AsyncStream<Void>
    /// Committed lengths by the index of the file.
    private let lengths = Mutex<[Int: UInt64?]>([:])

    /// - Parameter over: called when nobody waits any more.
    init(_ files: [LogLength], over: @escaping @Sendable () -> Void) {
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.wakes = wakes
        let ids = files.indices.map { index in
            files[index].watch { [weak self] length in
                self?.lengths.withLock { $0[index] = length }
                continuation.yield()
            }
        }
        continuation.onTermination = { _ in
            for (file, id) in zip(files, ids) { file.unwatch(id) }
            over()
        }
        lengths.withLock { known in
            for (index, file) in files.enumerated() where known[index] == nil { known[index] = .some(file.value) }
        }
        continuation.yield()
    }

    /// The files that are new, with their committed lengths; nil for one that the pump has not written.
    func take() -> [Int: UInt64?] {
        lengths.withLock { lengths in
            defer { lengths = [:] }
            return lengths
        }
    }
}
