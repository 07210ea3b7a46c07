// Breaker: keeps a part that fails from being tried all the time (circuit breaker; M. Nygard, "Release It!", 2007).
//
//             failed, fewer than `failures` in `window`
//            ┌──────┐
//            v      │   failed, `failures` in `window`
//          closed ──┴────────────────────────────────────> resting ── asked before the rest is over: no
//            ^                                              │   ^
//            │                          asked after the rest│   │ failed, or said nothing for a rest: twice as long,
//            │                                              v   │ up to `maxRest`
//            └────────────────── succeeded ─────────────── trying ── asked: no
//
// All times are of the boot clock.

/// Whether a part may be tried now.
package struct Breaker: Hashable, Sendable {
    /// When it opens, and for how long.
    package struct Policy: Hashable, Sendable {
        /// So many failures within `window` milliseconds open it.
        package var failures: Int
        package var window: Int
        /// The first rest and the longest, milliseconds.
        package var rest: Int
        package var maxRest: Int

        package init(
            failures: Int = Defaults.breakerFailures, window: Int = Defaults.breakerWindow,
            rest: Int = Defaults.breakerRest, maxRest: Int = Defaults.breakerMaxRest
        ) {
            self.failures = failures
            self.window = window
            self.rest = rest
            self.maxRest = maxRest
        }
    }

    /// Open is `resting`, half open `trying`, as others call it.
    package enum State: Hashable, Sendable {
        case closed
        case resting(until: Instant)
        /// One try is under way.
        case trying(since: Instant)
    }

    /// What a failure leads to.
    package enum FailedAction: Hashable, Sendable {
        case goesOn
        /// For so many milliseconds.
        case rests(Int)
    }

    package private(set) var state = State.closed
    private let policy: Policy
    /// Times of failures within the window, oldest first; never more than `policy.failures`.
    private var recent: [Instant] = []
    /// Length of the last rest, milliseconds; 0 when it never rested since it worked.
    private var rest = 0

    package init(_ policy: Policy = Policy()) {
        self.policy = policy
    }

    /// One of the same policy that knows of no failure.
    package var anew: Breaker { Breaker(policy) }

    /// Whether the part may be tried. True is followed by `succeeded` or `failed`.
    package mutating func allows(at now: Instant) -> Bool {
        switch state {
        case .closed:
            return true
        case .resting(let until):
            guard now >= until else { return false }
            state = .trying(since: now)
            return true
        case .trying(let since):
            // A try that never came to an end must not keep the part away for ever.
            if now.milliseconds(since: since) >= rest { _ = beginRest(at: now) }
            return false
        }
    }

    /// It worked.
    package mutating func succeeded() {
        state = .closed
        recent = []
        rest = 0
    }

    /// It did not work.
    package mutating func failed(at now: Instant) -> FailedAction {
        switch state {
        case .closed:
            recent.removeAll { now.milliseconds(since: $0) >= policy.window }
            recent.append(now)
            guard recent.count >= policy.failures else { return .goesOn }
            return beginRest(at: now)
        case .trying:
            return beginRest(at: now)
        case .resting:
            // Of a try that began before the rest did.
            return .goesOn
        }
    }

    private mutating func beginRest(at now: Instant) -> FailedAction {
        rest = rest == 0 ? policy.rest : min(rest * 2, policy.maxRest)
        recent = []
        state = .resting(until: now.advanced(byMilliseconds: rest))
        return .rests(rest)
    }
}
