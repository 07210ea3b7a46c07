package import Core

/// A message in the line above the footer.
package struct Toast: Hashable, Sendable {
    /// Its colour, and how long it stays.
    package enum Weight: Hashable, Sendable { case info, success, warning, error }

    package var weight: Weight
    package var text: String
    /// The command line that does the same, or that helps.
    package var command: String?
    /// When it goes by itself; an error stays until Esc.
    package var until: Instant?

    init(_ weight: Weight, _ text: String, command: String? = nil, at now: Instant) {
        self.weight = weight
        self.text = text
        self.command = command
        until = weight.duration.map { now.advanced(byMilliseconds: $0) }
    }
}

extension Toast.Weight {
    /// Milliseconds on the screen.
    fileprivate var duration: Int? {
        switch self {
        case .info, .success: 4000
        case .warning: 8000
        case .error: nil
        }
    }
}
