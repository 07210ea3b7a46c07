import CKernel
import Core

extension LogFile {
    /// Where a line about dropped bytes was put.
    struct Mark {
        var offset: UInt64
        var length: Int
        var dropped: UInt64
    }

    /// Puts what the stream's spool has into the file. False when it waits for the open line of another.
    ///
    /// Throws when nothing more can be written; what was written until then is counted.
    func write(_ stream: LogStream, _ now: Int64) throws(Errno) -> Bool {
        if style.type != .raw {
            try writeRecords(stream, now)
            return true
        }
        guard try mayWrite(stream, now) else { return false }
        if isSpecial {
            try put(stream)
        } else if streams.count > 1 {
            try writeLines(stream, now)
        } else {
            try copy(stream, now)
        }
        return true
    }

    // MARK: one stream

    /// From spool to file inside the kernel.
    private func copy(_ stream: LogStream, _ now: Int64) throws(Errno) {
        stream.openLineSince = nil
        while stream.spool.unwritten > 0 {
            let share = try share(of: stream, now)
            let (from, to) = (Int64(stream.spool.written), Int64(state.offset))
            guard copies else {
                try copyByHand(stream, share)
                continue
            }
            let count = od_pump_copy(stream.spool.descriptor, from, share, descriptor, to)
            if count < 0, [Errno.invalid, Errno.notImplemented, Errno.overflow].contains(Int32(-count)) {
                copies = false
            } else {
                let count = try Self.taken(count)
                advance(stream, taken: count, written: count, endsLine: nil)
            }
        }
    }

    /// For file systems that sendfile(2) does not know, or that have no files as long as the offsets of a spool.
    private func copyByHand(_ stream: LogStream, _ share: Int) throws(Errno) {
        let length = try load(stream, share)
        let count = try Self.taken(od_pump_write(descriptor, scratch.baseAddress, length, Int64(state.offset)))
        advance(stream, taken: count, written: count, endsLine: nil)
    }

    // MARK: several streams

    /// Whole lines only.
    private func writeLines(_ stream: LogStream, _ now: Int64) throws(Errno) {
        while stream.spool.unwritten > 0 {
            // No more than the longest line and its end: then no longer one can slip through among others.
            let loaded = try load(stream, min(try share(of: stream, now), LogBounds.line + 1))
            var taken = Int(od_pump_last(scratch.baseAddress, loaded, LogBounds.newline)) + 1
            var length = taken
            if taken == 0 {
                let since = stream.openLineSince ?? now
                guard loaded >= LogBounds.line || stream.ended != nil || now - since >= LogBounds.openLine else {
                    stream.openLineSince = since
                    wake(at: since + LogBounds.openLine)
                    return
                }
                taken = min(loaded, LogBounds.line)
                scratch[taken] = LogBounds.newline
                length = taken + 1
            }
            stream.openLineSince = nil
            try writeWhole(stream, taken: taken, length: length)
        }
    }

    /// `length` bytes of the scratch space, that end a line. When there is not room for all, the lines that fit.
    private func writeWhole(_ stream: LogStream, taken: Int, length: Int) throws(Errno) {
        let written = try Self.taken(od_pump_write(descriptor, scratch.baseAddress, length, Int64(state.offset)))
        guard written < length else {
            advance(stream, taken: taken, written: length, endsLine: true)
            return
        }
        let kept = Int(od_pump_last(scratch.baseAddress, written, LogBounds.newline)) + 1
        _ = od_pump_truncate(descriptor, Int64(state.offset) + Int64(kept))
        if kept > 0 { advance(stream, taken: kept, written: kept, endsLine: true) }
        throw Errno(Errno.noSpace)
    }

    /// Whether it is the stream's turn. Ends the line of another when that will not do so.
    private func mayWrite(_ stream: LogStream, _ now: Int64) throws(Errno) -> Bool {
        if state.lastWriter == stream.key { return true }
        if try isLineEnded() { return true }
        let owner = streams.first { $0.key == state.lastWriter }
        if let owner, owner.ended == nil || owner.spool.unwritten > 0 {
            let deadline = lineDeadline ?? now + LogBounds.openLine
            lineDeadline = deadline
            if now < deadline {
                wake(at: deadline)
                return false
            }
        }
        scratch[0] = LogBounds.newline
        let count =
            isSpecial
            ? od_pump_put(descriptor, scratch.baseAddress, 1)
            : od_pump_write(descriptor, scratch.baseAddress, 1, Int64(state.offset))
        advance(nil, taken: 0, written: try Self.taken(count), endsLine: true)
        return true
    }

    func isLineEnded() throws(Errno) -> Bool {
        if let endsLine { return endsLine }
        var isEnded = state.offset == 0
        if !isEnded {
            let count = od_pump_read(descriptor, scratch.baseAddress, 1, Int64(state.offset) - 1)
            isEnded = try Self.taken(count) == 1 && scratch[0] == LogBounds.newline
        }
        endsLine = isEnded
        return isEnded
    }

    // MARK: FIFOs and devices

    private func put(_ stream: LogStream) throws(Errno) {
        while stream.spool.unwritten > 0 {
            let length = try load(stream, stream.spool.unwritten)
            let count = try Self.taken(od_pump_put(descriptor, scratch.baseAddress, length))
            let endsLine = count > 0 && scratch[count - 1] == LogBounds.newline
            advance(stream, taken: count, written: count, endsLine: endsLine)
        }
    }

    // MARK: what was dropped

    /// Says in the file how many bytes are missing at this place; nil when none are.
    func writeMark() throws(Errno) -> Mark? {
        guard state.dropped > 0 else { return nil }
        let mark = Mark(offset: state.offset, length: 0, dropped: state.dropped)
        let start: [UInt8] = try isLineEnded() ? [] : [LogBounds.newline]
        let text = start + ownLine("[od] \(state.dropped) bytes are missing here: the file could not be written")
        let written = text.withUnsafeBytes { bytes in
            isSpecial
                ? od_pump_put(descriptor, bytes.baseAddress, bytes.count)
                : od_pump_write(descriptor, bytes.baseAddress, bytes.count, Int64(state.offset))
        }
        let count = try Self.taken(written)
        guard count == text.count || isSpecial else {
            _ = od_pump_truncate(descriptor, Int64(state.offset))
            throw Errno(Errno.noSpace)
        }
        state.dropped = 0
        advance(nil, taken: 0, written: count, endsLine: true)
        return Mark(offset: mark.offset, length: count, dropped: mark.dropped)
    }

    /// A line that we say ourselves.
    private func ownLine(_ text: String) -> [UInt8] {
        style.type == .raw ? Array("\(text)\n".utf8) : ownRecord(text)
    }

    // MARK: details

    /// Reads the next `most` bytes of the stream, as far as there is room for them and a newline.
    func load(_ stream: LogStream, _ most: Int) throws(Errno) -> Int {
        let length = min(most, scratch.count - 1)
        let from = Int64(stream.spool.written)
        let count = try Self.taken(od_pump_read(stream.spool.descriptor, scratch.baseAddress, length, from))
        guard count == length else { throw Errno(Errno.inputOutput) }
        return count
    }

    /// The count that a call of pump.h gave.
    static func taken(_ result: Int64) throws(Errno) -> Int {
        guard result >= 0 else { throw Errno(Int32(-result)) }
        return Int(result)
    }
}
