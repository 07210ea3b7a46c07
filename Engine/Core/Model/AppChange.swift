/// One field in which two definitions of an app differ.
public struct FieldChange: Hashable, Sendable, Codable {
    /// As in a config: `env.PORT`, `script`, `limits.nofile.soft`.
    public var key: String
    /// nil: it was not said. Stars for a secret.
    public var old: String?
    /// nil: it is not said any more. Stars for a secret.
    public var new: String?
    /// It takes another run of the app; false: it holds at once.
    public var restarts: Bool

    public init(key: String, old: String?, new: String?, restarts: Bool) {
        self.key = key
        self.old = old
        self.new = new
        self.restarts = restarts
    }

    /// What stands for the value of a secret.
    public static let stars = "********"
}

/// What a project's config changes of one app.
public struct AppChange: Hashable, Sendable, Codable {
    public var namespace: String
    public var name: String
    public var change: ApplyResult.Change
    /// Its instances that run are stopped and started.
    public var restarts: Bool
    /// Of a changed app, by key.
    public var fields: [FieldChange]

    public init(
        namespace: String, name: String, change: ApplyResult.Change, restarts: Bool = false, fields: [FieldChange] = []
    ) {
        self.namespace = namespace
        self.name = name
        self.change = change
        self.restarts = restarts
        self.fields = fields
    }
}

extension AppSpec {
    /// What `self` has otherwise than `old`, by key; nothing when both run the same.
    ///
    /// A variable that both inherit from a shell is no difference: another terminal must not restart an app.
    package func changes(from old: AppSpec) -> [FieldChange] {
        guard self != old else { return [] }
        let (before, after) = (old.fields, fields)
        let paths = Set(before.keys).union(after.keys).filter {
            // What the program is follows from other fields; older versions did not look.
            before[$0] != after[$0] && !(old.inherits($0) && inherits($0)) && $0 != "cluster.node"
        }
        return paths.sorted().map { path in
            let key = Self.configKey(path)
            let isStaying = path == "instances" && reasonToRestart(scaledFrom: old, isQuiet: false) == nil
            return FieldChange(
                key: key, old: old.shown(path, before[path]), new: shown(path, after[path]),
                restarts: !isStaying && !Self.isLive(path))
        }
    }

    private var fields: [String: String] {
        var copy = self
        copy.envSources = nil
        copy.metadata = nil
        // A value that encodes itself always is an AppSpec: nothing in it throws.
        return (try? FieldList.of(copy)) ?? [:]
    }

    /// A field of `fields`, without what is secret.
    private func shown(_ path: String, _ text: String?) -> String? {
        path == "arguments" ? FieldList.line(SecretVariable.shown(arguments)) : Self.shown(path, text)
    }

    /// Whether a field is a variable that comes from the shell here, or is not there.
    private func inherits(_ path: String) -> Bool {
        guard path.hasPrefix(Self.variables) else { return false }
        let name = String(path.dropFirst(Self.variables.count))
        return env[name] == nil || envSources?.byName[name] == .shell
    }

    private static let variables = "env."

    /// What holds without another run: it is looked up when it is needed.
    private static func isLive(_ path: String) -> Bool {
        live.contains(path) || ["restart.", "dependencies"].contains(where: path.hasPrefix)
    }

    private static let live: Set = [
        "killSignal", "killTimeout", "treeKill", "shutdownWithMessage", "config", "autoStart", "cascade", "maxMemory",
    ]

    /// The key of a config for the path of a field.
    private static func configKey(_ path: String) -> String {
        if path == "arguments" { return "args" }
        if path == "cluster.mode" { return "execMode" }
        if path.hasPrefix("cluster.") { return String(path.dropFirst("cluster.".count)) }
        if let key = LogSettings.keys[path] { return key }
        if path.hasPrefix("attributes.") { return String(path.dropFirst("attributes.".count)) }
        guard path.hasPrefix("restart.") else { return path }
        let part = String(path.dropFirst("restart.".count))
        let isOwnKey = ["minUptime", "maxRestarts", "coolDown"].contains(part) || part.hasPrefix("stopExitCodes")
        if isOwnKey { return part }
        return part == "mode" ? "restart" : "restart" + part.prefix(1).uppercased() + part.dropFirst()
    }

    private static func shown(_ path: String, _ text: String?) -> String? {
        guard let text else { return nil }
        if path == "killSignal", let number = Int32(text) { return Signal.name(number) }
        guard path.hasPrefix(variables) else { return text }
        return SecretVariable.isSecret(String(path.dropFirst(variables.count)), text) ? FieldChange.stars : text
    }
}
