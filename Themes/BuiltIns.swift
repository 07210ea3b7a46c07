extension Theme {
    /// The themes that come with the product; the first is the default.
    package static let builtIns: [Theme] = [dark, light] + loved + [contrast, terminal, mono]

    /// For light text on dark ground. The assumed ground is a rather light one: on a darker one contrast only grows.
    package static let dark = Theme(
        name: "dark", foreground: RGB(0xD8DEE9), background: RGB(0x1E1E1E),
        hues: Hues(
            dim: Colors(.rgb(RGB(0x9AA5B8))), frame: .rgb(RGB(0x6C788E)), accent: .rgb(RGB(0x7AA2F7)),
            red: .rgb(RGB(0xFF7B85)), green: .rgb(RGB(0x87D37C)), yellow: .rgb(RGB(0xE5C07B)),
            blue: .rgb(RGB(0x82AAFF)), magenta: .rgb(RGB(0xD6A2F0)), cyan: .rgb(RGB(0x6FD3D9)),
            selection: Colors(.rgb(RGB(0xFFFFFF)), on: .rgb(RGB(0x2F4F8F))),
            selectionUnfocused: Colors(.rgb(RGB(0xE4E8EF)), on: .rgb(RGB(0x3A4150))),
            match: Colors(.rgb(RGB(0x1E1E1E)), on: .rgb(RGB(0xE5C07B))),
            chosen: Colors(.rgb(RGB(0x16181D)), on: .rgb(RGB(0x7AA2F7)), .bold)))

    /// For dark text on light ground.
    package static let light = Theme(
        name: "light", foreground: RGB(0x24292F), background: RGB(0xF5F5F5),
        hues: Hues(
            dim: Colors(.rgb(RGB(0x57606A))), frame: .rgb(RGB(0x818B98)), accent: .rgb(RGB(0x0550AE)),
            red: .rgb(RGB(0xB3202A)), green: .rgb(RGB(0x116329)), yellow: .rgb(RGB(0x7A4E00)),
            blue: .rgb(RGB(0x0A52B5)), magenta: .rgb(RGB(0x7A3AAF)), cyan: .rgb(RGB(0x0B5F6B)),
            selection: Colors(.rgb(RGB(0xFFFFFF)), on: .rgb(RGB(0x0550AE))),
            selectionUnfocused: Colors(.rgb(RGB(0x24292F)), on: .rgb(RGB(0xD0D7DE))),
            match: Colors(.rgb(RGB(0x24292F)), on: .rgb(RGB(0xF2CC60))),
            chosen: Colors(.rgb(RGB(0xFFFFFF)), on: .rgb(RGB(0x0550AE)), .bold)))

    /// Black on white is 21; nothing here is below 7.
    package static let contrast = Theme(
        name: "contrast", foreground: RGB(0xFFFFFF), background: RGB(0x000000),
        hues: Hues(
            dim: Colors(.rgb(RGB(0xD0D0D0))), frame: .rgb(RGB(0xB8B8B8)), accent: .rgb(RGB(0x7FDBFF)),
            red: .rgb(RGB(0xFF9A9A)), green: .rgb(RGB(0x7CFF7C)), yellow: .rgb(RGB(0xFFE45C)),
            blue: .rgb(RGB(0xA9C8FF)), magenta: .rgb(RGB(0xFFA8FF)), cyan: .rgb(RGB(0x6FFFFF)),
            selection: Colors(.rgb(RGB(0x000000)), on: .rgb(RGB(0xFFE45C)), .bold),
            selectionUnfocused: Colors(.rgb(RGB(0xFFFFFF)), on: .rgb(RGB(0x333333)), .underline),
            match: Colors(.rgb(RGB(0x000000)), on: .rgb(RGB(0x6FFFFF)), .bold),
            chosen: Colors(.rgb(RGB(0x000000)), on: .rgb(RGB(0xFFFFFF)), .bold)))

    /// Only the sixteen colours that the user has chosen for his terminal. Grey is left out (in some palettes it is the
    /// background), and so is blue on the plain ground (in most it is too dark).
    package static let terminal = Theme(
        name: "terminal", foreground: RGB(0xE5E5E5), background: RGB(0x000000),
        hues: Hues(
            dim: Colors(.standard, .dim), frame: .standard, accent: .palette(6),
            red: .palette(1), green: .palette(2), yellow: .palette(3),
            blue: .palette(4), magenta: .palette(5), cyan: .palette(6),
            selection: Colors(.standard, .reverse), selectionUnfocused: Colors(.standard, .underline),
            match: Colors(.palette(0), on: .palette(3)), chosen: Colors(.standard, [.reverse, .bold])))

    /// Attributes only, at any depth.
    package static let mono = Theme(
        name: "mono", foreground: RGB(0xE5E5E5), background: RGB(0x000000),
        colors: { Colors(.standard, $0.plainAttributes) })
}

/// The few colours of which a theme is made.
struct Hues {
    var dim: Colors
    var frame, accent, red, green, yellow, blue, magenta, cyan: Color
    var selection, selectionUnfocused, match, chosen: Colors

    func colors(of role: Role) -> Colors {
        switch role {
        case .text, .dialog, .button: Colors()
        case .dim, .stopped: dim
        case .accent: Colors(accent)
        case .heading: Colors(.standard, .bold)
        case .key: Colors(accent, .bold)
        case .frame: Colors(frame)
        case .frameFocused: Colors(accent)
        case .selection: selection
        case .selectionUnfocused: selectionUnfocused
        case .online, .success, .graphLow, .logGreen: Colors(green)
        case .starting, .info, .logCyan: Colors(cyan)
        case .waiting, .warning, .graphMiddle, .logYellow: Colors(yellow)
        case .stopping, .logMagenta: Colors(magenta)
        case .errored, .error: Colors(red, .bold)
        case .graphHigh, .logRed: Colors(red)
        case .logBlue: Colors(blue)
        case .match: match
        case .buttonChosen: chosen
        }
    }
}

extension Theme {
    init(name: String, foreground: RGB, background: RGB, hues: Hues) {
        self.init(name: name, foreground: foreground, background: background, colors: hues.colors)
    }
}

extension Role {
    /// How the role is told from others where there are no colours.
    package var plainAttributes: Style.Attributes {
        switch self {
        case .heading, .frameFocused, .key, .accent, .errored, .error, .warning: .bold
        case .selection, .match, .buttonChosen: .reverse
        case .selectionUnfocused: .underline
        default: []
        }
    }
}
