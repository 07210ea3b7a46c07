import CKernel

// Where the engine gave a run a cgroup of its own, that is its tree: nobody leaves it by starting a session, losing its
// parent or clearing its environment. The directory is the engine's to make and to remove; we only hold it.

extension Keeper {
    /// How many processes of an exited run live, whatever its tree is.
    mutating func countLeft(of index: Int) -> Int {
        if slots[index].pointee.cgroup >= 0 { return countInCgroup(index) }
        return slots[index].pointee.isStranger ? processes.countAll(index, slots) : countLeft(index)
    }

    /// How many processes are in the cgroup of an exited run. Their end is watched; where the system has no room for
    /// that, the end of our own orphans tells, as for a run without a cgroup.
    private mutating func countInCgroup(_ index: Int) -> Int {
        let slot = slots[index]
        let count = Int(od_cgroup_count(slot.pointee.cgroup))
        guard count > 0, slot.pointee.cgroup_events < 0 else { return max(count, 0) }
        let events = od_cgroup_events(slot.pointee.cgroup)
        guard events >= 0 else { return count }
        let token = Token(.cgroup, index: index, generation: slot.pointee.generation)
        // The look first: what changes after it is reported.
        guard od_cgroup_look(events) > 0, Int(events) < ownLimit,
            poller.watch(events, token, events: OD_EVENT_PRIORITY.rawValue)
        else {
            od_close(events)
            return max(Int(od_cgroup_count(slot.pointee.cgroup)), 0)
        }
        slot.pointee.cgroup_events = events
        return count
    }

    /// The cgroup of an exited run has become empty, or something else of it has changed.
    mutating func cgroupChanged(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.cgroup_events >= 0 else { return }
        let isPopulated = od_cgroup_look(slot.pointee.cgroup_events) > 0
        guard !isPopulated, slot.pointee.facts.state == OD_RUN_EXITED.rawValue else { return }
        slot.pointee.facts.left = 0
        slot.pointee.facts.state = OD_RUN_GONE.rawValue
        report(index)
    }

    /// OD_SIGNAL to a tree. False when the system has no cgroup.kill, or does not let us: then the tree is looked for.
    mutating func signalCgroup(_ index: Int, _ signal: Int32, request: UInt64) -> Bool {
        let slot = slots[index]
        let alive = UInt32(max(od_cgroup_count(slot.pointee.cgroup), 0))
        if signal == Self.kill {
            guard od_cgroup_kill(slot.pointee.cgroup) == 0 else { return false }
            sendSignalled(index, request: request, reached: alive, alive: alive)
            return true
        }
        let reached = od_cgroup_signal(slot.pointee.cgroup, signal)
        guard reached >= 0 else { return false }
        sendSignalled(index, request: request, reached: UInt32(reached), alive: alive)
        return true
    }

    /// The run is over, or never was.
    mutating func closeCgroup(_ index: Int) {
        let slot = slots[index]
        let (directory, events) = (slot.pointee.cgroup, slot.pointee.cgroup_events)
        slot.pointee.cgroup = -1
        slot.pointee.cgroup_events = -1
        if events >= 0 {
            poller.forget(events)
            od_close(events)
        }
        if directory >= 0 { od_close(directory) }
    }
}
