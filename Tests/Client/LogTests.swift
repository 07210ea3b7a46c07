import Core
import Engine
import Glibc
import OpenDaemon
import Synchronization
import Testing

@Suite("Logs")
struct LogTests {
    /// Log files in memory, which an engine's pumps read from, chunk by chunk.
    private final class Disk: Sendable {
        let files = Mutex<[UInt32: [UInt8]]>([:])
        let tally = Tally()
        /// Bytes handed to the link so far.
        let sent = Atomic<Int>(0)
        let chunk: Int

        init(_ files: [UInt32: [UInt8]], chunk: Int = 64) {
            self.chunk = chunk
            self.files.withLock { $0 = files }
        }

        func append(_ bytes: [UInt8], to id: UInt32) {
            files.withLock { $0[id, default: []] += bytes }
        }

        func routes(_ router: inout Router) {
            router.onLogs { [self] request, stream, session in
                tally.add("open")
                let ids = files.withLock { $0.keys.sorted() }
                let files = ids.map {
                    LogStreamResult.File(process: $0, label: "api#\($0)", channel: .out, path: "/log/\($0)")
                }
                return (files, { await self.pump(request, stream, ids, session) })
            }
        }

        private func pump(_ request: LogRequest, _ stream: UInt32, _ ids: [UInt32], _ session: Session) async {
            var offsets = Dictionary(uniqueKeysWithValues: ids.map { ($0, UInt64(0)) })
            for position in request.resume { offsets[position.process] = position.offset }
            var open = Set(ids)
            while !open.isEmpty, !Task.isCancelled {
                for id in open.sorted() {
                    let offset = offsets[id] ?? 0
                    let all = files.withLock { $0[id] ?? [] }
                    let rest = all[min(Int(offset), all.count)...].prefix(chunk)
                    let isEnd = Int(offset) + rest.count == all.count
                    if rest.isEmpty, request.follow {
                        await Task.yield()
                        continue
                    }
                    let last = isEnd && !request.follow
                    let piece = LogChunk(
                        stream: stream, process: id, channel: .out, caughtUp: isEnd, last: last, offset: offset,
                        bytes: Array(rest))
                    guard await session.send(log: piece) else { return }
                    sent.add(rest.count, ordering: .relaxed)
                    offsets[id] = offset + UInt64(rest.count)
                    if last { open.remove(id) }
                }
            }
        }
    }

    /// Puts chunks together; each must begin where the last one of its file ended.
    private struct Page {
        var files: [UInt32: [UInt8]] = [:]

        mutating func add(_ chunk: LogChunk) {
            #expect(Int(chunk.offset) == files[chunk.process, default: []].count)
            files[chunk.process, default: []] += chunk.bytes
        }
    }

    private func lines(_ name: String, _ count: Int) -> [UInt8] {
        (0..<count).flatMap { Array("\(name) \($0)\n".utf8) }
    }

    @Test func filesAreReadToTheirEnds() async throws {
        let disk = Disk([1: lines("a", 50), 2: lines("b", 500), 3: []])
        let engine = try FakeEngine()
        try await engine.start(disk.routes)
        let daemon = try await engine.connect()
        var page = Page()
        var opened: [String] = []
        for await update in daemon.logs(LogRequest(targets: ["all"])) {
            switch update {
            case .opened(let result): opened += result.files.map(\.label)
            case .chunk(let chunk): page.add(chunk)
            case .failed(let failure): Issue.record("\(failure)")
            }
        }
        #expect(opened == ["api#1", "api#2", "api#3"])
        #expect(page.files == disk.files.withLock { $0 })
    }

    @Test func aRefusedStreamSaysWhy() async throws {
        let engine = try FakeEngine()
        let why = Failure(.noSuchTarget, "no app is called nix", why: "there is none", next: "od list")
        try await engine.start { $0.onLogs { _, _, _ in throw why } }
        let daemon = try await engine.connect()
        var updates: [LogUpdate] = []
        for await update in daemon.logs(LogRequest(targets: ["nix"])) { updates.append(update) }
        #expect(updates == [.failed(why)])
    }

    @Test func aStreamGoesOnWhereItStoppedWhenTheEngineIsReplaced() async throws {
        let disk = Disk([1: lines("a", 100)])
        let engine = try FakeEngine()
        try await engine.start(disk.routes)
        let daemon = try await engine.connect()
        var updates = daemon.logs(LogRequest(targets: ["all"], follow: true)).makeAsyncIterator()
        var page = Page()
        var headings = 0
        for round in 1...10 {
            while page.files != disk.files.withLock({ $0 }) {
                switch await updates.next() {
                case .chunk(let chunk): page.add(chunk)
                case .opened: headings += 1
                case .failed(let failure): throw failure
                case nil: throw Timeout()
                }
            }
            await engine.crash()
            disk.append(lines("round \(round)", 100), to: 1)
            try await engine.start(disk.routes)
        }
        #expect(headings == 1, "the same files need no second heading")
        #expect(disk.tally["open"] >= 10)
    }

    /// Far more than fits is written while nobody reads: the flow stops, calls do not, and nothing is missing.
    @Test func aReaderWhoSleepsStopsTheStreamAndNothingElse() async throws {
        let pattern = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let bytes = repeatElement(pattern, count: 160).reduce(into: []) { $0 += $1 }
        let disk = Disk([1: bytes], chunk: 32 << 10)
        let engine = try FakeEngine()
        try await engine.start { router in
            disk.routes(&router)
            router.on(Methods.list) { _, _ in [process(1)] }
        }
        let daemon = try await engine.connect()
        let feed = daemon.logs(LogRequest(targets: ["all"]))
        var before = -1
        try await eventually("the pump comes to rest") {
            for _ in 0..<20 { _ = try await daemon.call(Methods.list, Nothing()) }
            defer { before = disk.sent.load(ordering: .relaxed) }
            return before > 0 && before == disk.sent.load(ordering: .relaxed)
        }
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        var page = Page()
        for await update in feed { if case .chunk(let chunk) = update { page.add(chunk) } }
        let read = try #require(page.files[1])
        #expect(read.count == bytes.count)
        #expect(memcmp(read, bytes, bytes.count) == 0)
        #expect(disk.tally["open"] >= 2, "more than 4 MB cannot come in one go")
    }

    @Test func whoDropsTheFeedStopsThePump() async throws {
        let (engine, tally) = (try FakeEngine(), Tally())
        try await engine.start { router in
            router.onLogs { request, stream, session in
                let file = LogStreamResult.File(process: 1, label: "a", channel: .out, path: "/a")
                return (
                    [file],
                    {
                        let chunk = LogChunk(stream: stream, process: 1, channel: .out, offset: 0, bytes: [1])
                        while await session.send(log: chunk) { await Task.yield() }
                        tally.add("stopped")
                    }
                )
            }
        }
        let daemon = try await engine.connect()
        for await update in daemon.logs(LogRequest(targets: ["all"], follow: true)) {
            if case .chunk = update { break }
        }
        try await eventually("the pump is stopped") { tally["stopped"] == 1 }
        await daemon.close()
    }

    @Test func theEndOfTheDaemonEndsTheStream() async throws {
        let disk = Disk([1: lines("a", 3)])
        let engine = try FakeEngine()
        try await engine.start(disk.routes)
        let daemon = try await engine.connect()
        var updates = daemon.logs(LogRequest(targets: ["all"], follow: true)).makeAsyncIterator()
        _ = await updates.next()
        await engine.vanish()
        var last: LogUpdate?
        while let update = await updates.next() { last = update }
        guard case .failed(let failure) = last else {
            Issue.record("it ended with \(String(describing: last))")
            return
        }
        #expect(failure.code == .connectionLost)
    }

    @Test func streamsOfOneClientAreBounded() async throws {
        let engine = try FakeEngine()
        try await engine.start { router in
            router.onLogs { _, _, session in
                let file = LogStreamResult.File(process: 1, label: "a", channel: .out, path: "/a")
                let over = Barrier()
                await session.onClose { over.open() }
                return ([file], { await over.wait() })
            }
        }
        let daemon = try await engine.connect()
        for _ in 0..<64 {
            _ = try await daemon.call(Methods.logStream, LogRequest(targets: ["all"]))
        }
        let refused = try await failure { try await daemon.call(Methods.logStream, LogRequest(targets: ["all"])) }
        #expect(refused.code == .protocolError)
        _ = try await daemon.call(Methods.logStop, LogStop(stream: 1))
        #expect(try await daemon.call(Methods.logStream, LogRequest(targets: ["all"])).stream == 65)
    }
}
