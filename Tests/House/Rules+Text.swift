// Rules over texts of any kind and over the tree as a whole.
extension Rules {
    static let topLevel: Set<String> = [
        "App", "Engine", "Examples", "LICENSE", "Package.swift", "README.md", "Snapshots", "Tests", "Themes", "Widgets",
    ]

    /// What stands at the top; dot files and the package manager's lock file may be there as well.
    static func topLevel(_ names: [String]) -> [Violation] {
        let extra = names.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && !topLevel.contains($0) }
        let absent = topLevel.subtracting(names)
        return extra.sorted().map { Violation(path: $0, line: 0, what: "does not belong at the top level") }
            + absent.sorted().map { Violation(path: $0, line: 0, what: "is missing at the top level") }
    }

    /// Work that was put off, and paths that exist on one machine only.
    static func words(_ path: String, _ text: String, machine: [String]) -> [Violation] {
        let later = ["TO" + "DO", "FIX" + "ME"]
        return zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)).compactMap { number, line in
            if let word = later.first(where: { line.contains($0) }) {
                return Violation(path: path, line: number, what: "\(word): do it, or write it into an issue")
            }
            return machine.first { line.contains($0) }
                .map { Violation(path: path, line: number, what: "\($0) is a path of one machine") }
        }
    }

    /// Goldens that no test names. A name may be put together: an interpolation stands for anything.
    static func staleGoldens(_ goldens: [String], strings: [String]) -> [Violation] {
        let named = Set(strings.filter { $0.contains { $0 != "*" && $0 != "/" } })
        let patterns = named.filter { $0.contains("*") }.map { Array($0.utf8) }
        return goldens.filter { golden in
            let path = golden.split(separator: "/").dropFirst().joined(separator: "/")
            let bare = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
            let file = bare.split(separator: "/").last.map(String.init) ?? bare
            let names = [path, bare, file]
            if names.contains(where: named.contains) { return false }
            let bytes = names.map { Array($0.utf8) }
            return !patterns.contains { pattern in bytes.contains { matches($0, pattern) } }
        }.map { Violation(path: $0, line: 0, what: "no test names it: delete it") }
    }

    /// Whether `text` is `pattern` with something, or nothing, for each `*`.
    static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var reachable: Set = [0]
        for byte in pattern {
            reachable =
                byte == UInt8(ascii: "*")
                ? reachable.min().map { Set($0...text.count) } ?? []
                : Set(reachable.filter { $0 < text.count && text[$0] == byte }.map { $0 + 1 })
        }
        return reachable.contains(text.count)
    }

    /// Error codes that the README does not explain, codes it explains that do not exist, codes used twice.
    static func errorCodes(_ model: Source, readme: String) -> [Violation] {
        let codes = model.strings.filter(isErrorCode)
        let twice = Set(codes.filter { code in codes.count { $0 == code } > 1 })
        let explained = Set(
            readme.split(separator: "\n").filter { $0.hasPrefix("| `OD") }
                .flatMap { Source.words(Array($0.utf8)).map(\.0).prefix(1) })
        return twice.sorted().map { Violation(path: model.path, line: 0, what: "\($0) is used twice") }
            + Set(codes).subtracting(explained).sorted()
            .map { Violation(path: "README.md", line: 0, what: "\($0) is not explained") }
            + explained.subtracting(codes).filter(isErrorCode).sorted()
            .map { Violation(path: "README.md", line: 0, what: "\($0) does not exist") }
    }

    static func isErrorCode(_ text: String) -> Bool {
        text.count == 6 && text.hasPrefix("OD") && text.dropFirst(2).allSatisfy(\.isNumber)
    }
}
