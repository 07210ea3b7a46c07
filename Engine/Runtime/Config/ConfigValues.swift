internal import Core

/// A kind of value: what it is called in errors and help, and how it is read from one node.
struct ConfigValue<T>: Sendable {
    /// In help: `text`, `duration`.
    let type: String
    /// In errors, after "expected".
    let expected: String
    /// The same for editors.
    var schema = ConfigSchema.any
    /// nil when the node is no such value.
    let read: @Sendable (ConfigNode) -> T?
}

extension ConfigValue where T == String {
    /// Not empty, without NUL. Numbers and booleans count as their text.
    static var text: ConfigValue<String> {
        ConfigValue(type: "text", expected: "a text", schema: .text) { node in
            node.scalarText.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// As `text`, but it may be empty: an argument, the value of a variable.
    static var anyText: ConfigValue<String> {
        ConfigValue(
            type: "text", expected: "a text, a number, true or false", schema: .scalar, read: \.scalarText)
    }

    /// A name of an app or a project.
    static var name: ConfigValue<String> {
        ConfigValue(
            type: "name", expected: "a name: a letter, then letters, digits, ‘.’, ‘_’ and ‘-’, not ‘all’",
            schema: .pattern("^(?!all$)[A-Za-z][A-Za-z0-9._-]{0,\(AppName.maxLength - 1)}$")
        ) { node in
            node.scalarText.flatMap { AppName.isValid($0) ? $0 : nil }
        }
    }
}

extension ConfigValue where T == [String] {
    /// A list of texts, or one text that is split as a shell does.
    static var words: ConfigValue<[String]> {
        ConfigValue(
            type: "list or text", expected: "a list of texts, or one text with every quote closed", schema: .words
        ) { node in
            switch node.value {
            case .list(let items):
                let texts = items.compactMap(\.scalarText)
                return texts.count == items.count ? texts : nil
            case .string(let text): return text.utf8.contains(0) ? nil : ShellWords.split(text)
            case .number(let text): return [text]
            default: return nil
            }
        }
    }
}

extension ConfigValue where T == Bool {
    static var flag: ConfigValue<Bool> {
        ConfigValue(type: "true or false", expected: "true or false", schema: .flag) { node in
            if case .bool(let value) = node.value { value } else { nil }
        }
    }
}

extension ConfigValue where T == Int {
    static func whole(_ range: ClosedRange<Int>) -> ConfigValue<Int> {
        ConfigValue(
            type: "number", expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            schema: .whole(range)
        ) { node in
            guard case .number(let text) = node.value, let number = Int(text), range.contains(number) else {
                return nil
            }
            return number
        }
    }

    /// Milliseconds, at most 365 days.
    static var duration: ConfigValue<Int> {
        ConfigValue(
            type: "duration",
            expected: "a duration: milliseconds, or a number with ms, s, m, h or d, like 500ms or 10s",
            schema: ConfigDuration.schema
        ) { node in
            node.scalarText.flatMap(ConfigDuration.init)?.milliseconds
        }
    }

    /// A duration of a second or more, or 0 for none.
    static var coolDown: ConfigValue<Int> {
        ConfigValue(
            type: "duration", expected: "a duration of a second or more, like 10m, or 0",
            schema: ConfigDuration.schema
        ) { node in
            node.scalarText.flatMap(ConfigDuration.init).flatMap { duration in
                let isRight = duration.milliseconds == 0 || duration.milliseconds >= Defaults.shortestCoolDown
                return isRight ? duration.milliseconds : nil
            }
        }
    }

    /// Bytes.
    static var size: ConfigValue<Int> {
        ConfigValue(
            type: "size", expected: "a size: bytes, or a number with K, M or G, like 10M",
            schema: .quantity("^[0-9][0-9.]* ?([kKmMgGtT]([iI]?[bB])?|[bB])?$", most: 1 << 53)
        ) { node in
            node.scalarText.flatMap(ConfigSize.init)?.bytes
        }
    }
}

extension ConfigValue where T == Double {
    static func decimal(_ range: ClosedRange<Double>) -> ConfigValue<Double> {
        let words = "a number from \(range.lowerBound.plain) to \(range.upperBound.plain)"
        return ConfigValue(type: "number", expected: words, schema: .decimal(range)) { node in
            guard case .number(let text) = node.value, let number = Double(text), range.contains(number) else {
                return nil
            }
            return number
        }
    }
}

extension ConfigValue where T == [StopExit] {
    /// A list, or one alone. A number is an exit code, a name a signal.
    static var stopExits: ConfigValue<[StopExit]> {
        ConfigValue(
            type: "list", expected: "exit codes from 0 to 255 and names of signals, like [0, 3, SIGTERM]",
            schema: .anyOf([stopExit, .list(stopExit)])
        ) { node in
            let items = if case .list(let items) = node.value { items } else { [node] }
            let exits = items.compactMap { $0.scalarText.flatMap(StopExit.init) }
            return exits.count == items.count ? exits : nil
        }
    }

    private static var stopExit: ConfigSchema {
        .anyOf([.whole(0...255), .pattern("^([0-9]{1,3}|\(ConfigSchema.signals))$")])
    }
}

extension Double {
    /// Without a fraction that is none: `2`, `1.5`.
    package var plain: String { self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self) }
}

extension ConfigValue where T == Int32 {
    static var signal: ConfigValue<Int32> {
        ConfigValue(
            type: "signal", expected: "a signal, like SIGTERM, INT or 15",
            schema: .anyOf([.whole(1...64), .pattern("^([0-9]{1,2}|\(ConfigSchema.signals))$")])
        ) { node in
            node.scalarText.flatMap { Signal.number($0) }
        }
    }
}

extension ConfigValue where T: CaseIterable & RawRepresentable & Sendable, T.RawValue == String {
    /// One of a few words.
    static var word: ConfigValue<T> {
        let words = T.allCases.map(\.rawValue)
        let choices = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return ConfigValue(type: choices, expected: choices, schema: .words(words)) { node in
            node.scalarText.flatMap(T.init(rawValue:))
        }
    }
}

extension ConfigNode {
    /// The text of a scalar that is no null and has no NUL byte, which no argument and no variable can hold.
    var scalarText: String? {
        switch value {
        case .bool, .number, .string: text.utf8.contains(0) ? nil : text
        case .null, .list, .map: nil
        }
    }
}

/// A duration as people write it: `1500`, `500ms`, `10s`, `1.5m`, `2h`, `1d`.
package struct ConfigDuration: Hashable, Sendable {
    static let schema = ConfigSchema.quantity("^[0-9][0-9.]* ?(ms|s|m|h|d)?$", most: Defaults.longestDuration)

    package var milliseconds: Int

    /// nil for what is no duration, is negative, or is longer than a year.
    package init?(_ text: String) {
        let units: [(String, Int)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("", 1),
        ]
        guard let value = Quantity.read(text, units: units, most: Defaults.longestDuration) else { return nil }
        milliseconds = value
    }
}

/// A number of bytes as people write it: `1048576`, `512K`, `10M`, `1.5GB`, `1GiB`; K is 1024.
package struct ConfigSize: Hashable, Sendable {
    package var bytes: Int

    /// nil for what is no size, is negative, or is beyond 2^53.
    package init?(_ text: String) {
        let powers = [("K", 10), ("M", 20), ("G", 30), ("T", 40)]
        let units = powers.flatMap { name, bits in
            [(name + "IB", 1 << bits), (name + "B", 1 << bits), (name, 1 << bits)]
        }
        guard let value = Quantity.read(text.uppercased(), units: units + [("B", 1), ("", 1)], most: 1 << 53) else {
            return nil
        }
        bytes = value
    }
}

/// A decimal number and a unit.
private enum Quantity {
    static func read(_ text: String, units: [(name: String, factor: Int)], most: Int) -> Int? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        var digits = text.dropLast(unit.name.count)
        if digits.last == " " { digits.removeLast() }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let number = Double(digits)
        else { return nil }
        let value = (number * Double(unit.factor)).rounded()
        return value <= Double(most) ? Int(value) : nil
    }
}
