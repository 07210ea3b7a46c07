import CKernel
package import Core

/// Lines of a log that lie one behind the other.
package struct LogLines: Hashable, Sendable {
    /// Position of the first byte in the whole log.
    package var offset: UInt64
    package var bytes: [UInt8]
    /// When they were written, if anybody asked.
    package var time: WallTime?

    package var end: UInt64 { offset + UInt64(bytes.count) }

    package init(offset: UInt64, bytes: [UInt8], time: WallTime? = nil) {
        self.offset = offset
        self.bytes = bytes
        self.time = time
    }
}

/// Lets through the lines of one log that a filter wants, with those around them.
///
/// Bytes that every hit must have are looked for first, over all lines at once; only where they are is a line looked at,
/// and only what is let through is copied.
package struct LogSieve: Sendable {
    /// Bytes that are kept of the lines before a block, for those that come before its first hit.
    private static let mostLead = 64 << 10

    private let needle: LogNeedle?
    private var search: PatternSearch?
    private let isInverted: Bool
    private let level: LogLevel?
    private let before: Int
    private let after: Int
    /// When called, nothing more is let through.
    package var halt: Halt?
    /// Lines are records in JSON: a pattern is looked for in what the app said.
    package var isRecords = false
    /// Of the last line that named one.
    private var lastLevel = LogLevel.info
    /// Lines behind a hit that are still to come.
    private(set) var following = 0
    /// The last lines before the next block, none of them let through.
    private var lead = LogLines(offset: 0, bytes: [])

    /// Throws `OD1023` for a pattern that is none.
    package init(_ filter: LogFilter) throws(Failure) {
        if let text = filter.pattern {
            let pattern = try LinePattern(
                text, isLiteral: filter.isLiteral ?? false, ignoresCase: filter.ignoresCase ?? false)
            search = PatternSearch(pattern)
            needle = LogNeedle(pattern)
        } else {
            search = nil
            needle = nil
        }
        isInverted = filter.isInverted ?? false
        level = filter.level
        before = min(max(0, filter.before ?? 0), Defaults.logContext)
        after = min(max(0, filter.after ?? 0), Defaults.logContext)
    }

    /// Whether most lines need no look of their own.
    private var skips: Bool {
        needle != nil && !isInverted && level == nil && (!isRecords || needle?.isPlain == true)
    }

    /// What is let through of a block of whole lines; the next one begins where it ended, or there is a gap.
    package mutating func sift(_ block: UnsafeBufferPointer<UInt8>, at offset: UInt64) -> [LogLines] {
        guard !block.isEmpty else { return [] }
        if lead.end != offset { lead = LogLines(offset: offset, bytes: []) }
        var output = Output(offset: offset, block: block)
        var at = 0
        while at < block.count, halt?.isCalled != true {
            if skips, following == 0 {
                guard let found = needle?.first(in: block, from: at) else { break }
                at = block.lineStart(before: found)
            }
            let end = block.lineEnd(after: at)
            let line = UnsafeBufferPointer(rebasing: block[at..<block.textEnd(at, end)])
            if wants(line) {
                put(at..<end, &output)
                following = after
            } else if following > 0 {
                output.put(at..<end)
                following -= 1
            }
            at = end
        }
        keepLead(output)
        return output.lines
    }

    private mutating func wants(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        if let level {
            if let said = LogLevel(readFrom: line) { lastLevel = said }
            if lastLevel < level { return false }
        }
        guard search != nil else { return true }
        guard isRecords, let message = RecordText.message(of: line) else { return isFound(in: line) != isInverted }
        return message.withUnsafeBufferPointer { isFound(in: $0) } != isInverted
    }

    private mutating func isFound(in line: UnsafeBufferPointer<UInt8>) -> Bool {
        if let needle {
            guard needle.first(in: line, from: 0) != nil else { return false }
            if needle.isAll { return true }
        }
        return search?.matches(line) ?? true
    }

    // MARK: lines around

    /// A hit, and the lines before it that have not been let through yet.
    private mutating func put(_ hit: Range<Int>, _ output: inout Output) {
        guard before > 0 else { return output.put(hit) }
        var left = before
        var start = hit.lowerBound
        while left > 0, start > output.end {
            start = output.block.lineStart(before: start - 1)
            left -= 1
        }
        if start == 0, output.end == 0, left > 0, !lead.bytes.isEmpty {
            output.lead(lead.lastLines(left))
            lead = LogLines(offset: lead.end, bytes: [])
        }
        output.put(max(start, output.end)..<hit.upperBound)
    }

    private mutating func keepLead(_ output: Output) {
        let block = output.block
        let end = output.offset + UInt64(block.count)
        guard before > 0, output.end < block.count else {
            lead = LogLines(offset: end, bytes: [])
            return
        }
        var start = block.count
        var left = before
        while left > 0, start > output.end, block.count - start < Self.mostLead {
            start = block.lineStart(before: start - 1)
            left -= 1
        }
        start = max(start, output.end)
        let tail = Array(block[start...])
        let isWhole = start == 0 && left > 0
        let old = isWhole ? lead.lastLines(left).bytes : []
        lead = LogLines(offset: end - UInt64(tail.count + old.count), bytes: old + tail)
    }

    /// What was let through of a block.
    private struct Output {
        let offset: UInt64
        let block: UnsafeBufferPointer<UInt8>
        var lines: [LogLines] = []
        /// Where the last line ends that was let through.
        var end = 0

        mutating func put(_ range: Range<Int>) {
            if end == range.lowerBound, !lines.isEmpty {
                lines[lines.count - 1].bytes += block[range]
            } else {
                lines.append(LogLines(offset: offset + UInt64(range.lowerBound), bytes: Array(block[range])))
            }
            end = range.upperBound
        }

        mutating func lead(_ lead: LogLines) { lines.append(lead) }
    }
}

extension LogLines {
    /// The last lines, at most `count`.
    fileprivate func lastLines(_ count: Int) -> LogLines {
        bytes.withUnsafeBufferPointer { block in
            var start = block.count
            for _ in 0..<count where start > 0 { start = block.lineStart(before: start - 1) }
            return LogLines(offset: offset + UInt64(start), bytes: Array(block[start...]), time: time)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the line begins that has the byte at `index`.
    func lineStart(before index: Int) -> Int { Int(od_pump_last(baseAddress, index, LogBounds.newline)) + 1 }

    /// Where the line ends that has the byte at `index`, its newline included.
    func lineEnd(after index: Int) -> Int {
        let found = Int(od_find_byte(baseAddress, count, Swift.max(0, index), LogBounds.newline))
        return found < 0 ? count : found + 1
    }

    /// The end of a line without its newline and its carriage return.
    func textEnd(_ start: Int, _ end: Int) -> Int {
        var end = end
        if end > start, self[end - 1] == LogBounds.newline { end -= 1 }
        if end > start, self[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }
}

/// Bytes that are in every line that matches a pattern.
struct LogNeedle: Sendable {
    private let bytes: [UInt8]
    /// Where the case does not matter.
    private let folded: od_folded?
    /// A line with the bytes matches.
    let isAll: Bool
    /// A record in JSON has the bytes as they are.
    let isPlain: Bool

    /// nil when nothing is known of the lines that match.
    init?(_ pattern: LinePattern) {
        guard !pattern.needle.isEmpty else { return nil }
        bytes = pattern.needle
        isAll = pattern.isNeedleAll
        isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        var folded = od_folded()
        let isFolded = pattern.ignoresCase && od_fold_needle(&folded, bytes, bytes.count) == 0
        self.folded = isFolded ? folded : nil
        if pattern.ignoresCase, !isFolded { return nil }
    }

    static func find(_ bytes: [UInt8], in line: UnsafeBufferPointer<UInt8>) -> Int? {
        let found = od_find_bytes(line.baseAddress, line.count, bytes, bytes.count)
        return found < 0 ? nil : Int(found)
    }

    /// Where it is first, from `start` on.
    func first(in block: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard let base = block.baseAddress else { return nil }
        let found =
            if var folded {
                od_find_folded(&folded, base + start, block.count - start)
            } else {
                od_find_bytes(base + start, block.count - start, bytes, bytes.count)
            }
        return found < 0 ? nil : start + Int(found)
    }
}
