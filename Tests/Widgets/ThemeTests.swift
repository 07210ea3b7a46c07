import Testing
import Themes

@Suite struct ThemeTests {
    static let coloured = Theme.builtIns.filter { !["terminal", "mono"].contains($0.name) }

    static func shown(_ color: Color, or standard: RGB) -> RGB {
        switch color {
        case .standard: standard
        case .palette(let index): Palette.colors[Int(index)]
        case .rgb(let rgb): rgb
        }
    }

    @Test(arguments: coloured, [ColorDepth.full, .palette])
    func everyRoleIsReadable(theme: Theme, depth: ColorDepth) {
        let pens = Pens(theme, depth: depth)
        for role in Role.allCases {
            let pen = pens[Style(role)]
            let ground = Self.shown(pen.background, or: theme.background)
            let ratio = Self.shown(pen.foreground, or: theme.foreground).contrast(with: ground)
            #expect(ratio >= role.minimumContrast, "\(theme.name) \(role) \(ratio)")
        }
    }

    /// The sixteen are the user's, so this holds for xterm's.
    @Test(arguments: coloured, [ColorDepth.sixteen, .eight])
    func fewColoursAreNeverOnTheirOwnGround(theme: Theme, depth: ColorDepth) {
        let pens = Pens(theme, depth: depth)
        for role in Role.allCases {
            let pen = pens[Style(role)]
            let ground = Self.shown(pen.background, or: theme.background)
            let ratio = Self.shown(pen.foreground, or: theme.foreground).contrast(with: ground)
            #expect(ratio >= 3, "\(theme.name) \(role) \(ratio)")
        }
    }

    @Test(arguments: Theme.builtIns, ColorDepth.allCases)
    func onlyColoursOfTheDepth(theme: Theme, depth: ColorDepth) {
        let pens = Pens(theme, depth: depth)
        for role in Role.allCases {
            for color in [pens[Style(role)].foreground, pens[Style(role)].background] {
                switch color {
                case .standard: break
                case .palette(let index):
                    #expect(depth != .none && (depth >= .palette || index < (depth == .eight ? 8 : 16)))
                case .rgb: #expect(depth == .full)
                }
            }
        }
    }

    /// What is hard to read elsewhere is not here.
    @Test func highContrastIsHigh() {
        for role in Role.allCases {
            let pen = Pens(.contrast, depth: .full)[Style(role)]
            let ground = Self.shown(pen.background, or: Theme.contrast.background)
            #expect(Self.shown(pen.foreground, or: Theme.contrast.foreground).contrast(with: ground) >= 7, "\(role)")
        }
    }

    @Test func theGroundIsTheTerminals() {
        for theme in Theme.builtIns {
            let own = Role.allCases.filter { theme[$0].background != .standard }
            #expect(Set(own).isSubset(of: [.selection, .selectionUnfocused, .match, .buttonChosen]))
        }
    }

    @Test func theTerminalThemeHasTheSixteenOnly() {
        for role in Role.allCases {
            for color in [Theme.terminal[role].foreground, Theme.terminal[role].background] {
                guard color != .standard else { continue }
                guard case .palette(0..<16) = color else {
                    Issue.record("\(role) \(color)")
                    continue
                }
            }
        }
    }

    /// Where there are no colours, what must be told apart still is.
    @Test func withoutColours() {
        for pens in [Pens(.dark, depth: .none), Pens(.mono, depth: .full)] {
            #expect(pens[Style(.selection)] != pens[Style(.text)])
            #expect(pens[Style(.selection)] != pens[Style(.selectionUnfocused)])
            #expect(pens[Style(.frame)] != pens[Style(.frameFocused)])
            #expect(pens[Style(.button)] != pens[Style(.buttonChosen)])
            #expect(pens[Style(.match)] != pens[Style(.text)])
            #expect(
                Role.allCases.allSatisfy {
                    pens[Style($0)].foreground == .standard && pens[Style($0)].background == .standard
                })
        }
    }

    @Test func attributesAreAdded() {
        let pens = Pens(.dark, depth: .full)
        #expect(pens[Style(.heading, .underline)].attributes == [.bold, .underline])
        #expect(pens[.text] == .plain)
    }

    @Test func brightColoursAreBoldOnEight() {
        let theme = Theme(
            name: "x", foreground: RGB(0xFFFFFF), background: RGB(0),
            colors: { _ in Colors(.palette(12), on: .palette(3)) })
        let pen = Pens(theme, depth: .eight)[.text]
        #expect(pen == Pen(foreground: .palette(4), background: .palette(3), attributes: .bold))
        #expect(Pens(theme, depth: .sixteen)[.text].foreground == .palette(12))
        let high = Theme(
            name: "x", foreground: RGB(0xFFFFFF), background: RGB(0), colors: { _ in Colors(.palette(208)) })
        #expect(Pens(high, depth: .eight)[.text].foreground == .palette(3))
        #expect(Pens(high, depth: .palette)[.text].foreground == .palette(208))
    }

    @Test func builtInNamesAreDistinct() {
        let names = Theme.builtIns.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.first == "dark")
        #expect(names.count >= 10)
        #expect(Theme.dark.foreground.contrast(with: Theme.dark.background) > 7)
    }
}

@Suite struct ColorTests {
    /// The examples of WCAG 2.1 and of its common calculators.
    @Test(
        arguments: [
            (0x000000, 0xFFFFFF, 21.0), (0xFFFFFF, 0xFFFFFF, 1.0), (0x777777, 0xFFFFFF, 4.48),
            (0x0000FF, 0xFFFFFF, 8.59),
            (0xFF0000, 0xFFFFFF, 4.0), (0x767676, 0xFFFFFF, 4.54),
        ] as [(UInt32, UInt32, Double)])
    func contrast(a: UInt32, b: UInt32, ratio: Double) {
        #expect((RGB(a).contrast(with: RGB(b)) - ratio).magnitude < 0.01)
        #expect(RGB(a).contrast(with: RGB(b)) == RGB(b).contrast(with: RGB(a)))
    }

    @Test func thePaletteIsXterms() {
        #expect(Palette.colors.count == 256)
        #expect(Palette.colors[16] == RGB(0x000000))
        #expect(Palette.colors[208] == RGB(0xFF8700))
        #expect(Palette.colors[231] == RGB(0xFFFFFF))
        #expect(Palette.colors[232] == RGB(0x080808))
        #expect(Palette.colors[255] == RGB(0xEEEEEE))
    }

    @Test func nearest() {
        let black = RGB(0)
        #expect(Palette.nearest(to: RGB(0xFF8700), in: 16..<256, against: black, contrast: 1) == 208)
        #expect(Palette.nearest(to: RGB(0x0000EE), in: 0..<16, against: black, contrast: 1) == 4)
        #expect(Palette.nearest(to: RGB(0x0000EE), in: 0..<16, against: black, contrast: 3) == 12)
        #expect(Palette.nearest(to: RGB(0x111111), in: 0..<1, against: black, contrast: 21) == 0)
        #expect(Palette.nearest(to: RGB(0x111111), in: 0..<0, against: black, contrast: 1) == 0)
    }

    @Test(
        arguments: [
            ("1", "truecolor", "xterm-256color", .none), ("", "truecolor", "xterm-256color", .full),
            (nil, "24bit", "tmux-256color", .full), (nil, nil, "xterm-256color", .palette),
            (nil, "yes", "screen-256color", .palette),
            (nil, "truecolor", "linux", .eight), (nil, nil, "linux", .eight), (nil, nil, "xterm", .eight),
            (nil, nil, "xterm-16color", .sixteen),
            (nil, nil, "vt100", .none), (nil, "truecolor", "vt220", .none), (nil, nil, "dumb", .none),
            (nil, nil, nil, .none), (nil, nil, "", .none),
            (nil, nil, "xterm-direct", .full), (nil, nil, "xterm-kitty", .full), (nil, nil, "alacritty", .palette),
            (nil, nil, "vte-256color", .palette),
            (nil, "truecolor", "alacritty", .full),
        ] as [(String?, String?, String?, ColorDepth)])
    func depth(noColor: String?, colorTerm: String?, term: String?, depth: ColorDepth) {
        #expect(ColorDepth(noColor: noColor, colorTerm: colorTerm, term: term) == depth)
    }
}
