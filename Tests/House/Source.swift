/// A source file taken apart: its code without comments and the contents of its strings, line by line, and the strings.
///
/// Enough of Swift and C to count braces and find words; it is no parser. What is taken out leaves blanks, so lines
/// and columns stay.
struct Source {
    enum Language {
        case swift, c
    }

    let path: String
    /// The lines as they stand.
    let lines: [String]
    /// The lines without comments and strings.
    let code: [String]
    /// Contents of string literals; an interpolation is a `*`.
    let strings: [String]
    let language: Language

    init(path: String, text: String) {
        self.path = path
        language = path.hasSuffix(".swift") ? .swift : .c
        var scanner = Scanner(text: text, language: language)
        scanner.scan()
        lines = Self.split(Array(text.utf8))
        code = Self.split(scanner.code)
        strings = scanner.strings
    }

    private static func split(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Walks over the bytes once and blanks what is no code.
private struct Scanner {
    let language: Source.Language
    var code: [UInt8]
    var strings: [String] = []
    private var at = 0

    /// Where something else than plain code may begin or end.
    private static let special = Array("/\"#'()".utf8)

    init(text: String, language: Source.Language) {
        self.language = language
        code = Array(text.utf8)
    }

    mutating func scan() {
        scanCode(untilParenthesis: false)
    }

    private func sees(_ text: StaticString, at offset: Int = 0) -> Bool {
        var seen = 0
        while seen < text.utf8CodeUnitCount {
            let next = at + offset + seen
            guard next < code.count, code[next] == text.utf8Start[seen] else { return false }
            seen += 1
        }
        return true
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where at < code.count {
            if code[at] != UInt8(ascii: "\n") { code[at] = UInt8(ascii: " ") }
            at += 1
        }
    }

    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while at < code.count {
            if !Self.special.contains(code[at]) {
                at += 1
            } else if sees("//") {
                while at < code.count, code[at] != UInt8(ascii: "\n") { blank() }
            } else if sees("/*") {
                scanBlockComment()
            } else if sees("\"") || sees("#\"") || sees("##\"") {
                scanString()
            } else if language == .c, sees("'") {
                scanCharacter()
            } else {
                if sees("(") { depth += 1 }
                if sees(")") {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                at += 1
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if sees("/*"), language == .swift || depth == 0 {
                depth += 1
                blank(2)
            } else if sees("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && at < code.count
    }

    private mutating func scanCharacter() {
        blank()
        while at < code.count, !sees("'") { blank(sees("\\") ? 2 : 1) }
        blank()
    }

    private mutating func scanString() {
        var pounds = 0
        while sees("#", at: pounds) { pounds += 1 }
        let isLong = language == .swift && sees("\"\"\"", at: pounds)
        blank(pounds + (isLong ? 3 : 1))
        var content: [UInt8] = []
        while at < code.count {
            if isLong ? sees("\"\"\"") : sees("\""), closes(pounds, after: isLong ? 3 : 1) {
                blank((isLong ? 3 : 1) + pounds)
                break
            }
            if sees("\\"), closes(pounds, after: 1) {
                blank(1 + pounds)
                if language == .swift, sees("(") {
                    at += 1
                    scanCode(untilParenthesis: true)
                    at += 1
                    content.append(UInt8(ascii: "*"))
                } else if at < code.count {
                    content.append(code[at])
                    blank()
                }
            } else {
                content.append(code[at])
                blank()
            }
        }
        strings.append(String(decoding: content, as: UTF8.self))
    }

    private func closes(_ pounds: Int, after offset: Int) -> Bool {
        pounds == 0 || (0..<pounds).allSatisfy { sees("#", at: offset + $0) }
    }
}
