internal import Core

/// A piece of JSON Schema (draft 2020-12), for editors. It says what the decoder takes, as far as a schema can.
package indirect enum ConfigSchema: Sendable {
    case object([(String, ConfigSchema)])
    case array([ConfigSchema])
    case string(String)
    /// As written.
    case number(String)
    case bool(Bool)

    /// Everything.
    static let any = ConfigSchema.object([])
    /// One app: defined once.
    static let app = ConfigSchema.object([("$ref", .string("#/$defs/app"))])
    static let flag = type("boolean")
    /// A text that may be empty, a number, true or false.
    static let scalar = types(["string", "number", "boolean"])
    static let text = ConfigSchema.object(scalar.members + [("minLength", .number("1"))])
    static let words = anyOf([list(scalar), type("string"), type("number")])
    /// Names of signals as a pattern, in upper or lower case.
    static let signals: String = {
        let names = (1...31).map { String(Signal.name($0).dropFirst("SIG".count)) }.joined(separator: "|")
        return "(SIG)?(\(names))|(sig)?(\(names.lowercased()))"
    }()
    /// Variables: names without `=`, and their values, or a secret's name.
    static let variables = ConfigSchema.object([
        ("type", .string("object")), ("propertyNames", pattern("^[^=]+$")), ("additionalProperties", scalar),
    ])
    static let envFiles: ConfigSchema = {
        let one = anyOf([
            text,
            record([("path", text), ("required", flag)], required: ["path"]),
        ])
        return anyOf([one, .object(list(one).members + [("maxItems", .number(String(EnvFileReference.most)))])])
    }()

    static func type(_ name: String) -> ConfigSchema { .object([("type", .string(name))]) }

    static func types(_ names: [String]) -> ConfigSchema { .object([("type", .array(names.map { .string($0) }))]) }

    static func pattern(_ pattern: String) -> ConfigSchema {
        .object([("type", .string("string")), ("pattern", .string(pattern))])
    }

    static func anyOf(_ choices: [ConfigSchema]) -> ConfigSchema { .object([("anyOf", .array(choices))]) }

    static func list(_ item: ConfigSchema, atLeast: Int = 0) -> ConfigSchema {
        .object(
            [("type", .string("array")), ("items", item)]
                + (atLeast > 0 ? [("minItems", .number(String(atLeast)))] : [])
        )
    }

    static func whole(_ range: ClosedRange<Int>) -> ConfigSchema {
        .object([
            ("type", .string("integer")), ("minimum", .number(String(range.lowerBound))),
            ("maximum", .number(String(range.upperBound))),
        ])
    }

    static func decimal(_ range: ClosedRange<Double>) -> ConfigSchema {
        .object([
            ("type", .string("number")), ("minimum", .number(range.lowerBound.plain)),
            ("maximum", .number(range.upperBound.plain)),
        ])
    }

    static func words(_ words: [String]) -> ConfigSchema { .object([("enum", .array(words.map { .string($0) }))]) }

    /// A number from 0 on, or a text of that pattern.
    static func quantity(_ pattern: String, most: Int) -> ConfigSchema {
        anyOf([decimal(0...Double(most)), Self.pattern(pattern)])
    }

    /// A map with these keys and no others.
    static func record(_ properties: [(String, ConfigSchema)], required: [String] = []) -> ConfigSchema {
        let head: [(String, ConfigSchema)] = [
            ("type", .string("object")), ("properties", .object(properties)), ("additionalProperties", .bool(false)),
        ]
        return .object(head + (required.isEmpty ? [] : [("required", .array(required.map { .string($0) }))]))
    }

    /// A map that is read by a table of keys.
    static func keys<Owner>(_ keys: [ConfigKey<Owner>], required: [String] = []) -> ConfigSchema {
        let plain = keys.filter { $0.prefix == nil }.map { ($0.name, $0.described) }
        let open = keys.compactMap { key in key.prefix.map { ("^\($0).+", key.described) } }
        let schema = record(plain, required: required)
        return open.isEmpty ? schema : .object(schema.members + [("patternProperties", .object(open))])
    }

    /// What an object has; nothing for other values.
    var members: [(String, ConfigSchema)] {
        if case .object(let members) = self { members } else { [] }
    }

    var isAny: Bool { if case .object(let members) = self { members.isEmpty } else { false } }
}

extension ConfigSchema {
    /// The schema of a whole config, as JSON.
    package static func document() -> String {
        let project = keys(ConfigKeys.project, required: ["apps"])
        let editors: [(String, ConfigSchema)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("OpenDaemon config")),
        ]
        let definitions: [(String, ConfigSchema)] = [("app", keys(ConfigKeys.app))]
        let whole = ConfigSchema.object(editors + project.members + [("$defs", .object(definitions))])
        return whole.json(indent: "") + "\n"
    }

    /// Names of keys whose values it does not describe.
    package static var undescribed: [String] {
        ConfigKeys.project.filter(\.schema.isAny).map(\.name) + ConfigKeys.app.filter(\.schema.isAny).map(\.name)
    }

    private func json(indent: String) -> String {
        let inner = indent + "  "
        func block(_ items: [String], _ open: String, _ close: String) -> String {
            items.isEmpty
                ? open + close
                : "\(open)\n" + items.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)\(close)"
        }
        switch self {
        case .object(let members):
            return block(members.map { "\(Self.quoted($0)): \($1.json(indent: inner))" }, "{", "}")
        case .array(let items):
            let isShort = items.allSatisfy { if case .string = $0 { true } else { false } }
            let texts = items.map { $0.json(indent: inner) }
            return isShort ? "[" + texts.joined(separator: ", ") + "]" : block(texts, "[", "]")
        case .string(let text): return Self.quoted(text)
        case .number(let text): return text
        case .bool(let value): return String(value)
        }
    }

    /// RFC 8259 §7.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension ConfigKey {
    /// Its schema with its line of help.
    fileprivate var described: ConfigSchema { .object(schema.members + [("description", .string(doc))]) }
}
