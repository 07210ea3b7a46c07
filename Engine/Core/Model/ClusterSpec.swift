/// How the instances of an app stand beside each other: the port that they share, and what tells them apart. What was
/// not said is nil.
public struct ClusterSpec: Hashable, Sendable, Codable {
    /// Words of the config.
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Each instance opens its own sockets.
        case fork
        /// All accept connections on the same sockets, which outlive each of them.
        case cluster
    }

    /// nil: `cluster` when there are several instances that can share a port.
    public var mode: Mode?
    /// The TCP port that the instances listen on; 1 to 65535.
    public var port: Int?
    /// The app opens the port itself, with SO_REUSEPORT: nothing is inherited.
    public var reusePort: Bool?
    /// The variable that grows by one from instance to instance.
    public var incrementVar: String?
    /// The variable with the number of the instance, in the place of NODE_APP_INSTANCE.
    public var instanceVar: String?
    /// The program is node: a small preload lets its `listen` take the shared sockets, whatever port it wants.
    public var node: Bool?

    public init(
        mode: Mode? = nil, port: Int? = nil, reusePort: Bool? = nil, incrementVar: String? = nil,
        instanceVar: String? = nil, node: Bool? = nil
    ) {
        self.mode = mode
        self.port = port
        self.reusePort = reusePort
        self.incrementVar = incrementVar
        self.instanceVar = instanceVar
        self.node = node
    }

    /// Nothing was said, and nothing follows from it.
    package var isEmpty: Bool { self == ClusterSpec() }
}

/// Where the standard input of an app leads.
public enum InputMode: String, Hashable, Sendable, Codable, CaseIterable {
    /// `/dev/null`: it is at its end.
    case null
    /// A pipe, into which `od send` and `od attach` write.
    case pipe
}

extension AppSpec {
    /// Its instances accept connections on sockets that the keeper holds.
    package var sharesSockets: Bool {
        guard let cluster, cluster.reusePort != true else { return false }
        switch cluster.mode {
        case .fork: return false
        case .cluster: return cluster.port != nil || cluster.node == true
        case nil: return instances > 1 && (cluster.port != nil || cluster.node == true && cluster.incrementVar == nil)
        }
    }

    /// A new run can begin before the old one of the same instance has ended: they do not want the same port for
    /// themselves.
    package var canOverlap: Bool {
        sharesSockets || cluster?.reusePort == true || instances > 1 && cluster?.incrementVar == nil
    }

    /// Why the first instance cannot run on as it is when there are more, or fewer, beside it; nil when it can.
    ///
    /// - Parameter isQuiet: it is known to listen on no port of its own.
    func reasonToRestart(scaledFrom old: AppSpec, isQuiet: Bool) -> String? {
        guard (old.instances > 1) != (instances > 1) else { return nil }
        if !old.sharesSockets, sharesSockets, !isQuiet || cluster?.port != nil {
            return "it had its port for itself, and now the instances share it"
        }
        let isNumbered = pidFile != nil || !mergeLogs && (outFile ?? errorFile ?? logs?.file) != nil
        return isNumbered ? "its files have the number of the instance in their names when there are several" : nil
    }

    /// `fork` or `cluster`, as `od list` shows it.
    var modeName: String { (cluster?.mode ?? (sharesSockets ? .cluster : .fork)).rawValue }

    /// The sockets of its runs; nil without any.
    var sockets: SocketOrder? {
        guard sharesSockets, let cluster else { return nil }
        return SocketOrder(port: cluster.port, spare: cluster.node == true ? Defaults.spareSockets : 0)
    }
}

/// Sockets that a run finds from descriptor 3 on: the one of a known port, which listens already, then those that node's
/// `listen` binds to whatever port it wants.
package struct SocketOrder: Hashable, Sendable {
    package var port: Int?
    package var spare: Int

    package init(port: Int?, spare: Int) {
        self.port = port
        self.spare = spare
    }

    package var count: Int { spare + (port == nil ? 0 : 1) }
}
