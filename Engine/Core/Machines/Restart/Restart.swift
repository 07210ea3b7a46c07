// Restart: what happens after a program ended by itself.
//
//     exited ──(mode says no, or one of stopExitCodes)──> stay
//        │
//        ├──(maxRestarts quick exits in the window)────> give up, for coolDown or for good; all is forgotten
//        │
//        └──> again, after
//               fixed        delay, delay, delay …
//               linear       0, delay, delay·2, delay·3 … maxDelay, each ± jitter
//               exponential  0, delay, delay·factor, delay·factor² … maxDelay, each ± jitter
//               jitter       0, then anything from 0 to what exponential gives
//             the row begins anew when the program was up for `reset`
//
// All times are of the boot clock: what happens to the wall clock changes no delay and no window.

/// What to do after an exit.
package enum RestartAction: Hashable, Sendable {
    /// Start again after so many milliseconds; `attempt` counts from 1 within the row.
    case again(after: Int, attempt: Int)
    /// The policy wants no restart.
    case stay
    /// Too many quick exits: `count` within the window. Milliseconds until the next try, nil for none.
    case giveUp(count: Int, coolDown: Int? = nil)
}

/// The restart policy of one instance at work.
package struct Restart: Hashable, Sendable {
    package var policy: RestartPolicy
    /// Exits in a row without `policy.reset` of uptime.
    private var row = 0
    /// Times of quick exits within the window, oldest first; never more than `policy.maxRestarts`.
    private var quick: [Instant] = []

    package init(policy: RestartPolicy) {
        self.policy = policy
    }

    /// Goes on where an engine was that died. What lies after `now` is of no clock of ours and left out.
    package init(policy: RestartPolicy, memory: RestartMemory?, at now: Instant) {
        self.policy = policy
        guard let memory else { return }
        row = max(0, memory.row)
        quick = memory.quick.suffix(min(policy.maxRestarts, Defaults.countedRestarts)).filter { $0 <= now }
    }

    /// What the next engine needs to go on.
    package var memory: RestartMemory { RestartMemory(row: row, quick: quick) }

    /// The longest wait that the policy can ask for, milliseconds.
    package var longestWait: Int { max(policy.delay, policy.maxDelay, policy.coolDown) }

    /// The program ended at `now` after `uptime` milliseconds. `jitter` is a random number in -1...1.
    package mutating func exited(_ exit: Exit, uptime: Int, at now: Instant, jitter: Double) -> RestartAction {
        guard wants(exit) else { return .stay }
        if uptime >= policy.reset { row = 0 }
        if uptime < policy.minUptime, policy.maxRestarts <= Defaults.countedRestarts {
            quick.removeAll { now.milliseconds(since: $0) >= policy.window }
            quick.append(now)
            if quick.count >= policy.maxRestarts {
                let count = quick.count
                reset()
                return .giveUp(count: count, coolDown: policy.coolDown > 0 ? policy.coolDown : nil)
            }
        }
        row = row == .max ? row : row + 1
        return .again(after: delay(jitter: jitter), attempt: row)
    }

    /// Somebody started it by hand: the past is forgotten.
    package mutating func reset() {
        row = 0
        quick = []
    }

    private func wants(_ exit: Exit) -> Bool {
        if policy.stopExitCodes.contains(where: { $0.matches(exit) }) { return false }
        return switch policy.mode {
        case .always, .unlessStopped: true
        case .onFailure: !exit.isSuccess
        case .never: false
        }
    }

    /// Milliseconds before the restart numbered `row`.
    private func delay(jitter: Double) -> Int {
        let first = Double(policy.delay)
        let longest = Double(max(0, policy.maxDelay))
        let varied = 1 + Double(policy.jitter) / 100 * jitter
        let delay: Double
        switch policy.strategy {
        case .fixed: return max(0, policy.delay)
        case _ where row == 1 || policy.delay <= 0: return 0
        case .linear: delay = min(first * Double(row - 1), longest) * varied
        case .exponential: delay = min(first * Self.power(policy.factor, row - 2), longest) * varied
        case .jitter: delay = min(first * Self.power(policy.factor, row - 2), longest) * (jitter + 1) / 2
        }
        return Int(min(max(0, delay.rounded()), longest))
    }

    /// `base` to the power of `exponent`, by squaring; infinite when it is beyond all numbers.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
