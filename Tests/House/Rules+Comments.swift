// Comments where other targets need them.
extension Rules {
    private static let kinds: Set = [
        "actor", "class", "enum", "func", "protocol", "struct", "subscript", "typealias",
    ]
    private static let modifiers: Set = ["final", "indirect", "mutating", "nonisolated", "static"]
    /// What a protocol or the comment of the type explains.
    private static let explained: Set = ["draw", "encode", "hash", "next"]

    /// Types and functions for other targets say what they are. A line right below another such declaration of one line
    /// belongs to the same group, which has one comment.
    static func comments(_ source: Source) -> [Violation] {
        guard source.language == .swift else { return [] }
        return source.code.indices.compactMap { index in
            guard let name = sharedName(source.code[index]), !explained.contains(name) else { return nil }
            var above = index - 1
            while above >= 0, trimmed(source.lines[above]).hasPrefix("@") { above -= 1 }
            if above >= 0, trimmed(source.lines[above]).hasPrefix("///") { return nil }
            if above >= 0, sharedName(source.code[above]) != nil, !trimmed(source.lines[above]).hasSuffix("{") {
                return nil
            }
            return Violation(path: source.path, line: index + 1, what: "\(name) has no comment that says what it is")
        }
    }

    /// The name of a type or a function that the line declares for other targets; nil for operators and all else.
    private static func sharedName(_ line: String) -> String? {
        var words = Source.words(Array(line.utf8)).map(\.0)[...]
        guard let access = words.popFirst(), access == "public" || access == "package" else { return nil }
        while let word = words.first, modifiers.contains(word) { words.removeFirst() }
        guard let kind = words.popFirst(), kinds.contains(kind) else { return nil }
        if kind == "subscript" { return kind }
        return words.first.flatMap { line.contains("\(kind) \($0)") ? $0 : nil }
    }

    private static func trimmed(_ line: String) -> Substring { line.drop { $0 == " " } }
}
