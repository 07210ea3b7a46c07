internal import Core

/// One key of a config: its name, what it takes, one line of help, and how it is read.
///
/// The tables of keys (ConfigKeys.swift) are the only place that knows them: decoding, errors, suggestions and
/// `od help config` come from there.
package struct ConfigKey<Owner>: Sendable {
    package let name: String
    package let type: String
    package let doc: String
    let schema: ConfigSchema
    let read: @Sendable (ConfigNode, inout ConfigReader, inout Owner) -> Void

    /// A key with a plain value.
    init<T>(_ name: String, _ value: ConfigValue<T>, _ field: any WritableKeyPath<Owner, T?> & Sendable, _ doc: String)
    {
        self.init(name, type: value.type, schema: value.schema, doc) { node, reader, owner in
            owner[keyPath: field] = reader.value(value, of: node)
        }
    }

    /// A key with parts of its own.
    init(
        _ name: String, type: String, schema: ConfigSchema = .any, _ doc: String,
        read: @escaping @Sendable (ConfigNode, inout ConfigReader, inout Owner) -> Void
    ) {
        self.name = name
        self.type = type
        self.doc = doc
        self.schema = schema
        self.read = read
    }

    /// The beginning of all names that it stands for: `env_` of `env_NAME`; nil when it is one name.
    var prefix: String? { name.hasSuffix("_NAME") ? String(name.dropLast("NAME".count)) : nil }

    func isNamed(_ text: String) -> Bool {
        name == text || prefix.map { text.hasPrefix($0) && text != $0 } ?? false
    }
}

/// Walks a tree of nodes and collects every mistake, with its place and the path of keys that leads there.
struct ConfigReader {
    private(set) var problems: [ConfigProblem] = []
    private(set) var warnings: [(mark: ConfigMark, text: String)] = []
    private var path: [String] = []
    /// Lists of keys that an error has named: a long list is told once.
    private var told: Set<String> = []

    /// Mistakes for which the nearest name is looked for: each look compares with every name.
    private static let suggestions = 100

    /// Whether a mistake that comes now still says what may have been meant.
    var suggests: Bool { problems.count < Self.suggestions }

    /// Reads a map by a table of keys. Unknown keys are mistakes, with the nearest known one.
    mutating func read<Owner>(_ node: ConfigNode, by keys: [ConfigKey<Owner>], into owner: inout Owner) {
        guard let pairs = map(node) else { return }
        for pair in pairs {
            inside(pair.key) { reader in
                if let key = keys.first(where: { $0.isNamed(pair.key) }) {
                    key.read(pair.node, &reader, &owner)
                } else {
                    reader.unknown(pair, among: keys.map(\.name))
                }
            }
        }
    }

    /// The pairs of a map; a mistake when it is none.
    mutating func map(_ node: ConfigNode) -> [ConfigPair]? {
        guard case .map(let pairs) = node.value else {
            fail(.configValue, at: node.mark, "expected a map of keys and values, found \(node.found)")
            return nil
        }
        return pairs
    }

    /// A value of that kind; a mistake when it is none.
    mutating func value<T>(_ kind: ConfigValue<T>, of node: ConfigNode) -> T? {
        if let value = kind.read(node) { return value }
        fail(.configValue, at: node.mark, "expected \(kind.expected), found \(node.found)")
        return nil
    }

    /// Runs `body` with `step` at the end of the path: `apps`, `[0]`.
    mutating func inside(_ step: String, _ body: (inout ConfigReader) -> Void) {
        path.append(step)
        body(&self)
        path.removeLast()
    }

    mutating func fail(_ code: ErrorCode, at mark: ConfigMark, _ message: String) {
        problems.append(ConfigProblem(code, at: mark, path: pathText, message))
    }

    mutating func warn(at mark: ConfigMark, _ text: String) {
        warnings.append((mark, text))
    }

    /// The key that is being read; empty at the top.
    var key: String { path.last ?? "" }

    /// `apps[0].env.PORT`
    var pathText: String {
        path.reduce("") { $1.hasPrefix("[") ? $0 + $1 : $0.isEmpty ? $1 : $0 + "." + $1 }
    }

    private mutating func unknown(_ pair: ConfigPair, among names: [String]) {
        if path.count == 1, pair.key == "daemon" {
            return fail(
                .configUnknownKey, at: pair.mark,
                "settings of the daemon belong into \(DaemonSettings.file) of its home, not into a project"
            )
        }
        if path.count == 1, pair.key == "plugins" {
            return fail(.configUnknownKey, at: pair.mark, "no such key: od plugin switches what the daemon does")
        }
        if let later = ConfigKeys.notServed[pair.key] {
            return fail(.configUnknownKey, at: pair.mark, "no such key: this version \(later)")
        }
        if path.count > 1, path[0] == "defaults", pair.key == "name" {
            return fail(.configUnknownKey, at: pair.mark, "a name belongs to one app: it cannot be a default")
        }
        guard suggests else { return fail(.configUnknownKey, at: pair.mark, "no such key") }
        let near = NearestName.of(pair.key, among: names).map { "did you mean ‘\($0)’?" }
        let list = "the keys here are \(names.joined(separator: ", "))"
        let hint = near ?? (told.insert(list).inserted ? list : nil)
        fail(.configUnknownKey, at: pair.mark, "no such key" + (hint.map { "; \($0)" } ?? ""))
    }
}
