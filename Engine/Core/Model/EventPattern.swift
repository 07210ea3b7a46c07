/// Which events somebody wants: `*`, `process:*`, `process:exited`, or one of the aliases that other tools know.
public struct EventPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: Hashable, Sendable {
        case all
        /// `process:`
        case prefix(String)
        case name(String)
        case crash
    }

    /// As it was written.
    public let description: String
    private let kind: Kind

    /// Names that stand for others: an app that ended badly by itself.
    public static let aliases = ["process:crash"]

    /// - Throws: `OD1001` for what can never match, with the names that there are.
    public init(_ text: String) throws(Failure) {
        description = text
        switch text {
        case "*": kind = .all
        case "process:crash": kind = .crash
        default:
            let isPrefix = text.hasSuffix(":*")
            let wanted = isPrefix ? String(text.dropLast()) : text
            guard EventName.allCases.contains(where: { Self.fits($0.rawValue, wanted, isPrefix) }) else {
                let names = EventName.allCases.map(\.rawValue) + Self.aliases
                throw Failure(
                    .usage, "no event is called ‘\(text.prefix(80))’",
                    why: "the events are \(names.joined(separator: ", "))",
                    next: "name one of them, or all of a kind like process:*")
            }
            kind = isPrefix ? .prefix(wanted) : .name(wanted)
        }
    }

    public func matches(_ event: FleetEvent) -> Bool {
        switch kind {
        case .all: true
        case .prefix(let prefix): Self.fits(event.name.rawValue, prefix, true)
        case .name(let name): event.name.rawValue == name
        case .crash: event.crash == true
        }
    }

    private static func fits(_ name: String, _ wanted: String, _ isPrefix: Bool) -> Bool {
        isPrefix ? name.hasPrefix(wanted) : name == wanted
    }
}

/// Events that match any of a few patterns; without patterns, all.
public struct EventFilter: Hashable, Sendable {
    /// More patterns than this are refused.
    public static let maxPatterns = 64

    public let patterns: [EventPattern]

    /// All events.
    public static let all = EventFilter()

    public init() {
        patterns = []
    }

    /// - Throws: `OD1001` for a pattern that can never match, and for too many.
    public init(_ texts: [String]) throws(Failure) {
        guard texts.count <= Self.maxPatterns else {
            throw Failure(
                .usage, "\(texts.count) patterns of events", why: "\(Self.maxPatterns) are allowed",
                next: "name all of a kind, like process:*, or all with *")
        }
        var patterns: [EventPattern] = []
        for text in texts { patterns.append(try EventPattern(text)) }
        self.patterns = patterns
    }

    public func matches(_ event: FleetEvent) -> Bool {
        patterns.isEmpty || patterns.contains { $0.matches(event) }
    }
}
