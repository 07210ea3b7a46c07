/// Whether an instance is one of those that some targets name. Also one that is known no more: by what was noted of it.
package struct TargetMatcher: Sendable {
    private let matches: [@Sendable (InstanceInfo) -> Bool]

    /// No more targets than this.
    package static let most = 64

    /// - Throws: `OD3001` and `OD1001` for what names nothing at all, and for too many.
    package init(_ targets: [String]) throws(Failure) {
        guard targets.count <= Self.most else {
            throw Failure(
                .usage, "\(targets.count) targets", why: "\(Self.most) are allowed here",
                next: "name a namespace, a /regex/ or all")
        }
        var matches: [@Sendable (InstanceInfo) -> Bool] = []
        for target in targets { matches.append(try Self.match(target)) }
        self.matches = matches
    }

    /// Without targets, every one.
    package func matches(_ process: InstanceInfo) -> Bool { matches.isEmpty || matches.contains { $0(process) } }

    /// Events of engine and keeper are nobody's: they match when nothing was named.
    package func matches(_ event: FleetEvent) -> Bool {
        event.process.map { matches($0) } ?? matches.isEmpty
    }

    private static func match(_ text: String) throws(Failure) -> @Sendable (InstanceInfo) -> Bool {
        switch try Target(text) {
        case .all:
            return { _ in true }
        case .id(let id):
            return { $0.id == id }
        case .name(let namespace, let name, let number):
            return { process in
                let isNamed = process.name == name && (namespace == nil || process.namespace == namespace)
                let isMember = namespace == nil && number == nil && process.namespace == name
                return isNamed && (number == nil || process.instance == number) || isMember
            }
        case .file(let path):
            throw Failure(
                .usage, "‘\(path)’ is a file, and instances are meant here",
                why: "what was noted of an instance says nothing of its config", next: "name the project, or apps")
        case .pattern(let pattern):
            let pattern = try Self.pattern(pattern)
            return { process in
                var search = PatternSearch(pattern)
                return search.matches(Array(process.name.utf8))
            }
        }
    }

    /// What stands between the slashes of a target. It takes time that grows with the names and nothing else.
    static func pattern(_ text: String) throws(Failure) -> LinePattern {
        do {
            return try LinePattern(text)
        } catch {
            throw Failure(
                .usage, "‘/\(text.prefix(80))/’ is no regular expression", why: error.why,
                next: "check its brackets and backslashes, or name the apps")
        }
    }
}
