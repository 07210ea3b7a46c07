/// The fields of any value as texts, by their path: `env.PORT`, `restart.delay`, `limits.nofile.soft`. Two values are
/// compared by it field by field, and a field that is added later cannot be forgotten.
enum FieldList {
    /// - Throws: what the value's own encoding throws.
    static func of(_ value: some Encodable) throws -> [String: String] {
        let fields = Fields()
        try fields.add(value, at: "")
        return fields.byPath
    }

    /// Words as one line, as a shell would split them again.
    static func line(_ words: [String]) -> String {
        words.map { word in
            let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && !"'\"\\$`".utf8.contains($0) }
            guard !isPlain else { return word }
            return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }.joined(separator: " ")
    }
}

private final class Fields {
    var byPath: [String: String] = [:]

    func add(_ value: some Encodable, at path: String) throws {
        switch value {
        case let text as String: byPath[path] = text
        case let flag as Bool: byPath[path] = String(flag)
        case let number as any BinaryInteger: byPath[path] = String(describing: number)
        case let number as Double: byPath[path] = String(number)
        // Any empty list is a list of texts too.
        case let words as [String] where !words.isEmpty: byPath[path] = FieldList.line(words)
        default: try value.encode(to: FieldEncoder(fields: self, path: path))
        }
    }
}

private struct FieldEncoder: Encoder {
    let fields: Fields
    let path: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedFields<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { ListFields(encoder: self) }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleField(encoder: self) }

    func inside(_ step: String) -> FieldEncoder {
        FieldEncoder(fields: fields, path: path.isEmpty || step.hasPrefix("[") ? path + step : "\(path).\(step)")
    }
}

private struct KeyedFields<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: FieldEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {}

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try encoder.fields.add(value, at: encoder.inside(key.stringValue).path)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
        -> KeyedEncodingContainer<Nested>
    { encoder.inside(key.stringValue).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.inside(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.inside(key.stringValue) }
}

private struct ListFields: UnkeyedEncodingContainer {
    let encoder: FieldEncoder
    var count = 0
    var codingPath: [any CodingKey] { [] }

    private mutating func next() -> FieldEncoder {
        defer { count += 1 }
        return encoder.inside("[\(count)]")
    }

    mutating func encodeNil() { _ = next() }

    mutating func encode<T: Encodable>(_ value: T) throws { try encoder.fields.add(value, at: next().path) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { next() }
}

private struct SingleField: SingleValueEncodingContainer {
    let encoder: FieldEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil() {}
    func encode<T: Encodable>(_ value: T) throws { try encoder.fields.add(value, at: encoder.path) }
}
