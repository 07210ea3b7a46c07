internal import Engine
import Interface

/// The user's own keys: `keys.toml` in one of his folders.
///
///     restart = "F5"
///     down = ["j", "Down"]
///     delete = []                # no key: the palette still has it
enum UserKeys {
    static let file = "keys.toml"

    /// The keys in force, and what is wrong with the file, each with its line. Without a file the keys are the table's;
    /// of several files the first counts.
    static func load(from folders: [String]) -> (keys: Keys, mistakes: [String]) {
        for folder in folders {
            switch Preferences.read(folder + "/" + file) {
            case .success(nil): continue
            case .success(let bytes?): return read(String(decoding: bytes, as: UTF8.self))
            case .failure(let error): return (.standard, ["\(file): \(error.text)"])
            }
        }
        return (.standard, [])
    }

    private static func read(_ text: String) -> (keys: Keys, mistakes: [String]) {
        let entries: [ConfigPair]
        do throws(ConfigProblem) {
            entries = try UserTable.entries(of: text)
        } catch {
            return (.standard, [error.line(file: file)])
        }
        var (changes, mistakes) = ([Keys.Change](), [Keys.Mistake]())
        for entry in entries {
            if let names = names(entry.node) {
                changes.append(Keys.Change(entry.key, names, line: entry.mark.line))
            } else {
                let text = "‘\(entry.key)’ is no key in quotes and no list of them"
                mistakes.append(Keys.Mistake(line: entry.mark.line, text: text))
            }
        }
        let keys = Keys(changes, mistakes: &mistakes)
        return (keys, mistakes.sorted { $0.line < $1.line }.map { "\(file):\($0.line): \($0.text)" })
    }

    private static func names(_ node: ConfigNode) -> [String]? {
        switch node.value {
        case .string(let name): return [name]
        case .list(let items):
            let names = items.compactMap { item in if case .string(let name) = item.value { name } else { nil } }
            return names.count == items.count ? names : nil
        case .null, .bool, .number, .map: return nil
        }
    }
}
