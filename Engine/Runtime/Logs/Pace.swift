/// When to look at a stream again.
///
/// A wake-up costs more than moving what it finds, so the pump lets a pipe fill to about a quarter, and never waits
/// longer than `LogBounds.rest`. How fast a pipe fills is guessed from the last batch; a slow one may be a writer that
/// was held up, so the wait at most doubles from one batch to the next.
package struct Pace: Hashable {
    /// Shorter waits are not worth a timer.
    static let shortest: Int64 = 50_000

    private var wait = LogBounds.rest
    private var last: Int64 = 0

    package init() {}

    /// After a batch of `count` bytes: the time to look again, nil for at once.
    package mutating func next(after count: Int, now: Int64) -> Int64? {
        let elapsed = max(now - last, 1)
        last = now
        guard count < LogBounds.longBatch else {
            wait = 0
            return nil
        }
        let quarters = Double(LogBounds.longBatch) / Double(max(count, 1))
        let full = Int64(min(Double(elapsed) * quarters, Double(LogBounds.rest)))
        wait = min(full, max(wait * 2, Self.shortest / 2))
        guard wait >= Self.shortest else { return nil }
        // Streams of about the same pace are looked at together.
        let grid = Self.grids.first { $0 <= wait } ?? wait
        return (now / grid + 1) * grid
    }

    private static let grids: [Int64] = [20, 10, 5, 2, 1].map { $0 * 1_000_000 }
}
