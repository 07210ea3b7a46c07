/// Where a variable of an app's environment comes from. A word, so that clients can show sources they do not know.
public struct VariableSource: RawRepresentable, Hashable, Sendable, Codable {
    public var rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A word and, behind a blank, the place where the variable stands: `config shop.yaml:12`.
    public init(_ word: String, at place: String?) {
        rawValue = place.map { "\(word) \($0)" } ?? word
    }

    /// The source without its place: `config`.
    public var word: String { rawValue.split(separator: " ", maxSplits: 1).first.map(String.init) ?? rawValue }

    /// `shop.yaml:12`; nil when it is not known.
    public var place: String? {
        let parts = rawValue.split(separator: " ", maxSplits: 1)
        return parts.count == 2 ? String(parts[1]) : nil
    }

    /// Inherited from the shell of who started the app.
    public static let shell = VariableSource(rawValue: "shell")
    /// `env` of the config.
    public static let config = VariableSource(rawValue: "config")
    /// `--env` of the command line.
    public static let flag = VariableSource(rawValue: "flag")
    /// `od set`.
    public static let set = VariableSource(rawValue: "set")
    /// Added by the engine for each run.
    public static let od = VariableSource(rawValue: "od")
    /// Of another source, plus the number of the instance: `incrementVar`.
    public static let incremented = VariableSource(rawValue: "incrementVar")
    /// The app was stored by a version that did not write it down.
    public static let unknown = VariableSource(rawValue: "unknown")
}

/// The source of each variable of an `AppSpec`, by name. Two of them are always equal: where a value comes from does
/// not change what an app is, and must not restart it.
public struct VariableSources: Hashable, Sendable, Codable {
    public var byName: [String: VariableSource]

    public init(_ byName: [String: VariableSource]) {
        self.byName = byName
    }

    public init(from decoder: any Decoder) throws {
        byName = try decoder.singleValueContainer().decode([String: VariableSource].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(byName)
    }

    public static func == (_: VariableSources, _: VariableSources) -> Bool { true }

    public func hash(into _: inout Hasher) {}
}
