import CKernel
import Core
import Engine
import Glibc
import Testing

@Suite struct CommitPageTests {
    private final class Memory {
        let descriptor: Int32
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: CommitPage.scratchSize, alignment: 8)

        init() throws { descriptor = try LogPump.newPage() }

        deinit {
            close(descriptor)
            scratch.deallocate()
        }

        func open() throws -> (page: CommitPage, commit: LogCommit?) { try CommitPage.open(descriptor) }

        var bytes: [UInt8] {
            var info = stat()
            fstat(descriptor, &info)
            var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
            _ = pread(descriptor, &bytes, bytes.count, 0)
            return bytes
        }

        func set(_ byte: UInt8, at offset: Int) {
            var byte = byte
            pwrite(descriptor, &byte, 1, off_t(offset))
        }
    }

    private func commit(_ seed: UInt64, streams: Int = 2) -> LogCommit {
        var commit = LogCommit(atRest: seed % 3 == 0)
        commit.offset = seed &* 0x9E37_79B9_7F4A_7C15
        commit.device = seed + 1
        commit.inode = seed + 2
        commit.dropped = seed % 2
        commit.entries = (0..<UInt64(streams)).map { number in
            LogCommit.Entry(
                stream: StreamKey(RunID(instance: number, run: seed), number % 2 == 0 ? .out : .error),
                committed: number &* seed)
        }
        commit.lastWriter = commit.entries.last?.stream
        return commit
    }

    @Test func aNewPageSaysNothing() throws {
        #expect(try Memory().open().commit == nil)
    }

    @Test func theNewestCommitIsRead() throws {
        let memory = try Memory()
        var page = try memory.open().page
        for seed in 1...9 as ClosedRange<UInt64> {
            try page.write(commit(seed), scratch: memory.scratch)
            #expect(try memory.open().commit == commit(seed))
        }
    }

    @Test func aPageThatIsOpenedAgainGoesOn() throws {
        let memory = try Memory()
        for seed in 1...9 as ClosedRange<UInt64> {
            var page = try memory.open().page
            try page.write(commit(seed), scratch: memory.scratch)
            #expect(try memory.open().commit == commit(seed))
        }
    }

    /// A write that was cut off after any byte leaves the older commit, or the newer one when it was complete.
    @Test func aTornCommitDoesNotCount() throws {
        let memory = try Memory()
        var page = try memory.open().page
        for seed in 1...4 as ClosedRange<UInt64> { try page.write(commit(seed), scratch: memory.scratch) }
        let before = memory.bytes
        try page.write(commit(5), scratch: memory.scratch)
        let after = memory.bytes
        let changed = before.indices.filter { before[$0] != after[$0] }
        for offset in changed { memory.set(before[offset], at: offset) }
        #expect(try memory.open().commit == commit(4))
        for offset in changed {
            #expect(try memory.open().commit == commit(4), "torn before byte \(offset)")
            memory.set(after[offset], at: offset)
        }
        #expect(try memory.open().commit == commit(5))
    }

    /// From 62 streams on the page grows; nothing is lost on the way, whichever half the newest commit was in.
    @Test(arguments: [1, 2]) func aPageGrows(commits: UInt64) throws {
        let memory = try Memory()
        var page = try memory.open().page
        for seed in 1...commits { try page.write(commit(seed, streams: 62), scratch: memory.scratch) }
        #expect(memory.bytes.count == 4096)
        for (seed, streams) in [(10, 63), (11, 200), (12, 1000), (13, 1), (14, CommitPage.maxEntries)] {
            let next = commit(UInt64(seed), streams: streams)
            try page.write(next, scratch: memory.scratch)
            #expect(try memory.open().commit == next)
        }
        let last = try memory.open().commit
        #expect(throws: Errno.self) {
            try page.write(commit(15, streams: CommitPage.maxEntries + 1), scratch: memory.scratch)
        }
        #expect(try memory.open().commit == last)
    }

    @Test func keysAreStableAndTheirOwn() {
        #expect(LogPump.pageKey("/a/b.log") == LogPump.pageKey("/a/b.log"))
        #expect(LogPump.pageKey("/a/b.log") != LogPump.pageKey("/a/c.log"))
        #expect(LogPump.pageKey("/a/b.log") >> 56 == 0x4C)
    }
}

@Suite struct PaceTests {
    private let millisecond: Int64 = 1_000_000

    @Test func aLongBatchIsFollowedAtOnce() {
        var pace = Pace()
        #expect(pace.next(after: 16_384, now: 5 * millisecond) == nil)
        #expect(pace.next(after: 65_536, now: 6 * millisecond) == nil)
    }

    @Test func aSlowStreamIsLeftAloneUntilTheNextTwentyMilliseconds() {
        var pace = Pace()
        #expect(pace.next(after: 100, now: 1005 * millisecond) == 1020 * millisecond)
        #expect(pace.next(after: 100, now: 1020 * millisecond) == 1040 * millisecond)
    }

    /// 1 MB/s fills a quarter of a pipe in 16 ms, 10 MB/s in 1.6 ms.
    @Test(arguments: [(1_000, 10), (10_000, 1)]) func theWaitIsWhatAQuarterTakes(bytesPerMillisecond: Int, grid: Int64)
    {
        var pace = Pace()
        _ = pace.next(after: 100, now: 1000 * millisecond)
        let time = pace.next(after: bytesPerMillisecond, now: 1001 * millisecond)
        #expect(time == (1001 / grid + 1) * grid * millisecond)
    }

    /// A fast writer that was held up for once is not taken for a slow one.
    @Test func theWaitGrowsStepByStep() {
        var pace = Pace()
        _ = pace.next(after: 65_536, now: 1000 * millisecond)
        var now = 1000 * millisecond
        var waits: [Int64] = []
        for _ in 0..<14 {
            now += 5 * millisecond
            waits.append((pace.next(after: 1, now: now) ?? now) - now)
        }
        #expect(waits[0] < millisecond && waits[3] < millisecond)
        #expect(waits[13] > 0)
        #expect(zip(waits, waits.dropFirst()).prefix(5).allSatisfy { $1 <= max($0 * 2, 100_000) })
    }
}
