extension RGB {
    /// Relative luminance by WCAG 2.1: 0 is black, 1 is white.
    package var luminance: Double {
        0.2126 * Self.linear[Int(red)] + 0.7152 * Self.linear[Int(green)] + 0.0722 * Self.linear[Int(blue)]
    }

    /// Contrast ratio by WCAG 2.1, from 1 to 21.
    package func contrast(with other: RGB) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// The light that each of the 256 levels of a channel stands for.
    private static let linear: [Double] = (0...255).map { level in
        let value = Double(level) / 255
        guard value > 0.04045 else { return value / 12.92 }
        // x^2.4 = x² · (x²)^(1/5); the fifth root by Newton's method, so that nothing but the standard library is needed.
        let base = (value + 0.055) / 1.055
        let square = base * base
        var root = 1.0
        for _ in 0..<40 { root -= (root - square / (root * root * root * root)) / 5 }
        return square * root
    }
}

extension Role {
    /// The contrast that a theme owes to this role: 4.5 for what is read, 3 for lines and graphs (WCAG 1.4.3, 1.4.11).
    package var minimumContrast: Double {
        switch self {
        case .frame, .frameFocused, .graphLow, .graphMiddle, .graphHigh: 3
        default: 4.5
        }
    }
}
