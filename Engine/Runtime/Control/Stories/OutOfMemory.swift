import Core
import Glibc
import Synchronization

/// What the kernel counts of processes that it killed because there was no memory left.
///
/// Cgroup v2 has `oom_kill` in memory.events, v1 in memory.oom_control (each of our own cgroup, with what is below),
/// and /proc/vmstat has it of the whole machine. A counter says that somebody was killed, not who: it is named as what it
/// is.
final class OutOfMemory: Sendable {
    private struct Source: Sendable {
        var path: String
        var words: String
    }

    private struct State {
        var count: UInt64
        /// When it last rose, and by how many.
        var rise: (at: Instant, by: UInt64)?
    }

    /// Milliseconds for which a rise explains several ends.
    private static let window = 3000

    private let source: Source?
    private let state: Mutex<State>

    /// - Parameter read: gives the text of a file; nil when there is none.
    init(read: @escaping @Sendable (String) -> String? = { CgroupTree.text($0) }) {
        self.read = read
        let source = Self.sources(read).first { Self.count(read($0.path)) != nil }
        self.source = source
        state = Mutex(State(count: source.flatMap { Self.count(read($0.path)) } ?? 0))
    }

    private let read: @Sendable (String) -> String?

    /// The nearest first: our own cgroup counts nobody else's processes.
    private static func sources(_ read: (String) -> String?) -> [Source] {
        let membership = read("/proc/self/cgroup") ?? ""
        var sources: [Source] = []
        if let mounts = read("/proc/self/mountinfo"),
            let own = CgroupPlace.ofApps(mountinfo: mounts, membership: membership)
        {
            sources.append(Source(path: own + "/memory.events", words: "its cgroup"))
        }
        let line = membership.split(separator: "\n").first { $0.split(separator: ":").dropFirst().first == "memory" }
        if let own = line?.split(separator: ":", maxSplits: 2).last {
            sources.append(Source(path: "/sys/fs/cgroup/memory\(own)/memory.oom_control", words: "its cgroup"))
        }
        return sources + [Source(path: "/proc/vmstat", words: "the machine")]
    }

    /// The value behind `oom_kill` at the start of a line.
    static func count(_ text: String?) -> UInt64? {
        text?.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
            .flatMap { UInt64($0.dropFirst("oom_kill ".count)) }
    }

    /// What speaks for it that memory ran out when a process was killed; nil when nothing does. Reads a file.
    func evidence(at now: Instant) -> String? {
        guard let source, let count = Self.count(read(source.path)) else { return nil }
        return state.withLock { state in
            if count > state.count { state.rise = (now, count - state.count) }
            state.count = count
            guard let rise = state.rise, now.milliseconds(since: rise.at) <= Self.window else { return nil }
            let whom = rise.by == 1 ? "a process" : "\(rise.by) processes"
            return "the kernel killed \(whom) of \(source.words) because there was no memory left"
        }
    }
}
