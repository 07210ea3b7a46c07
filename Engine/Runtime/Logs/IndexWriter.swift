import CKernel

/// The index of one log file, as the pump writes it: marks gather in memory and go to the disk with the file's syncs.
///
/// What cannot be written is dropped: a log without marks is still a log.
struct IndexWriter {
    /// Bytes and milliseconds between two marks; whichever comes first.
    static let spacing: (bytes: UInt64, time: Int64) = (4096, 10)
    /// Marks that wait in memory; one more brings them to the disk.
    static let most = 512

    private let path: String
    /// The newest mark of the present file.
    private(set) var last: LogIndex.Mark?
    private var waiting: [LogIndex.Mark] = []
    /// What the file's header says, and how many bytes it has; nil until it was looked at.
    private var header: LogIndex?
    private var length = 0

    init(of log: String) {
        path = LogIndex.path(of: log)
    }

    /// The bytes from `offset` on were written at `time`, and are committed. True: it is time to `flush`.
    mutating func note(_ offset: UInt64, at time: Int64) -> Bool {
        if let last, offset >= last.offset, time >= last.time, offset - last.offset < Self.spacing.bytes,
            time - last.time < Self.spacing.time
        {
            return false
        }
        return mark(offset, at: time)
    }

    /// The same, however near the last mark is.
    mutating func mark(_ offset: UInt64, at time: Int64) -> Bool {
        let mark = LogIndex.Mark(offset: offset, time: time)
        last = mark
        waiting.append(mark)
        return waiting.count >= Self.most
    }

    /// The log file is another one, or was cut: its first byte comes `passed` bytes after that of the former.
    mutating func restart(inode: UInt64, passed: UInt64, at time: Int64) {
        let old = header ?? LogIndex.read(path, headerOnly: true) ?? next(inode: inode, born: time)
        header = LogIndex(inode: inode, number: old.number, base: old.base + passed, born: time)
        length = 0
        waiting = []
        last = nil
    }

    /// What the index says of the log file with this inode.
    mutating func facts(inode: UInt64, at time: Int64) -> LogIndex {
        if let header, header.inode == inode { return header }
        let found = found(inode: inode, born: waiting.first?.time ?? time)
        header = found
        return found
    }

    /// What the disk says of it, for a file that was opened just now.
    private mutating func found(inode: UInt64, born: Int64) -> LogIndex {
        length = 0
        guard let old = LogIndex.read(path) else { return next(inode: inode, born: born) }
        if old.inode == inode {
            length = LogIndex.headerSize + LogIndex.markSize * old.marks.count
            return LogIndex(inode: inode, number: old.number, base: old.base, born: old.born)
        }
        let part = String(path.dropLast(LogIndex.suffix.count)) + ".\(old.number)"
        var stat = od_pump_stat()
        if part.withCString({ od_pump_stat_path($0, &stat) }) == 0, stat.inode == old.inode {
            // We died between the names of the file and of its index.
            _ = path.withCString { from in LogIndex.path(of: part).withCString { od_replace(from, $0) } }
            return LogIndex(inode: inode, number: old.number + 1, base: old.base + stat.size, born: born)
        }
        // Somebody replaced the file while nobody looked: it had at least what is marked.
        return LogIndex(
            inode: inode, number: old.number, base: old.base + (old.marks.last?.offset ?? 0), born: born)
    }

    /// Of a file without an index: the first of its log, or we died when the one before had been put aside and nothing was
    /// said of this one yet. A number is never used twice: what has it would be taken for what is new.
    private func next(inode: UInt64, born: Int64) -> LogIndex {
        var next = LogIndex(inode: inode, number: 1, base: 0, born: born)
        guard let last = LogParts.old(of: String(path.dropLast(LogIndex.suffix.count))).last else { return next }
        next.number = (last.number ?? 0) + 1
        next.base = (LogIndex.read(last.index, headerOnly: true)?.base ?? 0) + last.length
        return next
    }

    /// Writes what waits.
    mutating func flush(inode: UInt64, at time: Int64) {
        guard !waiting.isEmpty || header != nil && length == 0 else { return }
        let marks = waiting
        let facts = facts(inode: inode, at: time)
        waiting = []
        let file = path.withCString { od_open_beside($0) }
        guard file >= 0 else { return }
        defer { od_pump_close(file) }
        if length == 0 {
            guard od_pump_truncate(file, 0) == 0, put(facts.header, file) else { return }
        }
        _ = put(LogIndex.bytes(of: marks), file)
    }

    private mutating func put(_ bytes: [UInt8], _ file: Int32) -> Bool {
        let written = bytes.withUnsafeBytes { od_pump_write(file, $0.baseAddress, $0.count, Int64(length)) }
        guard written == bytes.count else { return false }
        length += bytes.count
        return true
    }

    /// The log file was put aside under this name: its index goes with it. The next one begins `size` bytes later.
    mutating func putAside(to part: String, inode: UInt64, size: UInt64, at time: Int64) {
        flush(inode: inode, at: time)
        _ = path.withCString { from in LogIndex.path(of: part).withCString { od_replace(from, $0) } }
        header?.number += 1
        header?.base += size
        header?.inode = 0
        length = 0
        last = nil
    }

    /// The file that follows the one that was put aside.
    mutating func begin(inode: UInt64, at time: Int64) {
        header?.inode = inode
        header?.born = time
        flush(inode: inode, at: time)
    }

    /// Another number than the one that was thought free.
    mutating func setNumber(_ number: UInt64) {
        header?.number = number
    }
}
