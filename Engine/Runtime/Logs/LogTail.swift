import CKernel
import Core

/// The last lines of several logs, in their order.
struct LogTail {
    private let most: Int
    private var parts: [LogMerge.Part] = []
    /// The oldest that is kept.
    private var first = 0
    private var lines = 0
    private var bytes = 0

    /// Lines that are kept.
    var count: Int { lines }

    /// - Parameter lines: how many are kept, within `Defaults.logTail` bytes.
    init(lines: Int) {
        most = max(0, lines)
    }

    mutating func add(_ part: LogMerge.Part) {
        parts.append(part)
        lines += part.lines.lineCount
        bytes += part.lines.bytes.count
        while first < parts.count, lines > most || bytes > Defaults.logTail { shrink() }
        if first > 1024, first > parts.count / 2 {
            parts.removeFirst(first)
            first = 0
        }
    }

    /// Lets go of the oldest lines.
    private mutating func shrink() {
        let oldest = parts[first].lines
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

    /// The position of the first line of each log that is kept.
    func starts() -> [Int: UInt64] {
        var starts: [Int: UInt64] = [:]
        for part in parts[first...] where starts[part.log] == nil { starts[part.log] = part.lines.offset }
        return starts
    }

    /// Takes out the oldest, at most about `size` bytes; nil when there are none.
    mutating func next(_ size: Int) -> [LogMerge.Part]? {
        guard first < parts.count else { return nil }
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
