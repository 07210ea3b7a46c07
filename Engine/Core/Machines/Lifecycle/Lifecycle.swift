// Lifecycle: one instance from start to end.
//
//            start            spawned            exited, nothing left
//     idle ─────────> starting ──────> online ─────────────────────────> idle (settled)
//                        │                ^
//                        │ spawned, when  │ ready
//                        v it must say so │
//                      unready ───────────┘   else as online; lateDue: ending (failed)
//
//      ^ ^               │                │ stop · restart · exited, something left
//      │ │ spawnFailed   │ spawned, when  v
//      │ └───────────────┤ stop was said  ending ── killDue ──> ending (SIGKILL) ── killDue ──> again
//      │                 └──────────────> │
//      │                                  │ exited or gone, nothing left
//      ├──────────────────────────────────┘ (settled)
//      │  wait          waitOver
//     idle ────> waiting ───────> starting
//      │  hold
//     idle ────> held ── start ─> starting      what it depends on is not there yet
//
// An end may be held, too: its stop signal is sent when those have ended that depend on it (holdEnd, releaseEnd).
//
// `idle` is what people see as created, stopped or errored; the record of the instance says which.

/// What is to happen when an ending run is really gone.
package enum Afterwards: Hashable, Sendable {
    /// It ended by itself: the restart policy decides.
    case decide
    case stay
    case startAgain
}

/// What was wrong with a run, beside the way in which it ended.
package enum RunFlaw: Hashable, Sendable {
    /// It ended before it was ready.
    case early
    /// It was not ready in time.
    case late
    /// It gave no sign of life (the watchdog of sd_notify) in time.
    case silent
}

/// The life of one instance: at most one run at any time.
package struct Lifecycle: Hashable, Sendable {
    /// A run that executes.
    package struct Running: Hashable, Sendable {
        package var run: UInt64
        package var pid: Int32
        package var since: Instant
        /// Why its end is a failed start or a failed run, whatever its exit code says; nil when it is not.
        package var flaw: RunFlaw?

        package init(run: UInt64, pid: Int32, since: Instant, flaw: RunFlaw? = nil) {
            self.run = run
            self.pid = pid
            self.since = since
            self.flaw = flaw
        }
    }

    /// A run that is on its way out.
    package struct Ending: Hashable, Sendable {
        package var running: Running
        package var afterwards: Afterwards
        /// How often SIGKILL was sent to the tree.
        package var kills = 0
        /// Set when the main process is reaped while others of its tree live.
        package var exit: Exit?
        /// Its stop signal is not sent yet: others end first.
        package var isHeld = false
    }

    /// Where an instance stands in the diagram above.
    package enum State: Hashable, Sendable {
        case idle
        /// The keeper was asked to spawn; `afterwards` is set when it is to end as soon as it has begun.
        case starting(run: UInt64, afterwards: Afterwards?)
        /// It executes and is not ready yet.
        case unready(Running)
        case online(Running)
        case ending(Ending)
        case waiting(until: Instant)
        /// It is wanted, and something that it depends on is not there yet.
        case held
    }

    package private(set) var state: State = .idle

    package init() {}

    /// A run that the keeper held when the engine started.
    package init(adopting running: Running, isReady: Bool = true) {
        state = isReady ? .online(running) : .unready(running)
    }

    /// What is to be done when it is started.
    package enum StartAction: Hashable, Sendable {
        case spawn
        /// A wait is cut short.
        case cancelWaitAndSpawn
        /// It ends first and is started then.
        case afterItsEnd
        /// It runs or is about to.
        case already
    }

    /// Somebody wants it to run. `run` is the number of the run if one is spawned.
    package mutating func start(run: UInt64) -> StartAction {
        switch state {
        case .idle, .held:
            state = .starting(run: run, afterwards: nil)
            return .spawn
        case .waiting:
            state = .starting(run: run, afterwards: nil)
            return .cancelWaitAndSpawn
        case .starting(let run, .some):
            state = .starting(run: run, afterwards: .startAgain)
            return .afterItsEnd
        case .ending(var ending):
            ending.afterwards = .startAgain
            state = .ending(ending)
            return .afterItsEnd
        case .starting, .unready, .online:
            return .already
        }
    }

    /// What is to be done when it is stopped.
    package enum StopAction: Hashable, Sendable {
        /// Nothing of it lives.
        case alreadyIdle
        /// A wait is over, and nothing of it lives.
        case cancelWait
        /// Send the stop signal to the tree and arm the kill timer.
        case signal(run: UInt64)
        /// It will: its spawn or its end is under way.
        case underWay
    }

    /// Somebody wants it to end, and `afterwards` to stay down or to start again.
    package mutating func stop(afterwards: Afterwards) -> StopAction {
        switch state {
        case .idle:
            return .alreadyIdle
        case .waiting, .held:
            state = .idle
            return .cancelWait
        case .starting(let run, _):
            state = .starting(run: run, afterwards: afterwards)
            return .underWay
        case .unready(let running), .online(let running):
            state = .ending(Ending(running: running, afterwards: afterwards))
            return .signal(run: running.run)
        case .ending(var ending):
            ending.afterwards = afterwards
            state = .ending(ending)
            return .underWay
        }
    }

    /// What is to be done when its program executes.
    package enum SpawnedAction: Hashable, Sendable {
        case online
        /// Wait until it is ready, for a time.
        case unready
        /// It was stopped meanwhile: send the stop signal and arm the kill timer.
        case signal(run: UInt64)
        /// Not a run we wait for: nothing to do.
        case stale
    }

    /// The keeper executed the program, which is ready now, or will be when a condition says so (`waits`).
    package mutating func spawned(run: UInt64, pid: Int32, at now: Instant, waits: Bool = false) -> SpawnedAction {
        guard case .starting(run, let afterwards) = state else { return .stale }
        let running = Running(run: run, pid: pid, since: now)
        guard let afterwards else {
            state = waits ? .unready(running) : .online(running)
            return waits ? .unready : .online
        }
        state = .ending(Ending(running: running, afterwards: afterwards))
        return .signal(run: run)
    }

    /// The run is ready. True: it was waited for.
    package mutating func ready(run: UInt64) -> Bool {
        guard case .unready(let running) = state, running.run == run else { return false }
        state = .online(running)
        return true
    }

    /// The run has failed while it executes: too late to be ready, or silent for too long. True: send it a signal and arm
    /// the kill timer.
    package mutating func fail(run: UInt64, _ flaw: RunFlaw) -> Bool {
        var running: Running
        switch (state, flaw) {
        case (.unready(let present), .late), (.online(let present), .silent): running = present
        default: return false
        }
        guard running.run == run else { return false }
        running.flaw = flaw
        state = .ending(Ending(running: running, afterwards: .decide))
        return true
    }

    /// What it means that its program could not be executed; `stale`: the word is of an older run.
    package enum SpawnFailedAction: Hashable, Sendable {
        /// It is idle; `stopWasSaid` when somebody had stopped it already.
        case failed(stopWasSaid: Bool)
        case stale
    }

    /// The keeper could not execute the program.
    package mutating func spawnFailed(run: UInt64) -> SpawnFailedAction {
        guard case .starting(run, let afterwards) = state else { return .stale }
        state = .idle
        return .failed(stopWasSaid: afterwards == .stay)
    }

    /// What is to be done when its main process has ended.
    package enum ExitedAction: Hashable, Sendable {
        /// Nothing of the run lives: it is idle.
        case settled(Running, Exit, Afterwards)
        /// Processes of its tree live: send them the stop signal and arm the kill timer.
        case sweep(run: UInt64)
        /// Processes of its tree live, and were told to end already.
        case underWay
        case stale
    }

    /// The main process ended, and `left` processes of its tree live.
    package mutating func exited(run: UInt64, _ exit: Exit, left: Int) -> ExitedAction {
        switch state {
        case .unready(var running) where running.run == run:
            running.flaw = .early
            return ended(running, exit, left: left)
        case .online(let running) where running.run == run:
            return ended(running, exit, left: left)
        case .ending(var ending) where ending.running.run == run && ending.exit == nil:
            guard left > 0 else {
                state = .idle
                return .settled(ending.running, exit, ending.afterwards)
            }
            ending.exit = exit
            state = .ending(ending)
            return .underWay
        default:
            return .stale
        }
    }

    private mutating func ended(_ running: Running, _ exit: Exit, left: Int) -> ExitedAction {
        guard left > 0 else {
            state = .idle
            return .settled(running, exit, .decide)
        }
        state = .ending(Ending(running: running, afterwards: .decide, exit: exit))
        return .sweep(run: running.run)
    }

    /// The last process of the tree of a run whose main process had ended is gone.
    package mutating func gone(run: UInt64) -> ExitedAction {
        guard case .ending(let ending) = state, ending.running.run == run, let exit = ending.exit else { return .stale }
        state = .idle
        return .settled(ending.running, exit, ending.afterwards)
    }

    /// What is to be done when the time to end is over; `stale`: the timer is of an older run.
    package enum KillAction: Hashable, Sendable {
        /// Send SIGKILL to the tree and arm the timer again; `count` from 1.
        case kill(run: UInt64, count: Int)
        case stale
    }

    /// The time of a graceful stop, or since the last SIGKILL, is over.
    package mutating func killDue(run: UInt64) -> KillAction {
        guard case .ending(var ending) = state, ending.running.run == run, !ending.isHeld else { return .stale }
        ending.kills += 1
        state = .ending(ending)
        return .kill(run: run, count: ending.kills)
    }

    /// An idle instance waits for its next try.
    package mutating func wait(until moment: Instant) {
        guard case .idle = state else { return }
        state = .waiting(until: moment)
    }

    /// The wait is over. True: spawn.
    package mutating func waitOver(run: UInt64) -> Bool {
        guard case .waiting = state else { return false }
        state = .starting(run: run, afterwards: nil)
        return true
    }

    /// What is down waits for what it depends on.
    package mutating func hold() {
        guard isDown else { return }
        state = .held
    }

    /// Its stop signal waits for others.
    package mutating func holdEnd() {
        guard case .ending(var ending) = state else { return }
        ending.isHeld = true
        state = .ending(ending)
    }

    /// Nobody is in its way any more. The run to send the stop signal to; nil when none waits for that.
    package mutating func releaseEnd() -> UInt64? {
        guard case .ending(var ending) = state, ending.isHeld else { return nil }
        ending.isHeld = false
        state = .ending(ending)
        return ending.running.run
    }

    /// The run that executes or ends, if any.
    package var running: Running? {
        switch state {
        case .unready(let running), .online(let running): running
        case .ending(let ending): ending.running
        case .idle, .starting, .waiting, .held: nil
        }
    }

    /// What is on its way out.
    package var ending: Ending? { if case .ending(let ending) = state { ending } else { nil } }

    /// The run that the keeper was asked for and has not answered.
    package var startingRun: UInt64? { if case .starting(let run, _) = state { run } else { nil } }

    /// It is on its way out, and nothing follows.
    package var staysDown: Bool {
        switch state {
        case .ending(let ending): ending.afterwards == .stay
        case .starting(_, let afterwards): afterwards == .stay
        case .idle, .unready, .online, .waiting, .held: false
        }
    }

    package var isIdle: Bool { state == .idle }

    /// Neither running nor about to: idle, or waiting for a next try or for what it depends on.
    package var isDown: Bool {
        switch state {
        case .idle, .waiting, .held: true
        case .starting, .unready, .online, .ending: false
        }
    }
}
