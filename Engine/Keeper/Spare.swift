import CKernel

/// The parent of the worker: it sleeps until a child ends.
///
/// The children of a killed worker become its own, the engine and the apps among them. It writes down how each one ends
/// before it reaps it, and tells the worker; a worker that is killed is followed by another.
struct Spare {
    private let holding: Holding
    private let pid = od_own_pid()
    /// Starts of a worker that came to nothing, in a row.
    private var failures: Int64 = 0

    /// Milliseconds before another worker after one that ended at once and by itself: times the failures, at most.
    private static let delay: Int64 = 50
    private static let delayMost: Int64 = 1000
    /// Nanoseconds after which a worker counts as good.
    private static let stable: UInt64 = 1_000_000_000

    private enum End { case killed, failed, left, another }

    init(_ holding: Holding) {
        self.holding = holding
    }

    /// Returns in a worker, which is our child then; this process itself never returns.
    mutating func stand() {
        od_tell_parents_death(0)
        while true {
            holding.head.pointee.spare = pid
            let startedAt = od_now()
            let worker = od_fork_sharing()
            if worker == 0 { return }
            var end = End.failed
            if worker > 0 {
                holding.head.pointee.worker = worker
                end = attend(worker)
            }
            failures = end == .failed && od_now() - startedAt < Self.stable ? failures + 1 : 0
            switch end {
            case .left: od_exit(ExitCode.done)
            case .another: becomeAnother()
            case .failed where holding.head.pointee.keepers == 0 && worker > 0: od_exit(ExitCode.system)
            case .killed, .failed: pause()
            }
        }
    }

    /// Waits for the end of the worker.
    private func attend(_ worker: Int32) -> End {
        while true {
            if let end = reap(worker) { return end }
            if od_await_signal(-1) == Int32(OD_SIG_TERM.rawValue) { od_tell(worker, Int32(OD_SIG_TERM.rawValue)) }
        }
    }

    /// Takes all dead children; how the worker ended if it is among them.
    private func reap(_ worker: Int32) -> End? {
        var dead = od_reaped()
        var end: End?
        var hasNews = false
        while od_peek(&dead) == 1 {
            if dead.pid == worker {
                end = Self.end(of: dead.status)
            } else {
                hasNews = true
                if let ending = holding.ending(of: dead.pid) {
                    od_end(ending, &dead)
                    holding.head.pointee.spare_endings &+= 1
                } else {
                    holding.head.pointee.spare_orphans &+= 1
                }
            }
            od_take(dead.pid)
        }
        if hasNews, end == nil { od_tell(worker, Int32(OD_SIG_CHLD.rawValue)) }
        return end
    }

    private static func end(of status: Int32) -> End {
        switch status {
        case ExitCode.done << 8: .left
        case ExitCode.another << 8: .another
        case Int32(OD_SIG_KILL.rawValue): .killed
        default: .failed
        }
    }

    /// Becomes the executable of the wish, with this pid and all that is open; if that fails, the next worker says so.
    private func becomeAnother() {
        let wish = holding.wish
        guard wish.pointee.state == OD_WISH_READY.rawValue else { return }
        holding.keepDescriptors()
        let keeper = holding.texts
        let error = od_become(keeper, keeper + Int(wish.pointee.keeper_bytes), holding.head.pointee.memory)
        od_close_on_exec(Int32(OD_FD_LOCK))
        wish.pointee.error = -error
        od_fence()
        wish.pointee.state = OD_WISH_FAILED.rawValue
    }

    /// Before another worker, if those before did not stand. A SIGTERM is for the engine of the next one.
    private func pause() {
        guard failures > 0 else { return }
        if od_await_signal(min(failures * Self.delay, Self.delayMost)) == Int32(OD_SIG_TERM.rawValue) {
            holding.engine.pointee.owes_termination = true
        }
    }
}
