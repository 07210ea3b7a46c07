internal import Core

/// Who must be there before an app, and what is watched while it runs.
extension ConfigKeys {
    package static let order: [ConfigKey<AppConfig>] = [
        dependencies("dependencies", "apps that must be there first: names, or maps of name and condition"),
        dependencies("dependsOn", "the same as dependencies"),
        dependencies("depends_on", "the same as dependencies"),
        ConfigKey(
            "cascade", type: "word", schema: ConfigValue<Cascade>.cascade.schema,
            "what becomes of it when one of these is stopped or restarted by hand: stop, restart, true for both"
        ) { node, reader, app in
            if case .bool(false) = node.value { return app.cascade = nil }
            app.cascade = reader.value(.cascade, of: node)
        },
        ConfigKey("maxMemory", .size, \.maxMemory, "bytes of its whole tree above which it is restarted; default: any"),
        ConfigKey("pidFile", .text, \.pidFile, "where the pid of its first process stands while it runs"),
        ConfigKey("treeKill", .flag, \.treeKill, "false: only its first process gets the stop signal; default: true"),
    ]

    private static func dependencies(_ name: String, _ doc: String) -> ConfigKey<AppConfig> {
        ConfigKey(name, type: "list", schema: dependencySchema, doc) { node, reader, app in
            app.dependencies = readDependencies(node, &reader)
        }
    }

    static let dependencyNames = ["dependencies", "dependsOn", "depends_on"]

    private static let dependencySchema: ConfigSchema = {
        let name = ConfigValue<String>.target.schema
        let condition = ConfigValue<Dependency.Condition>.condition.schema
        let one = ConfigSchema.anyOf([name, .record([("name", name), ("condition", condition)], required: ["name"])])
        let map = ConfigSchema.object([
            ("type", .string("object")), ("propertyNames", name),
            (
                "additionalProperties",
                .anyOf([condition, .type("null"), .record([("condition", condition)])])
            ),
        ])
        return .anyOf([one, .list(one), map])
    }()

    private struct DependencyDraft: Sendable {
        var name: String?
        var condition: Dependency.Condition?
    }

    private static let dependencyKeys: [ConfigKey<DependencyDraft>] = [
        ConfigKey("name", .target, \.name, "an app of the project, or project/app"),
        ConfigKey("condition", .condition, \.condition, "started, ready, healthy, completed, completed-successfully"),
    ]

    /// A list of names and maps, one name alone, or a map by names as docker-compose has it.
    private static func readDependencies(_ node: ConfigNode, _ reader: inout ConfigReader) -> [Dependency]? {
        var result: [Dependency] = []
        switch node.value {
        case .list(let items):
            for (index, item) in items.enumerated() {
                reader.inside("[\(index)]") { reader in
                    readDependency(item, &reader).map { result.append($0) }
                }
            }
        case .map(let pairs):
            for pair in pairs {
                reader.inside(pair.key) { reader in
                    readDependency(pair, &reader).map { result.append($0) }
                }
            }
        default:
            readDependency(node, &reader).map { result.append($0) }
        }
        return result
    }

    private static func readDependency(_ node: ConfigNode, _ reader: inout ConfigReader) -> Dependency? {
        guard case .map = node.value else { return reader.value(.target, of: node).map { Dependency($0) } }
        var draft = DependencyDraft()
        let before = reader.problems.count
        reader.read(node, by: dependencyKeys, into: &draft)
        if draft.name == nil, reader.problems.count == before {
            reader.fail(.configMissing, at: node.mark, "‘name’ is missing: the app that it depends on")
        }
        return draft.name.map { Dependency($0, draft.condition ?? .ready) }
    }

    /// `db: ready`, `db: {condition: service_healthy}`, `db:`
    private static func readDependency(_ pair: ConfigPair, _ reader: inout ConfigReader) -> Dependency? {
        guard Dependency(pair.key).isValid else {
            reader.fail(.configValue, at: pair.mark, "expected \(ConfigValue<String>.target.expected)")
            return nil
        }
        switch pair.node.value {
        case .null: return Dependency(pair.key)
        case .map:
            var draft = DependencyDraft()
            reader.read(pair.node, by: dependencyKeys.filter { $0.name == "condition" }, into: &draft)
            return Dependency(pair.key, draft.condition ?? .ready)
        default: return reader.value(.condition, of: pair.node).map { Dependency(pair.key, $0) }
        }
    }
}

extension ConfigValue where T == String {
    /// An app of the project, or of another one.
    static var target: ConfigValue<String> {
        let name = "[A-Za-z][A-Za-z0-9._-]{0,\(AppName.maxLength - 1)}"
        return ConfigValue(
            type: "name", expected: "the name of an app, or project/app", schema: .pattern("^(\(name)/)?\(name)$")
        ) { node in
            node.scalarText.flatMap { Dependency($0).isValid ? $0 : nil }
        }
    }
}

extension ConfigValue where T == Dependency.Condition {
    /// Also as docker-compose (`service_healthy`) and process-compose (`process_completed_successfully`) write them.
    static var condition: ConfigValue<Dependency.Condition> {
        let words = Dependency.Condition.allCases.map(\.rawValue).joined(separator: ", ")
        let pattern = "^(service_|process_)?(started|ready|log_ready|healthy|completed([-_]successfully)?)$"
        return ConfigValue(type: "word", expected: "one of \(words)", schema: .pattern(pattern)) { node in
            guard var word = node.scalarText?.lowercased() else { return nil }
            for prefix in ["service_", "process_"] where word.hasPrefix(prefix) {
                word = String(word.dropFirst(prefix.count))
            }
            word = String(word.map { $0 == "_" ? "-" : $0 })
            return word == "log-ready" ? .ready : Dependency.Condition(rawValue: word)
        }
    }
}

extension ConfigValue where T == Cascade {
    static var cascade: ConfigValue<Cascade> {
        ConfigValue(
            type: "word", expected: "stop, restart, or true for both",
            schema: .anyOf([.flag, .words(Cascade.allCases.map(\.rawValue))])
        ) { node in
            if case .bool(true) = node.value { return .both }
            return node.scalarText.flatMap(Cascade.init(rawValue:))
        }
    }
}
