internal import FoundationEssentials

/// JSON for programs. In a file of its own: Foundation has a `InstanceInfo` too.
enum JSONText {
    /// Keys are sorted, so that the same state is the same text.
    static func of(_ value: some Encodable, indented: Bool = false) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            indented ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}
