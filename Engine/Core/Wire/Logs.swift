/// Params of `log.stream`.
public struct LogRequest: Hashable, Sendable, Codable {
    /// Where one file is to go on, after a reconnect.
    public struct Position: Hashable, Sendable, Codable {
        public var process: UInt32
        public var channel: LogChunk.Channel
        public var offset: UInt64
        /// The client had all that was there once: from here on `LogRequest.lag` counts. nil for false.
        public var caughtUp: Bool?

        public init(process: UInt32, channel: LogChunk.Channel, offset: UInt64, caughtUp: Bool? = nil) {
            self.process = process
            self.channel = channel
            self.offset = offset
            self.caughtUp = caughtUp
        }
    }

    public var targets: [String]
    /// How many of the last lines of each log to send first; not used with `since` or `until`.
    public var lines: Int
    /// From what was written then, in old files too; nil: see `lines`.
    public var since: WallTime?
    /// To what was written then; nil: to the end.
    public var until: WallTime?
    public var follow: Bool
    public var channels: [LogChunk.Channel]
    /// Logs that start at a position instead of their last lines.
    public var resume: [Position]
    /// What is there already comes in the order in which it was written, over all files: whole lines, exact to a batch of
    /// the writer (4 KB or 10 ms). Then `last` counts instead of `lines`. nil for false: one file beside the other.
    public var merged: Bool?
    /// The last lines of all files together, of those that `filter` lets through; nil for all. Of lines that are longer
    /// than `Defaults.logTail` bytes together only the last come.
    public var last: Int?
    /// The first lines of all files together: then the stream ends.
    public var first: Int?
    /// Positions at which files end, for pages of what came before.
    public var before: [Position]?
    /// Only lines that it lets through; each chunk then ends with the end of a line.
    public var filter: LogFilter?
    /// Chunks say when they were written.
    public var times: Bool?
    /// Bytes of a file that may wait for a follower who once had all, at least 1 MB: when it falls further behind, the
    /// lines up to the newest are left out, and a chunk of words of ours (`LogChunk.isNote`) says how many. nil: it gets
    /// all, however late. Not used with `filter`.
    public var lag: Int?

    public init(
        targets: [String], lines: Int = Defaults.logLines, since: WallTime? = nil, until: WallTime? = nil,
        follow: Bool = false, channels: [LogChunk.Channel] = [.out, .error], resume: [Position] = [],
        merged: Bool? = nil, last: Int? = nil, first: Int? = nil, before: [Position]? = nil,
        filter: LogFilter? = nil, times: Bool? = nil, lag: Int? = nil
    ) {
        self.targets = targets
        self.lines = lines
        self.since = since
        self.until = until
        self.follow = follow
        self.channels = channels
        self.resume = resume
        self.merged = merged
        self.last = last
        self.first = first
        self.before = before
        self.filter = filter
        self.times = times
        self.lag = lag
    }
}

/// Which lines of a log are wanted. Without `pattern` and `level`: all.
public struct LogFilter: Hashable, Sendable, Codable {
    /// A regular expression over the bytes of a line, at most 1,000 bytes long; refused with `OD1023`.
    public var pattern: String?
    /// The pattern is plain text.
    public var isLiteral: Bool?
    /// Letters match in both cases.
    public var ignoresCase: Bool?
    /// The lines that the pattern is not in.
    public var isInverted: Bool?
    /// Lines of this level and graver ones. A line that names none belongs to the one before it, as those of a stack
    /// trace do; the first ones of a file count as `info`.
    public var level: LogLevel?
    /// Lines before and after each that is let through; at most `Defaults.logContext`.
    public var before: Int?
    public var after: Int?

    public init(
        pattern: String? = nil, isLiteral: Bool? = nil, ignoresCase: Bool? = nil, isInverted: Bool? = nil,
        level: LogLevel? = nil, before: Int? = nil, after: Int? = nil
    ) {
        self.pattern = pattern
        self.isLiteral = isLiteral
        self.ignoresCase = ignoresCase
        self.isInverted = isInverted
        self.level = level
        self.before = before
        self.after = after
    }
}

/// The answer to `log.stream`; chunks follow.
public struct LogStreamResult: Hashable, Sendable, Codable {
    /// A file of the stream, and by which number its chunks are known.
    public struct File: Hashable, Sendable, Codable {
        public var process: UInt32
        /// `api#0`, or `api` when the instances share one file.
        public var label: String
        public var channel: LogChunk.Channel
        public var path: String
        /// The project and the app that write it, and which instance; nil when the instances share it, as from engines
        /// that did not say.
        public var namespace: String?
        public var name: String?
        public var instance: Int?
        /// The process that writes it now, and since when; nil when none does.
        public var pid: Int32?
        public var started: WallTime?
        /// What a line looks like in the file, unless older lines were written in another way; nil from engines that did
        /// not say.
        public var type: LogType?
        /// `LogSettings.dateFormat`.
        public var dateFormat: String?
        /// Why nothing can be written to it at present: what apps write is lost after a while.
        public var trouble: String?

        public init(
            process: UInt32, label: String, channel: LogChunk.Channel, path: String, namespace: String? = nil,
            name: String? = nil, instance: Int? = nil, pid: Int32? = nil, started: WallTime? = nil,
            type: LogType? = nil,
            dateFormat: String? = nil
        ) {
            self.process = process
            self.label = label
            self.channel = channel
            self.path = path
            self.namespace = namespace
            self.name = name
            self.instance = instance
            self.pid = pid
            self.started = started
            self.type = type
            self.dateFormat = dateFormat
        }
    }

    public var stream: UInt32
    public var files: [File]
    /// The engine knows `LogRequest.merged`, `filter` and `times`; nil from engines that do not.
    public var searches: Bool?

    public init(stream: UInt32, files: [File], searches: Bool? = nil) {
        self.stream = stream
        self.files = files
        self.searches = searches
    }
}

/// Params of `log.stop`.
public struct LogStop: Hashable, Sendable, Codable {
    public var stream: UInt32

    public init(stream: UInt32) {
        self.stream = stream
    }
}

/// A log: the file that is written, and the old ones that were put aside.
public struct LogInfo: Hashable, Sendable, Codable {
    public var namespace: String
    public var name: String
    /// nil when several instances share the file.
    public var instance: Int?
    public var channel: LogChunk.Channel
    public var path: String
    /// Bytes of the file that is written; nil when there is none.
    public var size: UInt64?
    public var modified: WallTime?
    /// The old files: how many, their bytes on the disk, and when the oldest was written last.
    public var oldFiles: Int
    public var oldSize: UInt64
    public var oldest: WallTime?
    /// Why nothing can be written to it at present.
    public var trouble: String?

    public init(
        namespace: String, name: String, instance: Int?, channel: LogChunk.Channel, path: String, size: UInt64? = nil,
        modified: WallTime? = nil, oldFiles: Int = 0, oldSize: UInt64 = 0, oldest: WallTime? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.instance = instance
        self.channel = channel
        self.path = path
        self.size = size
        self.modified = modified
        self.oldFiles = oldFiles
        self.oldSize = oldSize
        self.oldest = oldest
    }
}
