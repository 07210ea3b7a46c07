import CKernel
import Core

// Formatted files: whole records only, each of one line. A line without its end is waited for (`LogBounds.openLine`), a
// very long one (`LogBounds.line`) is cut, and its record says that it goes on.
extension LogFile {
    /// Puts the lines that the stream's spool has into the file.
    func writeRecords(_ stream: LogStream, _ now: Int64) throws(Errno) {
        try endLine()
        let formatter = LineFormatter(type: style.type, head: head(of: stream))
        while stream.spool.unwritten > 0 {
            let loaded = try load(stream, stream.spool.unwritten)
            let since = stream.openLineSince ?? now
            let room = try roomForRecords(now)
            var closes = false
            var made = make(formatter, loaded, closes, room)
            if made.taken == 0, !made.isFull, stream.ended != nil || now - since >= LogBounds.openLine {
                closes = true
                made = make(formatter, loaded, closes, room)
            }
            if made.isFull, made.taken == 0, room < records.count {
                // The file is full, or the record longer than any file may be.
                if state.offset > 0, try rotate(now) { continue }
                made = make(formatter, loaded, closes, records.count)
            }
            guard made.taken > 0 else {
                stream.openLineSince = since
                wake(at: since + LogBounds.openLine)
                return
            }
            stream.openLineSince = nil
            try isSpecial ? putMade(stream, made) : writeMade(stream, made, loaded, closes, formatter)
        }
    }

    private func make(_ formatter: LineFormatter, _ loaded: Int, _ closes: Bool, _ room: Int) -> LineFormatter.Result {
        formatter.format(
            UnsafeRawBufferPointer(rebasing: scratch[..<loaded]), into: records.prefix(room, at: state.offset),
            closesTail: closes)
    }

    private func writeMade(
        _ stream: LogStream, _ made: LineFormatter.Result, _ loaded: Int, _ closes: Bool, _ formatter: LineFormatter
    ) throws(Errno) {
        let bytes = records.prefix(made.length, at: state.offset)
        let result = od_pump_write(descriptor, bytes.baseAddress, bytes.count, Int64(state.offset))
        let written = try Self.taken(result)
        guard written < made.length else {
            advance(stream, taken: made.taken, written: made.length, endsLine: true)
            return
        }
        // No room for all: the records that fit. The same input makes the same records.
        let kept = make(formatter, loaded, closes, written)
        _ = od_pump_truncate(descriptor, Int64(state.offset) + Int64(kept.length))
        if kept.taken > 0 { advance(stream, taken: kept.taken, written: kept.length, endsLine: true) }
        throw Errno(Errno.noSpace)
    }

    /// Bytes that the file may still get; without rotation any number.
    private func roomForRecords(_ now: Int64) throws(Errno) -> Int {
        guard rotation.isOn, !isSpecial, now >= rotatesAgainAt else { return records.count }
        if isTooOld() { _ = try rotate(now) }
        guard rotation.maxSize > 0 else { return records.count }
        return min(records.count, max(0, Int(clamping: Int64(rotation.maxSize) - Int64(clamping: state.offset))))
    }

    /// A file that others wrote, or that was raw, may end within a line.
    private func endLine() throws(Errno) {
        guard !isSpecial, try !isLineEnded() else { return }
        scratch[0] = LogBounds.newline
        let count = try Self.taken(od_pump_write(descriptor, scratch.baseAddress, 1, Int64(state.offset)))
        advance(nil, taken: 0, written: count, endsLine: true)
    }

    // MARK: FIFOs and devices

    /// What a full FIFO took of a record is followed by the rest of it.
    private func putMade(_ stream: LogStream, _ made: LineFormatter.Result) throws(Errno) {
        let bytes = records.prefix(made.length, at: state.offset)
        let count = try Self.taken(od_pump_put(descriptor, bytes.baseAddress, bytes.count))
        advance(stream, taken: made.taken, written: count, endsLine: true)
        guard count < made.length else { return }
        debt = Array(bytes[count...])
        throw Errno(Errno.again)
    }

    func payDebt() throws(Errno) {
        while isSpecial, !debt.isEmpty {
            let count = try Self.taken(debt.withUnsafeBytes { od_pump_put(descriptor, $0.baseAddress, $0.count) })
            debt.removeFirst(count)
        }
        debt = []
    }

    // MARK: heads

    /// What the records of a stream begin with, now.
    private func head(of stream: LogStream) -> [UInt8] {
        let time = od_wall_milliseconds()
        if stamp.time != time || stamp.style != style {
            stamp = Stamp(time: time, style: style, bytes: style.stamp(time))
        }
        return stamp.bytes + stream.label.bytes(of: style.type)
    }

    /// What is said of dropped bytes, as a record.
    func ownRecord(_ text: String) -> [UInt8] {
        let head = style.stamp(od_wall_milliseconds()) + RecordLabel.own.bytes(of: style.type)
        return head + Array((style.type == .json ? "\(text)\"}\n" : " \(text)\n").utf8)
    }

    /// The time of a batch, as records have it.
    struct Stamp {
        var time: Int64 = 0
        var style = LogStyle()
        var bytes: [UInt8] = []
    }
}
