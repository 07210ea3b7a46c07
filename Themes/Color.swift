/// A colour in 24 bits, sRGB.
package struct RGB: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `0xRRGGBB`.
    package init(_ hex: UInt32) {
        self.init(
            red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
            blue: UInt8(truncatingIfNeeded: hex))
    }

    /// How unlike two colours look: squared distance, weighted by what the eye sees best ("redmean").
    package func distance(to other: RGB) -> Int {
        let mean = (Int(red) + Int(other.red)) / 2
        let (r, g, b) = (Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue))
        return ((512 + mean) * r * r) / 256 + 4 * g * g + ((767 - mean) * b * b) / 256
    }
}

/// A colour as a theme names it.
package enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background: the user's choice is left alone.
    case standard
    /// One of the 256 of the terminal's palette; the first sixteen are the user's.
    case palette(UInt8)
    case rgb(RGB)
}

/// How many colours the terminal shows.
package enum ColorDepth: Int, Comparable, Sendable, CaseIterable {
    /// Attributes only.
    case none
    case eight, sixteen, palette, full

    package static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }

    /// What the environment promises: the values of `NO_COLOR`, `COLORTERM` and `TERM`, nil where not set.
    ///
    /// 24-bit only when COLORTERM says so and TERM is of a family that can do it: ssh and sudo carry COLORTERM into
    /// places where it is not true.
    package init(noColor: String?, colorTerm: String?, term: String?) {
        let term = term ?? ""
        let family = ["xterm", "tmux", "screen", "alacritty", "foot", "wezterm", "rxvt", "st-", "konsole", "vte"]
        let old = ["vt1", "vt2", "vt3", "vt4", "vt5"]
        if term.isEmpty || term == "dumb" || old.contains(where: term.hasPrefix) || !(noColor ?? "").isEmpty {
            self = .none
        } else if Self.isDirect(term) {
            self = .full
        } else if ["truecolor", "24bit"].contains(colorTerm), family.contains(where: term.hasPrefix) {
            self = .full
        } else if term.hasSuffix("-256color") || ["alacritty", "foot", "xterm-ghostty"].contains(term) {
            self = .palette
        } else if term.hasSuffix("-16color") {
            self = .sixteen
        } else {
            self = .eight
        }
    }

    /// terminfo's own names for terminals with 24-bit colour, and kitty, which has no other kind.
    private static func isDirect(_ term: String) -> Bool { term.hasSuffix("-direct") || term == "xterm-kitty" }
}
