import CKernel

/// Where a slot of the table is in its life.
///
///     free --OD_SPAWN--> starting --exec--> held --OD_ACK, OD_RELEASE and nobody left--> free
///       |                    `--no exec--> failed --reaped--> free
///       `--OD_ADOPT--> adopting --> held
enum Phase: UInt8 {
    case free, starting, failed, held, adopting
}

/// One stream of a run.
enum Stream { case out, error }

/// A run, from its spawn until nobody needs to know of it any more.
typealias Slot = od_held_run

extension od_held_run {
    /// A slot in which nothing is open.
    static func empty(generation: UInt32) -> Self {
        var slot = Self()
        slot.generation = generation
        slot.next_free = -1
        slot.pidfd = -1
        slot.status = -1
        slot.last = -1
        slot.cgroup = -1
        slot.cgroup_events = -1
        slot.out = od_stream.closed
        slot.error = od_stream.closed
        return slot
    }

    /// What was written before it is seen before it, what comes after it is not.
    var phase: Phase {
        get { Phase(rawValue: phase_number) ?? .free }
        set {
            od_fence()
            phase_number = newValue.rawValue
            od_fence()
        }
    }

    /// Processes of the run live, or may yet.
    var isAlive: Bool {
        phase == .starting || phase == .held && facts.state != OD_RUN_GONE.rawValue
    }

    /// Nobody of ours reaps its main process.
    var isStranger: Bool { parentage == UInt8(OD_PARENT_STRANGER.rawValue) }

    subscript(channel: Stream) -> od_stream {
        get { channel == .out ? out : error }
        set { if channel == .out { out = newValue } else { error = newValue } }
    }
}

extension od_stream {
    static var closed: Self { Self(pipe: -1, spool: -1, is_watched: false, is_ended: false, reserved: (0, 0)) }
}

/// All slots. A slot keeps its index until it is free; the memory of slots that were never used is never touched.
struct Slots {
    let holding: Holding
    private var firstFree: Int32 = -1
    /// Main processes that we, not the spare, have to reap.
    private(set) var unreaped = 0

    init(_ holding: Holding) {
        self.holding = holding
    }

    /// The slot at an index below `used`.
    subscript(index: Int) -> UnsafeMutablePointer<Slot> { holding.run(index) }

    /// Slots from here on have never been used.
    var used: Int { Int(holding.head.pointee.runs_used) }

    /// An empty slot, still free: the caller gives it a phase; nil when all are in use.
    mutating func take() -> Int? {
        let index: Int
        if firstFree >= 0 {
            index = Int(firstFree)
            firstFree = self[index].pointee.next_free
        } else {
            guard used < Int(holding.head.pointee.runs_most) else { return nil }
            index = used
            // Its memory is zero: free.
            holding.head.pointee.runs_used += 1
        }
        let generation = (self[index].pointee.generation + 1) & 0xFF_FFFF
        self[index].pointee = .empty(generation: generation)
        return index
    }

    /// The slot is for others; nothing of it is open any more.
    mutating func free(_ index: Int) {
        holding.children[index] = 0
        self[index].pointee.phase = .free
        push(index)
    }

    /// A slot that is free already goes into the list of those.
    mutating func push(_ index: Int) {
        self[index].pointee.next_free = firstFree
        firstFree = Int32(index)
    }

    /// The main process, of which the memory knows already, is ours to reap.
    mutating func countChild() {
        unreaped += 1
    }

    /// The end of the main process is known, and what it means has been done.
    mutating func forgetChild(_ index: Int) {
        if holding.children[index] != 0, self[index].pointee.parentage == UInt8(OD_PARENT_WORKER.rawValue) {
            unreaped -= 1
        }
        od_fence()
        holding.children[index] = 0
    }

    /// Whether processes of some run may be children of anybody.
    var hasStrangers: Bool {
        for index in 0..<used where self[index].pointee.phase == .held && self[index].pointee.isStranger {
            if self[index].pointee.facts.state != OD_RUN_GONE.rawValue { return true }
        }
        return false
    }

    /// Whether a child is between fork and exec.
    var isStarting: Bool {
        for index in 0..<used where self[index].pointee.phase == .starting { return true }
        return false
    }

    /// Runs held.
    var heldCount: Int {
        var count = 0
        for index in 0..<used where self[index].pointee.phase == .held { count += 1 }
        return count
    }

    /// The main process is our own child and not reaped: its number cannot be another's.
    func hasChild(_ index: Int) -> Bool {
        holding.children[index] != 0 && self[index].pointee.parentage == UInt8(OD_PARENT_WORKER.rawValue)
    }

    /// The slot whose main process, not known to be reaped, has this pid.
    func index(child pid: Int32) -> Int? {
        for index in 0..<used where holding.children[index] == pid { return index }
        return nil
    }

    /// The slot that holds a run, or starts it.
    func index(instance: UInt64, run: UInt64) -> Int? {
        for index in 0..<used where self[index].pointee.phase == .starting || self[index].pointee.phase == .held {
            if self[index].pointee.facts.instance == instance, self[index].pointee.facts.run == run { return index }
        }
        return nil
    }
}
