import CKernel

/// The present engine, and when the next one starts.
struct Engine {
    /// 0 while there is none.
    var pid: Int32 = 0
    var pidfd: Int32 = -1
    /// How many have been started.
    var starts: UInt32 = 0
    var startedAt: UInt64 = 0
    /// When the next one is due; 0 = not waiting.
    var startAt: UInt64 = 0
    /// What the next early death costs.
    var delay: UInt64 = 0
    /// It has said OD_HELLO: its signal handlers are there.
    var hasGreeted = false
    /// A SIGTERM for us has not been passed on yet.
    var owesTermination = false
    /// OD_LEAVE was granted.
    var isLeaving = false

    /// Nanoseconds. The first restart is at once, then `firstDelay`, doubling to `longestDelay`; all anew after
    /// `stable`.
    static let firstDelay: UInt64 = 100_000_000
    static let longestDelay: UInt64 = 5_000_000_000
    static let stable: UInt64 = 1_000_000_000

    /// The moment at which the successor of an engine that died at `now` is to start.
    mutating func restartTime(now: UInt64) -> UInt64 {
        if now - startedAt >= Self.stable { delay = 0 }
        let time = now + delay
        delay = delay == 0 ? Self.firstDelay : min(delay * 2, Self.longestDelay)
        return time
    }
}

extension Keeper {
    /// Starts an engine with a fresh link; what fails is tried again like an engine that died at once.
    mutating func startEngine() {
        var ends: (Int32, Int32) = (-1, -1)
        engine.starts += 1
        engine.startedAt = od_now()
        let paired = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { od_link_pair($0) }
        }
        guard paired == 0 else { return planRestart() }
        link.open(ends.0)
        program.setStarts(engine.starts)
        var plan = od_plan()
        plan.strings = UnsafePointer(program.strings)
        plan.argc = UInt32(program.argumentCount)
        plan.envc = UInt32(program.variableCount)
        plan.stdio = (-1, -1, -1)
        plan.passed = (ends.1, Int32(OD_FD_LISTENER))
        plan.status = -1
        plan.tame_oom = tamesChildren ? 1 : 0
        plan.nofile = childLimit
        let pid = od_spawn_child(&plan, &engine.pidfd)
        od_close(ends.1)
        guard pid > 0 else {
            link.close()
            return planRestart()
        }
        engine.pid = pid
        // An engine that we cannot hear is of no use.
        if !poller.watch(ends.0, Token(.link, generation: engine.starts)) { linkEnded() }
    }

    /// The engine is reaped, so it reads no stream any more: we do, until the next one asks.
    mutating func engineEnded(status: Int32) {
        if engine.isLeaving, status == 0 { od_exit(ExitCode.done) }
        od_close(engine.pidfd)
        closeLink()
        engine.pid = 0
        engine.pidfd = -1
        engine.hasGreeted = false
        engine.isLeaving = false
        for index in 0..<slots.used where slots[index].pointee.phase == .held { takeBack(index) }
        planRestart()
    }

    /// The other end of the link is closed while its process lives: an engine that can never speak to us again.
    mutating func linkEnded() {
        closeLink()
        if !engine.isLeaving { _ = od_signal_process(engine.pidfd, Int32(OD_SIG_KILL.rawValue)) }
    }

    /// SIGTERM means: tell the engine, which stops the apps and asks for leave. One without handlers yet would only
    /// die.
    mutating func passTermination() {
        guard engine.hasGreeted else {
            engine.owesTermination = true
            return
        }
        engine.owesTermination = false
        _ = od_signal_process(engine.pidfd, Int32(OD_SIG_TERM.rawValue))
    }

    private mutating func closeLink() {
        if link.descriptor >= 0 { poller.forget(link.descriptor) }
        link.close()
        retryAt = 0
    }

    private mutating func planRestart() {
        let now = od_now()
        let time = engine.restartTime(now: now)
        engine.startAt = max(time, 1)
        setTimer()
    }
}
