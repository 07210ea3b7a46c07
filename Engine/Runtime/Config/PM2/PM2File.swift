internal import Core

/// Ecosystem files of PM2: what they are known by, and the same config in our own keys.
package enum PM2File {
    /// The names that PM2 and its users give them, in the order in which they are looked for.
    package static let names = [
        "ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.config.ts",
        "ecosystem.config.json", "ecosystem.config.yml", "ecosystem.config.yaml", "ecosystem.json", "process.json",
        "process.yml", "process.yaml", "pm2.json", "pm2.config.js", "pm2.config.cjs",
    ]

    /// Whether a script's name says that it is a config, and not a program to be run: `*.config.js`, as PM2 has it.
    package static func isConfigScript(_ path: String) -> Bool {
        guard ConfigScript.isOne(path) else { return false }
        let stem = FilePath.name(of: path).dropLast(FilePath.fileExtension(of: path).count + 1)
        return stem.hasSuffix(".config") || stem == "ecosystem"
    }

    /// Whether a config is PM2's: by the file's name, its shape, or keys that only PM2 has.
    static func isOne(_ root: ConfigNode, file: String) -> Bool {
        let name = FilePath.name(of: file)
        if name.hasPrefix("opendaemon.") || name == ".opendaemonrc" || name == "package.json" { return false }
        let isForeignScript = isConfigScript(file) && !name.hasSuffix("ts") && !saysOurs(root)
        if isForeignScript || name.hasPrefix("ecosystem.") || name.hasPrefix("pm2.") || names.contains(name) {
            return true
        }
        switch root.value {
        case .list: return true
        case .map(let pairs):
            guard let apps = root["apps"] else { return pairs.contains { ["pm2", "script", "exec"].contains($0.key) } }
            guard case .list(let items) = apps.value else { return false }
            return items.contains { item in keys(of: item).contains(where: isForeign) }
        default: return false
        }
    }

    /// A config in our keys, and a line on what PM2 would do with it that od does not.
    static func inOurKeys(_ root: ConfigNode, file: String) -> (ConfigNode, warning: String?) {
        guard isOne(root, file: file) else { return (root, nil) }
        let home = AppEnvironment.ofThisProcess()["HOME"] ?? "/"
        let (node, remarks) = translated(root, directory: FilePath.directory(of: file), home: home)
        return (node, remarks.warning)
    }

    private static func keys(of node: ConfigNode) -> [String] {
        if case .map(let pairs) = node.value { pairs.map(\.key) } else { [] }
    }

    /// Whether an app has a key that we have and PM2 has not.
    private static func saysOurs(_ root: ConfigNode) -> Bool {
        apps(of: root).contains { app in
            keys(of: app).contains { key in
                PM2Attribute.named(key) == nil && ConfigKeys.app.contains { $0.name == key }
            }
        }
    }

    /// A key that only PM2 has, and that is no slip of one of ours.
    private static func isForeign(_ key: String) -> Bool {
        key.contains("_") && !key.hasPrefix("env_") && PM2Attribute.named(key) != nil
    }

    /// The config in our keys, every value still at its place.
    ///
    /// - Parameters:
    ///   - directory: the folder of the file, absolute.
    ///   - home: for paths that begin with `~/`.
    /// - Returns: the tree, and what PM2 would do that od does not; empty when there is nothing.
    static func translated(_ root: ConfigNode, directory: String, home: String) -> (ConfigNode, remarks: PM2Remarks) {
        var remarks = PM2Remarks()
        var pairs: [ConfigPair] = []
        if case .map(let all) = root.value, root["apps"] != nil {
            for pair in all where pair.key != "apps" {
                if ConfigKeys.project.contains(where: { $0.name == pair.key }) {
                    pairs.append(pair)
                } else {
                    remarks.note(pair.key, of: nil, isKnown: ["deploy", "static"].contains(pair.key))
                }
            }
        }
        let apps = apps(of: root).map { app in
            PM2App(app, directory: directory, home: home).translated(&remarks)
        }
        let list = ConfigNode(.list(apps), at: root["apps"]?.mark ?? root.mark)
        pairs.append(ConfigPair(key: "apps", mark: list.mark, node: list))
        return (ConfigNode(.map(pairs), at: root.mark), remarks)
    }

    /// A bare list, one app alone, `apps`, or any of them in `pm2`.
    private static func apps(of root: ConfigNode) -> [ConfigNode] {
        switch root.value {
        case .list(let items): return items
        case .map:
            if let apps = root["apps"] { return Self.apps(of: apps) }
            if let inner = root["pm2"] { return Self.apps(of: inner) }
            return [root]
        default: return [root]
        }
    }
}

/// What a file of PM2 asks for and does not get, for one warning.
struct PM2Remarks: Hashable, Sendable {
    /// The attributes with the apps that have them, in the order of the file; no app for the file as a whole.
    private(set) var absent: [String: [String]] = [:]
    private(set) var unknown: [String: [String]] = [:]
    private(set) var order: [String] = []
    private(set) var renamed: [String] = []

    mutating func note(_ key: String, of app: String?, isKnown: Bool) {
        if absent[key] == nil, unknown[key] == nil { order.append(key) }
        if isKnown { absent[key, default: []] += app.map { [$0] } ?? [] }
        if !isKnown { unknown[key, default: []] += app.map { [$0] } ?? [] }
    }

    mutating func rename(_ old: String, to new: String) {
        renamed.append("‘\(old)’ is called \(new)")
    }

    /// What follows from what is not done, or why it is not.
    mutating func say(_ text: String) { renamed.append(text) }

    /// One line, nil when there is nothing to say.
    var warning: String? {
        var parts: [String] = []
        let known = order.filter { absent[$0] != nil }.map { $0 + Self.list(absent[$0]) }
        if !known.isEmpty { parts.append("not done here: \(known.joined(separator: ", "))") }
        let names = PM2Attribute.all.flatMap { $0.names }
        let odd = order.filter { unknown[$0] != nil }.map { key in
            let near = NearestName.of(key, among: names).map { ", did you mean \($0)?" } ?? ""
            return "\(key)\(Self.list(unknown[key]))\(near)"
        }
        if !odd.isEmpty { parts.append("PM2 does not know either: \(odd.joined(separator: "; "))") }
        parts += renamed
        return parts.isEmpty ? nil : "a file of PM2, " + parts.joined(separator: "; ")
    }

    private static func list(_ apps: [String]?) -> String {
        guard let apps, let first = apps.first else { return "" }
        return apps.count > 3 ? " (\(first) and \(apps.count - 1) more)" : " (\(apps.joined(separator: ", ")))"
    }
}
