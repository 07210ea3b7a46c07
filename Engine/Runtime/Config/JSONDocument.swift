internal import Core

/// Strict JSON (RFC 8259) into nodes with marks.
///
/// An own parser, because an error must name line and column, and no JSON library here tells where a value stands;
/// YAML's flow style is no substitute: it refuses surrogate escapes and accepts what no JSON tool does.
struct JSONDocument {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    static func parse(_ text: String) throws(ConfigProblem) -> ConfigNode {
        var document = JSONDocument(scalars: Array(text.unicodeScalars))
        document.skipSpace()
        if document.peek == nil { return ConfigNode(.null, at: document.mark) }
        let root = try document.value(depth: 0)
        document.skipSpace()
        guard document.peek == nil else { throw document.problem("expected the end of the file") }
        return root
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private var mark: ConfigMark { ConfigMark(line: line, column: index - lineStart + 1) }
    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func problem(_ message: String) -> ConfigProblem {
        let found = peek.map { $0 == "\n" ? "the end of the line" : "‘\($0)’" } ?? "the end of the file"
        return ConfigProblem(.configSyntax, at: mark, "\(message), found \(found)")
    }

    private mutating func advance() {
        if scalars[index] == "\n" {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    private mutating func skipSpace() {
        while let c = peek, c == " " || c == "\t" || c == "\n" || c == "\r" { advance() }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        advance()
        return true
    }

    private mutating func value(depth: Int) throws(ConfigProblem) -> ConfigNode {
        guard depth <= ConfigLimits.depth else {
            throw ConfigProblem(
                .configSyntax, at: mark, "lists and maps are nested deeper than \(ConfigLimits.depth) levels")
        }
        let start = mark
        switch peek {
        case "{": return ConfigNode(.map(try members(depth: depth)), at: start)
        case "[": return ConfigNode(.list(try elements(depth: depth)), at: start)
        case "\"":
            let text = try string()
            return ConfigNode(.string(text), at: start, text: text)
        case .some(let c) where c == "-" || isDigit(c):
            let text = try number()
            return ConfigNode(.number(text), at: start, text: text)
        default: return try word()
        }
    }

    private mutating func members(depth: Int) throws(ConfigProblem) -> [ConfigPair] {
        advance()
        skipSpace()
        var pairs: [ConfigPair] = []
        var keys: Set<String> = []
        if take("}") { return pairs }
        while true {
            let start = mark
            guard peek == "\"" else { throw problem("expected a key in double quotes") }
            let key = try string()
            guard keys.insert(key).inserted else {
                throw ConfigProblem(.configSyntax, at: start, "‘\(key)’ is given more than once in this map")
            }
            skipSpace()
            guard take(":") else { throw problem("expected ‘:’ after the key") }
            skipSpace()
            pairs.append(ConfigPair(key: key, mark: start, node: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return pairs }
            guard take(",") else { throw problem("expected ‘,’ or ‘}’") }
            skipSpace()
        }
    }

    private mutating func elements(depth: Int) throws(ConfigProblem) -> [ConfigNode] {
        advance()
        skipSpace()
        var items: [ConfigNode] = []
        if take("]") { return items }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return items }
            guard take(",") else { throw problem("expected ‘,’ or ‘]’") }
            skipSpace()
        }
    }

    private mutating func string() throws(ConfigProblem) -> String {
        advance()
        var text = String.UnicodeScalarView()
        while let c = peek {
            if take("\"") { return String(text) }
            guard c.value >= 0x20 else {
                throw ConfigProblem(
                    .configSyntax, at: mark, "a control character in a text: write it as an escape like \\t or \\n")
            }
            if c == "\\" { text.append(try escape()) } else { text.append(c) }
            if c != "\\" { advance() }
        }
        throw problem("expected a closing ‘\"’")
    }

    private mutating func escape() throws(ConfigProblem) -> Unicode.Scalar {
        advance()
        let known: [Unicode.Scalar: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
        ]
        guard let c = peek, c == "u" || known[c] != nil else { throw problem("no escape of JSON") }
        advance()
        if let plain = known[c] { return plain }
        let start = mark
        let high = try hexadecimal()
        if let scalar = Unicode.Scalar(high) { return scalar }
        if high < 0xDC00, take("\\"), take("u") {
            let low = try hexadecimal()
            if (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        throw ConfigProblem(.configSyntax, at: start, "half of a surrogate pair")
    }

    private mutating func hexadecimal() throws(ConfigProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let c = peek, let digit = Character(c).hexDigitValue, c.isASCII else {
                throw problem("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }

    private mutating func number() throws(ConfigProblem) -> String {
        let first = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(String.UnicodeScalarView(scalars[first..<index]))
    }

    private mutating func digits() throws(ConfigProblem) {
        guard let c = peek, isDigit(c) else { throw problem("expected a digit") }
        while let c = peek, isDigit(c) { advance() }
    }

    private mutating func word() throws(ConfigProblem) -> ConfigNode {
        let start = mark
        for (word, value) in [("true", ConfigNode.Value.bool(true)), ("false", .bool(false)), ("null", .null)] {
            let letters = Array(word.unicodeScalars)
            guard scalars[index...].starts(with: letters) else { continue }
            for _ in letters { advance() }
            return ConfigNode(value, at: start, text: word)
        }
        throw problem("expected a value")
    }

    private func isDigit(_ c: Unicode.Scalar) -> Bool { ("0"..."9").contains(c) }
}
