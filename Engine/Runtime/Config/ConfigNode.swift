internal import Core

/// A place in a config file: line and column from 1, columns counted in code points. Line 0 is no place: the text was
/// made by a program, and only the path of keys means something.
package struct ConfigMark: Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }

    /// For what was not read from a file.
    package static let none = ConfigMark(line: 0, column: 0)
}

/// A value of a config file with the place where it stands, so that every error can name it.
///
/// Every format becomes this tree (ConfigFormat.swift); the decoder knows none. A plain scalar keeps its text as written:
/// `1.10` in `env` is the text `1.10`, not the number 1.1.
package struct ConfigNode: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        /// As written.
        case number(String)
        case string(String)
        case list([ConfigNode])
        case map([ConfigPair])
    }

    package var value: Value
    package var mark: ConfigMark
    /// What a scalar looks like in the file without its quotes; empty for lists and maps.
    package var text: String

    package init(_ value: Value, at mark: ConfigMark, text: String = "") {
        self.value = value
        self.mark = mark
        self.text = text
    }

    /// What it is, for errors: `‘four’`, `a list`, `nothing`.
    var found: String {
        switch value {
        case .null: "nothing"
        case .bool, .number, .string: text.isEmpty ? "an empty text" : "‘\(String(text.prefix(40)))’"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

extension ConfigNode {
    /// The same without places, for a text that a program made.
    package var withoutPlaces: ConfigNode {
        var copy = self
        copy.mark = .none
        switch value {
        case .list(let items): copy.value = .list(items.map(\.withoutPlaces))
        case .map(let pairs):
            copy.value = .map(pairs.map { ConfigPair(key: $0.key, mark: .none, node: $0.node.withoutPlaces) })
        case .null, .bool, .number, .string: break
        }
        return copy
    }
}

/// One entry of a map. Keys are unique within their map.
package struct ConfigPair: Hashable, Sendable {
    package var key: String
    package var mark: ConfigMark
    package var node: ConfigNode

    package init(key: String, mark: ConfigMark, node: ConfigNode) {
        self.key = key
        self.mark = mark
        self.node = node
    }
}

/// What a config file may be at most. Beyond a limit it is refused as a whole (OD2001).
package enum ConfigLimits {
    /// Bytes of the file.
    package static let bytes = Defaults.configBytes
    /// Lists and maps within each other.
    package static let depth = Defaults.configDepth
    /// Values, each use of an alias counted in full.
    package static let nodes = Defaults.configValues
    /// Aliases that one file may use when it has lists or maps as keys (see YAMLDocument).
    package static let aliasesWithOddKeys = 20
}
