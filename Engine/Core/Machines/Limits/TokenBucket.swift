// A token bucket: so many at once, then so many a second.
//
//     take, enough in it ───> go          (it fills by `rate` a second, up to `capacity`)
//     take, too little   ───> wait(ms)    (nothing is taken)

/// Limits how often something is done. Counts in thousandths, so that a slow rate is exact.
package struct TokenBucket: Hashable, Sendable {
    /// Whether there were enough tokens.
    package enum Taking: Hashable, Sendable {
        case go
        /// Milliseconds until there is enough.
        case wait(Int)
    }

    private let capacity: Int
    /// Tokens a second, which are thousandths a millisecond.
    private let rate: Int
    /// Thousandths of a token.
    private var level: Int
    private var last: Instant

    /// A full bucket.
    package init(capacity: Int, rate: Int, at now: Instant) {
        self.capacity = capacity
        self.rate = rate
        level = capacity * 1000
        last = now
    }

    /// Takes `count` tokens, or none. More than the bucket can hold count as what it can hold.
    package mutating func take(_ count: Int = 1, at now: Instant) -> Taking {
        let passed = now.milliseconds(since: last)
        if passed > 0 {
            let missing = capacity * 1000 - level
            level += passed > missing / max(1, rate) ? missing : passed * rate
            last = last.advanced(byMilliseconds: passed)
        }
        let need = min(count, capacity) * 1000
        guard level < need else {
            level -= need
            return .go
        }
        return .wait((need - level + rate - 1) / max(1, rate))
    }
}
