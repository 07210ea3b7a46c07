internal import Core

/// The characters of a TOML text and what is made of them: blanks, keys, strings, plain values.
struct TOMLText {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var mark: ConfigMark { ConfigMark(line: line, column: index - lineStart + 1) }
    var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    func problem(_ message: String) -> ConfigProblem {
        let found: String =
            switch peek {
            case nil: "the end of the file"
            case "\n", "\r": "the end of the line"
            case let c? where c.value < 0x20 || c.value == 0x7F: "a control character"
            case let c?: "‘\(c)’"
            }
        return ConfigProblem(.configSyntax, at: mark, "\(message), found \(found)")
    }

    func tooDeep() -> ConfigProblem {
        ConfigProblem(.configSyntax, at: mark, "lists and maps are nested deeper than \(ConfigLimits.depth) levels")
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count {
            if scalars[index] == "\n" {
                line += 1
                lineStart = index + 1
            }
            index += 1
        }
    }

    private func stands(_ text: String) -> Bool { scalars[index...].starts(with: text.unicodeScalars) }

    mutating func take(_ text: String) -> Bool {
        guard stands(text) else { return false }
        advance(text.unicodeScalars.count)
        return true
    }

    mutating func skipBlanks() {
        while peek == " " || peek == "\t" { advance() }
    }

    /// Blanks, a comment, and the end of the line or of the file.
    mutating func endOfLine() throws(ConfigProblem) {
        skipBlanks()
        try skipComment()
        guard peek == nil || take("\n") || take("\r\n") else { throw problem("expected the end of the line") }
    }

    /// Blanks, comments and line ends.
    mutating func skipLines() throws(ConfigProblem) {
        repeat {
            skipBlanks()
            try skipComment()
        } while take("\n") || take("\r\n")
    }

    private mutating func skipComment() throws(ConfigProblem) {
        guard peek == "#" else { return }
        while let c = peek, c != "\n", !stands("\r\n") {
            guard Self.isText(c) else { throw problem("expected a comment of text") }
            advance()
        }
    }

    private static func isText(_ c: Unicode.Scalar) -> Bool { c.value >= 0x20 && c.value != 0x7F || c == "\t" }

    // MARK: keys and plain values

    mutating func key() throws(ConfigProblem) -> String {
        if peek == "\"" || peek == "'" {
            guard !stands("\"\"\""), !stands("'''") else { throw problem("expected a key in one line") }
            return try string()
        }
        let first = index
        while let c = peek, c.isASCII, c.properties.isAlphabetic || isDigit(c) || c == "_" || c == "-" { advance() }
        guard index > first else { throw problem("expected a key") }
        return String(String.UnicodeScalarView(scalars[first..<index]))
    }

    private func isDigit(_ c: Unicode.Scalar) -> Bool { ("0"..."9").contains(c) }

    /// A number, a boolean, a date or a time: up to what ends a value.
    mutating func plain() throws(ConfigProblem) -> ConfigNode {
        let start = mark
        var end = index
        while end < scalars.count, !",]}#\r\n".unicodeScalars.contains(scalars[end]) { end += 1 }
        while end > index, scalars[end - 1] == " " || scalars[end - 1] == "\t" { end -= 1 }
        let text = String(String.UnicodeScalarView(scalars[index..<end]))
        guard !text.isEmpty else { throw problem("expected a value") }
        guard let value = TOMLValue.read(text) else {
            throw ConfigProblem(
                .configSyntax, at: start,
                "‘\(text.prefix(40))’ is no value: texts stand in quotes, and there are numbers, true, false and dates")
        }
        advance(end - index)
        if case .number(let digits) = value { return ConfigNode(value, at: start, text: digits) }
        return ConfigNode(value, at: start, text: text)
    }

    // MARK: strings

    mutating func string() throws(ConfigProblem) -> String {
        for (fence, isLiteral) in [("'''", true), ("\"\"\"", false)] where take(fence) {
            // A line end right after the fence is not part of the text.
            _ = take("\r\n") || take("\n")
            return try content(until: fence, isLiteral: isLiteral)
        }
        let isLiteral = peek == "'"
        advance()
        return try content(until: isLiteral ? "'" : "\"", isLiteral: isLiteral)
    }

    private mutating func content(until fence: String, isLiteral: Bool) throws(ConfigProblem) -> String {
        let isLong = fence.unicodeScalars.count == 3
        var text = String.UnicodeScalarView()
        while let c = peek {
            if stands(fence) {
                // Up to two quotes may stand before the fence, as a part of the text.
                var more = 0
                while isLong, more < 2, index + 3 < scalars.count, scalars[index + 3] == c {
                    text.append(c)
                    advance()
                    more += 1
                }
                advance(fence.unicodeScalars.count)
                return String(text)
            }
            if c == "\\", !isLiteral {
                advance()
                if let scalar = try escape(isLong: isLong) { text.append(scalar) }
            } else {
                guard Self.isText(c) || isLong && (c == "\n" || stands("\r\n")) else {
                    throw problem("expected a closing \(isLong ? "‘\(fence)’" : "quote")")
                }
                if c != "\r" { text.append(c) }
                advance()
            }
        }
        throw problem("expected a closing \(isLong ? "‘\(fence)’" : "quote")")
    }

    /// nil for a line that goes on: its end and the blanks before the next word are no text.
    private mutating func escape(isLong: Bool) throws(ConfigProblem) -> Unicode.Scalar? {
        let known: [Unicode.Scalar: Unicode.Scalar] = [
            "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{C}", "r": "\r", "\"": "\"", "\\": "\\",
        ]
        if let c = peek, let plain = known[c] {
            advance()
            return plain
        }
        if take("u") { return try code(digits: 4) }
        if take("U") { return try code(digits: 8) }
        guard isLong else { throw problem("no escape of TOML") }
        skipBlanks()
        guard take("\n") || take("\r\n") else { throw problem("no escape of TOML") }
        while true {
            skipBlanks()
            guard take("\n") || take("\r\n") else { return nil }
        }
    }

    private mutating func code(digits count: Int) throws(ConfigProblem) -> Unicode.Scalar {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let c = peek, c.isASCII, let digit = Character(c).hexDigitValue else {
                throw problem("expected \(count) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        guard let scalar = Unicode.Scalar(value) else { throw problem("this number is no character") }
        return scalar
    }
}
