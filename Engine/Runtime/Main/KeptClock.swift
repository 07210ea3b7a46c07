import CKernel

/// Whether somebody keeps the machine's clock right, by what the kernel was told (adjtimex(2)).
package struct KeptClock: Hashable, Sendable {
    package var isKept: Bool
    /// By how much it may be wrong, microseconds; means nothing when nobody keeps it.
    package var error: Int64

    package init(isKept: Bool, error: Int64) {
        self.isKept = isKept
        self.error = error
    }

    /// nil where the kernel does not say.
    package static var ofThisMachine: KeptClock? {
        var error: Int64 = 0
        let kept = od_clock_is_kept(&error)
        return kept < 0 ? nil : KeptClock(isKept: kept == 1, error: error)
    }
}
