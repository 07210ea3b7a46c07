import CKernel
import Core
import Glibc

/// Processes that got away from their apps: no cgroup held them, and a session of their own, the death of their parent
/// and a cleared environment have left nothing that says whose they are. They are children of the keeper and nobody's.
package enum Strays {
    /// A process that belonged to a run.
    package struct Stray: Hashable, Sendable {
        package var pid: Int32
        /// Of its program.
        package var name: String
    }

    /// - Parameter mains: pids of the main processes of all runs, which are also their sessions.
    /// - Parameter engine: its pid; `worker`: the keeper that works. Those of this process when nothing is said.
    package static func find(mains: Set<Int32>, engine: Int32 = getpid(), worker: Int32 = getppid()) -> [Stray] {
        var known = mains.union([engine, worker])
        var parents = [worker]
        // The keeper may be two processes, one above the other.
        if let above = fields(of: worker)?.parent, name(of: above) == "od-keeper" {
            parents.append(above)
            known.insert(above)
        }
        return parents.flatMap(children).filter { !known.contains($0) }.compactMap { pid in
            guard let facts = fields(of: pid), !facts.isDead, !mains.contains(facts.session), !isMarked(pid) else {
                return nil
            }
            return Stray(pid: pid, name: name(of: pid) ?? "?")
        }
    }

    private static func children(of pid: Int32) -> [Int32] {
        (CgroupTree.text("/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    private static func name(of pid: Int32) -> String? {
        CgroupTree.text("/proc/\(pid)/comm").map { String($0.prefix { $0 != "\n" }) }
    }

    /// It says itself whose it is; or we may not look.
    private static func isMarked(_ pid: Int32) -> Bool {
        guard let text = CgroupTree.text("/proc/\(pid)/environ") else { return true }
        return text.split(separator: "\0").contains { $0.hasPrefix("OD_INSTANCE=") }
    }

    private static func fields(of pid: Int32) -> (parent: Int32, session: Int32, isDead: Bool)? {
        // proc_pid_stat(5): the name may hold anything, its last parenthesis ends it.
        guard let text = CgroupTree.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let rest = text[text.index(after: end)...].split(separator: " ")
        guard rest.count > 3, let parent = Int32(rest[1]), let session = Int32(rest[3]) else { return nil }
        return (parent, session, rest[0] == "Z" || rest[0] == "X")
    }
}
