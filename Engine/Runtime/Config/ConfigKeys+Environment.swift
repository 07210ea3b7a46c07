internal import Core

/// Where the variables of an app come from, as its config says it.
package struct EnvironmentConfig: Hashable, Sendable {
    /// One variable as written.
    package struct Variable: Hashable, Sendable {
        package var value: String
        /// 0: not from a file.
        package var line: Int
        package var isDefault = false

        package init(value: String, line: Int) {
            self.value = value
            self.line = line
        }

        /// Where it stands does not change what it is.
        package static func == (a: Self, b: Self) -> Bool { a.value == b.value }

        package func hash(into hasher: inout Hasher) { hasher.combine(value) }
    }

    /// `env`.
    package var variables: [String: Variable]?
    /// `env_NAME`, by that name.
    package var blocks: [String: [String: Variable]] = [:]
    /// `envFile`: a later one goes before an earlier one.
    package var files: [EnvFileReference] = []
    /// `inheritEnv`.
    package var inherited: InheritedVariables?

    package init() {}

    /// Notes that all of it was said in `defaults`.
    mutating func become(defaults isDefault: Bool) {
        variables = variables.map { $0.mapValues { $0.marked(isDefault) } }
        blocks = blocks.mapValues { $0.mapValues { $0.marked(isDefault) } }
    }
}

extension EnvironmentConfig.Variable {
    fileprivate func marked(_ isDefault: Bool) -> Self {
        var copy = self
        copy.isDefault = isDefault
        return copy
    }
}

/// What an app inherits of the shell beside what every app does.
package enum InheritedVariables: Hashable, Sendable {
    case all
    /// Names; one that ends in `*` stands for all that begin so.
    case named([String])

    func contains(_ name: String) -> Bool {
        switch self {
        case .all: true
        case .named(let names):
            names.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : $0 == name }
        }
    }
}

extension AppConfig {
    /// `env` as plain values; nil when it was not said.
    package var env: [String: String]? {
        get { environment.variables?.mapValues(\.value) }
        set {
            environment.variables = newValue?.mapValues { EnvironmentConfig.Variable(value: $0, line: 0) }
        }
    }
}

extension ConfigKeys {
    /// What `defaults` may have: all of an app but its name.
    package static let defaults = app.filter { $0.name != "name" }

    /// The name of a key with a part of the user's choice.
    static let blockKey = "env_NAME"
    static let blockPrefix = "env_"

    /// The environment, and what else differs from one place of deployment to another.
    package static let environment: [ConfigKey<AppConfig>] = [
        ConfigKey("env", type: "map", schema: .variables, "environment variables") { node, reader, app in
            let read = readVariables(node, &reader)
            app.environment.variables = (app.environment.variables ?? [:]).merging(read) { $1 }
        },
        ConfigKey(
            blockKey, type: "map", schema: .variables,
            "variables that --env NAME adds to ‘env’, like env_production"
        ) { node, reader, app in
            let name = String(reader.key.dropFirst(blockPrefix.count))
            app.environment.blocks[name, default: [:]].merge(readVariables(node, &reader)) { $1 }
        },
        ConfigKey(
            "envFile", type: "path or list", schema: .envFiles,
            "files of NAME=value lines; ‘env’ goes before them; with ? at the end one may be missing"
        ) { node, reader, app in
            app.environment.files += readFiles(node, &reader)
        },
        ConfigKey(
            "inheritEnv", type: "true, false or names", schema: .anyOf([.flag, .words]),
            "what is inherited of the shell beside PATH, HOME and the like; default: nothing"
        ) { node, reader, app in
            app.environment.inherited = readInherited(node, &reader)
        },
        ConfigKey("namespace", .name, \.namespace, "the group of the app; default: the project"),
        ConfigKey(
            "appendEnvToName", .flag, \.appendEnvToName, "--env production makes the app's name NAME-production"),
        ConfigKey(
            "autoStart", .flag, \.autoStart, "false: it becomes known, and only od start NAME starts it; default: true"),
    ]

    static func readVariables(_ node: ConfigNode, _ reader: inout ConfigReader)
        -> [String: EnvironmentConfig.Variable]
    {
        var result: [String: EnvironmentConfig.Variable] = [:]
        for pair in reader.map(node) ?? [] {
            reader.inside(pair.key) { reader in
                guard !pair.key.isEmpty, !pair.key.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") }) else {
                    return reader.fail(.configValue, at: pair.mark, "a variable's name is not empty and has no ‘=’")
                }
                if isSecret(pair.node) {
                    return reader.fail(
                        .secretsAbsent, at: pair.node.mark,
                        "this version keeps no secrets; put the value into a file that only you may read, and name it with ‘envFile’"
                    )
                }
                guard let value = reader.value(.anyText, of: pair.node) else { return }
                result[pair.key] = EnvironmentConfig.Variable(value: value, line: pair.mark.line)
            }
        }
        return result
    }

    /// `{secret: NAME}`
    private static func isSecret(_ node: ConfigNode) -> Bool {
        guard case .map(let pairs) = node.value else { return false }
        return pairs.count == 1 && pairs[0].key == "secret"
    }

    // MARK: envFile

    private struct FileDraft: Sendable {
        var path: String?
        var required: Bool?
    }

    private static let fileKeys: [ConfigKey<FileDraft>] = [
        ConfigKey("path", .text, \.path, "the file"),
        ConfigKey("required", .flag, \.required, "false: it may be missing"),
    ]

    private static func readFiles(_ node: ConfigNode, _ reader: inout ConfigReader) -> [EnvFileReference] {
        guard case .list(let items) = node.value else { return [readFile(node, &reader)].compactMap { $0 } }
        guard items.count <= EnvFileReference.most else {
            reader.fail(.configValue, at: node.mark, "expected \(EnvFileReference.most) files at most")
            return []
        }
        return items.indices.compactMap { index in
            var file: EnvFileReference?
            reader.inside("[\(index)]") { file = readFile(items[index], &$0) }
            return file
        }
    }

    private static func readFile(_ node: ConfigNode, _ reader: inout ConfigReader) -> EnvFileReference? {
        guard case .map = node.value else {
            guard let text = reader.value(.text, of: node) else { return nil }
            guard text.hasSuffix("?"), text.count > 1 else { return EnvFileReference(path: text) }
            return EnvFileReference(path: String(text.dropLast()), isRequired: false)
        }
        var draft = FileDraft()
        let before = reader.problems.count
        reader.read(node, by: fileKeys, into: &draft)
        guard let path = draft.path else {
            if reader.problems.count == before { reader.fail(.configMissing, at: node.mark, "‘path’ is missing") }
            return nil
        }
        return EnvFileReference(path: path, isRequired: draft.required ?? true)
    }

    private static func readInherited(_ node: ConfigNode, _ reader: inout ConfigReader) -> InheritedVariables? {
        if case .bool(let all) = node.value { return all ? .all : .named([]) }
        guard let names = ConfigValue<[String]>.words.read(node) else {
            reader.fail(
                .configValue, at: node.mark, "expected true, false, or names of variables, found \(node.found)")
            return nil
        }
        return .named(names)
    }
}
