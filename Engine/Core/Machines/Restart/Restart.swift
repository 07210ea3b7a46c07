// Restart: what happens after a program ended by itself.
//
//     exited ──(mode says no, or one of stopExitCodes)──> stay
//        │
//        ├──(maxRestarts quick exits in the window)────> give up, for coolDown or for good; all is forgotten
//        │   our own delays are not counted
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
    /// Times of quick exits within the window, oldest first; never more than `policy.maxRestarts`. The clock stands still
    /// while we wait: else an app that always fails would go on for ever, ever more slowly.
    private var quick: [Instant] = []
    /// Milliseconds of waiting since the first of them.
    private var waited = 0
    /// A thousand years are enough.
    private static let mostWaited = 1000 * 365 * 86_400_000

    package init(policy: RestartPolicy) {
        self.policy = policy
    }

    /// Goes on where an engine was that died. What lies after `now` is of no clock of ours and left out.
    package init(policy: RestartPolicy, memory: RestartMemory?, at now: Instant) {
        self.policy = policy
        guard let memory else { return }
        row = max(0, memory.row)
        quick = memory.quick.suffix(min(policy.maxRestarts, Defaults.countedRestarts)).filter { $0 <= now }
        waited = quick.isEmpty ? 0 : min(max(0, memory.waited ?? 0), Self.mostWaited)
    }

    /// What the next engine needs to go on.
    package var memory: RestartMemory {
        RestartMemory(row: row, quick: quick, waited: waited == 0 ? nil : waited)
    }

    /// The longest wait that the policy can ask for, milliseconds.
    package var longestWait: Int { max(policy.delay, policy.maxDelay, policy.coolDown) }

    /// The program ended at `now` after `uptime` milliseconds. `jitter` is a random number in -1...1.
    package mutating func exited(_ exit: Exit, uptime: Int, at now: Instant, jitter: Double) -> RestartAction {
        guard wants(exit) else { return .stay }
        if uptime >= policy.reset { row = 0 }
        if uptime < policy.minUptime, policy.maxRestarts <= Defaults.countedRestarts {
            let moment = now.advanced(byMilliseconds: -waited)
            quick.removeAll { moment.milliseconds(since: $0) >= policy.window }
            if quick.isEmpty { waited = 0 }
            quick.append(now.advanced(byMilliseconds: -waited))
            if quick.count >= policy.maxRestarts {
                let count = quick.count
                reset()
                return .giveUp(count: count, coolDown: policy.coolDown > 0 ? policy.coolDown : nil)
            }
        }
        row = row == .max ? row : row + 1
        let delay = delay(jitter: jitter)
        if !quick.isEmpty { waited = min(waited + delay, Self.mostWaited) }
        return .again(after: delay, attempt: row)
    }

    /// Somebody started it by hand: the past is forgotten.
    package mutating func reset() {
        row = 0
        quick = []
        waited = 0
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
