import CKernel
import Core
import Glibc

/// Who belongs to a run, by /proc: its main process, its session, their descendants, and what was executed for it.
struct Kin {
    /// Generations that are looked at; deeper is nobody's.
    private static let depth = 64
    private static let environmentMax = 256 << 10
    /// Sockets of one port.
    private static let listenersMax = 64

    private let proc = od_pump_open_dir(ProcessTable.usualPlace)
    private var table = try? ProcessTable()

    /// Whether a message may come from the run. A sender that lives must belong to it; one that has ended by now is
    /// believed when it was of its user, of ours or root's: whoever may be one of these can do anything to it anyway.
    func believes(_ ear: Ear, sender: Int32, user: Int32) -> Bool {
        guard sender > 0, user >= 0 else { return false }
        guard entry(of: sender) != nil else {
            return user == 0 || user == Int32(truncatingIfNeeded: geteuid()) || user == ear.user
        }
        return belongs(sender, to: ear)
    }

    private func belongs(_ pid: Int32, to ear: Ear) -> Bool {
        var next = pid
        for _ in 0..<Self.depth {
            if next == ear.pid { return true }
            guard let entry = entry(of: next) else { break }
            if entry.session == ear.pid { return true }
            next = entry.parent
        }
        return wasExecuted(pid, for: ear.id)
    }

    private func entry(of pid: Int32) -> ProcessEntry? {
        withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
            let length = od_pump_read_stat(proc, pid, buffer.baseAddress, buffer.count)
            guard length > 0 else { return nil }
            return ProcessEntry(pid: pid, stat: UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]))
        }
    }

    private func wasExecuted(_ pid: Int32, for id: RunID) -> Bool {
        let entry = "OD_INSTANCE=\(id.instance).\(id.run)"
        return withUnsafeTemporaryAllocation(byteCount: Self.environmentMax, alignment: 1) { buffer in
            let length = od_pump_read_at(proc, "\(pid)/environ", buffer.baseAddress, buffer.count)
            guard length > 0 else { return false }
            return buffer[..<Int(length)].split(separator: 0).contains { $0.elementsEqual(entry.utf8) }
        }
    }

    // MARK: ports

    /// Whether a process of the run listens on a TCP port. Where the descriptors of its processes cannot be seen, a
    /// connection that is accepted is enough.
    mutating func listens(_ ear: Ear, on port: UInt16) -> Bool {
        var inodes = [UInt64](repeating: 0, count: Self.listenersMax)
        let count = od_signs_listeners(ear.pid, port, &inodes, Int32(inodes.count))
        guard count > 0 else { return false }
        var isHidden = false
        for pid in family(of: ear) {
            let holds = od_signs_holds(pid, inodes, count)
            if holds > 0 { return true }
            isHidden = isHidden || holds < 0
        }
        return isHidden && od_signs_connects(port) == 1
    }

    /// Its living processes, as far as parents and sessions tell.
    private mutating func family(of ear: Ear) -> Set<Int32> {
        guard table?.read(skipping: []) != nil, let entries = table?.entries else { return [ear.pid] }
        return Self.family(of: ear.pid, among: entries)
    }

    /// A process, its session and their descendants.
    private static func family(of pid: Int32, among entries: [ProcessEntry]) -> Set<Int32> {
        var family: Set<Int32> = [pid]
        for entry in entries where entry.session == pid { family.insert(entry.pid) }
        var count = 0
        while count != family.count {
            count = family.count
            for entry in entries where family.contains(entry.parent) { family.insert(entry.pid) }
        }
        return family
    }

    /// TCP sockets of a machine that listen; where there are more, nothing is said of anybody.
    private static let allListenersMax = 4096

    /// Whether a run listens on any TCP port, by its first process; true when that cannot be seen. Blocks.
    static func listensSomewhere(_ pid: Int32) -> Bool {
        var inodes = [UInt64](repeating: 0, count: allListenersMax)
        let count = od_signs_listeners(pid, 0, &inodes, Int32(inodes.count))
        guard count < inodes.count, var table = try? ProcessTable() else { return true }
        defer { table.close() }
        _ = table.read(skipping: [])
        return count > 0 && family(of: pid, among: table.entries).contains { od_signs_holds($0, inodes, count) != 0 }
    }
}
