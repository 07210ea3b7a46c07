package import Themes

/// Which colours the dashboard has: a theme by name, or the one that suits the terminal.
package struct Look: Hashable, Sendable {
    /// The name that stands for "dark or light, as the terminal is".
    package static let automatic = "auto"

    /// Those that come with the product, and the user's.
    package var themes: [Theme]
    /// What is wrong with the user's themes that cannot be had, by name.
    package internal(set) var broken: [String: String]
    package internal(set) var chosen = Self.automatic
    /// The one that is tried out in the picker.
    package internal(set) var tried: String?
    /// The terminal's background, as far as it told.
    package internal(set) var ground: RGB?

    package init(themes: [Theme] = Theme.builtIns, broken: [String: String] = [:]) {
        self.themes = themes
        self.broken = broken
    }

    package var theme: Theme { theme(named: tried ?? chosen) }

    /// A theme that is gone, like one of a file that was removed, is as if none had been chosen.
    func theme(named name: String) -> Theme {
        let isLight = ground.map { $0.contrast(with: RGB(0x000000)) > $0.contrast(with: RGB(0xFFFFFF)) } ?? false
        return themes.first { $0.name == name } ?? (isLight ? .light : .dark)
    }

    /// Every name that can be chosen.
    package var names: [String] { [Self.automatic] + themes.map(\.name) }
}
