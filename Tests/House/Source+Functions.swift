extension Source {
    /// A function with a body, from its keyword to its closing brace.
    struct Function: Equatable {
        /// 1-based.
        let line: Int
        let length: Int
    }

    /// All functions, initialisers, subscripts and computed properties that have a body.
    var functions: [Function] {
        let bytes = Array(code.joined(separator: "\n").utf8)
        let starts = language == .swift ? swiftStarts(bytes) : cStarts(bytes)
        return starts.map { keyword, brace in
            let line = Self.lines(bytes[..<keyword]) + 1
            return Function(line: line, length: Self.lines(bytes[keyword..<Self.closing(bytes, brace)]) + 1)
        }
    }

    /// Where a Swift declaration begins, and its opening brace. A requirement of a protocol has none.
    private func swiftStarts(_ bytes: [UInt8]) -> [(keyword: Int, brace: Int)] {
        Self.words(bytes).compactMap { word, range in
            guard ["func", "init", "deinit", "subscript", "var"].contains(word),
                range.lowerBound == 0 || bytes[range.lowerBound - 1] != UInt8(ascii: ".")
            else { return nil }
            var depth = 0
            for index in range.upperBound..<bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "{") where depth == 0: return (range.lowerBound, index)
                case UInt8(ascii: "}") where depth == 0, UInt8(ascii: ";") where depth == 0: return nil
                case UInt8(ascii: "=") where word == "var": return nil
                case UInt8(ascii: "\n") where depth == 0 && (word == "var" || Self.startsDeclaration(bytes, index + 1)):
                    return nil
                default: break
                }
                if depth < 0 { return nil }
            }
            return nil
        }
    }

    /// In C: a brace outside of all others that follows a closing parenthesis.
    private func cStarts(_ bytes: [UInt8]) -> [(keyword: Int, brace: Int)] {
        var result: [(keyword: Int, brace: Int)] = []
        var depth = 0
        var last = UInt8(ascii: ";")
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "{") {
                if depth == 0, last == UInt8(ascii: ")") { result.append((index, index)) }
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
            }
            if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\n") { last = byte }
        }
        return result
    }

    private static func startsDeclaration(_ bytes: [UInt8], _ start: Int) -> Bool {
        let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        let declaring = ["func", "init", "var", "let", "static", "mutating", "associatedtype", "subscript", "case"]
        return words(Array(line)).first.map { declaring.contains($0.0) } ?? false
    }

    private static func closing(_ bytes: [UInt8], _ brace: Int) -> Int {
        var depth = 0
        for index in brace..<bytes.count {
            if bytes[index] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return bytes.count
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 == UInt8(ascii: "\n") }
    }

    /// Identifiers and keywords with their places.
    static func words(_ bytes: [UInt8]) -> [(String, Range<Int>)] {
        var result: [(String, Range<Int>)] = []
        var start: Int?
        for index in 0...bytes.count {
            let inside = index < bytes.count && isWord(bytes[index])
            if inside, start == nil { start = index }
            if !inside, let from = start {
                result.append((String(decoding: bytes[from..<index], as: UTF8.self), from..<index))
                start = nil
            }
        }
        return result
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
