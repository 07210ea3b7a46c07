import CKernel

/// Where a slot of the table is in its life.
///
///     free --OD_SPAWN--> starting --exec--> held --OD_ACK, OD_RELEASE and nobody left--> free
///                            `--no exec--> failed --reaped--> free
enum Phase: UInt8 {
    case free, starting, failed, held
}

/// One stream of a run: the pipe that the app writes, and the spool that holds what was read before an engine came.
struct Stream {
    enum Channel { case out, error }

    /// Descriptors; -1 once released.
    var pipe: Int32 = -1
    var spool: Int32 = -1
    /// The poller reports the pipe to us.
    var isWatched = false
    /// All writers are gone and the pipe is empty.
    var isEnded = false
}

/// A run, from its spawn until nobody needs to know of it any more.
struct Slot {
    var phase = Phase.free
    /// Distinguishes the users of one slot; rises, wraps at 24 bits.
    var generation: UInt32 = 0
    /// Next in the list of free slots, -1 at its end.
    var nextFree: Int32 = -1
    var facts = od_slot()
    /// Number of the exit, 0 while the main process lives.
    var exit: UInt64 = 0
    /// Number of the OD_SPAWN to be answered, and which start of the engine asked.
    var request: UInt64 = 0
    var asker: UInt32 = 0
    /// Tag of its OD_INSTANCE, 0 without.
    var tag: UInt64 = 0
    var pidfd: Int32 = -1
    /// The pipe through which the child says why it could not exec; -1 afterwards.
    var status: Int32 = -1
    var out = Stream()
    var error = Stream()
    /// The engine has the descriptors: it reads, we do not.
    var isHandedOver = false
    var isAcknowledged = false
    var isReleased = false
    /// The main process was reaped in this turn.
    var isJustReaped = false
    /// A SIGKILL for the tree waits for the end of this turn; number of the OD_SIGNAL, and how many it reached.
    var isKilling = false
    var killRequest: UInt64 = 0
    var killed: UInt32 = 0

    /// Processes of the run live, or may yet.
    var isAlive: Bool {
        phase == .starting || phase == .held && facts.state != OD_RUN_GONE.rawValue
    }

    subscript(channel: Stream.Channel) -> Stream {
        get { channel == .out ? out : error }
        set { if channel == .out { out = newValue } else { error = newValue } }
    }
}

/// All slots. A slot keeps its index until it is free; the memory of slots that were never used is never touched.
struct Slots {
    private let slots: UnsafeMutablePointer<Slot>
    /// Pid of each slot's unreaped main process, else 0: searched for every reaped child.
    private let children: UnsafeMutablePointer<Int32>
    private var firstFree: Int32 = -1
    /// Slots from here on have never been used.
    private(set) var used = 0
    /// Main processes that are not reaped.
    private(set) var unreaped = 0

    init?() {
        guard let slots = od_table(MemoryLayout<Slot>.stride * Int(OD_SLOTS_MAX)),
            let children = od_table(MemoryLayout<Int32>.stride * Int(OD_SLOTS_MAX))
        else { return nil }
        self.slots = slots.bindMemory(to: Slot.self, capacity: Int(OD_SLOTS_MAX))
        self.children = children.bindMemory(to: Int32.self, capacity: Int(OD_SLOTS_MAX))
    }

    /// The slot at an index below `used`.
    subscript(index: Int) -> UnsafeMutablePointer<Slot> { slots + index }

    /// A free slot, now `starting`; nil when OD_SLOTS_MAX are in use.
    mutating func take() -> Int? {
        let index: Int
        if firstFree >= 0 {
            index = Int(firstFree)
            firstFree = slots[index].nextFree
        } else {
            guard used < Int(OD_SLOTS_MAX) else { return nil }
            index = used
            used += 1
            (slots + index).initialize(to: Slot())
        }
        let generation = (slots[index].generation + 1) & 0xFF_FFFF
        slots[index] = Slot()
        slots[index].phase = .starting
        slots[index].generation = generation
        return index
    }

    mutating func free(_ index: Int) {
        slots[index].phase = .free
        slots[index].nextFree = firstFree
        firstFree = Int32(index)
    }

    mutating func setChild(_ index: Int, pid: Int32) {
        children[index] = pid
        unreaped += 1
    }

    mutating func forgetChild(_ index: Int) {
        children[index] = 0
        unreaped -= 1
    }

    /// Runs held.
    var heldCount: Int {
        var count = 0
        for index in 0..<used where slots[index].phase == .held { count += 1 }
        return count
    }

    func hasChild(_ index: Int) -> Bool { children[index] != 0 }

    /// The slot whose unreaped main process has this pid.
    func index(child pid: Int32) -> Int? {
        for index in 0..<used where children[index] == pid { return index }
        return nil
    }

    /// The slot that holds a run, or starts it.
    func index(instance: UInt64, run: UInt64) -> Int? {
        for index in 0..<used where slots[index].phase == .starting || slots[index].phase == .held {
            if slots[index].facts.instance == instance, slots[index].facts.run == run { return index }
        }
        return nil
    }
}
