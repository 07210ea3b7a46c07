import CKernel

extension od_held_engine {
    /// Nanoseconds. The first restart is at once, then `firstDelay`, doubling to `longestDelay`; all anew after
    /// `stable`.
    static var firstDelay: UInt64 { 100_000_000 }
    static var longestDelay: UInt64 { 5_000_000_000 }
    static var stable: UInt64 { 1_000_000_000 }

    /// The moment at which the successor of an engine that died at `now` is to start.
    mutating func restartTime(now: UInt64) -> UInt64 {
        if now - started_at >= Self.stable { delay = 0 }
        let time = now + delay
        delay = delay == 0 ? Self.firstDelay : min(delay * 2, Self.longestDelay)
        return time
    }
}

extension Keeper {
    /// Starts an engine with a fresh link; what fails is tried again like an engine that died at once.
    mutating func startEngine() {
        var ends: (Int32, Int32) = (-1, -1)
        engine.pointee.starts += 1
        engine.pointee.started_at = od_now()
        engine.pointee.parentage = UInt8(OD_PARENT_WORKER.rawValue)
        let paired = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { od_link_pair($0) }
        }
        guard paired == 0 else { return planRestart() }
        link.open(ends.0)
        program.setStarts(engine.pointee.starts)
        var plan = od_plan()
        plan.strings = UnsafePointer(program.strings)
        plan.argc = UInt32(program.argumentCount)
        plan.envc = UInt32(program.variableCount)
        plan.stdio = (-1, -1, -1)
        plan.passed = (ends.1, Int32(OD_FD_LISTENER))
        plan.status = -1
        plan.tame_oom = holding.head.pointee.tames_children
        plan.nofile = holding.head.pointee.child_nofile
        let pid = od_spawn_child(&plan, od_pid_of_engine(engine), od_pidfd_of_engine(engine))
        od_close(ends.1)
        guard pid > 0 else {
            link.close()
            return planRestart()
        }
        pulse.begin()
        setTimer()
        // An engine that we cannot hear is of no use.
        let token = Token(.link, generation: engine.pointee.starts)
        if !poller.watch(link.descriptor, token) { linkEnded() }
    }

    /// The engine's end has been written down, so it reads no stream any more: we do, until the next one asks. Done
    /// again by another worker if this one is killed before the pid is taken out.
    mutating func engineEnded() {
        let ending = engine.pointee.ending
        // Of one that is nobody's child the status may be unknown; then the leave decides.
        if engine.pointee.is_leaving, ending.status == 0 || ending.is_unknown != 0 {
            outcome = .left
            return
        }
        closeLink()
        closeEngine()
        pulse.end()
        engine.pointee.has_greeted = false
        engine.pointee.is_leaving = false
        for index in 0..<slots.used where slots[index].pointee.phase == .held { takeBack(index) }
        planRestart()
        engine.pointee.ending = od_ending()
        od_fence()
        engine.pointee.pid = 0
    }

    /// The pidfd of an engine that is not our child says that it has ended.
    mutating func strangeEngineEnded() {
        poller.forget(engine.pointee.pidfd)
        endStranger(od_ending_of_engine(engine), pid: engine.pointee.pid, pidfd: engine.pointee.pidfd)
        engineEnded()
    }

    /// The other end of the link is closed while its process lives: an engine that can never speak to us again.
    mutating func linkEnded() {
        closeLink()
        if !engine.pointee.is_leaving { killEngine() }
    }

    /// Its successor starts when its end is known: one that even SIGKILL does not end keeps its streams.
    func killEngine() {
        _ = od_signal_process(engine.pointee.pidfd, Int32(OD_SIG_KILL.rawValue))
    }

    /// SIGTERM means: tell the engine, which stops the apps and asks for leave. One without handlers yet would only
    /// die.
    mutating func passTermination() {
        guard engine.pointee.has_greeted else {
            engine.pointee.owes_termination = true
            return
        }
        engine.pointee.owes_termination = false
        _ = od_signal_process(engine.pointee.pidfd, Int32(OD_SIG_TERM.rawValue))
    }

    private mutating func closeLink() {
        if link.descriptor >= 0 { poller.forget(link.descriptor) }
        link.close()
        retryAt = 0
    }

    private func closeEngine() {
        let pidfd = engine.pointee.pidfd
        engine.pointee.pidfd = -1
        od_fence()
        if pidfd >= 0 { od_close(pidfd) }
    }

    private mutating func planRestart() {
        let now = od_now()
        let time = engine.pointee.restartTime(now: now)
        engine.pointee.start_at = max(time, 1)
        setTimer()
    }
}
