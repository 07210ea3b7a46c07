internal import Interface

/// `od help keys`: the keys of the dashboard that are in force, by the names that `keys.toml` knows.
enum HelpKeys {
    static func text(_ keys: Keys) -> String {
        let rows = keys.everything
        let names = rows.map { "\($0.action)" }
        let pressed = rows.map { $0.keys.map(\.name).joined(separator: " ") }
        let (first, second) = (names.map(\.count).max() ?? 0, pressed.map(\.count).max() ?? 0)
        let sections = Binding.Section.allCases.map { section in
            let lines = rows.indices.filter { rows[$0].section == section }.map { index in
                "  " + pad(names[index], first) + "  " + pad(pressed[index], second) + "  " + rows[index].text
            }
            return section.rawValue.uppercased() + "\n" + lines.joined(separator: "\n")
        }
        return """
            The keys of the dashboard. Others are said in \(UserKeys.file), in $XDG_CONFIG_HOME/od (~/.config/od) or in the home:

                restart = "F5"
                down = ["j", "Down"]
                delete = []

            A key is a character, Space, Enter, Esc, Tab, S-Tab, Bksp, Del, Up, Down, Left, Right, Home, End, PgUp, PgDn,
            ^A to ^Z or F1 to F12. It is taken from the action that had it. Without a key an action is found with `:`.

            \(sections.joined(separator: "\n\n"))

            """
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
