internal import Core

/// Where the keys of an app stand in its file, and which of them could not be read.
package struct ConfigSpots: Hashable, Sendable {
    /// The file as the user named it.
    var file = ""
    /// `apps[0]`
    var path: String
    /// Of the app as a whole.
    var mark: ConfigMark
    /// Of its keys; those that come from `defaults` are not among them.
    var keys: [String: ConfigMark]
    /// Keys with a mistake that was told: what follows from them is no news.
    var unread: Set<String>

    /// - Parameter problems: of the app, and of `defaults`.
    init(of node: ConfigNode, at path: String, _ problems: some Sequence<ConfigProblem>) {
        self.path = path
        mark = node.mark
        keys = [:]
        if case .map(let pairs) = node.value {
            for pair in pairs { keys[pair.key] = pair.mark }
        }
        unread = Set(problems.compactMap { Self.key(of: $0.path, in: path) ?? Self.key(of: $0.path, in: "defaults") })
    }

    /// `limits` of `apps[0].limits.nofile`
    private static func key(of path: String, in owner: String) -> String? {
        guard path.hasPrefix(owner + ".") else { return nil }
        return String(path.dropFirst(owner.utf8.count + 1).prefix { $0 != "." && $0 != "[" })
    }

    /// A mistake of a key; nil for the app as a whole.
    func problem(_ code: ErrorCode, _ key: String?, _ message: String) -> ConfigProblem {
        guard let key, let mark = keys[key] else { return ConfigProblem(code, at: mark, path: path, message) }
        return ConfigProblem(code, at: mark, path: path + "." + key, message)
    }
}
