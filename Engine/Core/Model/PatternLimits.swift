/// What a /regex/ may ask for. The standard library's engine tries one way after the other: without bounds some
/// patterns of ten characters take longer than the machine lives, and everything waits for the answer.
enum PatternLimits {
    /// Bytes.
    static let length = 256
    /// `*`, `+`, `?` and `{`: each multiplies the ways by the length of a name.
    static let repeats = 3
    static let text =
        "it may have \(length) bytes, \(repeats) of * + ? {, none of them behind a group, and no (? but (?: and (?i)"

    /// Counts characters where they stand, also in brackets: it is a bound, no parser.
    static func hold(for pattern: String) -> Bool {
        let bytes = Array(pattern.utf8)
        guard bytes.count <= length else { return false }
        var count = 0
        var at = 0
        while at < bytes.count {
            let previous = at > 0 ? bytes[at - 1] : 0
            switch bytes[at] {
            case UInt8(ascii: "\\"):
                at += 1
            case UInt8(ascii: "?") where previous == UInt8(ascii: "("):
                let rest = bytes[(at + 1)...]
                guard rest.starts(with: ":".utf8) || rest.starts(with: "i)".utf8) else { return false }
            case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
                count += 1
                guard count <= repeats, previous != UInt8(ascii: ")") else { return false }
            default: break
            }
            at += 1
        }
        return true
    }
}
