import Core

// `log.stream` of several files as one: what is there already comes merged by time, then each file is followed by itself.
// What is searched is searched on one thread that gives way to others, a slice for each stream in turn: however many
// greps there are, nothing else waits for them.
extension Control {
    /// Sends what is there, in its order, then what is added, until the client is gone or all was sent.
    static func merge(
        _ files: [StreamedFile], _ request: LogRequest, stream: UInt32, to session: Session, _ parts: Parts,
        until changed: @escaping @Sendable () async -> WallTime?
    ) async {
        let sender = MergedSender(files: files.map(\.file), stream: stream, session: session)
        let worker = request.filter == nil ? parts.readers : parts.searchers
        do {
            let growth = parts.pump.growth
            let starts = try await sender.overtake(files, request, parts)
            let merge = try LogMerge(
                files.enumerated().map { index, file in
                    let before = request.before?.first {
                        $0.process == file.file.process && $0.channel == file.file.channel
                    }
                    return LogMerge.Log(
                        path: file.file.path, start: starts[index], end: before?.offset, growth: growth)
                }, request, holdsOpenLine: request.follow)
            var failed: Set<Int> = []
            while true {
                let batch = try await worker.run { merge.next() }
                guard await sender.send(batch) else { return }
                failed.formUnion(batch.failures.map(\.log))
                if batch.isDone { break }
            }
            guard await sender.finish(merge.positions(), failed, follows: request.follow), request.follow else {
                return
            }
            let (positions, sieves) = (merge.positions(), merge.sieves())
            await withTaskGroup(of: Void.self) { group in
                group.addTask { if let time = await changed() { await sender.outdate(time) } }
                for index in files.indices where !failed.contains(index) {
                    group.addTask {
                        await follow(
                            files[index].file, from: positions[index], sieve: sieves[index], request, sender, parts)
                    }
                }
            }
        } catch {
            for index in files.indices { _ = await sender.fail(index, error) }
        }
    }

    /// How often a follower is told of apps that are new, milliseconds.
    private static let look = 1000

    /// Waits until the targets have other files than these. Returns a time at which that was not so yet; nil when the
    /// stream has ended.
    ///
    /// - Parameter opened: when these were the files.
    func changed(_ files: [StreamedFile], _ request: LogRequest, since opened: WallTime) async -> WallTime? {
        let known = Set(files.map(\.file.path))
        var last: UInt64?
        var time = opened
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(Self.look))
            let (before, number) = (Clock.now().wall, kernel.lastEventNumber)
            if number != last, let now = try? await self.files(of: request), Set(now.map(\.file.path)) != known {
                return time
            }
            (last, time) = (number, before)
        }
        return nil
    }

    /// Sends what is added to one file.
    private static func follow(
        _ file: LogStreamResult.File, from position: UInt64, sieve: LogSieve?, _ request: LogRequest,
        _ sender: MergedSender, _ parts: Parts
    ) async {
        let reader = LogReader(file.path, from: position)
        var gate = LineGate(sieve: sieve, position: position)
        var lag = LogLag(request, path: file.path, parts)
        var emptying = EmptyingWatch(file.path, parts.pump.growth)
        let (times, growth) = (request.times ?? false, parts.pump.growth)
        do {
            for await _ in parts.pump.growth.changes(of: file.path) {
                while true {
                    if let start = emptying.news(at: reader.position) {
                        guard await sender.sendEmptied(file, at: start) else { return }
                    }
                    let limit = parts.pump.growth.length(of: file.path)
                    let slice = try await parts.readers.run { try reader.read(LogMerge.slice, upTo: limit) }
                    if slice.bytes.isEmpty { break }
                    let stamps = times ? LogStamps(growth.marks(of: file.path), of: reader) : nil
                    for lines in gate.take(slice).flatMap({ stamps?.timed($0) ?? [$0] }) {
                        guard await sender.send(lines, of: file, time: lines.time) else { return }
                    }
                    guard let gap = try await lag?.watch(reader, slice) else { continue }
                    guard await sender.send(gap, of: file, time: times ? Clock.now().wall : nil) else { return }
                }
            }
        } catch {
            _ = await sender.fail(file, error)
        }
    }
}

extension LogStamps {
    /// Of what was just read.
    fileprivate init(_ marks: [LogIndex.Mark], of reader: LogReader) {
        self.init(marks.map { ($0.offset, $0.time) }, base: reader.writtenBase, now: Clock.now().wall)
    }
}

/// What is added to a file, as it is or through a sieve.
private struct LineGate {
    var sieve: LogSieve?
    /// Of the first byte of `open`.
    var position: UInt64
    /// The beginning of a line whose end has not come.
    var open: [UInt8] = []

    mutating func take(_ slice: LogSlice) -> [LogLines] {
        guard sieve != nil else { return [LogLines(offset: slice.offset, bytes: slice.bytes)] }
        if slice.offset != position + UInt64(open.count) { (position, open) = (slice.offset, []) }
        open += slice.bytes
        var end = open.withUnsafeBufferPointer { $0.lineStart(before: $0.count) }
        // A line that does not end is looked at in pieces.
        if end == 0, open.count >= LogMerge.slice { end = open.count }
        let lines = open.withUnsafeBufferPointer { bytes in
            sieve?.sift(UnsafeBufferPointer(rebasing: bytes[..<end]), at: position) ?? []
        }
        open.removeFirst(end)
        position += UInt64(end)
        return lines
    }
}

/// Turns lines of several files into chunks.
private struct MergedSender: Sendable {
    let files: [LogStreamResult.File]
    let stream: UInt32
    let session: Session

    /// False: send no more.
    func send(_ batch: LogMerge.Batch) async -> Bool {
        for (index, start) in (batch.starts ?? []).enumerated() {
            // The client knows from now on where each file goes on, should the connection break.
            guard await session.send(log: chunk(files[index], start)) else { return false }
        }
        for (index, failure) in batch.failures {
            guard await fail(index, failure) else { return false }
        }
        for part in batch.parts {
            guard await send(part.lines, of: files[part.log], time: part.lines.time) else { return false }
        }
        for (index, position) in (batch.reached ?? []).enumerated()
        where batch.parts.last(where: { $0.log == index })?.lines.end != position {
            guard await session.send(log: chunk(files[index], position)) else { return false }
        }
        return !Task.isCancelled
    }

    func send(_ lines: LogLines, of file: LogStreamResult.File, time: WallTime?) async -> Bool {
        await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, offset: lines.offset, time: time,
                bytes: lines.bytes))
    }

    /// Where each file goes on: a client that had all and has fallen behind is told what it missed.
    func overtake(_ files: [Control.StreamedFile], _ request: LogRequest, _ parts: Control.Parts) async throws
        -> [UInt64?]
    {
        var starts = files.map(\.offset)
        for (index, file) in files.enumerated() where file.isLive {
            guard let start = file.offset, let lag = LogLag(request, path: file.file.path, parts) else { continue }
            guard let gap = try await lag.overtake(LogReader(file.file.path, from: start)) else { continue }
            starts[index] = gap.position
            let time = request.times == true ? Clock.now().wall : nil
            guard await send(gap, of: file.file, time: time) else { throw CancellationError() }
        }
        return starts
    }

    func send(_ gap: LogGap, of file: LogStreamResult.File, time: WallTime?) async -> Bool {
        await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, isNote: true, offset: gap.position,
                time: time, bytes: gap.words))
    }

    /// False: send no more.
    func sendEmptied(_ file: LogStreamResult.File, at position: UInt64) async -> Bool {
        var chunk = chunk(file, position)
        chunk.isEmptied = true
        return await session.send(log: chunk)
    }

    /// There are other files.
    func outdate(_ time: WallTime) async {
        _ = await session.send(
            log: LogChunk(
                stream: stream, process: 0, channel: .out, isOutdated: true, offset: 0, time: time, bytes: []))
    }

    /// All that was there has been sent.
    func finish(_ positions: [UInt64], _ failed: Set<Int>, follows: Bool) async -> Bool {
        for (index, file) in files.enumerated() where !failed.contains(index) {
            var chunk = chunk(file, positions[index])
            (chunk.caughtUp, chunk.last) = (true, !follows)
            guard await session.send(log: chunk) else { return false }
        }
        return true
    }

    func fail(_ index: Int, _ error: any Error) async -> Bool { await fail(files[index], error) }

    /// The file cannot be read: nothing more comes of it.
    func fail(_ file: LogStreamResult.File, _ error: any Error) async -> Bool {
        var chunk = chunk(file, 0)
        chunk.bytes = Array("[od] \(error)\n".utf8)
        (chunk.last, chunk.isNote) = (true, true)
        return await session.send(log: chunk)
    }

    private func chunk(_ file: LogStreamResult.File, _ offset: UInt64) -> LogChunk {
        LogChunk(stream: stream, process: file.process, channel: file.channel, offset: offset, bytes: [])
    }
}
