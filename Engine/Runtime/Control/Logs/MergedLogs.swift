import Core

// `log.stream` of several files as one: what is there already comes merged by time, then what is added (`LogFollower`).
// What is searched is searched on one thread that gives way to others, a slice for each stream in turn: however many
// greps there are, nothing else waits for them.
extension Control {
    /// Sends what is there, in its order, then what is added, until the client is gone or all was sent.
    static func merge(
        _ files: [StreamedFile], _ request: LogRequest, stream: UInt32, to session: Session, _ parts: Parts,
        until changed: @escaping @Sendable () async -> WallTime?
    ) async {
        let halt = Halt()
        await withTaskCancellationHandler {
            await merge(files, request, stream: stream, to: session, parts, halt, until: changed)
        } onCancel: {
            halt.call()
        }
    }

    private static func merge(
        _ files: [StreamedFile], _ request: LogRequest, stream: UInt32, to session: Session, _ parts: Parts,
        _ halt: Halt, until changed: @escaping @Sendable () async -> WallTime?
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
                    var log = LogMerge.Log(
                        path: file.file.path, start: starts[index], end: before?.offset, growth: growth)
                    log.isRecords = file.file.type == .json
                    return log
                }, request, holdsOpenLine: request.follow, halt: halt)
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
            let logs = files.indices.filter { !failed.contains($0) }.map {
                FollowedLog(files[$0].file, from: positions[$0], sieve: sieves[$0], request, parts)
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { if let time = await changed() { await sender.outdate(time) } }
                group.addTask {
                    var follower = LogFollower(logs, request, sender, parts)
                    await follower.run()
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
}

/// Turns lines of several files into chunks.
struct MergedSender: Sendable {
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

    /// The file cannot be written; where it can again, a line in it says how much was dropped. False: send no more.
    func send(_ trouble: String, of file: LogStreamResult.File, at position: UInt64, time: WallTime?) async -> Bool {
        let words = "[od] \(file.path) cannot be written, what \(file.label) says is lost: \(trouble)\n"
        return await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, isNote: true, offset: position,
                time: time,
                bytes: Array(words.utf8)))
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
