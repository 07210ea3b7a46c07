import CKernel

/// The shared memory (holding.h) as both processes of the keeper see it.
struct Holding {
    private let base: UnsafeMutableRawPointer
    let head: UnsafeMutablePointer<od_holding>

    /// An empty memory, nil when the system refuses it. `childLimit` is the soft limit of descriptors that children
    /// get, `ownLimit` ours.
    init?(childLimit: UInt64, ownLimit: Int64) {
        var facts = od_holding()
        facts.magic = UInt64(OD_HOLDING_MAGIC)
        facts.layout = UInt32(OD_LAYOUT)
        facts.head_bytes = UInt32(OD_HEAD_BYTES)
        facts.run_bytes = UInt32(OD_RUN_BYTES)
        facts.stored_bytes = UInt32(OD_STORED_BYTES)
        facts.runs_most = UInt32(OD_SLOTS_MAX)
        facts.stored_most = UInt32(OD_STORE_MAX)
        facts.texts_at = UInt64(OD_HEAD_BYTES)
        facts.children_at = facts.texts_at + UInt64(OD_TEXT_BYTES)
        facts.runs_at = facts.children_at + UInt64(OD_SLOTS_MAX) * 4
        facts.stored_at = facts.runs_at + UInt64(OD_SLOTS_MAX) * UInt64(OD_RUN_BYTES)
        facts.bytes = facts.stored_at + UInt64(OD_STORE_MAX) * UInt64(OD_STORED_BYTES)
        facts.holding = od_random()
        facts.memory = od_memory_make(Int(facts.bytes))
        facts.null = od_null_device()
        facts.child_nofile = childLimit
        facts.own_nofile = UInt64(ownLimit)
        facts.engine.pidfd = -1
        facts.engine.link = -1
        facts.wish.pidfd = -1
        guard facts.memory >= 0, facts.null >= 0, let map = od_memory_map(facts.memory, Int(facts.bytes)) else {
            return nil
        }
        base = map
        head = map.bindMemory(to: od_holding.self, capacity: 1)
        head.pointee = facts
    }

    /// The memory that a former keeper has left; nil when it is not one that we can read.
    init?(memory: Int32) {
        let bytes = od_memory_bytes(memory)
        guard bytes >= Int64(OD_HEAD_BYTES), let map = od_memory_map(memory, Int(bytes)) else { return nil }
        base = map
        head = map.bindMemory(to: od_holding.self, capacity: 1)
        guard Self.isReadable(head.pointee, bytes: UInt64(bytes)) else {
            od_unmap(map.assumingMemoryBound(to: CChar.self), Int(bytes))
            return nil
        }
    }

    /// Whether the sizes and places that a memory states are such that our structs fit, and all of it is inside.
    private static func isReadable(_ facts: od_holding, bytes: UInt64) -> Bool {
        let runs = UInt64(facts.runs_most)
        let stored = UInt64(facts.stored_most)
        let knows = facts.layout >= UInt32(OD_LAYOUT_LEAST) && facts.layout <= UInt32(OD_LAYOUT)
        guard facts.magic == UInt64(OD_HOLDING_MAGIC), knows, facts.bytes == bytes,
            facts.head_bytes >= MemoryLayout<od_holding>.size, facts.run_bytes >= MemoryLayout<od_held_run>.size,
            facts.stored_bytes >= MemoryLayout<od_stored>.size, facts.run_bytes % 8 == 0, facts.stored_bytes % 8 == 0,
            runs > 0, runs <= UInt64(OD_SLOTS_MAX), stored > 0, stored <= UInt64(OD_STORE_MAX)
        else { return false }
        return fits(facts.texts_at, UInt64(OD_TEXT_BYTES), facts) && fits(facts.children_at, runs * 4, facts)
            && fits(facts.runs_at, runs * UInt64(facts.run_bytes), facts)
            && fits(facts.stored_at, stored * UInt64(facts.stored_bytes), facts)
            && facts.runs_used <= facts.runs_most && facts.stored_used <= facts.stored_most
    }

    private static func fits(_ offset: UInt64, _ length: UInt64, _ facts: od_holding) -> Bool {
        offset % 8 == 0 && offset >= UInt64(facts.head_bytes) && offset <= facts.bytes
            && length <= facts.bytes - offset
    }

    var engine: UnsafeMutablePointer<od_held_engine> { od_engine_in(head) }
    var wish: UnsafeMutablePointer<od_wish> { od_wish_in(head) }

    /// The two paths of a wish.
    var texts: UnsafeMutablePointer<CChar> {
        (base + Int(head.pointee.texts_at)).assumingMemoryBound(to: CChar.self)
    }

    /// Pid of each slot's unreaped main process, else 0. The kernel writes it at the fork.
    var children: UnsafeMutablePointer<Int32> {
        (base + Int(head.pointee.children_at)).assumingMemoryBound(to: Int32.self)
    }

    func run(_ index: Int) -> UnsafeMutablePointer<od_held_run> {
        (base + Int(head.pointee.runs_at) + index * Int(head.pointee.run_bytes))
            .assumingMemoryBound(to: od_held_run.self)
    }

    func stored(_ index: Int) -> UnsafeMutablePointer<od_stored> {
        (base + Int(head.pointee.stored_at) + index * Int(head.pointee.stored_bytes))
            .assumingMemoryBound(to: od_stored.self)
    }

    /// Where the end of a child of ours is to be written; nil for an orphan, which is nobody's main process.
    func ending(of pid: Int32) -> UnsafeMutablePointer<od_ending>? {
        if pid == engine.pointee.pid { return od_ending_of_engine(engine) }
        if pid == wish.pointee.pid { return od_ending_of_wish(wish) }
        for index in 0..<Int(head.pointee.runs_used) where children[index] == pid {
            // A stranger's child may be gone and its number another's.
            if run(index).pointee.parentage != UInt8(OD_PARENT_STRANGER.rawValue) {
                return od_ending_of_run(run(index))
            }
        }
        return nil
    }
}

// MARK: What is open and meant to be

extension Holding {
    /// Which descriptors the memory names, one bit each.
    struct Names {
        let bits: UnsafeMutablePointer<UInt8>
        let most: Int32

        func add(_ fd: Int32) {
            if fd >= 0, fd < most { bits[Int(fd) / 8] |= 1 << UInt8(fd % 8) }
        }
    }

    /// Closes what a former worker had opened and not written down, or taken out and not closed.
    func closeUnnamed(proc: Int32) {
        let before = od_tables()
        defer { od_tables_drop(before) }
        let most = Int(head.pointee.own_nofile)
        guard let table = od_table(most / 8 + 1) else { return }
        let names = Names(bits: table.bindMemory(to: UInt8.self, capacity: most / 8 + 1), most: Int32(most))
        for fd in 0...Int32(OD_FD_LISTENER) { names.add(fd) }
        names.add(proc)
        eachDescriptor { names.add($0) }
        od_close_unnamed(proc, names.bits, names.most)
    }

    /// Sees to it that they are there after an exec.
    func keepDescriptors() {
        od_keep_open(Int32(OD_FD_LOCK))
        od_keep_open(Int32(OD_FD_LISTENER))
        eachDescriptor { od_keep_open($0) }
    }

    /// Every descriptor of the memory; -1 among them.
    private func eachDescriptor(_ body: (Int32) -> Void) {
        body(head.pointee.memory)
        body(head.pointee.null)
        body(engine.pointee.pidfd)
        body(engine.pointee.link)
        for index in 0..<Int(head.pointee.runs_used) where run(index).pointee.phase != .free {
            let slot = run(index)
            body(slot.pointee.pidfd)
            body(slot.pointee.status)
            body(slot.pointee.cgroup)
            body(slot.pointee.out.pipe)
            body(slot.pointee.out.spool)
            body(slot.pointee.error.pipe)
            body(slot.pointee.error.spool)
        }
        for index in 0..<Int(head.pointee.stored_used) { body(stored(index).pointee.descriptor) }
    }
}
