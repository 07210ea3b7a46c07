/// What an app says of itself. Two of them are always equal: what an app is called does not change what it is, and must
/// not restart it.
public struct AppMetadata: Hashable, Sendable, Codable {
    /// By the config, else by the package.json beside its script.
    public var version: String?
    /// The beginning of the commit that its folder is at, and its branch; nil outside of git.
    public var commit: String?
    public var branch: String?
    /// For people, by the config.
    public var description: String?

    public init(version: String? = nil, commit: String? = nil, branch: String? = nil, description: String? = nil) {
        self.version = version
        self.commit = commit
        self.branch = branch
        self.description = description
    }

    /// `1.2.3 (main 4f2a9c1)`; nil when nothing is known.
    public var text: String? {
        let git = [branch, commit].compactMap { $0 }.joined(separator: " ")
        guard let version else { return git.isEmpty ? nil : git }
        return git.isEmpty ? version : "\(version) (\(git))"
    }

    public static func == (_: AppMetadata, _: AppMetadata) -> Bool { true }

    public func hash(into _: inout Hasher) {}
}
