import CKernel

// Runs whose main process is nobody's child of ours: of a spare that was killed, or of keepers that are all gone
// (OD_ADOPT). Their end is told by their pidfd; its status by the kernel, as far as it knows.

extension Keeper {
    /// OD_ADOPT: answered with OD_SPAWNED, also when the run is held already, and OD_EXITED when it is a zombie.
    mutating func adopt(_ frame: IncomingFrame) throws(Refusal) {
        guard let request = frame.body(od_adopt.self), request.pid > 1 else {
            throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number)
        }
        if let index = slots.index(instance: request.instance, run: request.run) {
            return repeatAnswer(index, request: frame.head.seq)
        }
        let streams = Int(OD_SLOT_FDS.rawValue) - 1
        guard frame.descriptorCount == 0 || frame.descriptorCount == streams else {
            throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number)
        }
        guard slots.index(child: request.pid) == nil, !isOwn(request.pid) else {
            throw Refusal(OD_AT_NONE, OD_E_BUSY.number)
        }
        guard let index = slots.take() else { throw Refusal(OD_AT_TABLE, OD_E_NOSPC.number) }
        slots[index].pointee.phase = .adopting
        do throws(Refusal) {
            try hold(index, request, hasStreams: frame.descriptorCount == streams)
        } catch {
            drop(index)
            throw error
        }
        sendRun(index, OD_SPAWNED, seq: frame.head.seq)
    }

    /// Gives up what has been made of a run that is not held: everything that is open, then the slot.
    mutating func drop(_ index: Int) {
        let slot = slots[index]
        if slot.pointee.status >= 0 { closeStatus(index) }
        closeStreams(index)
        closeCgroup(index)
        closeProcess(index)
        slots.free(index)
    }

    /// Closes the pidfd.
    func closeProcess(_ index: Int) {
        let slot = slots[index]
        let pidfd = slot.pointee.pidfd
        guard pidfd >= 0 else { return }
        if slot.pointee.is_watched { poller.forget(pidfd) }
        slot.pointee.is_watched = false
        slot.pointee.pidfd = -1
        od_fence()
        od_close(pidfd)
    }

    /// One of the keeper's own processes.
    private func isOwn(_ pid: Int32) -> Bool {
        pid == engine.pointee.pid || pid == spare || pid == processes.worker
    }

    private mutating func hold(_ index: Int, _ request: od_adopt, hasStreams: Bool) throws(Refusal) {
        let slot = slots[index]
        slot.pointee.pidfd = od_pidfd(request.pid)
        guard slot.pointee.pidfd >= 0 else { throw Refusal(OD_AT_NONE, slot.pointee.pidfd) }
        guard Int(slot.pointee.pidfd) < ownLimit else { throw Refusal(OD_AT_NONE, OD_E_MFILE.number) }
        // The pidfd is of whoever has the number now: only the same start makes it the one that is meant.
        guard processes.ticks(of: request.pid) == request.start_ticks else {
            throw Refusal(OD_AT_NONE, OD_E_SRCH.number)
        }
        for number in 0..<4 where hasStreams {
            guard Int(link.descriptors[number]) < ownLimit else { throw Refusal(OD_AT_NONE, OD_E_MFILE.number) }
        }
        if hasStreams {
            takeStreams(index)
        } else {
            try openStream(index, .out, request.pid)
            try openStream(index, .error, request.pid)
        }
        slot.pointee.facts.instance = request.instance
        slot.pointee.facts.run = request.run
        slot.pointee.facts.pid = request.pid
        slot.pointee.facts.started = request.started == 0 ? od_since_boot(request.start_ticks) : request.started
        slot.pointee.facts.start_ticks = request.start_ticks
        slot.pointee.facts.state = OD_RUN_RUNNING.rawValue
        slot.pointee.facts.flags = OD_SLOT_ADOPTED.rawValue
        slot.pointee.tag = od_process_tag(processes.proc, request.pid)
        slot.pointee.parentage = UInt8(OD_PARENT_STRANGER.rawValue)
        // Whoever gives streams has them, and reads.
        slot.pointee.is_handed_over = hasStreams
        holding.children[index] = request.pid
        slot.pointee.phase = .held
        watchStranger(index)
    }

    /// The four attached descriptors are the streams.
    private mutating func takeStreams(_ index: Int) {
        let slot = slots[index]
        let given = link.descriptors
        slot.pointee.out.pipe = given[0]
        slot.pointee.error.pipe = given[1]
        slot.pointee.out.spool = given[2]
        slot.pointee.error.spool = given[3]
        od_fence()
        for number in 0..<4 { given[number] = -1 }
    }

    private mutating func openStream(_ index: Int, _ channel: Stream, _ pid: Int32) throws(Refusal) {
        var pipe = od_open_others_pipe(processes.proc, pid, channel == .out ? 1 : 2)
        // What is no pipe, or not to be had, is a stream at its end.
        if pipe < 0 { pipe = od_ended_pipe() }
        guard pipe >= 0 else { throw Refusal(OD_AT_PIPE, pipe) }
        slots[index].pointee[channel].pipe = pipe
        let spool = od_spool(channel == .out ? "od-out" : "od-err")
        guard spool >= 0 else { throw Refusal(OD_AT_SPOOL, spool) }
        slots[index].pointee[channel].spool = spool
    }

    // MARK: How strangers end

    /// Has the pidfd watched of a main process that nobody of ours reaps.
    mutating func watchStranger(_ index: Int) {
        let slot = slots[index]
        let token = Token(.main, index: index, generation: slot.pointee.generation)
        guard !slot.pointee.is_watched else { return }
        slot.pointee.is_watched = poller.watch(slot.pointee.pidfd, token)
    }

    /// The main process has ended.
    mutating func strangerEnded(_ index: Int) {
        let slot = slots[index]
        if slot.pointee.is_watched { poller.forget(slot.pointee.pidfd) }
        slot.pointee.is_watched = false
        guard holding.children[index] != 0 else { return }
        endStranger(od_ending_of_run(slot), pid: holding.children[index], pidfd: slot.pointee.pidfd)
        applyEndings()
        lookAtTrees(hasOrphan: false)
    }

    /// Writes down how it ended, if that was not done when it still was a child of the spare's.
    func endStranger(_ ending: UnsafeMutablePointer<od_ending>, pid: Int32, pidfd: Int32) {
        var reaped = od_reaped()
        let isKnown = od_stranger_end(processes.proc, pid, pidfd, &reaped) == 1
        if !od_has_ended(ending) { ending.pointee.is_unknown = isKnown ? 0 : 1 }
        od_end(ending, &reaped)
    }

    /// Processes of a run that outlived its main process and are nobody's of ours: one of them is watched, so that we
    /// look again when it ends.
    mutating func watchLast(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.isStranger, slot.pointee.cgroup < 0, slot.pointee.last < 0, slot.pointee.facts.left > 0
        else { return }
        let last = processes.openLast(of: index)
        guard last >= 0 else { return }
        slot.pointee.last = last
        let token = Token(.last, index: index, generation: slot.pointee.generation)
        if !poller.watch(last, token) { closeLast(index) }
    }

    mutating func lastEnded(_ index: Int) {
        closeLast(index)
        lookAtTrees(hasOrphan: true)
    }

    func closeLast(_ index: Int) {
        let last = slots[index].pointee.last
        guard last >= 0 else { return }
        poller.forget(last)
        slots[index].pointee.last = -1
        od_close(last)
    }

    /// What could not be watched for want of descriptors is looked at from time to time.
    mutating func lookAfterStrangers() {
        guard slots.hasStrangers else { return }
        var isBlind = false
        for index in 0..<slots.used where slots[index].pointee.phase == .held && slots[index].pointee.isStranger {
            let slot = slots[index]
            if slot.pointee.facts.state == OD_RUN_EXITED.rawValue, slot.pointee.last < 0 { isBlind = true }
            if slot.pointee.facts.state == OD_RUN_RUNNING.rawValue { watchStranger(index) }
        }
        if isBlind { lookAtTrees(hasOrphan: true) }
    }
}
