/// What JSON a type of the protocol is, read off its `Decodable` conformance: the description cannot lag behind the code.
package indirect enum Schema: Hashable, Sendable {
    case flag, integer, number, text
    /// ISO 8601 in UTC.
    case time
    /// An exit code, or the name of a signal.
    case ending
    /// One of these, as JSON has them.
    case choice(String, [String])
    case list(Schema)
    /// An object with names of the sender's choice.
    case map(Schema)
    case object(String, [Field])

    /// A key of an object.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var schema: Schema
        package var isOptional: Bool
    }

    /// The schema of a type, found by decoding one that has everything.
    ///
    /// - Throws: what the type's own decoding throws at values that are all zero, empty or the first of their kind.
    package init<T: Decodable>(of type: T.Type) throws {
        self = try Probe.explore(type).schema
    }

    /// How it is written in the documentation: `[InstanceInfo]`, `{text: text}`.
    package var label: String {
        switch self {
        case .flag: "true or false"
        case .integer: "integer"
        case .number: "number"
        case .text: "text"
        case .time: "time"
        case .ending: "integer, or text for a signal"
        case .choice(let name, _): name
        case .list(let element): "[\(element.label)]"
        case .map(let value): "{text: \(value.label)}"
        case .object(let name, let fields): fields.isEmpty ? "nothing" : name
        }
    }

    /// The fields of an object as a table, the values of a choice; else the label.
    package var markdown: String {
        switch self {
        case .flag, .integer, .number, .text, .time, .ending, .list, .map:
            return label
        case .choice(_, let values):
            return "One of: \(values.map { "`\($0)`" }.joined(separator: ", "))."
        case .object(_, let fields):
            let rows = fields.map { "| `\($0.name)`\($0.isOptional ? "?" : "") | \($0.schema.label) |" }
            return (["| field | type |", "|---|---|"] + rows).joined(separator: "\n")
        }
    }

    /// The named types in it, itself included, by name.
    package var named: [String: Schema] {
        switch self {
        case .flag, .integer, .number, .text, .time, .ending: [:]
        case .choice(let name, _): [name: self]
        case .list(let inner), .map(let inner): inner.named
        case .object(let name, let fields):
            fields.reduce(into: fields.isEmpty ? [:] : [name: self]) { all, field in
                all.merge(field.schema.named) { first, _ in first }
            }
        }
    }
}

/// A decoder that gives every type what it asks for and notes what that was.
private final class Probe: Decoder {
    /// A value of the type, and what JSON it is made of.
    struct Found<Value> {
        var value: Value
        var schema: Schema
    }

    /// A value that the probe cannot make up.
    struct NoValue: Error {}

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    var fields: [Schema.Field] = []
    var element: Schema?
    /// The type is written as another one.
    var wrapped: Schema?
    /// The type asked for the names that there are: it takes any.
    var isMap = false
    /// The next field may be absent.
    var isOptional = false

    static func explore<T: Decodable>(_ type: T.Type) throws -> Found<T> {
        if let (value, schema) = simple(type) { return Found(value: value, schema: schema) }
        if type == Exit.self {
            let fields = [("code", Schema.integer), ("signal", .integer), ("core", .flag)]
            guard let value = Exit.unknown as? T else { throw NoValue() }
            return Found(
                value: value,
                schema: .object("Exit", fields.map { Schema.Field(name: $0, schema: $1, isOptional: true) }))
        }
        let probe = Probe()
        let value = try T(from: probe)
        if let wrapped = probe.wrapped { return Found(value: value, schema: wrapped) }
        if let element = probe.element {
            return Found(value: value, schema: probe.isMap ? .map(element) : .list(element))
        }
        return Found(value: value, schema: .object(String(describing: type), probe.fields))
    }

    /// Scalars, times and enumerations.
    private static func simple<T>(_ type: T.Type) -> (T, Schema)? {
        if let cases = type as? any CaseIterable.Type { return choice(cases) }
        let values: [(Any, Schema)] = [
            (false, .flag), (0, .integer), (Int32(0), .integer), (UInt8(0), .integer), (UInt32(0), .integer),
            (UInt64(0), .integer), (Int64(0), .integer), (0.0, .number), ("", .text),
            (WallTime(milliseconds: 0), .time), (StopExit.code(0), .ending),
        ]
        for (value, schema) in values {
            if let value = value as? T { return (value, schema) }
        }
        return nil
    }

    private static func choice<T>(_ type: any CaseIterable.Type) -> (T, Schema)? {
        func all<C: CaseIterable>(_: C.Type) -> [Any] { C.allCases.map { $0 } }
        let cases = all(type)
        guard let first = cases.first as? T else { return nil }
        let texts = cases.compactMap { $0 as? any RawRepresentable }.map { "\($0.rawValue)" }
        return (first, .choice(String(describing: type), texts))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed(probe: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Unkeyed(probe: self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(probe: self) }
}

/// An object that has every field.
private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: Probe
    var codingPath: [any CodingKey] { [] }

    /// Asked by types that take any names: one stands for all.
    var allKeys: [Key] {
        probe.isMap = true
        return Key(stringValue: "name").map { [$0] } ?? []
    }

    func contains(_ key: Key) -> Bool { true }

    func decodeNil(forKey key: Key) throws -> Bool {
        probe.isOptional = true
        return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let isOptional = probe.isOptional
        probe.isOptional = false
        let found = try Probe.explore(type)
        if probe.isMap { probe.element = found.schema }
        probe.fields.append(Schema.Field(name: key.stringValue, schema: found.schema, isOptional: isOptional))
        return found.value
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    { throw Probe.NoValue() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Probe.NoValue() }
    func superDecoder() throws -> any Decoder { throw Probe.NoValue() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Probe.NoValue() }
}

/// One value in the place of another.
private struct Single: SingleValueDecodingContainer {
    let probe: Probe
    var codingPath: [any CodingKey] { [] }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let found = try Probe.explore(type)
        probe.wrapped = found.schema
        return found.value
    }

    func decodeNil() -> Bool { false }
}

/// A list with one element.
private struct Unkeyed: UnkeyedDecodingContainer {
    let probe: Probe
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        currentIndex += 1
        let found = try Probe.explore(type)
        probe.element = found.schema
        return found.value
    }

    mutating func decodeNil() throws -> Bool { false }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    { throw Probe.NoValue() }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Probe.NoValue() }
    mutating func superDecoder() throws -> any Decoder { throw Probe.NoValue() }
}
