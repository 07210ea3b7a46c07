import CKernel
import Core

/// One output of one run. Lives on the pump's thread.
final class LogStream {
    /// What wakes the pump for it.
    enum Watch: Hashable {
        /// epoll, as soon as there is something to read.
        case readable
        /// The next pass.
        case now
        /// A time.
        case at(Int64)
        /// Its file: the spool is full.
        case file
        /// Nothing: the stream has ended.
        case nothing
    }

    let key: StreamKey
    let pipe: Int32
    let file: LogFile
    /// What epoll reports.
    let tag: UInt64
    var spool: Spool
    /// Index in the commit of the file.
    var entry = 0
    var watch = Watch.now
    var pace = Pace()
    /// Who writes, as records say it.
    var label = RecordLabel.own
    /// epoll knows the pipe.
    var isRegistered = false
    /// What may widen the pipe, and whether it was.
    private let budget: PipeBudget
    private(set) var isWide = false
    /// When the pipe was read to its end, or given up.
    var ended: Int64?
    /// In a file of several streams: since when the spool begins with a line that has no end.
    var openLineSince: Int64?
    /// Who else wants what comes.
    var tap: LogTap?
    /// Bytes that its file had got when the last of this stream came in.
    var passed: UInt64 = 0
    /// The same for the first; nil when it was read before.
    var start: UInt64?
    /// Nothing of it was ever in a file.
    var isFresh = false

    init(key: StreamKey, pipe: Int32, spool: Spool, file: LogFile, tag: UInt64, budget: PipeBudget) {
        self.key = key
        self.pipe = pipe
        self.spool = spool
        self.file = file
        self.tag = tag
        self.budget = budget
    }

    /// Takes what is in the pipe. True when anything was taken or the stream has ended.
    func fill(_ now: Int64) -> Bool {
        guard ended == nil else { return false }
        let moved: Int?
        do { moved = try spool.fill(from: pipe) } catch { moved = 0 }
        switch moved {
        case nil:
            watch = spool.room == 0 ? .file : .readable
            return false
        case 0?:
            end(now)
        case let count?:
            if let tap { tap(key.channel, spool.last(count)) }
            // It was full: the app has waited.
            if count >= PipeBudget.usual, !isWide { isWide = budget.widen(pipe) }
            let next = pace.next(after: count, now: now)
            watch = file.style.flush == .immediate ? .now : next.map(Watch.at) ?? .now
        }
        return true
    }

    /// The pipe is closed.
    func giveBack() {
        if isWide { budget.giveBack() }
        isWide = false
    }

    /// No byte will come any more.
    func end(_ now: Int64) {
        ended = ended ?? now
        watch = .nothing
    }
}
