import CKernel
import Core

/// Figures of a process tree at one moment.
struct TreeSample: Hashable, Sendable {
    /// Percent of one core since the last sample; 0 in the first.
    var cpu: Double
    /// Resident bytes.
    var memory: UInt64
    var processes: Int
}

/// Measures process trees from /proc, one pass for all of them. It blocks: it runs on a worker.
struct Sampler {
    /// A process of the last sample, by pid: its start makes sure that it is the same one.
    private struct Known {
        var started: UInt64
        var ticks: UInt64
    }

    private var table: ProcessTable
    private var last: [Int32: Known] = [:]
    private var lastAt: Instant?
    /// Who belongs to no tree. Only a fork of one of ours brings a process into a tree, and that is a new one: strangers
    /// need not be read again while the roots are the same.
    private var strangers: Set<ProcessIdentity> = []
    private var lastRoots: Set<Int32> = []
    private let ticksPerSecond = Double(max(1, od_pump_ticks()))
    private let pageSize = UInt64(max(1, od_pump_page_size()))

    /// - Parameter proc: where the process file system is mounted.
    init(proc: String = ProcessTable.usualPlace) throws(Errno) {
        table = try ProcessTable(proc: proc)
    }

    /// Whether the last sample saw any process of the machine.
    var seesAny: Bool { !table.entries.isEmpty || !strangers.isEmpty }

    /// Sums up the tree of each root: its descendants, and those of its session (each run has a session of its own).
    mutating func sample(roots: [Int32], at now: Instant) -> [Int32: TreeSample] {
        let roots = Set(roots)
        strangers = table.read(skipping: roots == lastRoots ? strangers : [])
        lastRoots = roots
        let owners = owners(of: roots)
        for (identity, root) in zip(table.identities, owners) where root == 0 { strangers.insert(identity) }
        let seconds = lastAt.map { Double(max(1, now.milliseconds(since: $0))) / 1000 }
        var samples: [Int32: TreeSample] = [:]
        var known: [Int32: Known] = [:]
        for (entry, root) in zip(table.entries, owners) where root != 0 {
            var sample = samples[root] ?? TreeSample(cpu: 0, memory: 0, processes: 0)
            sample.memory += entry.pages * pageSize
            sample.processes += 1
            if let seconds { sample.cpu += Double(spent(entry)) / ticksPerSecond / seconds * 100 }
            samples[root] = sample
            known[entry.pid] = Known(started: entry.started, ticks: entry.ticks)
        }
        last = known
        lastAt = now
        return samples
    }

    /// Ticks since the last sample; of a process that is new, all of them.
    private func spent(_ entry: ProcessEntry) -> UInt64 {
        guard let before = last[entry.pid], before.started == entry.started else { return entry.ticks }
        return entry.ticks >= before.ticks ? entry.ticks - before.ticks : 0
    }

    /// The root that each entry belongs to, 0 for none. Parents are followed up to a root or to an entry that is known.
    private func owners(of roots: Set<Int32>) -> [Int32] {
        var index: [Int32: Int] = [:]
        index.reserveCapacity(table.entries.count)
        for (position, entry) in table.entries.enumerated() { index[entry.pid] = position }
        // -1: not known yet.
        var owners = [Int32](repeating: -1, count: table.entries.count)
        var path: [Int] = []
        for start in table.entries.indices {
            var position = start
            var owner: Int32 = 0
            path.removeAll(keepingCapacity: true)
            while true {
                if owners[position] >= 0 {
                    owner = owners[position]
                    break
                }
                path.append(position)
                let entry = table.entries[position]
                if roots.contains(entry.pid) {
                    owner = entry.pid
                    break
                }
                if roots.contains(entry.session) {
                    owner = entry.session
                    break
                }
                // A table that is read while processes come and go can hold a circle: no path is longer than the table.
                guard let parent = index[entry.parent], path.count <= owners.count else { break }
                position = parent
            }
            for step in path { owners[step] = owner }
        }
        return owners
    }
}
