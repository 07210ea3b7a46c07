import CKernel

// How a worker begins: with what the memory says, whatever moment the one before was killed in. For the first one it
// says nothing.

extension Holding {
    /// An engine that outlived its keepers, and the link that it has made.
    func adoptEngine(_ pid: Int32) {
        _ = od_make_nonblocking(Int32(OD_FD_LIVING))
        engine.pointee.pid = pid
        engine.pointee.pidfd = od_pidfd(pid)
        engine.pointee.link = Int32(OD_FD_LIVING)
        engine.pointee.starts = 1
        engine.pointee.started_at = od_now()
        // It has ended already: an ordinary one is started.
        if engine.pointee.pidfd < 0 { engine.pointee.pid = 0 }
    }

    /// A number of a pidfd without a pid is from a fork that was cut short: it is nobody's, or will be another's.
    func forgetUnborn() {
        if engine.pointee.pid == 0 { engine.pointee.pidfd = -1 }
        // A new keeper that was being asked is nobody's any more: it is reaped like an orphan.
        wish.pointee.pid = 0
        wish.pointee.pidfd = -1
        for index in 0..<Int(head.pointee.runs_used) where run(index).pointee.phase == .starting {
            if children[index] == 0 { run(index).pointee.pidfd = -1 }
        }
    }
}

extension Keeper {
    var engine: UnsafeMutablePointer<od_held_engine> { holding.engine }

    /// Everything of the former worker is ours.
    mutating func takeOver() {
        for index in 0..<slots.used { takeOver(index) }
        takeOverEngine()
        takeOverWish()
        holding.head.pointee.spare_last = spare
        // What ended meanwhile was written down by the spare, or is ours to reap.
        lookAtTrees(hasOrphan: true)
        reap()
        // A spare that died before we asked to be told.
        if od_parent_pid() != spare, outcome == nil { outcome = .alone }
    }

    private mutating func takeOver(_ index: Int) {
        let slot = slots[index]
        let pid = holding.children[index]
        slot.pointee.out.is_watched = false
        slot.pointee.error.is_watched = false
        slot.pointee.is_watched = false
        slot.pointee.is_just_ended = false
        slot.pointee.is_killing = false
        slot.pointee.last = -1
        slot.pointee.cgroup_events = -1
        switch slot.pointee.phase {
        case .free: slots.push(index)
        case .adopting: drop(index)
        case .failed:
            if pid == 0 { slots.free(index) } else { findParent(index) }
        case .starting where pid == 0:
            // Never forked: the engine, which has no answer, asks again.
            drop(index)
        case .starting:
            findParent(index)
            completeStart(index)
        case .held:
            if slot.pointee.facts.state != OD_RUN_GONE.rawValue { findParent(index) }
            if !slot.pointee.is_handed_over { takeBack(index) }
            freeIfDone(index)
        }
    }

    /// Whose child the main process is by now.
    private mutating func findParent(_ index: Int) {
        let slot = slots[index]
        let pid = holding.children[index]
        slot.pointee.parentage = UInt8(OD_PARENT_SPARE.rawValue)
        let isGone = pid != 0 && od_has_ended(od_ending_of_run(slot))
        if isGone { return }
        // What outlived its main process went the way of that one: to the spare, or past a dead spare to others.
        let isOurs = pid == 0 ? holding.head.pointee.spare_last == spare : processes.isOurs(pid)
        if isOurs { return }
        slot.pointee.parentage = UInt8(OD_PARENT_STRANGER.rawValue)
        if pid != 0 { watchStranger(index) }
    }

    /// The rest of what follows a fork.
    private mutating func completeStart(_ index: Int) {
        let slot = slots[index]
        completeFacts(index)
        guard slot.pointee.status >= 0 else { return settled(index) }
        let token = Token(.status, index: index, generation: slot.pointee.generation)
        if !poller.watch(slot.pointee.status, token) { settle(index) }
    }

    private mutating func takeOverEngine() {
        if engine.pointee.pid == 0 {
            link.close()
            if engine.pointee.start_at == 0 { startEngine() } else { setTimer() }
            return
        }
        if !od_has_ended(od_ending_of_engine(engine)) { watchEngine() }
    }

    /// The engine lives, or its end is still to be noticed.
    private mutating func watchEngine() {
        let starts = engine.pointee.starts
        let isOurs = processes.isOurs(engine.pointee.pid)
        engine.pointee.parentage = UInt8((isOurs ? OD_PARENT_SPARE : OD_PARENT_STRANGER).rawValue)
        if !isOurs { _ = poller.watch(engine.pointee.pidfd, Token(.engine, generation: starts)) }
        pulse.begin()
        setTimer()
        let isHeard = link.descriptor >= 0 && poller.watch(link.descriptor, Token(.link, generation: starts))
        if !isHeard { return linkEnded() }
        // Frames and answers may have died with the former worker.
        if holding.head.pointee.keepers > 1 {
            link.markMissed()
            pump()
        }
    }

    private mutating func takeOverWish() {
        let wish = holding.wish
        if wish.pointee.state == OD_WISH_FAILED.rawValue { refuseWish(wish.pointee.error) }
        // The engine that has no answer asks again.
        endWish()
    }
}
