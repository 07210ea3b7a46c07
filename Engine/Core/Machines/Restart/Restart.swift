// Restart: what happens after a program ended by itself.
//
//     exited ──(mode says no)──────────────────────────> stay
//        │
//        ├──(maxRestarts quick exits in the window)────> give up
//        │
//        └──> again, after: 0 ms the first time, then delay, delay·2, delay·4 … maxDelay, each ± jitter;
//             the row begins anew when the program was up for `Defaults.restartReset`

/// What to do after an exit.
package enum RestartAction: Hashable, Sendable {
    /// Start again after so many milliseconds; `attempt` counts from 1 within the row.
    case again(after: Int, attempt: Int)
    /// The policy wants no restart.
    case stay
    /// Too many quick exits: `count` within the window.
    case giveUp(count: Int)
}

/// The restart policy of one instance at work.
package struct Restart: Hashable, Sendable {
    package var policy: RestartPolicy
    /// Exits in a row without `Defaults.restartReset` of uptime.
    private var row = 0
    /// Times of quick exits within the window, oldest first; never more than `policy.maxRestarts`.
    private var quick: [Instant] = []

    package init(policy: RestartPolicy) {
        self.policy = policy
    }

    /// The program ended after `uptime` milliseconds. `jitter` is a random number in -1...1.
    package mutating func exited(_ exit: Exit, uptime: Int, at now: Instant, jitter: Double) -> RestartAction {
        guard wants(exit) else { return .stay }
        if uptime >= Defaults.restartReset { row = 0 }
        if uptime < policy.minUptime {
            quick.removeAll { now.milliseconds(since: $0) >= policy.window }
            quick.append(now)
            if quick.count >= policy.maxRestarts {
                let count = quick.count
                reset()
                return .giveUp(count: count)
            }
        }
        row += 1
        return .again(after: delay(jitter: jitter), attempt: row)
    }

    /// Somebody started it by hand: the past is forgotten.
    package mutating func reset() {
        row = 0
        quick = []
    }

    private func wants(_ exit: Exit) -> Bool {
        switch policy.mode {
        case .always, .unlessStopped: true
        case .onFailure: !exit.isSuccess
        case .never: false
        }
    }

    /// Milliseconds before the restart numbered `row`.
    private func delay(jitter: Double) -> Int {
        guard row > 1 || policy.strategy == .fixed else { return 0 }
        var delay = policy.delay
        if policy.strategy == .exponential {
            for _ in 2..<max(2, row) where delay < policy.maxDelay { delay *= Defaults.restartFactor }
            delay = min(delay, policy.maxDelay)
            delay += Int(Double(delay) * jitter * Double(Defaults.restartJitter) / 100)
        }
        return max(0, delay)
    }
}
