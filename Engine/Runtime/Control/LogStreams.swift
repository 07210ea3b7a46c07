import Core

// `log.stream`: the last lines of files, then what is appended. A follower's position is an offset in the file: bytes wait
// in the file, never in a queue, and a slow client only lags.
extension Control {
    /// A file to stream.
    struct StreamedFile: Sendable {
        var file: LogStreamResult.File
        /// Where it goes on; nil for the last lines.
        var offset: UInt64?
        /// The client had all of it once.
        var isLive = false
    }

    /// Bytes read and sent at a time.
    private static let sliceSize = 64 << 10

    nonisolated func addLogs(to router: inout Router) {
        router.onLogs { request, stream, session in
            // A pattern that is none is refused before anything is sent.
            if let filter = request.filter { _ = try LogSieve(filter) }
            let opened = Clock.now().wall
            let files = try await self.files(of: request)
            let parts = self.parts
            if request.merged == true || request.filter != nil || request.times == true {
                return (
                    files.map(\.file),
                    {
                        await Self.merge(files, request, stream: stream, to: session, parts) {
                            await self.changed(files, request, since: opened)
                        }
                    }
                )
            }
            return (
                files.map(\.file),
                {
                    await withTaskGroup(of: Void.self) { group in
                        for file in files {
                            group.addTask {
                                await Self.pump(file, request, stream: stream, to: session, parts)
                            }
                        }
                    }
                }
            )
        }
    }

    /// The files that the targets write: one for all instances when they share it.
    func files(of request: LogRequest) async throws(Failure) -> [StreamedFile] {
        await untilReady()
        var files: [StreamedFile] = []
        var seen: Set<String> = []
        for process in try kernel.processes(named: request.targets, at: Clock.now()) {
            let settings = kernel.logSettings(of: process)
            for channel in request.channels {
                let path = channel == .out ? process.outFile : process.errorFile
                guard seen.insert(path).inserted else { continue }
                let isShared = logUsers[path].map { $0.count > 1 } ?? false
                var file = LogStreamResult.File(
                    process: UInt32(process.id), label: isShared ? process.name : process.label, channel: channel,
                    path: path, namespace: process.namespace, name: process.name,
                    instance: isShared ? nil : process.instance, pid: isShared ? nil : process.pid,
                    started: process.pid != nil ? process.startedAt : nil, type: settings.type,
                    dateFormat: settings.dateFormat)
                file.trouble = logTroubles[path]
                let position = request.resume.first { $0.process == file.process && $0.channel == channel }
                files.append(StreamedFile(file: file, offset: position?.offset, isLive: position?.caughtUp == true))
            }
        }
        return files
    }

    /// Sends one file until the client is gone, or to its end when it is not followed.
    private static func pump(
        _ streamed: StreamedFile, _ request: LogRequest, stream: UInt32, to session: Session, _ parts: Parts
    ) async {
        let file = streamed.file
        let reader = LogReader(
            file.path, from: streamed.offset ?? 0, newest: parts.pump.growth.marks(of: file.path))
        var sender = LogSender(file: file, stream: stream, session: session)
        var lag = LogLag(request, path: file.path, parts)
        var emptying = EmptyingWatch(file.path, parts.pump.growth)
        do {
            let limit = parts.pump.growth.length(of: file.path)
            try await parts.readers.run {
                if streamed.offset == nil { try reader.begin(request, upTo: limit) }
                if let until = request.until { try reader.stop(after: until) }
            }
            if streamed.isLive, let gap = try await lag?.overtake(reader) {
                guard await sender.send(gap) else { return }
            }
            for await _ in parts.pump.growth.changes(of: file.path) {
                while true {
                    if let start = emptying.news(at: reader.position) {
                        guard await sender.sendEmptied(at: start) else { return }
                    }
                    let limit = parts.pump.growth.length(of: file.path)
                    let slice = try await parts.readers.run { try reader.read(sliceSize, upTo: limit) }
                    guard await sender.send(slice, isLast: slice.bytes.isEmpty && !request.follow) else { return }
                    if slice.bytes.isEmpty { break }
                    guard sender.isLive || streamed.isLive, let gap = try await lag?.watch(reader, slice) else {
                        continue
                    }
                    guard await sender.send(gap) else { return }
                }
            }
        } catch {
            await sender.fail(error)
        }
    }
}

extension LogReader {
    /// Goes to where the request begins.
    fileprivate func begin(_ request: LogRequest, upTo limit: UInt64?) throws(Failure) {
        if request.since != nil || request.until != nil {
            try seek(since: request.since)
        } else {
            try seek(toLast: request.lines, upTo: limit)
        }
    }
}

/// Turns slices of one file into chunks.
private struct LogSender {
    let file: LogStreamResult.File
    let stream: UInt32
    let session: Session
    private var hasCaughtUp = false
    /// The client had all that was there.
    var isLive: Bool { hasCaughtUp }

    init(file: LogStreamResult.File, stream: UInt32, session: Session) {
        self.file = file
        self.stream = stream
        self.session = session
    }

    /// False: send no more. The first empty slice says that the client has all there was.
    mutating func send(_ slice: LogSlice, isLast: Bool) async -> Bool {
        let catchesUp = slice.bytes.isEmpty && !hasCaughtUp
        guard !slice.bytes.isEmpty || catchesUp || isLast else { return true }
        if catchesUp { hasCaughtUp = true }
        let chunk = LogChunk(
            stream: stream, process: file.process, channel: file.channel, caughtUp: catchesUp, last: isLast,
            offset: slice.offset, bytes: slice.bytes)
        return await session.send(log: chunk) && !isLast
    }

    /// False: send no more.
    func sendEmptied(at position: UInt64) async -> Bool {
        await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, isEmptied: true, offset: position,
                bytes: []))
    }

    /// False: send no more.
    func send(_ gap: LogGap) async -> Bool {
        await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, isNote: true, offset: gap.position,
                bytes: gap.words))
    }

    /// The file cannot be read: nothing more comes of it.
    func fail(_ error: any Error) async {
        _ = await session.send(
            log: LogChunk(
                stream: stream, process: file.process, channel: file.channel, last: true, isNote: true, offset: 0,
                bytes: Array("[od] \(error)\n".utf8)))
    }
}
