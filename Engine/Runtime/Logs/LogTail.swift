import CKernel
import Core

/// The last lines of several logs, in their order. A line that comes in pieces is one line, where it began.
struct LogTail {
    /// Bytes that the only line that is kept may be longer than its bound: it is not cut for each piece of it.
    private static let slack = 1 << 20

    private let most: Int
    private var parts: [LogMerge.Part] = []
    /// The oldest that is kept.
    private var first = 0
    private var lines = 0
    private var bytes = 0
    /// Of logs whose last piece ended within a line: the index of its part, counted from the first part of all, and the
    /// position behind it.
    private var open: [Int: (number: Int, end: UInt64)] = [:]
    /// Parts that were taken out of the front of `parts`.
    private var removed = 0

    /// Lines that are kept.
    var count: Int { lines }

    /// - Parameter lines: how many are kept, within `Defaults.logTail` bytes.
    init(lines: Int) {
        most = max(0, lines)
    }

    mutating func add(_ part: LogMerge.Part) {
        guard !part.lines.bytes.isEmpty else { return }
        guard let rest = join(part) else { return trim() }
        if rest.lines.bytes.last != LogBounds.newline { open[rest.log] = (removed + parts.count, rest.lines.end) }
        parts.append(rest)
        lines += rest.lines.lineCount
        bytes += rest.lines.bytes.count
        trim()
    }

    /// Puts the end of a line to its beginning, and lets it go where that is gone. What comes behind; nil for nothing.
    private mutating func join(_ part: LogMerge.Part) -> LogMerge.Part? {
        guard let (number, position) = open.removeValue(forKey: part.log), position == part.lines.offset else {
            return part
        }
        var rest = part
        let end = part.lines.bytes.withUnsafeBufferPointer { $0.lineEnd(after: 0) }
        if number - removed >= first {
            parts[number - removed].lines.bytes += part.lines.bytes[..<end]
            bytes += end
        }
        if part.lines.bytes[end - 1] != LogBounds.newline { open[part.log] = (number, part.lines.end) }
        rest.lines.bytes.removeSubrange(..<end)
        rest.lines.offset += UInt64(end)
        return rest.lines.bytes.isEmpty ? nil : rest
    }

    private mutating func trim() {
        while first < parts.count, lines > most || bytes > Defaults.logTail + (lines == 1 ? Self.slack : 0) { shrink() }
        if first > 1024, first > parts.count / 2 {
            parts.removeFirst(first)
            removed += first
            first = 0
        }
    }

    /// Lets go of the oldest lines; of the only one, of its beginning.
    private mutating func shrink() {
        let oldest = parts[first].lines
        if lines == 1, most > 0 { return cut() }
        let count = oldest.lineCount
        var kept = max(0, count - (lines - most))
        if bytes > Defaults.logTail, lines <= most { kept = count - 1 }
        bytes -= oldest.bytes.count
        lines -= count
        guard kept > 0 else {
            parts[first].lines.bytes = []
            first += 1
            return
        }
        parts[first].lines.keepLast(kept)
        bytes += parts[first].lines.bytes.count
        lines += kept
    }

    private mutating func cut() {
        let excess = max(0, parts[first].lines.bytes.count - Defaults.logTail)
        parts[first].lines.bytes.removeFirst(excess)
        parts[first].lines.offset += UInt64(excess)
        bytes -= excess
    }

    /// The position of the first line of each log that is kept.
    func starts() -> [Int: UInt64] {
        var starts: [Int: UInt64] = [:]
        for part in parts[first...] where starts[part.log] == nil { starts[part.log] = part.lines.offset }
        return starts
    }

    /// Takes out the oldest, at most about `size` bytes; nil when there are none.
    mutating func next(_ size: Int) -> [LogMerge.Part]? {
        guard first < parts.count else { return nil }
        if lines == 1 { cut() }
        var taken: [LogMerge.Part] = []
        var sum = 0
        while first < parts.count, sum < size {
            sum += parts[first].lines.bytes.count
            taken.append(parts[first])
            parts[first].lines.bytes = []
            first += 1
        }
        return taken
    }
}

extension LogLines {
    /// How many; one without its end counts.
    var lineCount: Int {
        let ends = bytes.withUnsafeBytes { Int(od_count_byte($0.baseAddress, $0.count, LogBounds.newline)) }
        return ends + (bytes.isEmpty || bytes.last == LogBounds.newline ? 0 : 1)
    }

    /// The first lines only.
    mutating func cut(toLines count: Int) {
        let end = bytes.withUnsafeBufferPointer { block in
            (0..<count).reduce(0) { end, _ in end < block.count ? block.lineEnd(after: end) : end }
        }
        bytes.removeSubrange(end...)
    }

    /// The last lines only.
    mutating func keepLast(_ count: Int) {
        let start = bytes.withUnsafeBufferPointer { block in
            (0..<count).reduce(block.count) { start, _ in start > 0 ? block.lineStart(before: start - 1) : 0 }
        }
        bytes.removeSubrange(..<start)
        offset += UInt64(start)
    }
}
