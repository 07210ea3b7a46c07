import CKernel

extension Keeper {
    /// Takes all dead children, then looks once what is left of their trees. How a child ended is written into the
    /// memory before it is reaped: a worker that is killed between the two leaves a zombie or a status, never neither.
    mutating func reap() {
        var dead = od_reaped()
        var hasOrphan = false
        while od_peek(&dead) == 1 {
            if let ending = holding.ending(of: dead.pid) {
                od_end(ending, &dead)
            } else {
                hasOrphan = true
                processes.forgetOrphan(dead.pid)
            }
            od_take(dead.pid)
        }
        // The spare reaps what former workers have left, and writes it to the same places.
        if seenOrphans != holding.head.pointee.spare_orphans {
            seenOrphans = holding.head.pointee.spare_orphans
            hasOrphan = true
            processes.forgetOrphans()
        }
        seenEndings = holding.head.pointee.spare_endings
        let hasMain = applyEndings()
        if hasMain || hasOrphan { lookAtTrees(hasOrphan: hasOrphan) }
        wishedEnded()
        if engine.pointee.pid != 0, od_has_ended(od_ending_of_engine(engine)) { engineEnded() }
    }

    /// Does what the written ends of main processes mean; true when there was one.
    @discardableResult
    mutating func applyEndings() -> Bool {
        var hasMain = false
        for index in 0..<slots.used where holding.children[index] != 0 {
            guard od_has_ended(od_ending_of_run(slots[index])) else { continue }
            hasMain = true
            mainEnded(index)
        }
        return hasMain
    }

    /// A slot that the engine needs no more is free for another run.
    mutating func freeIfDone(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.is_acknowledged, slot.pointee.is_released, slot.pointee.facts.state == OD_RUN_GONE.rawValue
        else { return }
        closeCgroup(index)
        closeLast(index)
        closeProcess(index)
        slots.free(index)
    }

    /// The exec failed: the run is forgotten; its slot stays until the child is reaped.
    mutating func failed(_ index: Int, _ refusal: Refusal) {
        let slot = slots[index]
        let isAnswer = slot.pointee.asker == engine.pointee.starts
        if isAnswer || engine.pointee.has_greeted {
            let body = od_refused(
                instance: slot.pointee.facts.instance, run: slot.pointee.facts.run, kind: OD_SPAWN.rawValue,
                stage: refusal.stage.rawValue, error: refusal.error)
            link.send(OD_REFUSED, slot: 0, seq: isAnswer ? slot.pointee.request : 0, body)
        }
        closeStreams(index)
        closeCgroup(index)
        closeProcess(index)
        slot.pointee.phase = .failed
        if holding.children[index] == 0 { slots.free(index) }
    }

    /// The child is taken out last: until then another worker does all this again, with the same result.
    private mutating func mainEnded(_ index: Int) {
        let slot = slots[index]
        let ending = slot.pointee.ending
        // The child's verdict, or the end of a successful exec, is in its pipe by now.
        settle(index)
        if slot.pointee.is_watched { poller.forget(slot.pointee.pidfd) }
        slot.pointee.is_watched = false
        if slot.pointee.phase == .failed {
            slots.forgetChild(index)
            return slots.free(index)
        }
        if slot.pointee.phase == .held, slot.pointee.facts.state == OD_RUN_RUNNING.rawValue {
            slot.pointee.facts.exited = ending.at
            slot.pointee.facts.status = ending.status
            slot.pointee.facts.user_us = ending.user_us
            slot.pointee.facts.system_us = ending.system_us
            slot.pointee.facts.max_rss_kib = ending.max_rss_kib
            if ending.is_unknown != 0 { slot.pointee.facts.flags |= OD_SLOT_UNKNOWN.rawValue }
            slot.pointee.exit = holding.head.pointee.exits + 1
            od_fence()
            holding.head.pointee.exits = slot.pointee.exit
            od_fence()
            slot.pointee.facts.state = OD_RUN_EXITED.rawValue
            slot.pointee.is_just_ended = true
        }
        slots.forgetChild(index)
    }

    /// Reports the exits of this turn, and the runs whose last process has gone: the last of a tree is always our own
    /// child, because orphans become ours; but for strangers, of whom one is watched.
    mutating func lookAtTrees(hasOrphan: Bool) {
        processes.beginLook()
        for index in 0..<slots.used where slots[index].pointee.phase == .held {
            let slot = slots[index]
            guard slot.pointee.facts.state == OD_RUN_EXITED.rawValue else { continue }
            let hasCgroup = slot.pointee.cgroup >= 0
            let mayBeGone = hasOrphan && (hasCgroup || slot.pointee.isStranger || !processes.hasOrphan(of: index))
            guard slot.pointee.is_just_ended || mayBeGone else { continue }
            let left = countLeft(of: index)
            slot.pointee.facts.left = UInt32(left)
            if left == 0 { slot.pointee.facts.state = OD_RUN_GONE.rawValue } else { watchLast(index) }
            report(index)
        }
    }

    /// An engine that has not said OD_HELLO yet will find it in the answer to that.
    mutating func report(_ index: Int) {
        let slot = slots[index]
        let isExit = slot.pointee.is_just_ended
        slot.pointee.is_just_ended = false
        if engine.pointee.has_greeted, isExit || slot.pointee.facts.state == OD_RUN_GONE.rawValue {
            link.send(isExit ? OD_EXITED : OD_GONE, slot: index, seq: slot.pointee.exit, slot.pointee.facts)
        }
        freeIfDone(index)
    }
}
