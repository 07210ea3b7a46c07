import Core

/// The keys in force: the table, with what the user has changed of it. Only keys of the panes can be changed: those of
/// dialogs and of lines that are typed are the same everywhere.
package struct Keys: Hashable, Sendable {
    /// A line of the user's file, as it was written.
    package struct Change: Hashable, Sendable {
        package var action: String
        package var keys: [String]
        package var line: Int

        package init(_ action: String, _ keys: [String], line: Int) {
            self.action = action
            self.keys = keys
            self.line = line
        }
    }

    /// What is wrong with a line; nothing of it holds but the keys that are right.
    package struct Mistake: Hashable, Sendable {
        package var line: Int
        package var text: String

        package init(line: Int, text: String) {
            self.line = line
            self.text = text
        }
    }

    package static let standard = Keys(Keymap.bindings(at: .panes))

    /// Without it nobody would find out.
    private static let needed: [Action] = [.quit, .palette]

    private var panes: [Binding]
    private var actions: [Key: Action]

    private init(_ panes: [Binding]) {
        self.panes = panes
        actions = Dictionary(panes.flatMap { row in row.keys.map { ($0, row.action) } }) { first, _ in first }
    }

    /// The table with changes. A key that a change gives to an action is taken from the one that the table gives it to;
    /// of two changes that give away the same key the first counts.
    package init(_ changes: [Change], mistakes: inout [Mistake]) {
        var rows = Keymap.bindings(at: .panes)
        var given: [Key: String] = [:]
        var changed: [Action: Int] = [:]
        for change in changes {
            let complain = { (text: String) in Mistake(line: change.line, text: text) }
            guard let index = rows.firstIndex(where: { "\($0.action)" == change.action }) else {
                let near = Self.action(like: change.action, in: rows).map { ", but ‘\($0)’" } ?? ""
                mistakes.append(complain("there is no action ‘\(change.action)’\(near): od help keys lists them"))
                continue
            }
            var keys: [Key] = []
            for name in change.keys {
                guard let key = Key(name: name) else {
                    mistakes.append(complain("‘\(name)’ is no key: od help keys tells how they are called"))
                    continue
                }
                if let other = given[key], other != change.action {
                    mistakes.append(complain("\(key.name) is given to ‘\(other)’ already"))
                } else if !keys.contains(key) {
                    keys.append(key)
                }
            }
            let isNeeded = keys.isEmpty && Self.needed.contains(rows[index].action)
            if isNeeded { mistakes.append(complain("‘\(change.action)’ must have a key")) }
            guard !isNeeded, !(keys.isEmpty && !change.keys.isEmpty) else { continue }
            for key in keys { given[key] = change.action }
            rows[index].keys = keys
            changed[rows[index].action] = change.line
        }
        Self.take(given, from: &rows, changed, &mistakes)
        self.init(rows)
    }

    /// The action that a name nearly says, or that does what it means: `stop` is `toggle`.
    private static func action(like name: String, in rows: [Binding]) -> String? {
        NearestName.of(name, among: rows.map { "\($0.action)" })
            ?? rows.first { $0.action.words.contains(name.lowercased()) }.map { "\($0.action)" }
    }

    /// Takes the keys that were given away from the actions that had them.
    private static func take(
        _ given: [Key: String], from rows: inout [Binding], _ changed: [Action: Int], _ mistakes: inout [Mistake]
    ) {
        for index in rows.indices where changed[rows[index].action] == nil {
            let action = "\(rows[index].action)"
            let kept = rows[index].keys.filter { given[$0] == nil }
            if kept.isEmpty, let key = rows[index].keys.first, let taker = given[key] {
                let line = changed.first { "\($0.key)" == taker }?.value ?? 0
                mistakes.append(
                    Mistake(line: line, text: "\(key.name) is the only key of ‘\(action)’: give it another"))
                if needed.contains(rows[index].action) {
                    for other in rows.indices where changed[rows[other].action] != nil {
                        rows[other].keys.removeAll { $0 == key }
                    }
                    rows[index].keys = [key]
                    continue
                }
            }
            rows[index].keys = kept
        }
    }

    /// What `key` does at a place.
    package func action(for key: Key, at place: Binding.Place) -> Action? {
        place == .panes ? actions[key] : Keymap.action(for: key, at: place)
    }

    /// The rows that have a key, in the order of help.
    package func bindings(at place: Binding.Place) -> [Binding] {
        place == .panes ? panes.filter { !$0.keys.isEmpty } : Keymap.bindings(at: place)
    }

    /// All that can be done in the panes, with and without a key.
    package var everything: [Binding] { panes }

    /// What to press for an action of the panes; where it has no key, the palette finds it.
    package func name(of action: Action) -> String {
        let keys = panes.first { $0.action == action }?.keys
        return keys?.first?.name ?? name(of: .palette)
    }
}

extension Key {
    /// Names beside those that `name` gives.
    private static let named: [String: Key] = [
        "space": " ", "enter": .enter, "return": .enter, "esc": .escape, "escape": .escape, "tab": .tab,
        "s-tab": .backTab, "backtab": .backTab, "bksp": .backspace, "backspace": .backspace, "del": .delete,
        "delete": .delete, "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
        "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown, "pagedown": .pageDown,
    ]

    /// A key by its name, as people write it: `q`, `Space`, `^F`, `ctrl-f`, `PgDn`, `F5`. nil for what is none, and for
    /// what no terminal can tell.
    package init?(name: String) {
        let scalars = Array(name.unicodeScalars)
        let lower = name.lowercased()
        if scalars.count == 1 {
            guard let key = Key(typed: scalars[0]), case .character = key else { return nil }
            self = key
        } else if let key = Self.named[lower] {
            self = key
        } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...12).contains(number) {
            self = .function(number)
        } else if let lead = ["^", "ctrl-", "c-"].first(where: { lower.hasPrefix($0) }) {
            let letters = Array(lower.dropFirst(lead.count).unicodeScalars)
            // ^I, ^M, ^J and ^H are what Tab, Enter and Backspace send.
            guard letters.count == 1, ("a"..."z").contains(letters[0]),
                let key = Key(typed: Unicode.Scalar(UInt8(letters[0].value) - 0x60))
            else { return nil }
            self = key
        } else {
            return nil
        }
    }
}
