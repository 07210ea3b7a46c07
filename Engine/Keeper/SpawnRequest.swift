import CKernel

/// An OD_SPAWN, taken apart and checked: the fixed part, the tables, the strings. It points into the frame or into the
/// memfd that came with it.
struct SpawnRequest {
    let spawn: od_spawn
    /// All zero when the sender knows of nothing more.
    private(set) var more = od_spawn_more()
    /// Bytes of both as the sender knows them.
    private let headLength: Int
    private var groups: UnsafeRawPointer?
    private var limits: UnsafeRawPointer?
    private var cpus: UnsafeRawPointer?
    private var passed: UnsafeRawPointer?
    private(set) var strings: SpawnStrings?

    /// Throws when the frame is shorter than it says, or says what no child can be.
    init(_ frame: IncomingFrame) throws(Keeper.Refusal) {
        guard let spawn = frame.body(od_spawn.self) else { throw Keeper.Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        self.spawn = spawn
        let known = MemoryLayout<od_spawn>.size
        let said = Int(spawn.head >> 16)
        headLength = said == 0 ? known : said
        guard headLength >= known, headLength % 8 == 0, Link.headLength + headLength <= frame.length else {
            throw Keeper.Refusal(OD_AT_FRAME, OD_E_BADMSG.number)
        }
        let extra = min(headLength - known, MemoryLayout<od_spawn_more>.size)
        let source = UnsafeRawBufferPointer(start: frame.bytes + Link.headLength + known, count: extra)
        withUnsafeMutableBytes(of: &more) { $0.copyMemory(from: source) }
        guard more.groups <= OD_GROUPS_MAX, more.limits <= OD_LIMITS_MAX, more.cpus <= OD_CPU_WORDS_MAX,
            more.passed <= OD_PASSED_MAX, more.cgroup <= frame.descriptorCount,
            (-1000...1000).contains(more.oom_score_adj), more.umask <= 0o777,
            more.set & OD_SET_CPUS.rawValue == 0 || more.cpus > 0
        else { throw Keeper.Refusal(OD_AT_FRAME, OD_E_INVAL.number) }
        guard length <= Int(OD_SPAWN_MAX) else { throw Keeper.Refusal(OD_AT_FRAME, OD_E_MSGSIZE.number) }
    }

    var isInMemfd: Bool { spawn.head & OD_SPAWN_MEMFD.rawValue != 0 }

    /// Bytes of tables and strings.
    var length: Int { tablesLength + Int(spawn.length) }

    private var tablesLength: Int {
        let groups = (Int(more.groups) * MemoryLayout<UInt32>.size + 7) / 8 * 8
        let limits = Int(more.limits) * MemoryLayout<od_limit>.size
        let cpus = Int(more.cpus) * MemoryLayout<UInt64>.size
        return groups + limits + cpus + Int(more.passed) * MemoryLayout<od_passed>.size
    }

    /// Tables and strings in a frame that has all of them.
    func bytes(in frame: IncomingFrame) throws(Keeper.Refusal) -> UnsafeRawPointer {
        let offset = Link.headLength + headLength
        guard offset + length <= frame.length else { throw Keeper.Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        return UnsafeRawPointer(frame.bytes + offset)
    }

    /// Finds tables and strings in `length` bytes; all tables are multiples of 8 bytes.
    mutating func read(_ bytes: UnsafeRawPointer) throws(Keeper.Refusal) {
        groups = bytes
        limits = bytes + (Int(more.groups) * MemoryLayout<UInt32>.size + 7) / 8 * 8
        cpus = limits.map { $0 + Int(more.limits) * MemoryLayout<od_limit>.size }
        passed = cpus.map { $0 + Int(more.cpus) * MemoryLayout<UInt64>.size }
        strings = SpawnStrings(
            (bytes + tablesLength).assumingMemoryBound(to: CChar.self), length: Int(spawn.length), argc: spawn.argc,
            envc: spawn.envc)
        guard strings != nil else { throw Keeper.Refusal(OD_AT_FRAME, OD_E_INVAL.number) }
    }

    /// Puts into a plan what the child is given beside its program and its streams. `attached` are the descriptors of
    /// the frame.
    func fill(
        _ plan: inout od_plan, attached: UnsafePointer<Int32>, count: Int, _ store: Store
    ) throws(Keeper.Refusal) {
        plan.set = more
        plan.listen_pid = spawn.head & OD_SPAWN_LISTEN_PID.rawValue
        plan.groups = groups?.assumingMemoryBound(to: UInt32.self)
        plan.limits = limits?.assumingMemoryBound(to: od_limit.self)
        plan.cpus = cpus?.assumingMemoryBound(to: UInt64.self)
        guard more.passed > 0, let table = od_passing_table(), let passed else { return }
        for index in 0..<Int(more.passed) {
            let entry = passed.loadUnaligned(fromByteOffset: index * MemoryLayout<od_passed>.stride, as: od_passed.self)
            guard entry.target == 0 || (3...Int32(OD_PASSED_TARGET_MAX)).contains(entry.target),
                entry.attached <= count
            else {
                throw Keeper.Refusal(OD_AT_FRAME, OD_E_INVAL.number)
            }
            for other in 0..<index where table[other].target == entry.target {
                throw Keeper.Refusal(OD_AT_FRAME, OD_E_INVAL.number)
            }
            let descriptor = entry.attached == 0 ? store.descriptor(key: entry.key) : attached[Int(entry.attached) - 1]
            guard descriptor >= 0 else { throw Keeper.Refusal(OD_AT_PASSED, OD_E_NOENT.number) }
            table[index] = od_passing(from: descriptor, target: entry.target)
        }
        plan.more = UnsafePointer(table)
        plan.more_count = more.passed
    }
}
