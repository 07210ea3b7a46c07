import Core

/// Chance: how long things take, and which of two ways they go.
struct Dice {
    var random: SplitMix64
    /// Everything takes its shortest time, for stories that people read.
    var isSteady = false

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Int {
        isSteady ? range.lowerBound : .random(in: range, using: &random)
    }

    mutating func coin() -> Bool { isSteady ? false : .random(using: &random) }
}
