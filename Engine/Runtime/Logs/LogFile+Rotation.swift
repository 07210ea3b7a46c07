import CKernel
import Core

// Rotation: the writer itself puts the file aside, between two lines, and goes on in a new one.
//
// The order: all of the old file is committed; it is renamed; its index is renamed; the new file is made, and committed
// before its first byte. A crash in between leaves a log without a file at its path, which the next engine makes.
extension LogFile {
    /// How many of the stream's next bytes go into the present file; it was put aside before when that had to be.
    func share(of stream: LogStream, _ now: Int64) throws(Errno) -> Int {
        let unwritten = stream.spool.unwritten
        guard rotation.isOn, !isSpecial, now >= rotatesAgainAt else { return unwritten }
        let isDue = isTooOld()
        let left = rotation.maxSize > 0 ? Int(clamping: Int64(rotation.maxSize) - Int64(clamping: state.offset)) : .max
        if !isDue, unwritten <= left { return unwritten }
        if !isDue, left > 0, let end = try lastLine(of: stream, within: min(left, unwritten)) { return end }
        guard state.offset > 0 else { return try longLine(of: stream) }
        if try isLineEnded() || state.offset > UInt64(rotation.maxSize) + UInt64(LogBounds.longLine) {
            guard try rotate(now) else { return unwritten }
            return try share(of: stream, now)
        }
        return try longLine(of: stream)
    }

    func isTooOld() -> Bool {
        guard rotation.interval > 0, state.offset > 0 else { return false }
        let time = od_wall_milliseconds()
        return time - index.facts(inode: state.inode, at: time).born >= Int64(rotation.interval)
    }

    /// Bytes up to the end of the last line that ends within the next `most` bytes; nil when none does.
    private func lastLine(of stream: LogStream, within most: Int) throws(Errno) -> Int? {
        var end = most
        while end > 0 {
            let length = min(end, scratch.count)
            try look(at: stream, from: end - length, length)
            let last = Int(od_pump_last(scratch.baseAddress, length, LogBounds.newline))
            if last >= 0 { return end - length + last + 1 }
            end -= length
        }
        return nil
    }

    /// Bytes up to the end of the line that the stream begins with, or all that there is of it.
    private func longLine(of stream: LogStream) throws(Errno) -> Int {
        let unwritten = stream.spool.unwritten
        var start = 0
        while start < unwritten {
            let length = min(unwritten - start, scratch.count)
            try look(at: stream, from: start, length)
            if let end = scratch[..<length].firstIndex(of: LogBounds.newline) { return start + end + 1 }
            start += length
        }
        return unwritten
    }

    /// Reads the stream's next bytes, from `from` on, without taking them.
    private func look(at stream: LogStream, from: Int, _ length: Int) throws(Errno) {
        let offset = Int64(stream.spool.written) + Int64(from)
        let count = od_pump_read(stream.spool.descriptor, scratch.baseAddress, length, offset)
        guard count == length else { throw Errno(count < 0 ? Int32(-count) : Errno.inputOutput) }
    }

    /// Puts the file aside. False: that is not possible now, and the file goes on growing. Throws when there is no new
    /// file.
    func rotate(_ now: Int64) throws(Errno) -> Bool {
        try commit(marks: true)
        let time = od_wall_milliseconds()
        var number = index.facts(inode: state.inode, at: time).number
        var result = putAside(number)
        if result == -Errno.exists {
            number = (LogParts.find(path).map(\.number).max() ?? 0) + 1
            index.setNumber(number)
            result = putAside(number)
        }
        guard result >= 0 else {
            rotatesAgainAt = now + LogBounds.rotateRetry
            reportNoRotation(Errno(-result))
            return false
        }
        index.putAside(to: part(number), inode: state.inode, size: state.offset, at: time)
        setAside()
        try openFile(now)
        index.begin(inode: state.inode, at: time)
        return true
    }

    private func part(_ number: UInt64) -> String { "\(path).\(number)" }

    /// As `od_put_aside`; the number is taken, too, where only a compressed file has it.
    private func putAside(_ number: UInt64) -> Int32 {
        var there = od_pump_stat()
        let compressed = LogParts.path(path, number, compressed: true)
        guard compressed.withCString({ od_pump_stat_path($0, &there) }) == -Errno.noEntry else { return -Errno.exists }
        return path.withCString { from in part(number).withCString { od_put_aside(from, $0) } }
    }
}
