import Core

/// Tells whoever follows a log that it was emptied: after all that was before, as far as he has read.
struct EmptyingWatch {
    private let path: String
    private let growth: LogGrowth
    private var told: UInt64

    /// - Parameter growth: what was emptied until now is nothing new.
    init(_ path: String, _ growth: LogGrowth) {
        (self.path, self.growth) = (path, growth)
        told = growth.emptied(path)
    }

    /// Where the log begins since it was emptied, once the reader has come there; nil when that was told already.
    mutating func news(at position: UInt64) -> UInt64? {
        let emptied = growth.emptied(path)
        guard emptied > told, position >= emptied else { return nil }
        told = emptied
        return emptied
    }
}
