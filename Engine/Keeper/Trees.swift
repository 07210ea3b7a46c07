import CKernel

// The tree of a run: its main process, the descendants of that, whoever is in its session, and orphans of ours that
// were executed with its OD_INSTANCE and OD_HOME. What clears its environment, starts a session and loses its parent escapes.

extension Slots {
    /// The run whose session this is: a running one, else one that has exited. A session's number is not given to a new
    /// process while anybody is in it.
    func owner(session: Int32) -> Int32 {
        var exited = Process.nobody
        for index in 0..<used where self[index].pointee.phase == .held && self[index].pointee.facts.pid == session {
            if self[index].pointee.facts.state == OD_RUN_RUNNING.rawValue { return Int32(index) }
            if self[index].pointee.facts.state == OD_RUN_EXITED.rawValue { exited = Int32(index) }
        }
        return exited
    }

    /// The youngest living run with this tag that is not younger than `ticks`: earlier runs of the instance have it,
    /// too.
    func owner(tag: UInt64, since ticks: UInt64) -> Int32 {
        var owner = Process.nobody
        var start: UInt64 = 0
        for index in 0..<used where self[index].pointee.tag == tag && self[index].pointee.phase == .held {
            let facts = self[index].pointee.facts
            guard facts.state != OD_RUN_GONE.rawValue, facts.start_ticks <= ticks, facts.start_ticks >= start else {
                continue
            }
            owner = Int32(index)
            start = facts.start_ticks
        }
        return owner
    }

    /// Whether a slot still has a run that a process of that age can belong to.
    func isLiving(_ owner: Int32, since ticks: UInt64) -> Bool {
        guard owner >= 0, Int(owner) < used else { return false }
        let slot = self[Int(owner)].pointee
        return slot.phase == .held && slot.facts.state != OD_RUN_GONE.rawValue && slot.facts.start_ticks <= ticks
    }
}

extension Keeper {
    /// How often a SIGKILL looks for processes that were forked meanwhile.
    private static let killRounds = 16
    static let kill = Int32(OD_SIG_KILL.rawValue)

    /// How many processes of an exited run live.
    mutating func countLeft(_ index: Int) -> Int {
        let isEngineOurs = engine.pointee.pid != 0 && engine.pointee.parentage == UInt8(OD_PARENT_WORKER.rawValue)
        let known = slots.unreaped + (isEngineOurs ? 1 : 0) + (holding.wish.pointee.pid != 0 ? 1 : 0)
        return processes.countLeft(index, known: known, slots)
    }

    /// OD_SIGNAL; a SIGKILL to a tree is answered at the end of the turn, together with all others.
    mutating func signal(_ frame: IncomingFrame) throws(Refusal) {
        guard let body = frame.body(od_signal.self) else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        let index = try heldSlot(frame)
        let slot = slots[index]
        guard slot.pointee.facts.run == body.run else { throw Refusal(OD_AT_NONE, OD_E_SRCH.number) }
        guard (0...Int32(OD_SIG_MAX.rawValue)).contains(body.signal), body.scope <= OD_SCOPE_TREE.rawValue else {
            throw Refusal(OD_AT_NONE, OD_E_INVAL.number)
        }
        if body.scope == OD_SCOPE_MAIN.rawValue {
            signalMain(index, body.signal, request: frame.head.seq)
        } else if slot.pointee.cgroup >= 0, signalCgroup(index, body.signal, request: frame.head.seq) {
            return
        } else if body.signal == Self.kill {
            if slot.pointee.is_killing { finishKills() }
            slot.pointee.is_killing = true
            slot.pointee.kill_request = frame.head.seq
            slot.pointee.killed = 0
            kills += 1
        } else {
            signalTree(index, body.signal, request: frame.head.seq)
        }
    }

    private mutating func signalMain(_ index: Int, _ signal: Int32, request: UInt64) {
        let slot = slots[index]
        let isRunning = slot.pointee.facts.state == OD_RUN_RUNNING.rawValue
        let isReached = isRunning && od_signal_process(slot.pointee.pidfd, signal) == 0
        let alive = isRunning ? 1 : slot.pointee.facts.left
        sendSignalled(index, request: request, reached: isReached ? 1 : 0, alive: alive)
    }

    private mutating func signalTree(_ index: Int, _ signal: Int32, request: UInt64) {
        let slot = slots[index]
        guard slot.pointee.facts.state != OD_RUN_GONE.rawValue else {
            return sendSignalled(index, request: request, reached: 0, alive: 0)
        }
        if !processes.isFresh(for: slot.pointee.facts.started) { processes.scan(slots) }
        let group = signalGroup(index, signal)
        var reached: UInt32 = 0
        var alive: UInt32 = 0
        for entry in 0..<processes.count where processes.table[entry].owner == Int32(index) {
            let process = processes.table[entry]
            guard !process.isDead else { continue }
            alive += 1
            if process.group == group || processes.deliver(signal, to: process) { reached += 1 }
        }
        sendSignalled(index, request: request, reached: reached, alive: alive)
    }

    /// Signals the process group of a run whose main process we have not reaped: the number cannot be another's.
    /// That group, or 0.
    private func signalGroup(_ index: Int, _ signal: Int32) -> Int32 {
        guard slots.hasChild(index) else { return 0 }
        let group = slots[index].pointee.facts.pid
        return od_signal_group(group, signal) == 0 ? group : 0
    }

    mutating func sendSignalled(_ index: Int, request: UInt64, reached: UInt32, alive: UInt32) {
        let body = od_signalled(run: slots[index].pointee.facts.run, reached: reached, alive: alive)
        link.send(OD_SIGNALLED, slot: index, seq: request, body)
    }

    /// Kills the trees that were asked for in this turn: all of them share each scan, until one finds nobody new.
    mutating func finishKills() {
        guard kills > 0 else { return }
        kills = 0
        for round in 0..<Self.killRounds {
            processes.scan(slots)
            let hasGroup = round == 0 && killGroups()
            guard killFound() || hasGroup else { break }
        }
        for index in 0..<slots.used where slots[index].pointee.is_killing { answerKill(index) }
    }

    /// The first blow: whole process groups at once, before their members can fork more. False when nobody was there.
    private func killGroups() -> Bool {
        var hasNew = false
        processes.clearKilled()
        for index in 0..<slots.used where slots[index].pointee.is_killing {
            let group = signalGroup(index, Self.kill)
            guard group != 0 else { continue }
            for entry in 0..<processes.count where processes.table[entry].group == group {
                let process = processes.table[entry]
                guard process.owner == Int32(index), !process.isDead else { continue }
                hasNew = true
                processes.setKilled(entry)
                slots[index].pointee.killed += 1
            }
        }
        return hasNew
    }

    /// Kills all that the last scan found of the trees in question; false when nobody was new.
    private func killFound() -> Bool {
        var hasNew = false
        for entry in 0..<processes.count {
            let process = processes.table[entry]
            guard process.owner >= 0, !process.isDead, slots[Int(process.owner)].pointee.is_killing else { continue }
            if process.isKilled { continue }
            hasNew = true
            processes.setKilled(entry)
            if processes.deliver(Self.kill, to: process) { slots[Int(process.owner)].pointee.killed += 1 }
        }
        return hasNew
    }

    private mutating func answerKill(_ index: Int) {
        let slot = slots[index]
        slot.pointee.is_killing = false
        var alive: UInt32 = 0
        for entry in 0..<processes.count where processes.table[entry].owner == Int32(index) {
            if !processes.table[entry].isDead { alive += 1 }
        }
        sendSignalled(index, request: slot.pointee.kill_request, reached: slot.pointee.killed, alive: alive)
    }
}
