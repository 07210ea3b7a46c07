import CKernel

/// A TCP socket that listens.
struct ListeningSocket: Hashable, Sendable {
    var port: UInt16
    var inode: UInt64
}

/// What the kernel says of ports, by /proc; each call costs a file or more.
protocol PortFacts {
    /// Which network a process is in; nil when that cannot be seen.
    func network(of pid: Int32) -> UInt64?
    /// The sockets that listen on some ports, in the network of a process.
    func listeners(in pid: Int32, on ports: [UInt16]) -> [ListeningSocket]
    /// All processes of the machine; nil when they cannot be listed. By far the dearest.
    mutating func processes() -> [ProcessEntry]?
    /// Whether a process has one of these sockets open; nil when that cannot be seen.
    func holds(_ pid: Int32, _ inodes: [UInt64]) -> Bool?
    /// Whether a connection to the port is accepted.
    func accepts(_ port: UInt16) -> Bool
}

/// Looks for runs that listen on their ports, for all who wait at once: the sockets of a network are read once for all
/// runs in it, and the processes of the machine once, and only when a socket is new at one of the ports.
///
/// A socket may come to a run without being new: somebody had it before and hands it on. So every `patience` the
/// processes are looked at all the same, while there is a socket at a port that is waited for.
struct PortSearch<Facts: PortFacts> {
    /// Who waits.
    struct Waiter: Hashable {
        var pid: Int32
        var port: UInt16
    }

    /// Nanoseconds after which sockets that have not changed are looked at again.
    static var patience: Int64 { 1_000_000_000 }

    var facts: Facts
    /// The sockets that were at its port when its processes were looked at, and when that was.
    private var seen: [Waiter: (inodes: [UInt64], at: Int64)] = [:]

    init(_ facts: Facts) {
        self.facts = facts
    }

    /// Those of the waiters that listen by now. Where the descriptors of their processes cannot be seen, a connection
    /// that is accepted is enough.
    mutating func find(_ waiters: Set<Waiter>, at now: Int64) -> Set<Waiter> {
        seen = seen.filter { waiters.contains($0.key) }
        var found: Set<Waiter> = []
        var entries: [ProcessEntry]?
        var hasLooked = false
        for (waiter, inodes) in sockets(of: waiters) where isDue(waiter, inodes, now) {
            if !hasLooked { entries = facts.processes() }
            hasLooked = true
            seen[waiter] = (inodes, now)
            let family = entries.map { Kin.family(of: waiter.pid, among: $0) } ?? [waiter.pid]
            if holds(family, inodes, waiter.port) { found.insert(waiter) }
        }
        return found
    }

    private func isDue(_ waiter: Waiter, _ inodes: [UInt64], _ now: Int64) -> Bool {
        guard let last = seen[waiter] else { return true }
        return last.inodes != inodes || now - last.at >= Self.patience
    }

    /// What listens at the port of each, of those where anything does.
    private func sockets(of waiters: Set<Waiter>) -> [(Waiter, [UInt64])] {
        // Who cannot be asked for his network is in one of his own.
        let networks = Dictionary(grouping: waiters) { facts.network(of: $0.pid) ?? UInt64(UInt32(bitPattern: $0.pid)) }
        return networks.values.flatMap { members in
            let listening = facts.listeners(in: members[0].pid, on: Array(Set(members.map(\.port))).sorted())
            let inodes = Dictionary(grouping: listening, by: \.port).mapValues { $0.map(\.inode).sorted() }
            return members.compactMap { member in inodes[member.port].map { (member, $0) } }
        }
    }

    private func holds(_ family: Set<Int32>, _ inodes: [UInt64], _ port: UInt16) -> Bool {
        var isHidden = false
        for pid in family {
            switch facts.holds(pid, inodes) {
            case true?: return true
            case false?: break
            case nil: isHidden = true
            }
        }
        return isHidden && facts.accepts(port)
    }
}

/// The kernel of this machine.
struct KernelPortFacts: PortFacts {
    /// Sockets of one look; what is beyond is found when others have gone.
    static let most = 4096
    private var table = try? ProcessTable()

    func network(of pid: Int32) -> UInt64? {
        let inode = od_signs_network(pid)
        return inode > 0 ? UInt64(inode) : nil
    }

    func listeners(in pid: Int32, on ports: [UInt16]) -> [ListeningSocket] {
        Self.sockets(pid, ports).map { ListeningSocket(port: $0.port, inode: $0.inode) }
    }

    private static func sockets(_ pid: Int32, _ ports: [UInt16]) -> [od_signs_socket] {
        [od_signs_socket](unsafeUninitializedCapacity: most) { buffer, count in
            count = Int(od_signs_listeners(pid, ports, Int32(ports.count), buffer.baseAddress, Int32(most)))
        }
    }

    mutating func processes() -> [ProcessEntry]? {
        guard table?.read(skipping: []) != nil else { return nil }
        return table?.entries
    }

    func holds(_ pid: Int32, _ inodes: [UInt64]) -> Bool? {
        let holds = od_signs_holds(pid, inodes, Int32(inodes.count))
        return holds < 0 ? nil : holds > 0
    }

    func accepts(_ port: UInt16) -> Bool { od_signs_connects(port) == 1 }

    /// Whether a run listens on any TCP port, by its first process; true when that cannot be seen. Blocks.
    static func listensSomewhere(_ pid: Int32) -> Bool {
        let sockets = sockets(pid, [])
        guard sockets.count < most, var table = try? ProcessTable() else { return true }
        defer { table.close() }
        _ = table.read(skipping: [])
        let inodes = sockets.map(\.inode)
        return !inodes.isEmpty
            && Kin.family(of: pid, among: table.entries).contains {
                od_signs_holds($0, inodes, Int32(inodes.count)) != 0
            }
    }
}
