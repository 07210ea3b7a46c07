import CKernel
package import Core
import Synchronization

/// Reads several logs as one, in the order in which they were written: exact to a batch of the writer, and whole lines.
/// The order within a log never changes.
///
/// Memory is bounded: a buffer for each log, and the last lines where only these are wanted. All calls block: run them
/// on a `Worker`, one after the other.
package final class LogMerge: Sendable {
    /// What is wanted of each log.
    package struct Log: Sendable {
        package var path: String
        /// Where it begins; nil for what the request says.
        package var start: UInt64?
        /// Where it ends, if before what is there now.
        package var end: UInt64?
        /// Bytes of the file that is written that are committed (`LogGrowth.length`).
        package var limit: UInt64?
        /// Marks of that file which are not on the disk yet.
        var newest: [LogIndex.Mark] = []
        /// Its lines are records in JSON (`LogType.json`).
        var isRecords = false

        package init(path: String, start: UInt64? = nil, end: UInt64? = nil, limit: UInt64? = nil) {
            (self.path, self.start, self.end, self.limit) = (path, start, end, limit)
        }

        /// The same with what the pump knows of the log now.
        init(path: String, start: UInt64?, end: UInt64?, growth: LogGrowth) {
            self.init(path: path, start: start, end: end, limit: growth.length(of: path))
            newest = growth.marks(of: path)
        }
    }

    /// Lines of one of the logs.
    package struct Part: Hashable, Sendable {
        /// Index of its log.
        package var log: Int
        package var lines: LogLines
    }

    /// Bytes that are looked at in one call, and that it may bring.
    static let work = 4 << 20
    /// A search that has taken so many nanoseconds lets others have their turn.
    static let turn: Int64 = 100_000_000
    static let most = 256 << 10
    /// Bytes that a follower reads at a time.
    static let slice = 64 << 10
    /// Bytes of all buffers, and of one.
    private static let buffers = 16 << 20
    private static let buffer = (least: 8 << 10, most: 256 << 10)

    /// What one call of `next` brings.
    package struct Batch: Sendable {
        package var parts: [Part] = []
        /// Once, before the first lines: where each log begins.
        package var starts: [UInt64]?
        /// How far each log was looked at; nil while that does not matter to who goes on elsewhere.
        package var reached: [UInt64]?
        /// Logs that cannot be read, since the last call.
        package var failures: [(log: Int, failure: Failure)] = []
        package var isDone = false
    }

    struct State {
        var sources: [MergeSource] = []
        var failures: [(log: Int, failure: Failure)] = []
        /// The last lines, where only these are wanted.
        var tail: LogTail?
        /// Only the ends of the logs were looked at, so far.
        var isNear = false
        /// Lines that may still come, where only the first are wanted.
        var left: Int?
        var hasBegun = false
        var isRead = false
        /// Lines that stand behind a match: they come before those of other logs, which may be older.
        var owed: (index: Int, lines: Int)?
    }

    private let state: Mutex<State>
    private let logs: [Log]
    private let request: LogRequest
    private let sieve: LogSieve?
    private let holdsOpenLine: Bool
    private let halt: Halt

    /// - Parameters:
    ///   - logs: at most a few thousand; each has a buffer.
    ///   - request: `last`, `first`, `since`, `until`, `filter` and `times` of it count.
    ///   - holdsOpenLine: with a filter, a last line without its end is left, for a follower.
    ///   - halt: when called, `next` comes to its end soon.
    /// - Throws: `OD1023` for a pattern that is none. A file that cannot be read is told by `next`.
    package init(_ logs: [Log], _ request: LogRequest, holdsOpenLine: Bool, halt: Halt = Halt()) throws(Failure) {
        self.logs = logs
        self.request = request
        self.holdsOpenLine = holdsOpenLine
        self.halt = halt
        sieve = try request.filter.map { filter throws(Failure) in
            var sieve = try LogSieve(filter)
            sieve.halt = halt
            return sieve
        }
        state = Mutex(State(left: request.first.map { max(0, $0) }))
    }

    /// Somebody goes on with the logs where he was.
    private var goesOn: Bool { logs.contains { $0.start != nil } }

    /// The sieves as they are at the end, for who goes on; nil without a filter.
    package func sieves() -> [LogSieve?] {
        state.withLock { $0.sources.map(\.sieve) }
    }

    /// Where each log was read to.
    package func positions() -> [UInt64] {
        state.withLock { $0.sources.map(\.position) }
    }

    /// What comes next: at most about 256 KB of lines, maybe none after a lot of work. Nothing follows a batch that is
    /// done.
    package func next() -> Batch {
        state.withLock { state in
            if state.sources.isEmpty, !logs.isEmpty { open(&state) }
            var batch = Batch()
            if !state.isRead { read(&state, &batch) }
            batch.failures = state.failures
            state.failures = []
            if state.tail != nil {
                guard state.isRead else { return batch }
                if !state.hasBegun { batch.starts = starts(state) }
                state.hasBegun = true
                batch.parts = state.tail?.next(Self.most) ?? []
                batch.isDone = batch.parts.isEmpty
                return batch
            }
            batch.reached = state.sources.map(\.position)
            batch.isDone = state.isRead
            return batch
        }
    }

    // MARK: reading

    /// Opens the logs where they begin, or near their ends where the last lines may well be.
    private func open(_ state: inout State) {
        let wantsTail = request.last != nil && !goesOn
        let ranges = request.since != nil || request.until != nil
        state.isNear = wantsTail && !ranges && request.filter != nil && !state.isNear
        state.tail = wantsTail ? request.last.map { LogTail(lines: $0) } : nil
        state.sources = []
        let size = max(Self.buffer.least, min(Self.buffer.most, Self.buffers / max(1, logs.count)))
        for (index, log) in logs.enumerated() {
            let reader = LogReader(log.path, newest: log.newest, halt: halt)
            do {
                let end = try seek(reader, log, isNear: state.isNear, ranges: ranges)
                state.sources.append(
                    MergeSource(reader, log, end: end, size: size, sieve: sieve, holdsOpenLine: holdsOpenLine))
            } catch {
                state.failures.append((index, error))
                var source = MergeSource(reader, log, end: 0, size: size, sieve: sieve, holdsOpenLine: holdsOpenLine)
                source.giveUp()
                state.sources.append(source)
            }
        }
    }

    /// Goes to where a log begins. Returns where it ends.
    private func seek(_ reader: LogReader, _ log: Log, isNear: Bool, ranges: Bool) throws(Failure) -> UInt64 {
        let end = min(log.end ?? .max, try reader.end(upTo: log.limit) ?? 0)
        if let until = request.until, log.end == nil { try reader.stop(after: until) }
        if let start = log.start {
            try reader.seek(to: start)
        } else if isNear {
            try reader.seek(toLast: .max, before: end, upTo: log.limit)
        } else if goesOn && request.since == nil || request.last != nil && !ranges && request.filter == nil {
            try reader.seek(toLast: request.last ?? Defaults.logLines, before: end, upTo: log.limit)
        } else {
            try reader.seek(since: request.since)
        }
        try reader.stop(at: end)
        return end
    }

    private func read(_ state: inout State, _ batch: inout Batch) {
        if state.tail == nil, !state.hasBegun {
            batch.starts = state.sources.map(\.position)
            state.hasBegun = true
        }
        let times = request.times ?? false
        var (work, size) = (0, 0)
        let ends = sieve == nil ? .max : od_pump_now() + Self.turn
        while work < Self.work, size < Self.most, work == 0 || od_pump_now() < ends {
            let wasOwed = state.owed
            guard !halt.isCalled, let (block, index) = Self.owed(&state) ?? Self.block(&state) else {
                state.isRead = true
                break
            }
            work += block.bytes.count
            for lines in state.sources[index].take(block, times: times) {
                size += lines.bytes.count
                let part = Part(log: index, lines: lines)
                if state.tail != nil { state.tail?.add(part) } else { batch.parts.append(part) }
            }
            // What matches among lines that are owed does not make more of them: others wait for `after` lines at most.
            let following = state.sources[index].sieve?.following ?? 0
            if wasOwed == nil, following > 0 { state.owed = (index, following) }
            if Self.cut(&batch.parts, &state) { break }
        }
        if !state.isRead { state.left = state.left.map { $0 - batch.parts.reduce(0) { $0 + $1.lines.lineCount } } }
        // Too few of them near the ends: from the beginning.
        if state.isRead, state.isNear, let tail = state.tail, tail.count < request.last ?? 0 {
            open(&state)
            state.isRead = false
        }
    }

    /// Of the tail: where its lines begin, and for a log that has none of them, where it ends.
    private func starts(_ state: State) -> [UInt64] {
        let starts = state.tail?.starts() ?? [:]
        return state.sources.enumerated().map { starts[$0] ?? $1.position }
    }

    /// The first lines are all there.
    private static func cut(_ parts: inout [Part], _ state: inout State) -> Bool {
        guard let left = state.left else { return false }
        var count = 0
        for index in parts.indices {
            let lines = parts[index].lines.lineCount
            count += lines
            guard count >= left else { continue }
            parts[index].lines.cut(toLines: lines - (count - left))
            parts.removeSubrange((index + 1)...)
            state.sources[parts[index].log].goBack(to: parts[index].lines.end)
            state.isRead = true
            return true
        }
        return false
    }

    /// Of the lines that belong to a match, those that are at hand.
    private static func owed(_ state: inout State) -> (LogLines, Int)? {
        guard let (index, lines) = state.owed else { return nil }
        state.owed = nil
        guard (try? state.sources[index].fill()) == true else { return nil }
        let block = state.sources[index].head(lines: lines)
        if block.lineCount < lines { state.owed = (index, lines - block.lineCount) }
        return (block, index)
    }

    /// The next lines of the log whose next line is the oldest: as many as are older than those of all others.
    private static func block(_ state: inout State) -> (LogLines, Int)? {
        var best: (index: Int, time: Int64)?
        var rival: Int64?
        for index in state.sources.indices {
            do throws(Failure) {
                guard try state.sources[index].fill() else { continue }
            } catch {
                state.failures.append((index, error))
                state.sources[index].giveUp()
                continue
            }
            let time = state.sources[index].headTime
            if let (_, least) = best, time >= least {
                rival = min(rival ?? time, time)
            } else {
                if let best { rival = best.time }
                best = (index, time)
            }
        }
        guard let best else { return nil }
        return (state.sources[best.index].head(upTo: rival), best.index)
    }
}

/// One log of a merge: a buffer with whole lines at its beginning.
struct MergeSource {
    private let reader: LogReader
    private let times: LogTimes
    private let size: Int
    private let holdsOpenLine: Bool
    private(set) var sieve: LogSieve?
    private var buffer: [UInt8] = []
    /// What of it was taken.
    private var taken = 0
    /// Position of the first byte of the buffer.
    private var offset: UInt64
    private var isAtEnd = false
    private var knownTime: (position: UInt64, time: Int64)?

    init(
        _ reader: LogReader, _ log: LogMerge.Log, end: UInt64, size: Int, sieve: LogSieve?, holdsOpenLine: Bool
    ) {
        self.reader = reader
        self.size = size
        self.sieve = sieve
        self.sieve?.isRecords = log.isRecords
        self.holdsOpenLine = holdsOpenLine
        times = LogTimes(log.path, newest: log.newest)
        offset = reader.position
    }

    /// It cannot be read: what is not read yet does not come.
    mutating func giveUp() {
        isAtEnd = true
        taken = buffer.count
    }

    /// Position of the next byte.
    var position: UInt64 { offset + UInt64(taken) }

    /// What was taken last is not wanted from here on.
    mutating func goBack(to position: UInt64) {
        taken = max(0, Int(clamping: Int64(position) - Int64(offset)))
        isAtEnd = false
    }

    /// Reads until a whole line is there. False at the end.
    mutating func fill() throws(Failure) -> Bool {
        while !hasLine {
            if isAtEnd { return taken < buffer.count && !(holdsOpenLine && sieve != nil) }
            if taken > 0 {
                buffer.removeFirst(taken)
                offset += UInt64(taken)
                taken = 0
            }
            // A line longer than the buffer comes in pieces.
            if buffer.count >= size { return true }
            let slice = try reader.read(size - buffer.count)
            times.refresh()
            if slice.bytes.isEmpty {
                isAtEnd = true
            } else if slice.offset != offset + UInt64(buffer.count) {
                // What lay between is gone; the line before it has no end.
                if buffer.isEmpty { offset = slice.offset } else { buffer.append(LogBounds.newline) }
                if slice.offset > offset + UInt64(buffer.count) { skip(to: slice.offset) }
                buffer += slice.bytes
            } else {
                buffer += slice.bytes
            }
        }
        return true
    }

    /// Positions must fit the bytes: the line without an end is let go.
    private mutating func skip(to position: UInt64) {
        buffer = []
        offset = position
    }

    private var hasLine: Bool {
        buffer.withUnsafeBytes { od_find_byte($0.baseAddress, $0.count, taken, LogBounds.newline) >= 0 }
    }

    /// When the next byte was written, in milliseconds since 1970.
    var headTime: Int64 {
        mutating get {
            if let knownTime, knownTime.position == position { return knownTime.time }
            let time = times.time(at: position)
            knownTime = (position, time)
            return time
        }
    }

    /// The lines up to the first that was written later than `rival`; all for nil.
    mutating func head(upTo rival: Int64?) -> LogLines {
        var end = buffer.withUnsafeBufferPointer { $0.lineStart(before: $0.count) }
        // Without an end of a line: at the end of the log, or a piece of a line that is very long.
        if end <= taken { end = buffer.count }
        if isAtEnd, !(holdsOpenLine && sieve != nil) { end = buffer.count }
        if let rival,
            let limit = times.position(after: position, before: offset + UInt64(end), laterThan: rival),
            limit < offset + UInt64(end)
        {
            end = buffer.withUnsafeBufferPointer { $0.lineEnd(after: Int(limit - offset) - 1) }
        }
        return LogLines(offset: position, bytes: Array(buffer[taken..<end]))
    }

    /// The next lines that are at hand, so many at most; whole ones where there is one.
    mutating func head(lines: Int) -> LogLines {
        var block = head(upTo: nil)
        if block.lineCount > lines { block.cut(toLines: lines) }
        return block
    }

    /// Goes over the lines and says which of them are wanted.
    mutating func take(_ block: LogLines, times asked: Bool) -> [LogLines] {
        taken += block.bytes.count
        var lines = [block]
        if sieve != nil {
            lines = block.bytes.withUnsafeBufferPointer { sieve?.sift($0, at: block.offset) ?? [] }
        }
        return asked ? lines.flatMap { times.timed($0) } : lines
    }
}
