import CKernel
import Glibc
import Synchronization
import Testing

@testable import Core
@testable import Engine

/// The engine's end of the link, against a keeper that is played.
@Suite struct KeeperLinkTests {
    private final class Seen: Sendable {
        let count = Atomic(0)
    }

    @Test func itKnowsWhatTheKeeperUnderstands() throws {
        var ends: [Int32] = [-1, -1]
        try #require(od_link_pair(&ends) == 0)
        let link = KeeperLink(socket: ends[1])
        #expect(link.keeperVersion == 0)
        let seen = Seen()
        let ended = Seen()
        try link.listen({ _ in seen.count.add(1, ordering: .releasing) }) { ended.count.add(1, ordering: .releasing) }
        for (number, version) in [1, 2, 7].enumerated() {
            let head = od_frame(version: UInt16(version), kind: UInt16(OD_LISTED.rawValue), slot: 0, seq: 0)
            let sent = withUnsafeBytes(of: head) { od_link_send(ends[0], $0.baseAddress, $0.count, nil, 0) }
            #expect(sent == 0)
            #expect(eventually { seen.count.load(ordering: .acquiring) == number + 1 })
            #expect(link.keeperVersion == UInt16(version))
        }
        close(ends[0])
        #expect(eventually { ended.count.load(ordering: .acquiring) == 1 })
        close(ends[1])
    }

    @Test func anOrderArrivesWithItsDescriptors() throws {
        var ends: [Int32] = [-1, -1]
        try #require(od_link_pair(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var grant = SpawnGrant()
        grant.cgroup = Descriptor(dup(0))
        grant.passed = [PassedDescriptor(target: 3, source: .attached(Descriptor(dup(0))))]
        #expect(KeeperLink(socket: ends[1]).spawn(SpawnGrantTests.order, grant) == nil)
        var bytes = [UInt8](repeating: 0, count: Int(OD_FRAME_MAX))
        var fds = [Int32](repeating: -1, count: Int(OD_LINK_FDS_MAX))
        var count: UInt32 = 0
        var cut: UInt32 = 0
        let length = od_link_recv(ends[0], &bytes, bytes.count, &fds, &count, &cut)
        defer { fds.prefix(Int(count)).forEach { close($0) } }
        let expected = try SpawnFrame(SpawnGrantTests.order, grant).body
        #expect(Array(bytes.prefix(Int(length)).dropFirst(MemoryLayout<od_frame>.size)) == expected)
        #expect(count == 2 && cut == 0)
    }
}

@Suite struct PipeBudgetTests {
    @Test func aQuarterIsGivenAndTakenBack() throws {
        let step = PipeBudget.wide - PipeBudget.usual
        let budget = PipeBudget(limit: 8 * step)
        #expect(budget.left == 2 * step)
        var pipes: [[Int32]] = []
        for _ in 0..<3 {
            var ends: [Int32] = [-1, -1]
            try #require(od_pipe(&ends) == 0)
            pipes.append(ends)
        }
        defer { pipes.joined().forEach { close($0) } }
        #expect(budget.widen(pipes[0][0]) && od_pipe_size(pipes[0][1]) == Int32(PipeBudget.wide))
        #expect(budget.widen(pipes[1][0]))
        #expect(!budget.widen(pipes[2][0]) && od_pipe_size(pipes[2][0]) == Int32(PipeBudget.usual))
        budget.giveBack()
        #expect(budget.widen(pipes[2][0]) && budget.left == 0)
        #expect(PipeBudget.systemLimit >= 0)
    }
}
