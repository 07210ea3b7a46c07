import CKernel

/// One process of the machine as the last scan saw it.
struct Process {
    var pid: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    /// Clock ticks since boot at its start: with the pid its identity.
    var ticks: UInt64
    /// Slot of the run it belongs to, or one of the two below.
    var owner: Int32
    /// What the scan before found: the environment of a process is gone before the process is.
    var formerOwner: Int32
    var isDead: Bool
    /// Got the SIGKILL of the present kill.
    var isKilled: Bool

    static let unknown: Int32 = -2
    static let nobody: Int32 = -1
}

/// The process table of the machine, by scans of /proc, and our orphans: children that are nobody's main process.
///
/// A scan costs some microseconds per process, so the usual case does without. Everything that outlives a main process
/// hangs below an orphan of ours, and orphans leave our list of children only when we reap them: if that list has as
/// many entries as we know by name, nobody new is there.
struct Processes {
    private struct Orphan {
        var pid: Int32
        var owner: Int32
    }

    /// Processes of a machine that a scan sees; those beyond are not looked at.
    static let most = 32768
    /// Orphans that are known by name; with more, every look scans.
    static let orphansMost = 1024
    /// How long a scan serves other signals of the same burst, nanoseconds.
    private static let scanLife: UInt64 = 5_000_000
    /// No chain of parents is longer, or the table was read while pids were reused.
    private static let depthMost = 128

    let worker: Int32
    let proc: Int32
    private let spare: Int32
    private let holding: Holding
    /// Negative on a kernel without lists of children: then every look scans.
    private var children: Int32 = -1
    private var sparesChildren: Int32 = -1
    /// Some run's processes may be children of anybody.
    private var hasStrangers = false
    private let pids: UnsafeMutablePointer<Int32>
    private(set) var table: UnsafeMutablePointer<Process>
    private(set) var count = 0
    private var previous: UnsafeMutablePointer<Process>
    private var previousCount = 0
    private let orphans: UnsafeMutablePointer<Orphan>
    private var orphanCount = 0
    /// CLOCK_BOOTTIME at which the last scan began, and ended.
    private(set) var scannedAt: UInt64 = 0
    private var scanEndedAt: UInt64 = 0
    /// Whether this look has found out, or scanned, if there are orphans that we did not know.
    private var hasLooked = false
    private var hasScanned = false

    init?(_ holding: Holding, spare: Int32) {
        self.holding = holding
        self.spare = spare
        worker = od_own_pid()
        proc = od_proc_open()
        let size = MemoryLayout<Process>.stride * Self.most
        guard proc >= 0, let pids = od_table(4 * Self.most), let table = od_table(size), let other = od_table(size),
            let orphans = od_table(MemoryLayout<Orphan>.stride * Self.orphansMost)
        else { return nil }
        self.pids = pids.bindMemory(to: Int32.self, capacity: Self.most)
        self.table = table.bindMemory(to: Process.self, capacity: Self.most)
        previous = other.bindMemory(to: Process.self, capacity: Self.most)
        self.orphans = orphans.bindMemory(to: Orphan.self, capacity: Self.orphansMost)
    }

    /// Opens the lists of children. Only after what former workers had opened is closed: nobody names these either.
    mutating func openLists() {
        children = od_children_open_of(proc, worker)
        sparesChildren = od_children_open_of(proc, spare)
    }

    /// Whether a process is a child of the worker or of the spare, dead ones too.
    func isOurs(_ pid: Int32) -> Bool {
        var facts = od_process()
        return od_process_read(proc, pid, &facts) == 0 && isKeeper(facts.parent)
    }

    private func isKeeper(_ pid: Int32) -> Bool { pid == worker || pid == spare }

    /// Start of a process of ours, in clock ticks since boot; 0 when it cannot be read.
    func ticks(of pid: Int32) -> UInt64 {
        var facts = od_process()
        return od_process_read(proc, pid, &facts) == 0 ? facts.ticks : 0
    }

    mutating func forgetOrphan(_ pid: Int32) {
        for index in 0..<orphanCount where orphans[index].pid == pid {
            orphanCount -= 1
            orphans[index] = orphans[orphanCount]
            return
        }
    }

    /// A batch of dead children is reaped; what is asked from here on shares one look.
    mutating func beginLook() {
        hasLooked = false
        hasScanned = false
    }

    /// How many processes of a run live, its main process included. `known` = children that are no orphans.
    mutating func countLeft(_ index: Int, known: Int, _ slots: Slots) -> Int {
        if !hasLooked {
            hasLooked = true
            // What the spare has beside us is not exact: it reaps while we count.
            let isExact = children >= 0 && sparesChildren >= 0 && od_children_count(sparesChildren) == 1
            if !isExact || Int(od_children_count(children)) != known + orphanCount { scanOnce(slots) }
        }
        guard hasOrphan(of: index) else { return 0 }
        return countAll(index, slots)
    }

    /// How many processes of a run live, by a scan.
    mutating func countAll(_ index: Int, _ slots: Slots) -> Int {
        scanOnce(slots)
        var left = 0
        for process in 0..<count where table[process].owner == Int32(index) && !table[process].isDead { left += 1 }
        return left
    }

    /// Whether an orphan that we know belongs to this run: while it is not reaped, the run is not gone.
    func hasOrphan(of index: Int) -> Bool {
        // The list is full: only the whole table can tell.
        if orphanCount == Self.orphansMost { return true }
        for orphan in 0..<orphanCount where orphans[orphan].owner == Int32(index) { return true }
        return false
    }

    /// The pidfd of a living process of a run that the last scan has seen; negative without one.
    func openLast(of index: Int) -> Int32 {
        for entry in 0..<count where table[entry].owner == Int32(index) && !table[entry].isDead {
            let pidfd = od_pidfd(table[entry].pid)
            // One that is gone by now, and whose number is another's, is watched all the same: its end wakes us too.
            if pidfd >= 0 { return pidfd }
        }
        return -1
    }

    /// Orphans are gone that only the spare knew.
    mutating func forgetOrphans() {
        orphanCount = 0
    }

    private mutating func scanOnce(_ slots: Slots) {
        if !hasScanned { scan(slots) }
        hasScanned = true
    }

    /// Reads the table anew, finds whose each process is, and who our orphans are.
    mutating func scan(_ slots: Slots) {
        hasStrangers = slots.hasStrangers
        swap(&table, &previous)
        previousCount = count
        count = 0
        scannedAt = od_now()
        let found = Int(max(od_pids(proc, pids, Int32(Self.most)), 0))
        for index in 0..<found { append(pids[index]) }
        orphanCount = 0
        for index in 0..<count {
            let owner = resolve(index, slots)
            let process = table[index]
            guard isKeeper(process.parent), !isKnown(process.pid), slots.index(child: process.pid) == nil,
                orphanCount < Self.orphansMost
            else { continue }
            orphans[orphanCount] = Orphan(pid: process.pid, owner: owner)
            orphanCount += 1
        }
        scanEndedAt = od_now()
    }

    /// Whether the last scan may serve another signal of the same burst: it is not older than `scanLife`, or than a
    /// scan takes on this machine, and the run that started at `started` is in it.
    func isFresh(for started: UInt64) -> Bool {
        let life = max(Self.scanLife, scanEndedAt - scannedAt)
        return scannedAt > started && od_now() - scanEndedAt <= life
    }

    private mutating func append(_ pid: Int32) {
        var facts = od_process()
        guard od_process_read(proc, pid, &facts) == 0 else { return }
        var isKilled = false
        var former = Process.nobody
        if let old = Self.find(pid, in: previous, previousCount), previous[old].ticks == facts.ticks {
            isKilled = previous[old].isKilled
            former = previous[old].owner
        }
        table[count] = Process(
            pid: pid, parent: facts.parent, group: facts.group, session: facts.session, ticks: facts.ticks,
            owner: Process.unknown, formerOwner: former, isDead: facts.dead != 0, isKilled: isKilled)
        count += 1
    }

    /// Tables are sorted by pid, as /proc is.
    private static func find(_ pid: Int32, in table: UnsafeMutablePointer<Process>, _ count: Int) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].pid < pid { low = middle + 1 } else { high = middle }
        }
        return low < count && table[low].pid == pid ? low : nil
    }

    // MARK: Whose a process is

    /// Children of the keeper that belong to no run.
    private func isKnown(_ pid: Int32) -> Bool {
        isKeeper(pid) || pid == holding.engine.pointee.pid || pid == holding.wish.pointee.pid
    }

    /// Walks from a process towards us and gives all on the way the same owner.
    private func resolve(_ index: Int, _ slots: Slots) -> Int32 {
        var owner = Process.nobody
        var bySession = Process.nobody
        var last = index
        for _ in 0..<Self.depthMost {
            let process = table[last]
            if process.owner != Process.unknown {
                // A process of a run's session below somebody's orphan: both are of that run.
                owner = process.owner
                if owner == Process.nobody, isKeeper(process.parent) { owner = bySession }
                break
            }
            if isKnown(process.pid) || process.pid == 1 { break }
            if let main = slots.index(child: process.pid) {
                owner = Int32(main)
                break
            }
            if bySession == Process.nobody { bySession = slots.owner(session: process.session) }
            guard let parent = parentIndex(of: last) else {
                if isKeeper(table[last].parent) {
                    owner = bySession != Process.nobody ? bySession : ownerOfOrphan(table[last], slots)
                }
                break
            }
            last = parent
        }
        // A stranger's orphan can be anywhere: it is known by itself, not by who is above it.
        if owner == Process.nobody, hasStrangers, table[index].owner == Process.unknown, !isKnown(table[index].pid) {
            let session = slots.owner(session: table[index].session)
            owner = session != Process.nobody ? session : ownerOfOrphan(table[index], slots)
            if owner != Process.nobody { last = index }
        }
        assign(owner, from: index, through: last)
        return owner
    }

    /// Index of the parent's entry; nil at a child of ours and at the top. A parent that died while the table was read
    /// has left its child to another one: that is looked up.
    private func parentIndex(of index: Int) -> Int? {
        let parent = table[index].parent
        if isKeeper(parent) || parent <= 0 { return nil }
        if let found = Self.find(parent, in: table, count) { return found }
        var facts = od_process()
        let isRead = od_process_read(proc, table[index].pid, &facts) == 0
        guard isRead, facts.ticks == table[index].ticks else { return nil }
        table[index].parent = facts.parent
        return isKeeper(facts.parent) ? nil : Self.find(facts.parent, in: table, count)
    }

    private func assign(_ owner: Int32, from first: Int, through last: Int) {
        var index = first
        for _ in 0..<Self.depthMost {
            table[index].owner = owner
            guard index != last, let parent = Self.find(table[index].parent, in: table, count) else { return }
            index = parent
        }
    }

    /// By its OD_INSTANCE and OD_HOME, or else the run that it was seen to belong to.
    private func ownerOfOrphan(_ process: Process, _ slots: Slots) -> Int32 {
        let tag = od_process_tag(proc, process.pid)
        if tag != 0 { return slots.owner(tag: tag, since: process.ticks) }
        return slots.isLiving(process.formerOwner, since: process.ticks) ? process.formerOwner : Process.nobody
    }

    // MARK: Signals

    /// Signals the very process that the table means; false when it is gone.
    func deliver(_ signal: Int32, to process: Process) -> Bool {
        let pidfd = od_pidfd(process.pid)
        guard pidfd >= 0 else { return false }
        defer { od_close(pidfd) }
        // The pidfd is of whoever has the pid now: only the same start makes it the one that was scanned.
        guard ticks(of: process.pid) == process.ticks else { return false }
        return od_signal_process(pidfd, signal) == 0
    }

    func setKilled(_ index: Int) {
        table[index].isKilled = true
    }

    func clearKilled() {
        for index in 0..<count { table[index].isKilled = false }
    }
}
