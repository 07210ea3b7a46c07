import CKernel
import Core
import Glibc

/// Who belongs to a run, by /proc: its main process, its session, their descendants, and what was executed for it.
struct Kin {
    /// Generations that are looked at; deeper is nobody's.
    private static let depth = 64

    private let proc = od_pump_open_dir(ProcessTable.usualPlace)

    /// Whether somebody who may do nothing to the run anyway has sent a message: neither root, nor we, nor its user.
    func isStranger(_ user: Int32, to ear: Ear) -> Bool {
        user != 0 && user != Int32(truncatingIfNeeded: geteuid()) && user != ear.user
    }

    /// Whether a message may come from the run. A sender that lives must belong to it; one that has ended by now is
    /// believed when it was of its user, of ours or root's: whoever may be one of these can do anything to it anyway.
    func believes(_ ear: Ear, sender: Int32, user: Int32) -> Bool {
        guard sender > 0, user >= 0 else { return false }
        guard entry(of: sender) != nil else {
            return !isStranger(user, to: ear)
        }
        return belongs(sender, user, to: ear)
    }

    /// Parents and sessions cannot be chosen; a process writes its environment itself, so that what stands there is
    /// believed of those only who may do anything to the run anyway.
    private func belongs(_ pid: Int32, _ user: Int32, to ear: Ear) -> Bool {
        var next = pid
        for _ in 0..<Self.depth {
            if next == ear.pid { return true }
            guard let entry = entry(of: next) else { break }
            if entry.session == ear.pid { return true }
            next = entry.parent
        }
        return !isStranger(user, to: ear) && wasExecuted(pid, for: ear.id)
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
        return withUnsafeTemporaryAllocation(byteCount: ProcessSearch.environmentMax, alignment: 1) { buffer in
            let length = od_pump_read_at(proc, "\(pid)/environ", buffer.baseAddress, buffer.count)
            guard length > 0 else { return false }
            return buffer[..<Int(length)].split(separator: 0).contains { $0.elementsEqual(entry.utf8) }
        }
    }

    /// A process, its session and their descendants, as far as parents and sessions tell.
    static func family(of pid: Int32, among entries: [ProcessEntry]) -> Set<Int32> {
        var family: Set<Int32> = [pid]
        for entry in entries where entry.session == pid { family.insert(entry.pid) }
        var count = 0
        while count != family.count {
            count = family.count
            for entry in entries where family.contains(entry.parent) { family.insert(entry.pid) }
        }
        return family
    }
}
