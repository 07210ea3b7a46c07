import Glibc
import Themes
internal import TOMLKit

/// Themes that users make: `NAME.toml` in a folder of the home.
enum UserThemes {
    static let folder = "themes"
    /// More files are not looked at.
    static let maxFiles = 64

    /// The themes of a folder, by name, and what is wrong with those that are left out. A theme may inherit from one
    /// of `known`, or from one whose name comes before its own.
    static func load(from folder: String, known: [Theme]) -> (themes: [Theme], mistakes: [String]) {
        var (themes, mistakes) = ([Theme](), [String]())
        let names = files(in: folder)
        for file in names.prefix(maxFiles) {
            do throws(Theme.Mistake) {
                let name = String(file.dropLast(5))
                guard !(known + themes).contains(where: { $0.name == name }) else {
                    throw Theme.Mistake(why: "there is a theme of that name already")
                }
                themes.append(try theme(name, at: "\(folder)/\(file)", known: known + themes))
            } catch {
                mistakes.append("\(Self.folder)/\(file)\(error.key.map { ", \($0)" } ?? ""): \(error.why)")
            }
        }
        if names.count > maxFiles { mistakes.append("only \(maxFiles) themes are read") }
        return (themes, mistakes)
    }

    private static func theme(_ name: String, at path: String, known: [Theme]) throws(Theme.Mistake) -> Theme {
        switch Preferences.read(path) {
        case .success(let bytes):
            return try Theme(name: name, values: values(of: String(decoding: bytes ?? [], as: UTF8.self)), known: known)
        case .failure(let error): throw Theme.Mistake(why: error.text)
        }
    }

    /// The texts of a table of TOML.
    static func values(of text: String) throws(Theme.Mistake) -> [String: String] {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw Theme.Mistake(key: "line \(error.source.begin.line)", why: error.description)
        } catch {
            throw Theme.Mistake(why: "\(error)")
        }
        var values: [String: String] = [:]
        for key in table.keys {
            guard let text = table[key]?.string else {
                throw Theme.Mistake(key: line(of: key, in: text), why: "‘\(key)’ is no text in quotes")
            }
            values[key] = text
        }
        return values
    }

    /// `line 3`: where a key stands.
    private static func line(of key: String, in text: String) -> String? {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.drop { $0 == " " }.hasPrefix(key) }.map { "line \($0 + 1)" }
    }

    private static func files(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".toml"), name.count > 5, !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
