/// What a theme says about one role.
package struct Colors: Hashable, Sendable {
    package var foreground: Color
    package var background: Color
    /// Added to the attributes of the style.
    package var attributes: Style.Attributes

    package init(
        _ foreground: Color = .standard, on background: Color = .standard, _ attributes: Style.Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// Colours for every role.
package struct Theme: Hashable, Sendable {
    package let name: String
    /// What the terminal's own colours are taken to be when contrast is reckoned; they are never set.
    package let foreground: RGB
    package let background: RGB
    private let colors: [Colors]

    package init(name: String, foreground: RGB, background: RGB, colors: (Role) -> Colors) {
        self.name = name
        self.foreground = foreground
        self.background = background
        self.colors = Role.allCases.map(colors)
    }

    /// The colours of a role.
    package subscript(role: Role) -> Colors { colors[Int(role.rawValue)] }

    /// Whether it is for light ground.
    package var isLight: Bool { background.luminance > foreground.luminance }
}

/// A style as the terminal shows it: colours that it has, and attributes.
package struct Pen: Hashable, Sendable {
    package var foreground: Color
    package var background: Color
    package var attributes: Style.Attributes

    package init(
        foreground: Color = .standard, background: Color = .standard, attributes: Style.Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    package static let plain = Pen()
}

/// The pens of a theme at a depth, reckoned once; what a backend holds.
package struct Pens: Hashable, Sendable {
    private let pens: [Pen]

    package init(_ theme: Theme, depth: ColorDepth) {
        pens = Role.allCases.map { Self.pen($0, theme, depth) }
    }

    /// What a style is drawn with.
    package subscript(style: Style) -> Pen {
        var pen = pens[Int(style.role.rawValue)]
        pen.attributes.formUnion(style.attributes)
        return pen
    }

    private static func pen(_ role: Role, _ theme: Theme, _ depth: ColorDepth) -> Pen {
        guard depth > .none else { return Pen(attributes: role.plainAttributes) }
        let colors = theme[role]
        let ground = mapped(colors.background, against: theme.foreground, contrast: 1, depth)
        let behind = shown(ground.color) ?? theme.background
        let front = mapped(colors.foreground, against: behind, contrast: role.minimumContrast, depth)
        let attributes = front.bright ? colors.attributes.union(.bold) : colors.attributes
        return Pen(foreground: front.color, background: ground.color, attributes: attributes)
    }

    /// The colour of the terminal that comes nearest, and whether bold must make it bright.
    private static func mapped(
        _ color: Color, against background: RGB, contrast: Double, _ depth: ColorDepth
    ) -> (color: Color, bright: Bool) {
        if case .palette(let index) = color, index < 16 {
            return depth == .eight && index >= 8 ? (.palette(index - 8), true) : (color, false)
        }
        guard depth < .full, let rgb = shown(color) else { return (color, false) }
        // The first sixteen are left out where there are more: nobody knows what the user has made of them.
        let candidates = depth == .palette ? 16..<256 : depth == .sixteen ? 0..<16 : 0..<8
        return (.palette(Palette.nearest(to: rgb, in: candidates, against: background, contrast: contrast)), false)
    }

    /// What a colour looks like, nil for the terminal's own.
    private static func shown(_ color: Color) -> RGB? {
        switch color {
        case .standard: nil
        case .palette(let index): Palette.colors[Int(index)]
        case .rgb(let rgb): rgb
        }
    }
}
