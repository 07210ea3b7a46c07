import CKernel
package import Core
import Synchronization

/// Bytes of a log.
package struct LogSlice: Hashable, Sendable {
    /// Position of the first of them in the whole log, over all its files.
    package var offset: UInt64
    package var bytes: [UInt8]
    /// The file was cut or replaced since the last slice: this one does not go on where that one ended.
    package var isRestarted: Bool

    package init(offset: UInt64, bytes: [UInt8], isRestarted: Bool) {
        self.offset = offset
        self.bytes = bytes
        self.isRestarted = isRestarted
    }
}

/// Reads one log from a position on, through its old files and the one that is written, and follows it over rotation,
/// renames and cuts.
///
/// What it reads lies in the files, never in a queue of ours. All calls block: run them on a `Worker`. Calls from
/// several threads take turns.
package final class LogReader: Sendable {
    struct State {
        var source: LogSource?
        /// Where the next byte is in the whole log.
        var position: UInt64
        /// Nothing from here on is read.
        var end = UInt64.max
        var isRestarted = false
        /// The base of the file that is written, when the one before was read to its end.
        var expected: UInt64?
        /// Old files that come after the one that is read, as they were at the last look at the folder. They never
        /// change, but may be compressed or removed.
        var ahead: ArraySlice<LogPiece> = []
        /// Nothing more was there at the last look.
        var isWaiting = false
    }

    package let path: String
    let newest: [LogIndex.Mark]
    let halt: Halt?
    private let state: Mutex<Guarded>

    /// Descriptors and inflate states belong to whoever has the lock.
    private struct Guarded: ~Copyable {
        var state: State

        deinit { state.source?.close() }
    }

    package convenience init(_ path: String, from offset: UInt64 = 0) {
        self.init(path, from: offset, newest: [])
    }

    /// - Parameters:
    ///   - newest: marks of the file that is written which its index may not have yet.
    ///   - halt: calls then throw.
    init(_ path: String, from offset: UInt64 = 0, newest: [LogIndex.Mark], halt: Halt? = nil) {
        self.path = path
        self.newest = newest
        self.halt = halt
        state = Mutex(Guarded(state: State(position: offset)))
    }

    /// Where the next byte is in the whole log.
    package var position: UInt64 { state.withLock { $0.state.position } }

    /// Position of the first byte of the file that is written, while that is the one that is read.
    var writtenBase: UInt64? {
        state.withLock { $0.state.source.flatMap { $0.isWritten ? $0.base : nil } }
    }

    /// The next bytes, at most `most`; none when there are none yet.
    ///
    /// `limit` is what `LogGrowth.length` says of the file that is written: bytes beyond it may be written anew after a
    /// crash of the engine. Throws `OD7001` when a file cannot be read; one that does not exist has no bytes.
    package func read(_ most: Int, upTo limit: UInt64? = nil) throws(Failure) -> LogSlice {
        try ask { state throws(Errno) in
            var bytes: [UInt8] = []
            while let source = try open(&state) {
                let isCurrent = source.isWritten && source.isAtPath()
                let length = try source.length()
                if source.isWritten, length == nil { break }
                if isCurrent { noticeCut(&state, source, length) }
                let end = isCurrent ? min(length ?? 0, limit ?? .max) : length ?? .max
                bytes = try take(&state, most, end: end)
                if isCurrent || !bytes.isEmpty || state.position >= state.end { break }
                // The file that was put aside is read to its end; the log goes on in another.
                state.expected = state.position
                leave(&state)
            }
            defer {
                state.position += UInt64(bytes.count)
                state.isRestarted = false
                state.isWaiting = bytes.isEmpty
            }
            return LogSlice(offset: state.position, bytes: bytes, isRestarted: state.isRestarted)
        }
    }

    private func take(_ state: inout State, _ most: Int, end: UInt64) throws(Errno) -> [UInt8] {
        guard let source = state.source else { return [] }
        let offset = state.position - source.base
        let last = min(end, state.end > source.base ? state.end - source.base : 0)
        guard offset < last else { return [] }
        return try source.read(offset, most: Int(min(UInt64(most), last - offset)), halt)
    }

    func ask<T: Sendable>(_ body: (inout State) throws(Errno) -> T) throws(Failure) -> T {
        do throws(Errno) {
            return try state.withLock { guarded throws(Errno) in try body(&guarded.state) }
        } catch {
            throw Failure(
                .logFailed, "\(path) cannot be read", why: "\(error)", next: "look at the permissions of the file")
        }
    }

    // MARK: files

    /// The file with the next byte; nil when the log has no file.
    private func open(_ state: inout State) throws(Errno) -> LogSource? {
        if let source = state.source { return source }
        if state.expected == state.position, let next = nextOld(&state) {
            state.expected = nil
            state.source = next
            return next
        }
        guard var source = try located(state.expected) else { return nil }
        defer { state.expected = nil }
        if state.position < source.base, let old = earlier(&state, before: source) {
            source.close()
            source = old
        } else if state.position < source.base {
            state.position = source.base
            state.isRestarted = true
        } else if state.expected == nil, try state.position - source.base > (source.length() ?? 0) {
            // A position of a log that is gone: all of this one is new.
            state.position = source.base
            state.isRestarted = true
        }
        state.source = source
        return source
    }

    /// The old file with the next byte, or with the first that is left after it.
    private func earlier(_ state: inout State, before written: LogSource) -> LogSource? {
        state.ahead = LogParts.chain(of: path, last: piece(of: written)).dropLast()
        return nextOld(&state)
    }

    /// The next of the old files that are known. The folder is looked at once for all of them, not for each.
    private func nextOld(_ state: inout State) -> LogSource? {
        while let piece = state.ahead.popFirst() {
            guard piece.end > state.position, let source = LogSource.old(piece) else { continue }
            if piece.base > state.position {
                state.position = piece.base
                state.isRestarted = true
            }
            return source
        }
        return nil
    }

    /// The file that is written, as a piece of its log.
    func piece(of written: LogSource) -> LogPiece {
        LogPiece(
            path: path, length: (try? written.length()) ?? 0, base: written.base,
            modified: WallTime(milliseconds: od_wall_milliseconds()))
    }

    /// Files that may be put aside one after the other while we ask where the newest begins.
    private static let lookups = 8

    /// The file that is written, with its position; nil without one. `expected` as for `base`.
    func located(_ expected: UInt64?) throws(Errno) -> LogSource? {
        for _ in 1..<Self.lookups {
            guard var source = try LogSource.written(path) else { return nil }
            source.base = base(of: source, expected)
            if source.isAtPath() { return source }
            // It was put aside meanwhile: what was said of the old files may be of later ones.
            source.close()
        }
        guard var source = try LogSource.written(path) else { return nil }
        source.base = base(of: source, expected)
        return source
    }

    /// Position of the first byte of the file that is written. Its index says it; a file that was made just now has none
    /// yet, and begins where the last old file ends, or where the one ended that somebody else renamed.
    ///
    /// - Parameter expected: where the file ended that was read before, maybe not the last one before this.
    private func base(of source: LogSource, _ expected: UInt64?) -> UInt64 {
        if let index = LogIndex.read(LogIndex.path(of: path), headerOnly: true), index.inode == source.inode {
            return index.base
        }
        guard let last = LogParts.old(of: path).last else { return expected ?? 0 }
        let index = LogIndex.read(last.index, headerOnly: true)
        // Put aside since it was opened.
        if let index, !last.isCompressed, index.inode == source.inode { return index.base }
        if let index { return max(index.base + last.length, expected ?? 0) }
        return expected ?? last.length
    }

    func leave(_ state: inout State) {
        state.source?.close()
        state.source = nil
    }

    /// A file that was cut has less than it had, or has grown again since: then its index says that it begins later.
    private func noticeCut(_ state: inout State, _ source: LogSource, _ length: UInt64?) {
        if state.isWaiting, let index = LogIndex.read(LogIndex.path(of: path), headerOnly: true),
            index.inode == source.inode, index.base > source.base, index.base >= state.position
        {
            state.position = index.base
            restart(&state)
        } else if let length, length < state.position - source.base {
            restart(&state)
        }
    }

    /// The file was cut: what it has now comes after all that it had.
    private func restart(_ state: inout State) {
        state.source?.base = state.position
        state.isRestarted = true
    }
}
