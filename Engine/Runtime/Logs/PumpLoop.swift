import CKernel
import Core

/// The thread of the log pump: one epoll over all pipes, and the turns of its loop.
///
/// A turn: wait; take commands; take from the pipes that are due what they have into their spools; flush the files that
/// got something, each once; look at who has ended. What is due: pipes that epoll reports, streams whose rest is over,
/// and streams that had a long batch.
final class PumpLoop {
    private let epoll: Int32
    private let mailbox: Mailbox
    private let growth: LogGrowth
    private let facts: (LogFact) -> Void
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: CommitPage.scratchSize, alignment: 8)
    private let records = RecordBuffer()
    private let tags = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 256)
    private var sync: FileSync

    private var files: [String: LogFile] = [:]
    private var runs: [RunID: Run] = [:]
    private var streams = StreamTable()
    private var taps: [RunID: LogTap] = [:]
    private var isStopping = false

    /// Streams to look at in the next turn, and those that wait for a time.
    private var due: [LogStream] = []
    private var resting: [LogStream] = []
    private var restEnds = Int64.max
    /// Files to flush in this turn, and those that must be flushed at a time.
    private var touched: [LogFile] = []
    private var timed: [LogFile] = []
    /// Runs whose tree is gone, oldest first.
    private var graces: [(run: RunID, ends: Int64)] = []

    /// The streams of a run that have not ended.
    private struct Run {
        var open: [LogStream]
        var tellsEnds = false
        var ends: [LogEnd] = []
    }

    /// To be answered at the end of this turn.
    private var reports: [(number: UInt64, folders: Set<String>)] = []

    private static let mailboxTag = UInt64.max

    init(epoll: Int32, mailbox: Mailbox, growth: LogGrowth, sync: FileSync, facts: @escaping (LogFact) -> Void) {
        self.epoll = epoll
        self.mailbox = mailbox
        self.growth = growth
        self.sync = sync
        self.facts = facts
    }

    deinit {
        od_pump_close(epoll)
        scratch.deallocate()
        tags.deallocate()
    }

    /// Until `LogPump.stop`.
    func run() {
        _ = od_pump_watch_level(epoll, mailbox.bell.descriptor, Self.mailboxTag)
        while !isStopping { turn() }
        for file in files.values { leave(file) }
        for run in runs.values {
            for stream in run.open {
                stream.file.detach(stream)
                drop(stream)
            }
        }
        sync.finish()
        mailbox.sayStopped()
    }

    private func turn() {
        let count = od_pump_wait(epoll, tags.baseAddress, Int32(tags.count), timeout())
        let now = od_pump_now()
        for tag in tags.prefix(Int(max(count, 0))) {
            if tag == Self.mailboxTag {
                for command in mailbox.take() { obey(command, now) }
            } else if let stream = streams[tag] {
                due.append(stream)
            }
        }
        endRests(now)
        endGraces(now)
        fill(now)
        flush(now)
        report()
        sync.turn(now, files.values)
    }

    /// Nanoseconds until something is due; -1 for never.
    private func timeout() -> Int64 {
        if !due.isEmpty { return 0 }
        var next = min(restEnds, graces.first?.ends ?? .max, sync.dueAt ?? .max)
        for file in timed { next = min(next, file.wakeAt ?? .max) }
        return next == .max ? -1 : max(0, next - od_pump_now())
    }

    // MARK: pipes

    /// From the pipes into the spools.
    private func fill(_ now: Int64) {
        let turn = due
        due.removeAll(keepingCapacity: true)
        for stream in turn {
            if stream.fill(now) { touch(stream.file) }
            watch(stream)
        }
    }

    /// Puts a stream where its `watch` says.
    private func watch(_ stream: LogStream) {
        switch stream.watch {
        case .now:
            due.append(stream)
        case .at(let time):
            resting.append(stream)
            restEnds = min(restEnds, time)
        case .readable:
            _ = od_pump_watch(epoll, stream.pipe, stream.tag, stream.isRegistered ? 1 : 0)
            stream.isRegistered = true
            if stream.spool.isSettled { stream.spool.rest() }
        case .file, .nothing:
            touch(stream.file)
        }
    }

    private func endRests(_ now: Int64) {
        guard now >= restEnds else { return }
        restEnds = .max
        resting.removeAll { stream in
            guard case .at(let time) = stream.watch else { return true }
            if time <= now {
                due.append(stream)
                return true
            }
            restEnds = min(restEnds, time)
            return false
        }
    }

    private func endGraces(_ now: Int64) {
        while let first = graces.first, first.ends <= now {
            graces.removeFirst()
            for stream in runs[first.run]?.open ?? [] where stream.ended == nil {
                // A last look: what somebody else goes on writing is not the run's.
                _ = stream.fill(now)
                stream.end(now)
                touch(stream.file)
            }
        }
    }

    // MARK: files

    private func touch(_ file: LogFile) {
        guard !file.isTouched else { return }
        file.isTouched = true
        touched.append(file)
    }

    /// From the spools into the files.
    private func flush(_ now: Int64) {
        timed.removeAll { file in
            guard let time = file.wakeAt, !file.isTouched else {
                file.isTimed = false
                return true
            }
            guard time <= now else { return false }
            file.isTimed = false
            touch(file)
            return true
        }
        let turn = touched
        touched.removeAll(keepingCapacity: true)
        for file in turn {
            file.isTouched = false
            file.flush(now)
            for descriptor in file.takeFinished() {
                sync.take(descriptor, now)
            }
            if file.hasChanged { sync.note(file, now) }
            review(file)
        }
    }

    /// After a flush: streams that have room again, streams that are done, and when to come back.
    private func review(_ file: LogFile) {
        for stream in file.streams {
            if stream.watch == .file, stream.spool.room > 0 {
                stream.watch = .now
                due.append(stream)
            } else if stream.ended != nil, stream.spool.isSettled, file.debt.isEmpty {
                finish(stream)
            }
        }
        if file.wakeAt != nil, !file.isTimed {
            file.isTimed = true
            timed.append(file)
        }
        if file.streams.isEmpty { rest(file) }
    }

    /// All of the stream is in its file.
    private func finish(_ stream: LogStream) {
        stream.spool.release()
        stream.file.remove(stream)
        drop(stream)
        let run = stream.key.run
        runs[run]?.open.removeAll { $0 === stream }
        if runs[run]?.tellsEnds == true, let end = stream.file.end(of: stream) { runs[run]?.ends.append(end) }
        guard runs[run]?.open.isEmpty == true else { return }
        if let ends = runs[run]?.ends, !ends.isEmpty { facts(.ends(run, ends)) }
        runs[run] = nil
        taps[run] = nil
        graces.removeAll { $0.run == run }
        facts(.drained(run))
    }

    /// Closes what the pump holds of a stream.
    private func drop(_ stream: LogStream) {
        stream.watch = .nothing
        // The keeper holds the same pipe: without this, epoll would go on reporting it.
        if stream.isRegistered { _ = od_pump_unwatch(epoll, stream.pipe) }
        stream.giveBack()
        od_pump_close(stream.pipe)
        od_pump_close(stream.spool.descriptor)
        streams.remove(stream)
    }

    /// Nobody writes to it for now.
    private func rest(_ file: LogFile) {
        sync.take(file)
        file.rest()
        guard file.isClosing else { return }
        files[file.path] = nil
        timed.removeAll { $0 === file }
        growth.closed(file.path)
        facts(.closed(path: file.path))
    }

    /// The pump ends: what is in the spools stays there for the next one.
    private func leave(_ file: LogFile) {
        file.flush(od_pump_now(), isLast: true)
        sync.take(file)
        file.rest()
    }

    // MARK: commands

    private func obey(_ command: Mailbox.Command, _ now: Int64) {
        switch command {
        case .open(let path, let page): open(path, page: page)
        case .rotate(let path, let rotation): files[path]?.rotation = rotation
        case .empty(let path): empty(path, now)
        case .style(let path, let style): files[path]?.style = style
        case .attach(let run, let out, let error, let writer): attach(run, out, error, writer)
        case .tap(let run, let tap): self.tap(run, tap)
        case .settle: for file in files.values { file.settle() }
        case .gone(let run): if runs[run] != nil { graces.append((run, now + LogBounds.grace)) }
        case .close(let path): close(path)
        case .lend: facts(.lent(loan()))
        case .report(let number, let folders): reports.append((number, folders))
        case .stop: isStopping = true
        }
    }

    private func empty(_ path: String, _ now: Int64) {
        do throws(Errno) {
            let last = try files[path]?.empty(now)
            facts(.emptied(path: path, through: last ?? 0, reason: last == nil ? "it is not open" : nil))
        } catch {
            facts(.emptied(path: path, through: 0, reason: "\(error)"))
        }
    }

    private func report() {
        for (number, folders) in reports {
            facts(.reported(number, full: folders.filter { $0.withCString { od_pump_is_full($0) } != 0 }))
        }
        reports.removeAll()
    }

    private func loan() -> LogLoan {
        var loan = LogLoan()
        for (path, file) in files { loan.pages[path] = od_pump_duplicate(file.pageDescriptor) }
        for (id, run) in runs {
            for stream in run.open {
                loan.runs[id, default: [:]][stream.key.channel] = LogLoan.Stream(
                    pipe: od_pump_duplicate(stream.pipe), spool: od_pump_duplicate(stream.spool.descriptor))
            }
        }
        return loan
    }

    private func open(_ path: String, page: Int32) {
        if let known = files[path] {
            known.isClosing = false
            od_pump_close(page)
            return
        }
        do {
            let length = growth.opened(path)
            files[path] = try LogFile(
                path: path, page: page, length: length, scratch: scratch, records: records, facts: facts)
        } catch {
            od_pump_close(page)
            growth.closed(path)
            facts(.blocked(path: path, reason: "\(error)"))
        }
    }

    private func attach(_ run: RunID, _ out: StreamSource, _ error: StreamSource, _ writer: LogOrigin) {
        let sources = [(LogChunk.Channel.out, out), (.error, error)]
        let attached =
            runs[run] != nil
            ? []
            : sources.compactMap { channel, source in
                files[source.path].flatMap { streams.add(StreamKey(run, channel), source, $0, writer) }
            }
        guard attached.count == sources.count else {
            refuse(run, sources.map(\.1), attached)
            return
        }
        runs[run] = Run(open: attached, tellsEnds: writer.tellsEnds)
        if let tap = taps[run] { self.tap(run, tap) }
        due += attached
        for stream in attached { touch(stream.file) }
    }

    /// Kept until the run is attached, and until somebody takes it away.
    private func tap(_ run: RunID, _ tap: LogTap?) {
        taps[run] = tap
        for stream in runs[run]?.open ?? [] {
            let isNew = stream.tap == nil
            stream.tap = tap
            if tap != nil, isNew { stream.file.markHere() }
            if let tap, isNew, stream.spool.unwritten > 0 {
                tap(stream.key.channel, stream.spool.last(stream.spool.unwritten))
            }
        }
    }

    /// The keeper has descriptors of its own and goes on reading.
    private func refuse(_ run: RunID, _ sources: [StreamSource], _ attached: [LogStream]) {
        for stream in attached {
            stream.file.detach(stream)
            streams.remove(stream)
        }
        for source in sources {
            od_pump_close(source.pipe)
            od_pump_close(source.spool)
        }
        facts(.refused(run))
    }

    private func close(_ path: String) {
        guard let file = files[path] else {
            facts(.closed(path: path))
            return
        }
        file.isClosing = true
        if file.streams.isEmpty { rest(file) }
    }
}
