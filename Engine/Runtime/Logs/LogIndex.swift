import CKernel
import Core

/// The sidecar of a log file, `LOG.idx`: where the file stands in the whole log, and when its bytes were written.
///
/// A log goes on over all its files: the *position* of a byte counts from the first byte of the first file, and `base`
/// is the position of this file's first byte. The file has 40 bytes of header (magic, inode of the log file, number
/// that it will get when it is put aside, base, and when its first byte was written) and 16 for each mark: an offset
/// in the log file and the time at which the bytes from there on were written. Times are milliseconds since 1970; all
/// are 8 bytes in host order.
///
/// The log is never later than its index, but the index may be later than the log by what was not flushed: then `since`
/// finds an earlier line.
struct LogIndex: Hashable {
    struct Mark: Hashable {
        var offset: UInt64
        /// Milliseconds since 1970.
        var time: Int64
    }

    static let headerSize = 40
    static let markSize = 16
    /// "ODINDEX1", as its bytes lie in the file of a little-endian machine.
    private static let magic: UInt64 = 0x3158_4544_4E49_444F

    /// Of the log file that this is about.
    var inode: UInt64
    /// Counts the files of the log, from 1.
    var number: UInt64
    var base: UInt64
    /// When its first byte was written, milliseconds since 1970.
    var born: Int64
    var marks: [Mark] = []

    static let suffix = ".idx"
    static func path(of log: String) -> String { log + suffix }

    // MARK: bytes

    static func bytes(of marks: some Sequence<Mark>) -> [UInt8] {
        var bytes: [UInt8] = []
        for mark in marks {
            append(mark.offset, to: &bytes)
            append(UInt64(bitPattern: mark.time), to: &bytes)
        }
        return bytes
    }

    var header: [UInt8] {
        var bytes: [UInt8] = []
        for word in [Self.magic, inode, number, base, UInt64(bitPattern: born)] { Self.append(word, to: &bytes) }
        return bytes
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word) { bytes += $0 }
    }

    /// Positions, offsets and numbers from here on are nobody's: sums of what is below cannot overflow.
    private static let limit: UInt64 = 1 << 56
    /// Times, too: milliseconds.
    private static let times = 0..<Int64(1) << 56

    /// nil for what is no index. An app may have written it: figures that cannot be true make none either.
    init?(_ bytes: [UInt8]) {
        func word(_ at: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
        }
        guard bytes.count >= Self.headerSize, word(0) == Self.magic else { return nil }
        (inode, number, base, born) = (word(8), word(16), word(24), Int64(bitPattern: word(32)))
        guard number < Self.limit, base < Self.limit, Self.times.contains(born) else { return nil }
        var last: UInt64 = 0
        for at in stride(from: Self.headerSize, through: bytes.count - Self.markSize, by: Self.markSize) {
            let mark = Mark(offset: word(at), time: Int64(bitPattern: word(at + 8)))
            // What was written beyond a crash, or never finished.
            guard mark.offset >= last, mark.offset < Self.limit, Self.times.contains(mark.time) else { break }
            last = mark.offset
            marks.append(mark)
        }
    }

    init(inode: UInt64, number: UInt64, base: UInt64, born: Int64) {
        (self.inode, self.number, self.base, self.born) = (inode, number, base, born)
    }

    // MARK: files

    /// Bytes of the largest index that is read: a mark for each 4 KB of a log of 16 GB.
    private static let most = 64 << 20

    /// The index at `path`; nil when there is none, or what is there is something else.
    static func read(_ path: String, headerOnly: Bool = false) -> LogIndex? {
        let file = path.withCString { od_pump_open_read($0) }
        guard file >= 0 else { return nil }
        defer { od_pump_close(file) }
        var stat = od_pump_stat()
        guard od_pump_stat(file, &stat) == 0, stat.regular != 0 else { return nil }
        let length = headerOnly ? headerSize : min(Int(stat.size), most)
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = Int(max(0, od_pump_read(file, buffer.baseAddress, length, 0)))
        }
        return LogIndex(bytes)
    }

    /// The offset of the first byte that was written at `time` or later; nil when all are earlier.
    func offset(since time: Int64) -> UInt64? {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low < marks.count ? marks[low].offset : nil
    }
}
