internal import Engine
internal import Interface
import Themes

/// Themes that users make: `themes/NAME.toml` in their folders.
struct UserThemes {
    static let folder = "themes"
    private static let suffix = ".toml"
    /// More files are not looked at.
    static let maxFiles = 64

    private let folders: [String]
    /// What the files looked like when they were read last.
    private var stamps: [String: FileStamp] = [:]
    /// Those that were good last.
    private var good: [String: Theme] = [:]
    /// What is wrong with those that cannot be had at all, by name.
    private(set) var broken: [String: String] = [:]

    /// - Parameter folders: where `themes` may lie; of two themes of one name the first counts.
    init(folders: [String]) { self.folders = folders.map { $0 + "/" + Self.folder } }

    /// The themes, by name, and what is wrong with those that are left out. A theme may inherit from one of `known`, or
    /// from one whose file comes before its own. Of a file that has been broken since it was last read the theme stays.
    mutating func load(known: [Theme] = Theme.builtIns) -> (themes: [Theme], mistakes: [String]) {
        var (themes, mistakes) = ([Theme](), [String]())
        let files = files
        stamps = Self.stamps(folders + files)
        broken = [:]
        for file in files.prefix(Self.maxFiles) {
            let name = Self.name(of: file)
            do throws(Theme.Mistake) {
                guard name != Look.automatic, !(known + themes).contains(where: { $0.name == name }) else {
                    throw Theme.Mistake(why: "there is a theme of that name already")
                }
                themes.append(try Self.theme(name, at: file, known: known + themes))
            } catch {
                let mistake = "\(Self.shown(file))\(error.key ?? ""): \(error.why)"
                mistakes.append(mistake)
                if (known + themes).contains(where: { $0.name == name }) { continue }
                if let old = good[name] { themes.append(old) } else { broken[name] = mistake }
            }
        }
        if files.count > Self.maxFiles { mistakes.append("only \(Self.maxFiles) themes are read") }
        good = Dictionary(themes.map { ($0.name, $0) }) { first, _ in first }
        return (themes, mistakes)
    }

    /// Whether a file was made, changed or removed since they were read.
    var haveChanged: Bool { Self.stamps(folders + files) != stamps }

    private var files: [String] {
        folders.flatMap { folder in
            UserFolders.names(in: folder, endingIn: Self.suffix).map { folder + "/" + $0 }
        }
    }

    private static func stamps(_ paths: [String]) -> [String: FileStamp] {
        Dictionary(paths.prefix(maxFiles * 2).compactMap { path in FileStamp(path).map { (path, $0) } }) { first, _ in
            first
        }
    }

    private static func name(of file: String) -> String {
        String(file.split(separator: "/").last?.dropLast(suffix.count) ?? "")
    }

    /// `themes/mine.toml`: the folder before it is long, and seldom the question.
    private static func shown(_ file: String) -> String {
        file.split(separator: "/").suffix(2).joined(separator: "/")
    }

    // MARK: one file

    private static func theme(_ name: String, at path: String, known: [Theme]) throws(Theme.Mistake) -> Theme {
        switch Preferences.read(path) {
        case .success(let bytes): try theme(name, String(decoding: bytes ?? [], as: UTF8.self), known: known)
        case .failure(let error): throw Theme.Mistake(why: error.text)
        }
    }

    /// The theme that a text describes. A mistake's `key` is its line: `:3`.
    static func theme(_ name: String, _ text: String, known: [Theme]) throws(Theme.Mistake) -> Theme {
        let entries: [ConfigPair]
        do throws(ConfigProblem) {
            entries = try UserTable.entries(of: text)
        } catch {
            throw Theme.Mistake(key: ":\(error.mark.line)", why: error.message)
        }
        let values = entries.compactMap { entry -> (String, String)? in
            guard case .string(let text) = entry.node.value else { return nil }
            return (entry.key, text)
        }
        let mistakes = entries.compactMap { mistake(in: $0, known) }
        if var first = mistakes.first {
            let others = mistakes.dropFirst().compactMap { $0.key?.dropFirst() }.joined(separator: ", ")
            if mistakes.count > 1 { first.why += "; also line\(mistakes.count > 2 ? "s" : "") \(others)" }
            throw first
        }
        return try Theme(name: name, values: Dictionary(values) { _, last in last }, known: known)
    }

    /// What is wrong with one line.
    private static func mistake(in entry: ConfigPair, _ known: [Theme]) -> Theme.Mistake? {
        guard case .string(let text) = entry.node.value else {
            return Theme.Mistake(key: ":\(entry.node.mark.line)", why: "‘\(entry.key)’ is no text in quotes")
        }
        do throws(Theme.Mistake) {
            _ = try Theme(name: "", values: [entry.key: text], known: known)
            return nil
        } catch {
            return Theme.Mistake(key: ":\(entry.mark.line)", why: "\(entry.key): \(error.why)")
        }
    }
}
