import CKernel

/// One open file of a log.
struct LogSource {
    private enum Handle {
        case plain(Int32)
        case gzip(GzipFile)
    }

    private let handle: Handle
    let path: String
    /// It was the one that is written when it was opened.
    let isWritten: Bool
    let device: UInt64
    let inode: UInt64
    /// Position of its first byte in the whole log.
    var base: UInt64

    /// The file that is written; nil when there is none.
    static func written(_ path: String) throws(Errno) -> LogSource? {
        let result = path.withCString { od_pump_open_read($0) }
        if result == -Errno.noEntry { return nil }
        return LogSource(try Errno.check(result), path, isWritten: true)
    }

    /// An old file, compressed meanwhile or not; nil when it was removed.
    static func old(_ piece: LogPiece) -> LogSource? {
        if piece.isCompressed {
            return GzipFile(piece.path).map { LogSource($0, piece) }
        }
        let file = piece.path.withCString { od_pump_open_read($0) }
        guard file >= 0 else { return old(piece.compressed) }
        var source = LogSource(file, piece.path, isWritten: false)
        source?.base = piece.base
        return source
    }

    private init?(_ file: Int32, _ path: String, isWritten: Bool) {
        var stat = od_pump_stat()
        guard od_pump_stat(file, &stat) == 0 else {
            od_pump_close(file)
            return nil
        }
        handle = .plain(file)
        self.path = path
        self.isWritten = isWritten
        (device, inode, base) = (stat.device, stat.inode, 0)
    }

    private init(_ file: GzipFile, _ piece: LogPiece) {
        handle = .gzip(file)
        path = piece.path
        isWritten = false
        (device, inode, base) = (0, 0, piece.base)
    }

    /// Bytes of log in it; nil for what is no regular file, from which nothing is ever read, and for a gzip file, which
    /// tells at its end.
    func length() throws(Errno) -> UInt64? {
        guard case .plain(let file) = handle else { return nil }
        var stat = od_pump_stat()
        _ = try Errno.check(od_pump_stat(file, &stat))
        return stat.regular != 0 ? stat.size : nil
    }

    /// It is read forwards only.
    var isCompressed: Bool {
        guard case .gzip = handle else { return false }
        return true
    }

    /// Bytes from `offset` on, at most `most`; a gzip file is only read forwards.
    func read(_ offset: UInt64, most: Int, _ halt: Halt? = nil) throws(Errno) -> [UInt8] {
        switch handle {
        case .gzip(let file):
            try file.skip(to: offset, halt)
            return try file.read(most)
        case .plain(let file):
            var failure: Int64 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
                let result = od_pump_read(file, buffer.baseAddress, most, Int64(offset))
                failure = min(result, 0)
                count = Int(max(result, 0))
            }
            guard failure == 0 else { throw Errno(Int32(-failure)) }
            return bytes
        }
    }

    /// The file is at its path still, or there is no other.
    func isAtPath() -> Bool {
        var there = od_pump_stat()
        guard path.withCString({ od_pump_stat_path($0, &there) }) >= 0 else { return true }
        return there.inode == inode && there.device == device
    }

    func close() {
        if case .plain(let file) = handle { od_pump_close(file) }
    }
}
