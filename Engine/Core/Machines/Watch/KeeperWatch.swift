// Whether the keeper is there, not only alive.
//
//              heard                     tick, for the fourth time in a row without a word
//     silent ────────> heard of ───────────────────────────────────────────────────> hangs, and is silent again
//
// Ticks are counted, not time: a machine that was suspended has had one tick, not many, and so has an engine that was
// held up itself.

/// Says when a keeper hangs, by the pulses that it sends on its own. One that was never heard is not judged: older ones
/// send none.
package struct KeeperWatch: Hashable, Sendable {
    /// Ticks in a row without a pulse that are forgiven.
    package static let silentMost = 3

    /// Since the last pulse; nil before the first.
    private var silent: Int?

    package init() {}

    /// It has sent a pulse.
    package mutating func heard() {
        silent = 0
    }

    /// A tick has come: true when the keeper hangs. What follows it is judged anew.
    package mutating func tick() -> Bool {
        guard let silent else { return false }
        guard silent < Self.silentMost else {
            self.silent = nil
            return true
        }
        self.silent = silent + 1
        return false
    }
}
