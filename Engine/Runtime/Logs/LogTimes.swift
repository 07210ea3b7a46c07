import CKernel
import Core

/// When the bytes of a log were written, by the indexes of its files. Reads them piece by piece: its memory does not
/// grow with them.
final class LogTimes {
    private let reader: LogReader
    /// Marks of the file that is written which its index may not have yet.
    private let newest: [LogIndex.Mark]
    /// The files at the last look. Old ones never change, but may go.
    private var known: [LogPiece] = []
    /// The file whose marks are at hand.
    private var piece: LogPiece?
    private var marks: LogMarks?
    /// Nothing is asked about what comes after a mark that was found once, so the search goes on there.
    private var at = 0

    init(_ path: String, newest: [LogIndex.Mark] = []) {
        reader = LogReader(path)
        self.newest = newest
    }

    /// Milliseconds since 1970 for the byte at `position`. Without marks it is the time of the file's last byte.
    func time(at position: UInt64) -> Int64 {
        guard let (piece, marks) = find(position) else { return 0 }
        guard let marks, at < marks.count else { return piece.modified.milliseconds }
        return marks[at].time
    }

    /// The first position after `position` and before `limit` that was written later than `time`; nil when there is none.
    func position(after position: UInt64, before limit: UInt64, laterThan time: Int64) -> UInt64? {
        guard let (piece, marks) = find(position), let marks else { return nil }
        while at < marks.count, piece.base + marks[at].offset < limit {
            if marks[at].time > time { return max(position + 1, piece.base + marks[at].offset) }
            at += 1
        }
        return end(of: piece)
    }

    /// The first position after `position` with a time of its own.
    func next(after position: UInt64) -> UInt64? {
        guard let (piece, marks) = find(position), let marks else { return nil }
        return at + 1 < marks.count ? max(position + 1, piece.base + marks[at + 1].offset) : end(of: piece)
    }

    /// The same lines, each run of them with its time.
    func timed(_ lines: LogLines) -> [LogLines] {
        var result: [LogLines] = []
        var rest = lines
        while !rest.bytes.isEmpty {
            rest.time = WallTime(milliseconds: time(at: rest.offset))
            var later: LogLines?
            if let next = next(after: rest.offset), next < rest.end {
                let cut = rest.bytes.withUnsafeBufferPointer { $0.lineEnd(after: Int(next - rest.offset) - 1) }
                later = LogLines(offset: rest.offset + UInt64(cut), bytes: Array(rest.bytes[cut...]))
                rest.bytes.removeSubrange(cut...)
            }
            if let last = result.last, last.time == rest.time, last.end == rest.offset {
                result[result.count - 1].bytes += rest.bytes
            } else {
                result.append(rest)
            }
            rest = later ?? LogLines(offset: rest.end, bytes: [])
        }
        return result
    }

    private func end(of piece: LogPiece) -> UInt64? { piece.number == nil ? nil : piece.end }

    /// The file may have been put aside: its name is looked at again.
    func refresh() {
        guard piece?.number == nil, marks?.isAtPath == false else { return }
        (piece, marks) = (nil, nil)
    }

    /// The file with `position`, and `at` on the mark of it.
    private func find(_ position: UInt64) -> (piece: LogPiece, marks: LogMarks?)? {
        if let piece, position >= piece.base, position < piece.end || piece.number == nil {
            seek(position - piece.base)
            return (piece, marks)
        }
        if !known.contains(where: { $0.number != nil && $0.base <= position && position < $0.end }) {
            guard let pieces = try? reader.chain() else { return nil }
            known = pieces
        }
        piece = known.first { position < $0.end } ?? known.last
        guard let piece else { return nil }
        marks = LogMarks(piece.index, newest: piece.number == nil ? newest : [])
        at = 0
        seek(position > piece.base ? position - piece.base : 0)
        return (piece, marks)
    }

    /// The last mark that is not after `offset`; the first one for what comes before it.
    private func seek(_ offset: UInt64) {
        guard let marks, marks.count > 0 else { return }
        if at >= marks.count || marks[at].offset > offset { at = 0 }
        // Most often it is one of the next.
        for _ in 0..<LogMarks.window {
            guard at + 1 < marks.count, marks[at + 1].offset <= offset else { return }
            at += 1
        }
        var (low, high) = (at, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        at = max(0, low - 1)
    }
}

/// The marks of an index, a window of them at a time.
final class LogMarks {
    static let window = 256
    /// Behind all bytes of all logs; figures of files are added to it without fear.
    private static let far: UInt64 = 1 << 56

    private let path: String
    private let file: Int32
    private let inode: UInt64
    private var first = 0
    private var loaded: [LogIndex.Mark] = []
    private var known: Int
    private let newest: [LogIndex.Mark]
    /// Those of `newest` that are not in the file.
    private var unwritten: ArraySlice<LogIndex.Mark> = []

    /// nil when there is no index.
    ///
    /// - Parameter newest: marks that come to the file's end, or are there already.
    init?(_ path: String, newest: [LogIndex.Mark]) {
        var file = path.withCString { od_pump_open_read($0) }
        var stat = od_pump_stat()
        if file >= 0,
            od_pump_stat(file, &stat) != 0 || stat.regular == 0 || LogIndex.read(path, headerOnly: true) == nil
        {
            od_pump_close(file)
            file = -1
        }
        // A young log has marks before it has an index.
        guard file >= 0 || !newest.isEmpty else { return nil }
        self.path = path
        self.file = file
        inode = file >= 0 ? stat.inode : 0
        known = file >= 0 ? Self.marks(in: stat.size) : 0
        self.newest = newest
        leaveOut()
    }

    /// What is in the file by now is there once.
    private func leaveOut() {
        guard !newest.isEmpty else { return }
        let last = known > 0 ? self[known - 1].offset : 0
        unwritten = newest.drop { known > 0 && $0.offset <= last }
    }

    deinit { if file >= 0 { od_pump_close(file) } }

    private static func marks(in size: UInt64) -> Int {
        max(0, (Int(clamping: size) - LogIndex.headerSize) / LogIndex.markSize)
    }

    /// How many there are; more may come.
    var count: Int { known + unwritten.count }

    /// Whether it is still the index of the file that is written.
    var isAtPath: Bool {
        var stat = od_pump_stat()
        if file >= 0, od_pump_stat(file, &stat) == 0, Self.marks(in: stat.size) > known {
            known = Self.marks(in: stat.size)
            leaveOut()
        }
        return path.withCString { od_pump_stat_path($0, &stat) } == 0 && stat.inode == inode
    }

    subscript(index: Int) -> LogIndex.Mark {
        if index >= known, index - known < unwritten.count { return unwritten[unwritten.startIndex + index - known] }
        if index < first || index >= first + loaded.count { load(index) }
        // The file was cut meanwhile.
        guard index >= first, index - first < loaded.count else { return LogIndex.Mark(offset: Self.far, time: .max) }
        return loaded[index - first]
    }

    private func load(_ index: Int) {
        first = index / Self.window * Self.window
        let length = Self.window * LogIndex.markSize
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            let offset = Int64(LogIndex.headerSize + first * LogIndex.markSize)
            count = Int(max(0, od_pump_read(file, buffer.baseAddress, length, offset)))
        }
        func word(_ at: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
        }
        loaded = stride(from: 0, through: bytes.count - LogIndex.markSize, by: LogIndex.markSize).map {
            // What an app has written there is not believed: it only spoils the order of its own lines.
            LogIndex.Mark(offset: min(word($0), Self.far), time: Int64(word($0 + 8) & (1 << 56 - 1)))
        }
    }
}
