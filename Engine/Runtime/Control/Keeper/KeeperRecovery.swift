import Core

/// How far the runs are known that a keeper holds, or that outlived one: while an engine starts, and while a keeper that
/// follows another is given what that one held.
struct KeeperRecovery {
    /// The number of the last OD_HELLO: only its list is whole, and requests of before may be lost.
    var hello: UInt64 = 0
    /// Collected between OD_HELLO and OD_LISTED; nil when all is known.
    var roll: [KeeperSlot]?
    /// The keeper has another table of runs than the one we knew, and is being given ours.
    var isStrange = false
    /// Runs whose OD_ADOPT is not answered.
    var adopting: Set<RunID> = []
    /// Runs that the keeper was executing when this engine came, and of which it has not said yet what became of them.
    var executing: Set<RunID> = []

    /// What the start of this engine has found so far: runs that a keeper holds, those that are being adopted, and those
    /// that ended while nobody looked.
    var adopted: [KeeperSlot] = []
    var sought: [RunID: ProcessRecord] = [:]
    var dead: [HeldRun] = []
    /// All runs that the fleet may have are known by name.
    var hasListed = false
    /// Runs of a keeper that was killed were looked for.
    var isSeeking = false

    /// What the kernel starts from; it is not needed any more.
    mutating func takeRuns() -> [HeldRun] {
        defer { (adopted, dead, sought) = ([], [], [:]) }
        return adopted.map(\.held) + dead
    }
}
