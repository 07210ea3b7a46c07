internal import FoundationEssentials

/// JSON for programs. In a file of its own: Foundation has a `InstanceInfo` too.
enum JSONText {
    /// Keys are sorted, so that the same state is the same text.
    static func of(_ value: some Encodable, indented: Bool = false) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            indented ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return escaped(String(decoding: data, as: UTF8.self))
    }

    /// The encoder leaves DEL, the controls of 8 bits and marks of direction as they are (RFC 8259 allows it): on a
    /// terminal they would act. Escaped they mean the same.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: acts) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            guard acts(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result
    }

    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
