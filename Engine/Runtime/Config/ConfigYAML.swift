internal import Core

/// A tree of a config as YAML 1.2, in the style in which the README shows it. What is read from the text again is the same.
package enum ConfigYAML {
    /// - Parameter node: a map.
    package static func text(_ node: ConfigNode) -> String { lines(node, indent: 0).map { $0 + "\n" }.joined() }

    private static func lines(_ node: ConfigNode, indent: Int) -> [String] {
        let space = String(repeating: " ", count: indent)
        switch node.value {
        case .map(let pairs):
            return pairs.flatMap { pair -> [String] in
                let key = space + plain(pair.key) + ":"
                if isFlat(pair.node) { return [key + " " + scalar(pair.node)] }
                return [key] + lines(pair.node, indent: indent + 2)
            }
        case .list(let items):
            return items.flatMap { item -> [String] in
                if isFlat(item) { return [space + "- " + scalar(item)] }
                let inner = lines(item, indent: indent + 2)
                return [space + "- " + inner[0].dropFirst(indent + 2)] + inner.dropFirst()
            }
        case .null, .bool, .number, .string: return [space + scalar(node)]
        }
    }

    /// Whether it stands in one line: scalars, what is empty, and lists of scalars.
    private static func isFlat(_ node: ConfigNode) -> Bool {
        switch node.value {
        case .map(let pairs): pairs.isEmpty
        case .list(let items):
            items.allSatisfy { item in
                switch item.value {
                case .list, .map: false
                case .null, .bool, .number, .string: true
                }
            }
        case .null, .bool, .number, .string: true
        }
    }

    private static func scalar(_ node: ConfigNode) -> String {
        switch node.value {
        case .null: "null"
        case .bool, .number: node.text
        case .string(let text): plain(text)
        case .list(let items): "[" + items.map(scalar).joined(separator: ", ") + "]"
        case .map: "{}"
        }
    }

    /// A text without quotes where nothing can take it for something else, else as in JSON.
    private static func plain(_ text: String) -> String {
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.utf8.first.map { isLetter($0) || $0 == UInt8(ascii: "/") } == true
            && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "_./@-".utf8.contains($0) }
        return isPlain && !words.contains(text.lowercased()) ? text : JSONString.quoted(text)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
}
