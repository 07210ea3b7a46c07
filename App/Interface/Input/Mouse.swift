/// What the mouse did, and where: columns and rows from 0.
package struct Mouse: Hashable, Sendable {
    /// What was done with it.
    package enum Kind: Hashable, Sendable { case press, drag, release, wheelUp, wheelDown }

    package var kind: Kind
    package var x: Int
    package var y: Int

    package init(_ kind: Kind, x: Int, y: Int) {
        self.kind = kind
        self.x = x
        self.y = y
    }

    /// A report in the coding of xterm's mode 1006: `<0;12;5M`, places from 1. nil for what the dashboard has no use
    /// for: other buttons, movements without one.
    init?(report: String) {
        guard report.first == "<", let last = report.last, "Mm".contains(last) else { return nil }
        let numbers = report.dropFirst().dropLast().split(separator: ";").compactMap { Int($0) }
        guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
        // Shift, Alt and Control are 4, 8 and 16.
        switch (numbers[0] & ~28, last) {
        case (0, "M"): kind = .press
        case (0, "m"): kind = .release
        // A movement with the button held is 32.
        case (32, "M"): kind = .drag
        case (64, "M"): kind = .wheelUp
        case (65, "M"): kind = .wheelDown
        default: return nil
        }
        (x, y) = (numbers[1] - 1, numbers[2] - 1)
    }
}
