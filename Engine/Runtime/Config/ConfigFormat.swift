internal import Core

/// How a config file is written. All formats become the same tree: the decoder knows none of them.
package enum ConfigFormat: Hashable, Sendable {
    case json, yaml, toml
    /// The field `opendaemon` of a package.json.
    case package

    /// By the file's name. A file without an extension is YAML when it does not begin as JSON does.
    package init(file: String, text: String) {
        switch (FilePath.name(of: file), FilePath.fileExtension(of: file)) {
        case (Self.packageFile, _): self = .package
        case (_, "json"): self = .json
        case (_, "yaml"), (_, "yml"): self = .yaml
        case (_, "toml"): self = .toml
        default:
            let first = text.unicodeScalars.first { !$0.properties.isWhitespace }
            self = first == "{" || first == nil ? .json : .yaml
        }
    }

    package static let packageFile = "package.json"
    /// The field of a package.json that is a config.
    package static let packageField = "opendaemon"

    /// The tree of a text. Throws what is not well-formed, with its place.
    func parse(_ text: String) throws(ConfigProblem) -> ConfigNode {
        switch self {
        case .json: return try JSONDocument.parse(text)
        case .yaml: return try YAMLDocument.parse(text)
        case .toml: return try TOMLDocument.parse(text)
        case .package:
            let root = try JSONDocument.parse(text)
            guard let field = Self.field(of: root) else {
                throw ConfigProblem(
                    .configMissing, at: root.mark, "‘\(Self.packageField)’ is missing: a map with the list ‘apps’")
            }
            return field
        }
    }

    /// Whether a package.json has the field: only then it is a config.
    static func hasField(_ file: String) -> Bool {
        guard let bytes = FilePath.read(file, limit: ConfigLimits.bytes),
            let root = try? JSONDocument.parse(String(decoding: bytes, as: UTF8.self))
        else { return false }
        return field(of: root) != nil
    }

    private static func field(of root: ConfigNode) -> ConfigNode? {
        guard case .map(let pairs) = root.value else { return nil }
        return pairs.first { $0.key == packageField }?.node
    }
}
