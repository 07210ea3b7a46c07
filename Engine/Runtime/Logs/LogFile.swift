import CKernel
import Core

/// One log file: its streams, its commit page, what is in it. Lives on the pump's thread.
///
/// The order of every batch: bytes into the file, commit, then room in the spool. What the file has beyond the commit
/// is cut off when it is opened the next time.
///
/// One stream: its bytes, as they are. Several: whole lines of each; a line without its end is waited for
/// (`LogBounds.openLine`), a very long one (`LogBounds.line`) is cut, and both get a newline. Bytes of two streams
/// never share a line: when a stream left one open and another one writes, there is a newline between.
final class LogFile {
    let path: String
    let scratch: UnsafeMutableRawBufferPointer
    let records: RecordBuffer
    private(set) var streams: [LogStream] = []
    private var page: CommitPage
    private let length: LogLength
    private let facts: (LogFact) -> Void

    /// What the next commit will say.
    var state: LogCommit
    private var needsCommit = false

    /// -1 while it is closed.
    var descriptor: Int32 = -1
    /// A FIFO or a device: bytes are put there, and nobody knows how far that came when we died.
    var isSpecial = false
    /// sendfile(2) works from a spool to this file system.
    var copies = true
    /// nil when it is not known whether the file ends with a newline.
    var endsLine: Bool?
    /// Until when other streams wait for the line that the file ends with.
    var lineDeadline: Int64?
    /// When it is put aside.
    var rotation = LogRotation.off
    /// What is written, and how soon.
    var style = LogStyle()
    /// The time that the last records say.
    var stamp = Stamp()
    /// The rest of a record of which a FIFO took the beginning.
    var debt: [UInt8] = []
    /// Bytes that come here are gone: there is no file, and no page is kept.
    let isNowhere: Bool
    /// When bytes were last written.
    private var flushedAt: Int64 = 0
    /// Where it stands in the whole log, and when its bytes were written.
    var index: IndexWriter
    /// Rotation failed; not tried again before.
    var rotatesAgainAt: Int64 = 0
    /// Files that were put aside and wait for their last sync.
    private var finished: [Int32] = []
    /// Where the batch that is being written began.
    private var batchStart: UInt64 = 0
    /// Bytes that were put into it since it is known, whatever became of the file; also marks that were taken back.
    private var passed: UInt64 = 0
    /// It was written to since `takeChanged`.
    private(set) var hasChanged = false
    /// When what was written is to be on the disk.
    var syncAt: Int64?

    /// When it must be flushed even without new bytes.
    private(set) var wakeAt: Int64?
    private var block: Block?

    /// It is on the loop's list of files to flush, or of those with a `wakeAt`.
    var isTouched = false
    var isTimed = false
    /// It is forgotten when its last stream has ended.
    var isClosing = false

    /// Why nothing can be written.
    private struct Block {
        var reason: Errno
        let since: Int64
        var retryAt: Int64 = 0
        var isReported = false
        var dropped: UInt64 = 0
    }

    /// `page` belongs to the file when this succeeds.
    init(
        path: String, page descriptor: Int32, length: LogLength, scratch: UnsafeMutableRawBufferPointer,
        records: RecordBuffer, facts: @escaping (LogFact) -> Void
    ) throws(Errno) {
        let (page, commit) = try CommitPage.open(descriptor)
        self.path = path
        self.page = page
        self.length = length
        self.scratch = scratch
        self.records = records
        isNowhere = path == Kernel.nowhere
        self.facts = facts
        index = IndexWriter(of: path)
        state = commit ?? LogCommit(atRest: true)
    }

    deinit {
        od_pump_close(page.descriptor)
        for descriptor in finished + [descriptor] where descriptor >= 0 { od_pump_close(descriptor) }
    }

    // MARK: streams

    /// The memfd of its commit page.
    var pageDescriptor: Int32 { page.descriptor }

    /// What the page says of a stream; nil when it does not know it.
    func committed(_ key: StreamKey) -> UInt64? {
        state.entries.first { $0.stream == key }?.committed
    }

    /// False when there is no room for another stream in the page.
    func add(_ stream: LogStream) -> Bool {
        if isNowhere {
            // Any number of streams.
        } else if let index = state.entries.firstIndex(where: { $0.stream == stream.key }) {
            stream.entry = index
        } else {
            guard state.entries.count < CommitPage.maxEntries else { return false }
            stream.entry = state.entries.count
            state.entries.append(LogCommit.Entry(stream: stream.key, committed: stream.spool.committed))
            (stream.isFresh, stream.start) = (true, passed)
        }
        stream.passed = passed
        streams.append(stream)
        return true
    }

    /// The stream goes on elsewhere; what the page says of it stays.
    func detach(_ stream: LogStream) {
        streams.removeAll { $0 === stream }
    }

    /// The stream is settled and its spool is released; its entry goes with the next commit.
    func remove(_ stream: LogStream) {
        detach(stream)
        dropEntries { $0.stream == stream.key }
    }

    /// Runs that were not attached are gone.
    func settle() {
        let known = Set(streams.map(\.key))
        dropEntries { !known.contains($0.stream) }
    }

    private func dropEntries(_ isGone: (LogCommit.Entry) -> Bool) {
        state.entries.removeAll(where: isGone)
        let places = Dictionary(
            state.entries.enumerated().map { ($1.stream, $0) }, uniquingKeysWith: { first, _ in first })
        for stream in streams { stream.entry = places[stream.key] ?? stream.entry }
    }

    // MARK: batches

    /// Puts into the file what the spools have, and commits it.
    ///
    /// - Parameter isLast: also what would wait for an interval.
    func flush(_ now: Int64, isLast: Bool = false) {
        wakeAt = nil
        guard !isNowhere else { return forget() }
        guard hasWork, isLast || !waitsForInterval(now) else { return }
        if let block, now < block.retryAt {
            giveWay(now)
            return
        }
        do {
            try prepare(now)
            batchStart = state.offset
            try write(now)
            try commit(marks: true)
            unblock()
        } catch {
            // What was written so far counts. A page that cannot be written now is written with the next batch.
            if needsCommit, error.number == Errno.again { unblock() }
            try? commit()
            hold(error, now)
            giveWay(now)
        }
    }

    /// Nobody wants the bytes.
    private func forget() {
        for stream in streams where stream.spool.unwritten > 0 {
            stream.spool.advance(stream.spool.unwritten)
            stream.spool.commit()
        }
    }

    /// It is written once in an interval, but never holds an app up.
    private func waitsForInterval(_ now: Int64) -> Bool {
        guard style.flush == .interval, descriptor >= 0 else { return false }
        let due = flushedAt + LogBounds.interval
        let isUrgent = streams.contains { $0.ended != nil || $0.spool.room < LogBounds.spool / 2 }
        guard now < due, !isUrgent else {
            flushedAt = now
            return false
        }
        wake(at: due)
        return true
    }

    /// A file with streams is made even when nothing is written to it: people look for it.
    private var hasWork: Bool {
        state.dropped > 0 || needsCommit || !debt.isEmpty || descriptor < 0 && !streams.isEmpty
            || streams.contains { $0.spool.unwritten > 0 }
    }

    /// The mark for what was dropped, then the streams.
    private func write(_ now: Int64) throws(Errno) {
        try payDebt()
        let mark = try writeMark()
        do throws(Errno) {
            var wait = false
            for stream in streams where stream.spool.unwritten > 0 {
                if try !write(stream, now) { wait = true }
            }
            // Whose open line the others waited for may have come after them, and ended it.
            if wait, lineDeadline == nil {
                for stream in streams where stream.spool.unwritten > 0 { _ = try write(stream, now) }
            }
        } catch {
            // A mark with nothing behind it would be repeated every second until there is room.
            if let mark, state.offset == mark.offset + UInt64(mark.length), !isSpecial {
                _ = od_pump_truncate(descriptor, Int64(mark.offset))
                state.offset = mark.offset
                state.dropped = mark.dropped
                endsLine = nil
            }
            throw error
        }
    }

    /// Bytes are in the file, or it has become another.
    func advance(_ stream: LogStream?, taken: Int, written: Int, endsLine: Bool?) {
        state.offset += UInt64(written)
        if let stream, stream.isFresh { (stream.isFresh, stream.start) = (false, passed) }
        passed += UInt64(written)
        stream?.spool.advance(taken)
        stream?.passed = passed
        state.lastWriter = stream?.key
        self.endsLine = endsLine
        if endsLine == true { lineDeadline = nil }
        hasChanged = hasChanged || !isSpecial
        needsCommit = true
    }

    /// Writes `state` into the page; after that the spools may forget.
    ///
    /// - Parameter marks: what was written is marked, before followers are woken: they say when it was.
    func commit(marks: Bool = false) throws(Errno) {
        guard needsCommit else { return }
        for stream in streams { state.entries[stream.entry].committed = stream.spool.written }
        try page.write(state, scratch: scratch)
        needsCommit = false
        for stream in streams where stream.spool.written != stream.spool.committed { stream.spool.commit() }
        if marks { mark() }
        length.commit(state.offset)
    }

    /// What was written and committed since the batch began was written now; records say themselves when.
    func mark() {
        guard state.offset > batchStart, !isSpecial else { return }
        let time = style.type == .raw || stamp.time == 0 ? od_wall_milliseconds() : stamp.time
        if index.note(batchStart, at: time) { index.flush(inode: state.inode, at: time) }
        // The index has fewer of them: who follows several logs wants to know which line was first.
        length.note(LogIndex.Mark(offset: batchStart, time: time))
        batchStart = state.offset
    }

    func forgetMarks() {
        length.forgetMarks()
    }

    /// Followers are told that the log begins there now.
    func tellEmptied(from position: UInt64) {
        length.empty(at: position, state.offset)
    }

    func setNeedsCommit() {
        needsCommit = true
    }

    func wake(at time: Int64) {
        wakeAt = min(wakeAt ?? time, time)
    }

    // MARK: when nothing can be written

    private func hold(_ error: Errno, _ now: Int64) {
        let isFull = error.number == Errno.again
        if !isFull, error.number != Errno.noSpace { closeFile() }
        var block = block ?? Block(reason: error, since: now)
        block.reason = error
        let isShort = isFull && now - block.since < LogBounds.retry
        block.retryAt = now + (isShort ? LogBounds.retryFull : LogBounds.retry)
        if !isFull, !block.isReported {
            block.isReported = true
            length.block("\(error)")
            facts(.blocked(path: path, reason: "\(error)"))
        }
        self.block = block
    }

    /// No app waits for a disk for ever: a full spool drops what it has, and so does a stream that has ended.
    private func giveWay(_ now: Int64) {
        guard let block else { return }
        let patient = block.reason.number == Errno.again && now - block.since < LogBounds.patience
        for stream in streams where stream.spool.unwritten > 0 {
            let given = stream.ended.map { now - $0 >= LogBounds.grace } ?? false
            if !patient, stream.spool.room == 0 || given { drop(stream, all: given) }
            if stream.spool.unwritten > 0 { wake(at: block.retryAt) }
        }
        if !patient { debt = [] }
        if state.dropped > 0 || !debt.isEmpty { wake(at: block.retryAt) }
    }

    /// The count is committed before the bytes are gone.
    private func drop(_ stream: LogStream, all: Bool) {
        let unwritten = stream.spool.unwritten
        var count = unwritten
        if !all {
            // What stays begins with a line, unless that is longer than the scratch space.
            let tail = min(unwritten, scratch.count)
            let from = Int64(stream.spool.position) - Int64(tail)
            let read = od_pump_read(stream.spool.descriptor, scratch.baseAddress, tail, from)
            let last = read == tail ? od_pump_last(scratch.baseAddress, tail, LogBounds.newline) : -1
            if last >= 0 { count = unwritten - tail + Int(last) + 1 }
        }
        let before = state.dropped
        state.dropped += UInt64(count)
        stream.spool.advance(count)
        needsCommit = true
        guard (try? commit()) != nil else { return }
        block?.dropped += state.dropped - before
    }

    // MARK: rotation

    /// The file was renamed and committed: it goes to its disk once more, and is closed.
    func setAside() {
        finished.append(descriptor)
        descriptor = -1
        hasChanged = false
        batchStart = 0
        length.commit(0)
        length.forgetMarks()
        facts(.rotated(path: path))
    }

    func reportNoRotation(_ reason: Errno) {
        facts(.notRotated(path: path, reason: "\(reason)"))
    }

    /// Files that were put aside since the last time. The caller closes them.
    func takeFinished() -> [Int32] {
        defer { finished = [] }
        return finished
    }

    private func unblock() {
        guard let block else { return }
        self.block = nil
        guard block.isReported else { return }
        length.block(nil)
        facts(.unblocked(path: path, dropped: block.dropped))
    }

    // MARK: the end

    /// Where the output of a stream that has ended ends; nil where nothing is kept. Another one may have written since:
    /// the next run of an app writes while the last one is read to its end.
    func end(of stream: LogStream) -> LogEnd? {
        guard !isNowhere, !isSpecial, descriptor >= 0 else { return nil }
        let end = index.facts(inode: state.inode, at: od_wall_milliseconds()).base + state.offset
        let position = end - min(end, passed - stream.passed)
        let start = stream.start.map { position - min(position, stream.passed - $0) }
        return LogEnd(path: path, channel: stream.key.channel, position: position, start: start)
    }

    /// A descriptor to sync, when bytes were written since the last time. The caller closes it.
    func takeChanged() -> Int32? {
        guard hasChanged, descriptor >= 0 else { return nil }
        hasChanged = false
        index.flush(inode: state.inode, at: od_wall_milliseconds())
        let copy = od_pump_duplicate(descriptor)
        return copy >= 0 ? copy : nil
    }

    /// Nothing will be written for now: what others append from here on is kept.
    func rest() {
        guard descriptor >= 0, !isNowhere else { return }
        state.atRest = true
        needsCommit = true
        try? commit()
        closeFile()
    }
}
