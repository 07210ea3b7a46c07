package import Core

/// One output of a run.
package struct StreamKey: Hashable, Sendable {
    package var run: RunID
    package var channel: LogChunk.Channel

    package init(_ run: RunID, _ channel: LogChunk.Channel) {
        self.run = run
        self.channel = channel
    }
}

/// Where the bytes of a stream come from and go to.
package struct StreamSource: Hashable, Sendable {
    /// Read end, non-blocking. Given away with `LogPump.attach`.
    package var pipe: Int32
    /// Memfd whose file position is shared with the keeper. Given away with `LogPump.attach`.
    package var spool: Int32
    /// A file that `LogPump.open` has made known.
    package var path: String

    package init(pipe: Int32, spool: Int32, path: String) {
        self.pipe = pipe
        self.spool = spool
        self.path = path
    }
}

/// What the pump tells. Called on the pump's thread: hand it on, do not work there.
package enum LogFact: Hashable, Sendable {
    /// Both streams of the run are read to their end and every byte is in its file: the keeper may close them.
    case drained(RunID)
    /// Where the output of the run ends in its logs; comes before `drained`, for those who asked (`LogOrigin.tellsEnds`).
    case ends(RunID, [LogEnd])
    /// The streams were not taken, because the path is unknown or the file has too many: the keeper goes on reading.
    case refused(RunID)
    /// The file cannot be written. The app goes on: its bytes wait in the spool, then the oldest are dropped and
    /// counted.
    case blocked(path: String, reason: String)
    /// The file is written again. So many bytes were dropped; a line in the file says so where they are missing.
    case unblocked(path: String, dropped: UInt64)
    /// The file was put aside and a new one begun.
    case rotated(path: String)
    /// It could not be put aside and goes on growing; tried again later.
    case notRotated(path: String, reason: String)
    /// `LogPump.close` is done: nothing of the file is open any more and its page may be dropped.
    case closed(path: String)
    /// The answer to `LogPump.lend`.
    case lent(LogLoan)
    /// The answer to `LogPump.empty`: what was in the file is in those up to this number; or why it is not.
    case emptied(path: String, through: UInt64, reason: String?)
    /// The answer to `LogPump.report`: what came before it is done.
    case reported(UInt64, full: Set<String>)
}

/// Copies of what the pump reads and writes by; whoever takes them closes them.
package struct LogLoan: Hashable, Sendable {
    /// Pipe and spool of one stream.
    package struct Stream: Hashable, Sendable {
        package var pipe: Int32
        package var spool: Int32
    }

    /// The streams of each run that have not ended.
    package var runs: [RunID: [LogChunk.Channel: Stream]] = [:]
    /// The commit page of each file, by its path.
    package var pages: [String: Int32] = [:]
}

/// Limits of the log path, in one place. Sizes in bytes, times in nanoseconds.
enum LogBounds {
    static let newline = UInt8(ascii: "\n")

    /// What a spool may hold that is not in its file yet; beyond it the pipe fills and the app waits.
    static let spool = 256 << 10
    /// A batch this long (a quarter of a pipe) is followed by the next at once.
    static let longBatch = 16 << 10
    /// How long the pump looks away from a stream that writes little.
    static let rest: Int64 = 20_000_000
    /// In a file of several streams: a longer line is cut.
    static let line = 64 << 10
    /// In a file of several streams: how long a line without its end is waited for.
    static let openLine: Int64 = 1_000_000_000
    /// A file whose last line has no end grows so far beyond its limit before it is cut there.
    static let longLine = 1 << 20
    /// How often a rotation that failed is tried again.
    static let rotateRetry: Int64 = 60_000_000_000
    /// How often a file that cannot be written is tried again, and one that is full for the moment (a FIFO).
    static let retry: Int64 = 1_000_000_000
    static let retryFull: Int64 = 20_000_000
    /// How long a FIFO may be full before a full spool drops what it has. A disk that is full is not waited for.
    static let patience: Int64 = 5_000_000_000
    /// How long a stream may go on when nothing of its run lives, and one that has ended may wait for its file.
    static let grace = Int64(Defaults.streamGrace) * 1_000_000
    /// How soon an active file is synced to its disk, by its `logFlush`; and tried again while a disk is slow.
    static func sync(_ flush: LogFlush) -> Int64 {
        switch flush {
        case .immediate: 0
        case .batch: 1_000_000_000
        case .interval: 10_000_000_000
        }
    }
    static let syncAgain: Int64 = 100_000_000
    /// How often a file with `logFlush: interval` is written.
    static let interval: Int64 = 1_000_000_000
    /// How long a line that somebody follows waits for older ones of other logs.
    static let order: Int64 = 1_000_000_000
    /// How long an answer waits for the pump to say which files cannot be written.
    static let report: Int64 = 1_000_000_000
    /// Commands that wait for the pump. Each run takes five at most, and the keeper holds 4096 runs.
    static let commands = 24_576
}
