/// When a log file is put aside for a new one, and how long those that were put aside are kept.
public struct LogRotation: Hashable, Sendable, Codable {
    /// Bytes that a file has at most, but for a line that is longer; 0 = any size.
    public var maxSize: Int
    /// Milliseconds after the first byte in a file, at the next one that comes, it is put aside; 0 = at any age.
    public var interval: Int
    /// Old files of each log.
    public var maxFiles: Int
    /// Milliseconds that an old file is kept; 0 = for ever.
    public var maxAge: Int
    /// Bytes of all old files of an app; 0 = any number.
    public var maxTotal: Int
    /// Old files become `.gz`.
    public var compress: Bool

    public init(
        maxSize: Int = Defaults.logMaxSize, interval: Int = 0, maxFiles: Int = Defaults.logMaxFiles,
        maxAge: Int = Defaults.logMaxAge, maxTotal: Int = Defaults.logMaxTotal, compress: Bool = Defaults.logCompress
    ) {
        self.maxSize = maxSize
        self.interval = interval
        self.maxFiles = maxFiles
        self.maxAge = maxAge
        self.maxTotal = maxTotal
        self.compress = compress
    }

    /// Files are never put aside.
    public static let off = LogRotation(maxSize: 0, interval: 0)

    /// Files are put aside at some time.
    public var isOn: Bool { maxSize > 0 || interval > 0 }
}

/// An old log file.
public struct LogPart: Hashable, Sendable {
    /// The log it was a part of.
    public var path: String
    /// Rises with each file that is put aside; never used twice.
    public var number: UInt64
    /// Bytes on the disk.
    public var size: Int
    /// When its last byte was written.
    public var modified: WallTime

    public init(path: String, number: UInt64, size: Int, modified: WallTime) {
        self.path = path
        self.number = number
        self.size = size
        self.modified = modified
    }
}

extension LogRotation {
    /// Which of an app's old files are to be removed now, oldest first.
    public func excess(of parts: [LogPart], at now: WallTime) -> [LogPart] {
        let old = parts.sorted { ($0.modified, $0.number) < ($1.modified, $1.number) }
        var counts = old.reduce(into: [String: Int]()) { $0[$1.path, default: 0] += 1 }
        // A file with holes may say any size.
        var total = old.reduce(0) { min($0, .max - $1.size) + $1.size }
        return old.filter { part in
            let isTooOld = maxAge > 0 && part.modified.milliseconds < now.milliseconds - Int64(maxAge)
            let isTooMany = counts[part.path, default: 0] > maxFiles
            guard isTooOld || isTooMany || maxTotal > 0 && total > maxTotal else { return false }
            counts[part.path, default: 0] -= 1
            total = max(0, total - part.size)
            return true
        }
    }
}
