/// A line of JSON as people read it: the message, then the fields.
enum PrettyLine {
    /// Keys of what stands elsewhere: the level's letter, and the time.
    private static let hidden: Set<String> = ["level", "severity", "lvl", "time", "timestamp", "ts", "@timestamp"]
    private static let messages = ["msg", "message"]

    /// nil for what is no object of JSON.
    static func text(_ line: [UInt8]) -> String? {
        guard let fields = Fields(line).read() else { return nil }
        let message = messages.lazy.compactMap { key in fields.first { $0.key == key } }.first
        let rest = fields.filter { !hidden.contains($0.key) && $0.key != message?.key }
        let pairs = rest.map { "\($0.key)=\($0.value)" }
        return ([message?.value].compactMap { $0 } + pairs).joined(separator: "  ")
    }

    /// The fields of one object; what is within lists and objects stays as it is written.
    private struct Fields {
        private let bytes: [UInt8]
        private var at = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        consuming func read() -> [(key: String, value: String)]? {
            var fields: [(key: String, value: String)] = []
            skipBlanks()
            guard take("{") else { return nil }
            skipBlanks()
            if take("}") { return fields }
            while true {
                skipBlanks()
                guard take("\""), let key = string() else { return nil }
                skipBlanks()
                guard take(":") else { return nil }
                skipBlanks()
                guard let value = value() else { return nil }
                fields.append((key, value))
                skipBlanks()
                if take(",") { continue }
                return take("}") ? fields : nil
            }
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: scalar) else { return false }
            at += 1
            return true
        }

        private mutating func skipBlanks() {
            while at < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[at]) { at += 1 }
        }

        /// Behind its first quote.
        private mutating func string() -> String? {
            var text: [UInt8] = []
            while at < bytes.count {
                let byte = bytes[at]
                at += 1
                if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                guard at < bytes.count else { return nil }
                let escaped = bytes[at]
                at += 1
                switch escaped {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "r"): text.append(0x0D)
                // Rare in logs: left as it is written.
                case UInt8(ascii: "u"), UInt8(ascii: "b"), UInt8(ascii: "f"): text += [byte, escaped]
                default: text.append(escaped)
                }
            }
            return nil
        }

        /// A string without its quotes; all else as it is written.
        private mutating func value() -> String? {
            if take("\"") { return string() }
            let start = at
            var depth = 0
            while at < bytes.count {
                let byte = bytes[at]
                if byte == UInt8(ascii: "\"") {
                    at += 1
                    guard string() != nil else { return nil }
                    continue
                }
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                if depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") { break }
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
                at += 1
            }
            return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
        }
    }
}
