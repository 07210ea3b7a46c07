import CKernel
import Core
import Glibc
import Testing

/// Programs that our processes start: what they are given, and how they end.
struct ProgramTests {
    /// Long enough for a machine that stands still.
    private static let long: Int32 = 60_000

    private func spawn(_ words: [String], _ gifts: [od_gift] = []) -> Int32 {
        let argv = words.map { strdup($0) }
        defer { for word in argv { free(word) } }
        return od_program_spawn(words[0], argv + [nil], environ, gifts, gifts.count)
    }

    @Test func itHasItsGiftsAndItsSignals() throws {
        var ends: [Int32] = [-1, -1]
        try #require(od_pipe(&ends) == 0)
        defer { close(ends[0]) }
        // The numbers that are given away may be those of the gifts themselves.
        let gifts = [od_gift(descriptor: ends[1], number: ends[0]), od_gift(descriptor: ends[1], number: 9)]
        let pid = spawn(["sh", "-c", "echo a >&\(ends[0]); echo b >&9; kill -TERM $$"], gifts)
        close(ends[1])
        try #require(pid > 0)
        var status: Int32 = 0
        #expect(od_program_await(pid, Self.long, &status) == 1)
        #expect(Exit(waitStatus: status) == .signal(SIGTERM, core: false))
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(read(ends[0], &bytes, bytes.count) == 4)
        #expect(bytes.starts(with: "a\nb\n".utf8))
        #expect(od_program_await(pid, 0, &status) == -ECHILD)
    }

    @Test func oneThatLivesIsNotWaitedForLonger() throws {
        let pid = spawn(["sleep", "1000"])
        try #require(pid > 0)
        var status: Int32 = 0
        #expect(od_program_await(pid, 1, &status) == 0)
        kill(pid, SIGKILL)
        #expect(od_program_await(pid, Self.long, &status) == 1)
    }

    @Test func whatCannotBeStartedSaysWhy() {
        #expect(spawn(["/no/such/program"]) == -ENOENT)
        #expect(spawn(["true"], [od_gift(descriptor: 1 << 20, number: 7)]) == -EBADF)
        let many = [od_gift](repeating: od_gift(descriptor: 1, number: 7), count: Int(OD_GIFTS_MAX) + 1)
        #expect(spawn(["true"], many) == -EINVAL)
    }
}
