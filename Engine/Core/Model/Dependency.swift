/// An app that must be there before another one is started.
public struct Dependency: Hashable, Sendable, Codable {
    /// How it must be. As docker-compose and process-compose have it.
    public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// It executes.
        case started
        /// It is ready, in its own idiom.
        case ready
        /// The same as `ready`, as long as there are no health checks.
        case healthy
        /// It has run and ended, however.
        case completed
        /// It has run and ended with code 0.
        case completedSuccessfully = "completed-successfully"
    }

    /// `db` of the same project, or `shop/db`.
    public var name: String
    public var condition: Condition

    public init(_ name: String, _ condition: Condition = .ready) {
        self.name = name
        self.condition = condition
    }

    /// More than any app needs.
    public static let most = 256

    /// `namespace/name`, as seen from an app of `namespace`.
    public func label(in namespace: String) -> String { name.contains("/") ? name : "\(namespace)/\(name)" }

    /// Whether the name is one.
    package var isValid: Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { AppName.isValid(String($0)) }
    }
}

/// What happens to an app when one that it depends on is stopped or restarted by hand.
public enum Cascade: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is stopped with it, before it.
    case stop
    /// It is restarted with it: it ends before it and starts when it is ready again.
    case restart
    case both

    public var stops: Bool { self != .restart }
    public var restarts: Bool { self != .stop }
}

extension AppSpec {
    /// `namespace/name`
    public var label: String { "\(namespace)/\(name)" }

    /// `namespace/name` of each app that it depends on.
    public var dependencyLabels: [String] { (dependencies ?? []).map { $0.label(in: namespace) } }
}
