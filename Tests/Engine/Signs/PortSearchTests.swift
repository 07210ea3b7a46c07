import CKernel
import Glibc
import Testing

@testable import Engine

/// A machine that counts what it is asked.
private struct PlayedPorts: PortFacts {
    final class Asked {
        var networks = 0
        var tables = 0
        var walks = 0
        var descriptors = 0
    }

    let asked = Asked()
    /// By pid; who is missing cannot be asked.
    var networks: [Int32: UInt64] = [:]
    /// By network.
    var listening: [UInt64: [ListeningSocket]] = [:]
    var holders: [Int32: Set<UInt64>] = [:]
    var hidden: Set<Int32> = []
    var accepting: Set<UInt16> = []

    func network(of pid: Int32) -> UInt64? {
        asked.networks += 1
        return networks[pid]
    }

    func listeners(in pid: Int32, on ports: [UInt16]) -> [ListeningSocket] {
        asked.tables += 1
        return (listening[networks[pid] ?? 0] ?? []).filter { ports.contains($0.port) }
    }

    mutating func processes() -> [ProcessEntry]? {
        asked.walks += 1
        return []
    }

    func holds(_ pid: Int32, _ inodes: [UInt64]) -> Bool? {
        asked.descriptors += 1
        return hidden.contains(pid) ? nil : holders[pid].map { !$0.isDisjoint(with: inodes) } ?? false
    }

    func accepts(_ port: UInt16) -> Bool { accepting.contains(port) }
}

private typealias Search = PortSearch<PlayedPorts>

private func waiters(_ count: Int) -> Set<Search.Waiter> {
    Set((1...count).map { Search.Waiter(pid: Int32($0), port: UInt16(3000 + $0)) })
}

@Suite struct PortSearchTests {
    private static let tick: Int64 = 100_000_000

    /// A hundred who wait cost one table each look, and no walk over the machine's processes while nobody listens.
    @Test func oneLookForAll() {
        var played = PlayedPorts()
        for pid in 1...100 { played.networks[Int32(pid)] = 7 }
        var search = Search(played)
        for look in 0..<50 { #expect(search.find(waiters(100), at: Int64(look) * Self.tick).isEmpty) }
        #expect(played.asked.tables == 50 && played.asked.networks == 5000)
        #expect(played.asked.walks == 0 && played.asked.descriptors == 0)
    }

    /// A socket of somebody else at the port is looked at once, and then every second.
    @Test func whatHasNotChangedIsNotLookedAtEachTime() {
        var played = PlayedPorts()
        for pid in 1...100 {
            played.networks[Int32(pid)] = 7
            played.listening[7, default: []].append(ListeningSocket(port: UInt16(3000 + pid), inode: UInt64(pid)))
        }
        var search = Search(played)
        for look in 0..<10 { #expect(search.find(waiters(100), at: Int64(look) * Self.tick).isEmpty) }
        #expect(played.asked.walks == 1 && played.asked.descriptors == 100)
        #expect(search.find(waiters(100), at: 10 * Self.tick).isEmpty)
        #expect(played.asked.walks == 2 && played.asked.descriptors == 200)
    }

    @Test func aNewSocketIsSeenAtOnce() {
        var played = PlayedPorts()
        played.networks = [1: 7, 2: 7]
        played.listening[7] = [ListeningSocket(port: 3001, inode: 11)]
        var search = Search(played)
        #expect(search.find(waiters(2), at: 0).isEmpty)
        search.facts.listening[7]?.append(ListeningSocket(port: 3001, inode: 12))
        search.facts.holders[1] = [12]
        #expect(search.find(waiters(2), at: Self.tick) == [Search.Waiter(pid: 1, port: 3001)])
        #expect(played.asked.walks == 2)
    }

    /// It was there before, and its owner hands it on.
    @Test func aSocketThatIsHandedOnIsSeenSoon() {
        var played = PlayedPorts()
        played.networks = [1: 7]
        played.listening[7] = [ListeningSocket(port: 3001, inode: 11)]
        var search = Search(played)
        #expect(search.find(waiters(1), at: 0).isEmpty)
        search.facts.holders[1] = [11]
        #expect(search.find(waiters(1), at: Search.patience - 1).isEmpty)
        #expect(search.find(waiters(1), at: Search.patience) == waiters(1))
    }

    @Test func networksAreApart() {
        var played = PlayedPorts()
        played.networks = [1: 7, 2: 8]
        let same: Set = [Search.Waiter(pid: 1, port: 80), Search.Waiter(pid: 2, port: 80)]
        played.listening = [7: [ListeningSocket(port: 80, inode: 1)], 8: [ListeningSocket(port: 80, inode: 2)]]
        played.holders = [1: [2], 2: [2]]
        var search = Search(played)
        #expect(search.find(same, at: 0) == [Search.Waiter(pid: 2, port: 80)])
        #expect(played.asked.tables == 2)
    }

    /// Another user's process: its descriptors are not shown, a connection says it.
    @Test(arguments: [true, false]) func whatIsHiddenIsTried(_ accepts: Bool) {
        var played = PlayedPorts()
        played.listening[0] = [ListeningSocket(port: 3001, inode: 1)]
        played.hidden = [1]
        if accepts { played.accepting = [3001] }
        var search = Search(played)
        #expect(search.find(waiters(1), at: 0).isEmpty == !accepts)
    }

    /// This machine: bound is not listening.
    @Test func ofThisMachine() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        let port = try bound(socket)
        let me: Set = [PortSearch<KernelPortFacts>.Waiter(pid: getpid(), port: port)]
        var search = PortSearch(KernelPortFacts())
        #expect(search.find(me, at: 0).isEmpty && od_signs_connects(port) == 0)
        try #require(listen(socket, 5) == 0)
        #expect(search.find(me, at: 1) == me && od_signs_connects(port) == 1)
    }
}

/// A free port of this machine, which a socket has now.
func bound(_ socket: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try #require(bind(socket, $0, size) == 0)
            try #require(getsockname(socket, $0, &size) == 0)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}
