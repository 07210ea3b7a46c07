import CKernel
package import Core

/// What a follower that is too slow does not get.
package struct LogGap: Hashable, Sendable {
    /// Lines that began or ended there.
    package var lines: Int
    /// Where the log goes on.
    package var position: UInt64

    package init(lines: Int = 0, position: UInt64) {
        self.lines = lines
        self.position = position
    }

    /// A line of ours that says so.
    package var words: [UInt8] {
        Array("[od] \(lines) \(lines == 1 ? "line is" : "lines are") missing here: the reader is too slow\n".utf8)
    }
}

extension LogReader {
    /// So much of the end is kept when lines are left out.
    private static let kept: UInt64 = 64 << 10
    /// Bytes that are looked at in one call.
    private static let step = 1 << 20

    /// Where a follower goes on when more than `most` bytes wait for it, and where the log ends now; nil when there are
    /// fewer. `limit` as for `read`.
    ///
    /// Throws `OD7001` when a file cannot be read.
    package func overtaken(beyond most: Int, upTo limit: UInt64? = nil) throws(Failure) -> Range<UInt64>? {
        guard let end = try end(upTo: limit), end > position, end - position > UInt64(most) else { return nil }
        return end - min(Self.kept, UInt64(most))..<end
    }

    /// Goes on towards the first line that begins in `range`, at most 1 MB, and counts the lines on the way. False when
    /// there is more to pass over. A line without an end is passed over in part.
    ///
    /// Throws `OD7001` when a file cannot be read.
    package func passOver(to range: Range<UInt64>, _ gap: inout LogGap, upTo limit: UInt64?) throws(Failure) -> Bool {
        let slice = try read(Self.step, upTo: limit)
        let next = slice.offset + UInt64(slice.bytes.count)
        gap.position = next
        guard !slice.bytes.isEmpty else { return true }
        let from = Int(min(UInt64(slice.bytes.count), range.lowerBound - min(range.lowerBound, slice.offset)))
        let stop = slice.bytes.withUnsafeBytes { bytes in
            gap.lines += Int(od_count_byte(bytes.baseAddress, from, LogBounds.newline))
            return Int(od_find_byte(bytes.baseAddress, bytes.count, from, LogBounds.newline))
        }
        guard stop >= 0 else { return next >= range.upperBound }
        gap.lines += 1
        gap.position = slice.offset + UInt64(stop) + 1
        try seek(to: gap.position)
        return true
    }
}
