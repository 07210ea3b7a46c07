import CKernel

extension Keeper {
    /// Takes all dead children, then looks once what is left of their trees.
    mutating func reap() {
        var reaped = od_reaped()
        var engineStatus: Int32?
        var hasOrphan = false
        var hasMain = false
        while od_reap(&reaped) == 1 {
            if reaped.pid == engine.pid {
                engineStatus = reaped.status
                engine.pid = 0
            } else if let index = slots.index(child: reaped.pid) {
                hasMain = true
                mainEnded(index, reaped)
            } else {
                hasOrphan = true
                processes.forgetOrphan(reaped.pid)
            }
        }
        if hasMain || hasOrphan { lookAtTrees(hasOrphan: hasOrphan) }
        if let engineStatus { engineEnded(status: engineStatus) }
    }

    /// A slot that the engine needs no more is free for another run.
    mutating func freeIfDone(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.isAcknowledged, slot.pointee.isReleased, slot.pointee.facts.state == OD_RUN_GONE.rawValue
        else { return }
        od_close(slot.pointee.pidfd)
        slots.free(index)
    }

    /// The exec failed: the run is forgotten; its slot stays until the child is reaped.
    mutating func failed(_ index: Int, _ refusal: Refusal) {
        let slot = slots[index]
        if slot.pointee.asker == engine.starts {
            let body = od_refused(
                instance: slot.pointee.facts.instance, run: slot.pointee.facts.run, kind: OD_SPAWN.rawValue,
                stage: refusal.stage.rawValue, error: refusal.error)
            link.send(OD_REFUSED, slot: 0, seq: slot.pointee.request, body)
        }
        closeStreams(index)
        od_close(slot.pointee.pidfd)
        slot.pointee.phase = .failed
        if !slots.hasChild(index) { slots.free(index) }
    }

    private mutating func mainEnded(_ index: Int, _ reaped: od_reaped) {
        let slot = slots[index]
        slots.forgetChild(index)
        // The child's verdict, or the end of a successful exec, is in its pipe by now.
        settle(index)
        switch slot.pointee.phase {
        case .failed: slots.free(index)
        case .held:
            slot.pointee.facts.exited = od_now()
            slot.pointee.facts.status = reaped.status
            slot.pointee.facts.user_us = reaped.user_us
            slot.pointee.facts.system_us = reaped.system_us
            slot.pointee.facts.max_rss_kib = reaped.max_rss_kib
            slot.pointee.facts.state = OD_RUN_EXITED.rawValue
            slot.pointee.isJustReaped = true
        case .free, .starting: break
        }
    }

    /// Reports the exits of this turn, and the runs whose last process has gone: the last of a tree is always our own
    /// child, because orphans become ours.
    private mutating func lookAtTrees(hasOrphan: Bool) {
        processes.beginLook()
        for index in 0..<slots.used where slots[index].pointee.phase == .held {
            let slot = slots[index]
            guard slot.pointee.facts.state == OD_RUN_EXITED.rawValue else { continue }
            guard slot.pointee.isJustReaped || hasOrphan && !processes.hasOrphan(of: index) else { continue }
            let left = countLeft(index)
            slot.pointee.facts.left = UInt32(left)
            if left == 0 { slot.pointee.facts.state = OD_RUN_GONE.rawValue }
            report(index)
        }
    }

    /// An engine that has not said OD_HELLO yet will find it in the answer to that.
    private mutating func report(_ index: Int) {
        let slot = slots[index]
        let isExit = slot.pointee.isJustReaped
        if isExit {
            slot.pointee.isJustReaped = false
            exits += 1
            slot.pointee.exit = exits
        }
        if engine.hasGreeted, isExit || slot.pointee.facts.state == OD_RUN_GONE.rawValue {
            link.send(isExit ? OD_EXITED : OD_GONE, slot: index, seq: slot.pointee.exit, slot.pointee.facts)
        }
        freeIfDone(index)
    }
}
