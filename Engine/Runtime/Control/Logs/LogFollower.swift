import Core
import Synchronization

/// Sends what is added to several logs as one, in the order in which it was written: exact to a batch of the pump. The
/// order within a log never changes.
///
/// In a round: a slice of each log that has grown, then all lines that are no later than what is left to be read of any.
/// A log of which much waits holds up the others for `LogBounds.order` at most. Memory is bounded by the slices.
struct LogFollower {
    /// Bytes of all slices of a round, and of one.
    private static let slices = 4 << 20
    private static let slice = (least: 4 << 10, most: LogMerge.slice)

    private var logs: [FollowedLog]
    private let wantsTimes: Bool
    private let sender: MergedSender
    private let parts: Control.Parts

    init(_ logs: [FollowedLog], _ request: LogRequest, _ sender: MergedSender, _ parts: Control.Parts) {
        self.logs = logs
        self.sender = sender
        self.parts = parts
        wantsTimes = request.times ?? false
    }

    /// Until the client is gone.
    mutating func run() async {
        let news = parts.pump.growth.news(of: logs.map(\.file.path))
        for await _ in news.wakes {
            repeat {
                for (index, length) in news.take() { logs[index].hasGrown(to: length) }
                await read()
                guard await send() else { return }
            } while logs.contains { $0.hasMore }
        }
    }

    /// The next slices of those that have nothing at hand.
    private mutating func read() async {
        let waiting = logs.indices.filter { logs[$0].hasMore && logs[$0].items.isEmpty }
        let size = max(Self.slice.least, min(Self.slice.most, Self.slices / max(1, waiting.count)))
        let isTimed = wantsTimes || logs.count > 1
        for index in waiting {
            do {
                try await logs[index].read(size, isTimed: isTimed, parts)
            } catch {
                logs[index].giveUp()
                _ = await sender.fail(logs[index].file, error)
            }
        }
    }

    /// What is no later than the last that is at hand of each log that has more. False: send no more.
    private mutating func send() async -> Bool {
        let oldest = logs.lazy.filter(\.hasMore).compactMap { $0.items.last?.time }.min() ?? .max
        let until = max(oldest, Clock.now().wall.milliseconds - LogBounds.order / 1_000_000)
        var ready: [(time: Int64, log: Int, item: FollowedLog.Item)] = []
        for index in logs.indices where !logs[index].items.isEmpty {
            ready += logs[index].take(until: until).map { (time: $0.time, log: index, item: $0) }
        }
        // Those of one time, and so those of one log, stay as they are.
        let order = ready.indices.sorted { (ready[$0].time, $0) < (ready[$1].time, $1) }
        var at = order.startIndex
        while at < order.endIndex {
            let (_, index, item) = ready[order[at]]
            at += 1
            guard case .lines(var lines) = item.kind else {
                guard await send(item, of: logs[index].file) else { return false }
                continue
            }
            while at < order.endIndex, ready[order[at]].log == index,
                case .lines(let next) = ready[order[at]].item.kind, next.offset == lines.end,
                !wantsTimes || next.time == lines.time
            {
                lines.bytes += next.bytes
                at += 1
            }
            let time = wantsTimes ? lines.time : nil
            guard await sender.send(lines, of: logs[index].file, time: time) else { return false }
        }
        return true
    }

    private func send(_ item: FollowedLog.Item, of file: LogStreamResult.File) async -> Bool {
        switch item.kind {
        case .lines: true
        case .gap(let gap): await sender.send(gap, of: file, time: wantsTimes ? Clock.now().wall : nil)
        case .emptied(let position): await sender.sendEmptied(file, at: position)
        case .trouble(let reason, let position):
            await sender.send(reason, of: file, at: position, time: wantsTimes ? Clock.now().wall : nil)
        }
    }
}

/// One of the logs that somebody follows.
struct FollowedLog {
    struct Item {
        enum Kind {
            case lines(LogLines)
            case gap(LogGap)
            case trouble(String, at: UInt64)
            case emptied(UInt64)
        }

        /// When it was written, milliseconds since 1970; never earlier than the item before.
        var time: Int64
        var kind: Kind
    }

    let file: LogStreamResult.File
    /// What was read and not sent yet.
    private(set) var items: ArraySlice<Item> = []
    /// It has grown since it was read to its end.
    private(set) var hasMore = true
    private let reader: LogReader
    private let past = PastTimes()
    private var gate: LineGate
    private var lag: LogLag?
    private var emptying: EmptyingWatch
    /// What of it is committed.
    private var limit: UInt64?
    private var isLost = false
    /// What the client was told of why the file cannot be written.
    private var trouble: String?
    private var last = Int64.min

    init(
        _ file: LogStreamResult.File, from position: UInt64, sieve: LogSieve?, _ request: LogRequest,
        _ parts: Control.Parts
    ) {
        self.file = file
        reader = LogReader(file.path, from: position)
        gate = LineGate(sieve: sieve, position: position)
        lag = LogLag(request, path: file.path, parts)
        emptying = EmptyingWatch(file.path, parts.pump.growth)
    }

    mutating func hasGrown(to length: UInt64?) {
        limit = length
        hasMore = !isLost
    }

    /// It cannot be read: nothing more comes.
    mutating func giveUp() {
        isLost = true
        hasMore = false
    }

    /// Reads on, to the end or so many bytes. Throws `OD7001` when the file cannot be read.
    mutating func read(_ most: Int, isTimed: Bool, _ parts: Control.Parts) async throws {
        var left = most
        while left > 0 {
            if let start = emptying.news(at: reader.position) { add(.emptied(start)) }
            let now = parts.pump.growth.trouble(of: file.path)
            if now != trouble, let now {
                add(.trouble(now, at: gate.sieve == nil ? reader.position : gate.position))
            }
            trouble = now
            // What is committed was said of the file before, when this one is new.
            let known = parts.pump.growth.length(of: file.path).map { min($0, limit ?? .max) }
            let (reader, size) = (reader, left)
            let slice = try await parts.readers.run { try reader.read(size, upTo: known) }
            guard !slice.bytes.isEmpty else {
                hasMore = false
                return
            }
            left -= slice.bytes.count
            let lines = gate.take(slice)
            for lines in isTimed ? try await timed(lines, parts) : lines { add(.lines(lines), lines.time) }
            if let gap = try await lag?.watch(reader, slice) { add(.gap(gap)) }
        }
    }

    /// The lines with their times: by the marks that the pump has in memory, and of what is older by the index.
    private func timed(_ lines: [LogLines], _ parts: Control.Parts) async throws -> [LogLines] {
        guard let first = lines.first else { return [] }
        let marks = parts.pump.growth.marks(of: file.path)
        let stamps = LogStamps(marks.map { ($0.offset, $0.time) }, base: reader.writtenBase, now: Clock.now().wall)
        guard !stamps.knows(first.offset) else { return lines.flatMap { stamps.timed($0) } }
        let (past, path) = (past, file.path)
        return try await parts.readers.run {
            past.times.withLock { times in
                let known = times ?? LogTimes(path)
                times = known
                known.refresh()
                return lines.flatMap { known.timed($0) }
            }
        }
    }

    private mutating func add(_ kind: Item.Kind, _ time: WallTime? = nil) {
        last = max(last, time?.milliseconds ?? last)
        items.append(Item(time: last, kind: kind))
    }

    /// Takes out what is no later than `time`.
    mutating func take(until time: Int64) -> ArraySlice<Item> {
        let ready = items.prefix { $0.time <= time }
        items = ready.endIndex == items.endIndex ? [] : items[ready.endIndex...]
        return ready
    }
}

/// The times of lines that were written long ago, from the disk; made when somebody falls so far behind.
private final class PastTimes: Sendable {
    let times = Mutex<LogTimes?>(nil)
}

/// What is added to a file, as it is or through a sieve.
struct LineGate {
    var sieve: LogSieve?
    /// Of the first byte of `open`.
    var position: UInt64
    /// The beginning of a line whose end has not come.
    var open: [UInt8] = []

    mutating func take(_ slice: LogSlice) -> [LogLines] {
        guard sieve != nil else { return [LogLines(offset: slice.offset, bytes: slice.bytes)] }
        if slice.offset != position + UInt64(open.count) { (position, open) = (slice.offset, []) }
        open += slice.bytes
        var end = open.withUnsafeBufferPointer { $0.lineStart(before: $0.count) }
        // A line that does not end is looked at in pieces.
        if end == 0, open.count >= LogMerge.slice { end = open.count }
        let lines = open.withUnsafeBufferPointer { bytes in
            sieve?.sift(UnsafeBufferPointer(rebasing: bytes[..<end]), at: position) ?? []
        }
        open.removeFirst(end)
        position += UInt64(end)
        return lines
    }
}
