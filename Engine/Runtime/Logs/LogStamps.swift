package import Core

/// When lines were written that a follower has just read, by the marks that the pump keeps in memory.
package struct LogStamps: Sendable {
    private let marks: [(position: UInt64, time: Int64)]
    private let now: WallTime

    /// - Parameters:
    ///   - marks: offsets in the file that is written, ascending, and milliseconds since 1970.
    ///   - base: position of that file's first byte in the whole log; nil when it is not known.
    ///   - now: for lines that no mark is of.
    package init(_ marks: [(offset: UInt64, time: Int64)], base: UInt64?, now: WallTime) {
        self.marks = base.map { base in marks.map { (base + $0.offset, $0.time) } } ?? []
        self.now = now
    }

    /// Whether there is a mark for the byte at `position`.
    func knows(_ position: UInt64) -> Bool { marks.first.map { position >= $0.position } ?? false }

    /// The same lines, each run of them with its time. A line has the time of its first byte.
    package func timed(_ lines: LogLines) -> [LogLines] {
        guard let first = marks.first, lines.offset >= first.position else { return [with(lines, now.milliseconds)] }
        var result: [LogLines] = []
        var rest = lines
        var at = 0
        while !rest.bytes.isEmpty {
            while at + 1 < marks.count, marks[at + 1].position <= rest.offset { at += 1 }
            var later = LogLines(offset: rest.end, bytes: [])
            if at + 1 < marks.count, marks[at + 1].position < rest.end {
                let next = Int(marks[at + 1].position - rest.offset)
                let cut = rest.bytes.withUnsafeBufferPointer { $0.lineEnd(after: next - 1) }
                later = LogLines(offset: rest.offset + UInt64(cut), bytes: Array(rest.bytes[cut...]))
                rest.bytes.removeSubrange(cut...)
            }
            result.append(with(rest, marks[at].time))
            rest = later
        }
        return result
    }

    private func with(_ lines: LogLines, _ time: Int64) -> LogLines {
        var lines = lines
        lines.time = WallTime(milliseconds: time)
        return lines
    }
}
