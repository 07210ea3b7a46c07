extension Theme {
    /// In the manner of palettes that people carry from program to program. Their quiet colours are made as strong as
    /// reading asks for: a comment in an editor may be pale, the age of a process may not.
    static let loved: [Theme] = [
        loved(
            "nord", 0xD8DEE9, on: 0x2E3440, dim: 0xA3AEC2, frame: 0x7B88A1, accent: 0x88C0D0,
            [0xBF616A, 0xA3BE8C, 0xEBCB8B, 0x81A1C1, 0xB48EAD, 0x8FBCBB], selection: 0x434C5E),
        loved(
            "gruvbox", 0xEBDBB2, on: 0x282828, dim: 0xBDAE93, frame: 0x928374, accent: 0xFE8019,
            [0xFB4934, 0xB8BB26, 0xFABD2F, 0x83A598, 0xD3869B, 0x8EC07C], selection: 0x504945),
        loved(
            "dracula", 0xF8F8F2, on: 0x282A36, dim: 0xB4BAD6, frame: 0x7C89BC, accent: 0xBD93F9,
            [0xFF5555, 0x50FA7B, 0xF1FA8C, 0xA4B5FF, 0xFF79C6, 0x8BE9FD], selection: 0x44475A),
        loved(
            "solarized", 0xC3CDCD, on: 0x002B36, dim: 0x93A1A1, frame: 0x657B83, accent: 0x2AA198,
            [0xDC322F, 0x859900, 0xB58900, 0x268BD2, 0xD33682, 0x2AA198], selection: 0x0E4A5A),
        loved(
            "solarized-light", 0x073642, on: 0xFDF6E3, dim: 0x586E75, frame: 0x839496, accent: 0x268BD2,
            [0xDC322F, 0x859900, 0xB58900, 0x268BD2, 0xD33682, 0x2AA198], selection: 0xE2DABF),
        loved(
            "catppuccin", 0xCDD6F4, on: 0x1E1E2E, dim: 0xA6ADC8, frame: 0x7F849C, accent: 0xCBA6F7,
            [0xF38BA8, 0xA6E3A1, 0xF9E2AF, 0x89B4FA, 0xF5C2E7, 0x94E2D5], selection: 0x45475A),
        loved(
            "tokyo-night", 0xC0CAF5, on: 0x1A1B26, dim: 0xA9B1D6, frame: 0x737AA2, accent: 0x7AA2F7,
            [0xF7768E, 0x9ECE6A, 0xE0AF68, 0x7AA2F7, 0xBB9AF7, 0x7DCFFF], selection: 0x33467C),
    ]

    /// `hues` are red, green, yellow, blue, magenta and cyan.
    private static func loved(
        _ name: String, _ foreground: UInt32, on background: UInt32, dim: UInt32, frame: UInt32, accent: UInt32,
        _ hues: [UInt32], selection: UInt32
    ) -> Theme {
        let (text, ground, marked) = (RGB(foreground), RGB(background), RGB(selection))
        func strong(_ color: UInt32, _ contrast: Double = 4.6) -> RGB {
            RGB(color).mixed(with: text, untilContrast: contrast, on: ground)
        }
        let hues = hues.map { strong($0) }
        let front = text.mixed(with: ground.opposite, untilContrast: 4.6, on: marked)
        return Theme(
            name: name, foreground: text, background: ground,
            hues: Hues(
                dim: Colors(.rgb(strong(dim))), frame: .rgb(strong(frame, 3.1)), accent: .rgb(strong(accent)),
                red: .rgb(hues[0]), green: .rgb(hues[1]), yellow: .rgb(hues[2]), blue: .rgb(hues[3]),
                magenta: .rgb(hues[4]), cyan: .rgb(hues[5]),
                selection: Colors(.rgb(front), on: .rgb(marked), .bold),
                selectionUnfocused: Colors(.rgb(front), on: .rgb(marked)),
                match: Colors(.rgb(ground), on: .rgb(hues[2])),
                chosen: Colors(.rgb(ground), on: .rgb(strong(accent)), .bold)))
    }
}

extension RGB {
    /// As little of `other` as gives this contrast on `ground`; `other` itself when no mixture does.
    func mixed(with other: RGB, untilContrast contrast: Double, on ground: RGB) -> RGB {
        func mix(_ a: UInt8, _ b: UInt8, _ part: Int) -> UInt8 { UInt8((Int(a) * (16 - part) + Int(b) * part) / 16) }
        for part in 0..<16 {
            let color = RGB(
                red: mix(red, other.red, part), green: mix(green, other.green, part), blue: mix(blue, other.blue, part))
            if color.contrast(with: ground) >= contrast { return color }
        }
        return other
    }

    /// White on dark ground, black on light ground.
    var opposite: RGB { luminance > 0.18 ? RGB(0x000000) : RGB(0xFFFFFF) }

    /// What `OSC 11` brings back: `rgb:1e1e/1e1e/1e1e`, with one to four digits a channel; nil for anything else.
    package init?(answer: some StringProtocol) {
        guard answer.hasPrefix("rgb:") else { return nil }
        let parts = answer.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false)
        let levels = parts.compactMap { part -> UInt8? in
            guard (1...4).contains(part.count), let value = Int(part, radix: 16), value >= 0 else { return nil }
            return UInt8(value * 255 / ((1 << (4 * part.count)) - 1))
        }
        guard parts.count == 3, levels.count == 3 else { return nil }
        self.init(red: levels[0], green: levels[1], blue: levels[2])
    }
}
