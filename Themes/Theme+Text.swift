/// Themes as users write them: a table of texts, of which all may be left out.
///
///     inherits = "dark"
///     background = "#101418"
///     accent = "#ffb454 bold"
///     selection = "black on yellow"
extension Theme {
    /// What cannot be understood, and where.
    package struct Mistake: Error, Hashable {
        /// Nil when it is about the theme as a whole.
        package var key: String?
        package var why: String

        package init(key: String? = nil, why: String) {
            self.key = key
            self.why = why
        }
    }

    /// Keys beside the names of the roles.
    package static let inherits = "inherits"

    /// Makes a theme of `values`; what they leave out is taken from the theme that they inherit, else from `dark`.
    ///
    /// - Parameter known: where the inherited theme is looked for.
    package init(name: String, values: [String: String], known: [Theme]) throws(Mistake) {
        var base = Theme.dark
        if let parent = values[Self.inherits] {
            guard let found = known.first(where: { $0.name == parent }) else {
                throw Mistake(key: Self.inherits, why: "there is no theme ‘\(parent)’")
            }
            base = found
        }
        var (foreground, background) = (base.foreground, base.background)
        var changed: [Role: Colors] = [:]
        for (key, text) in values.sorted(by: { $0.key < $1.key }) where key != Self.inherits {
            if key == "foreground" || key == "background" {
                guard case .rgb(let color)? = Color(text) else {
                    throw Mistake(key: key, why: "‘\(text)’ is not of the form #rrggbb")
                }
                if key == "foreground" { foreground = color } else { background = color }
            } else if let role = Role(name: key) {
                changed[role] = try Colors(text, of: key)
            } else {
                throw Mistake(key: key, why: "there is no role ‘\(key)’")
            }
        }
        self.init(name: name, foreground: foreground, background: background) { changed[$0] ?? base[$0] }
    }
}

extension Role {
    /// By its name in files: `errored`, `frameFocused`.
    init?(name: String) {
        guard let role = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = role
    }
}

extension Colors {
    /// `COLOUR`, `COLOUR on COLOUR`, and attributes behind: `bold`, `underline`, `reverse`, `dim`.
    fileprivate init(_ text: String, of key: String) throws(Theme.Mistake) {
        self.init()
        var isGround = false
        for word in text.split(separator: " ").map(String.init) {
            if let attribute = Style.Attributes(word) {
                attributes.formUnion(attribute)
            } else if word == "on" {
                isGround = true
            } else if let color = Color(word) {
                if isGround { background = color } else { foreground = color }
            } else {
                throw Theme.Mistake(
                    key: key, why: "‘\(word)’ is no colour (#rrggbb, 0-255, red, bright-red, default) and no attribute")
            }
        }
    }
}

extension Style.Attributes {
    fileprivate init?(_ word: String) {
        switch word {
        case "bold": self = .bold
        case "underline": self = .underline
        case "reverse": self = .reverse
        case "dim": self = .dim
        default: return nil
        }
    }
}

extension Color {
    private static let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

    /// `#rrggbb`, a number of the palette, the name of one of the sixteen, or `default`.
    init?(_ text: String) {
        if text == "default" {
            self = .standard
        } else if text.hasPrefix("#") {
            guard text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16) else { return nil }
            self = .rgb(RGB(value))
        } else if let number = UInt8(text) {
            self = .palette(number)
        } else if let index = Self.names.firstIndex(of: text) {
            self = .palette(UInt8(index))
        } else if text.hasPrefix("bright-"), let index = Self.names.firstIndex(of: String(text.dropFirst(7))) {
            self = .palette(UInt8(index + 8))
        } else {
            return nil
        }
    }
}
