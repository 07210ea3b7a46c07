import Themes

/// What a health check says, in a few words with a mark of its own.
package enum HealthBadge: Hashable, Sendable {
    /// No check has ended yet.
    case unknown
    /// The last one passed, after so many milliseconds.
    case passing(milliseconds: Int)
    /// So many in a row failed; with `limit` the instance counts as ill.
    case failing(count: Int, limit: Int)
    /// It counts as ill.
    case failed

    /// `✔ healthy 3ms`, `▲ failing 2 of 3`
    package func text(_ glyphs: Glyphs) -> StyledText {
        switch self {
        case .unknown: StyledText("\(glyphs.waiting) unknown", .waiting)
        case .passing(let time):
            StyledText("\(glyphs.check) healthy", .success)
                + StyledText(" " + Format.elapsed(milliseconds: time), .dim)
        case .failing(let count, let limit):
            StyledText("\(glyphs.warning) failing", .warning) + StyledText(" \(count) of \(limit)", .dim)
        case .failed: StyledText("\(glyphs.cross) unhealthy", .error)
        }
    }
}
