package import Core
import Themes
package import Widgets

/// Which app depends on which, as a tree for people: for `od graph` and the dashboard.
package struct GraphText {
    private let nodes: [String: AppGraph.Node]
    private let unicode: Bool
    private var drawn: Set<String> = []
    private var lines: [StyledText] = []

    private init(_ graph: AppGraph, unicode: Bool) {
        self.unicode = unicode
        nodes = Dictionary(graph.nodes.map { ($0.label, $0) }) { first, _ in first }
    }

    /// Apps that nobody depends on stand at the left; below each stands what it depends on. Empty without apps.
    package static func lines(_ graph: AppGraph, unicode: Bool) -> [StyledText] {
        var text = GraphText(graph, unicode: unicode)
        let needed = Set(graph.nodes.flatMap { node in node.dependencies.map { $0.label(in: node.namespace) } })
        for project in Set(graph.nodes.map(\.namespace)).sorted() {
            text.lines.append(StyledText(Text.sanitize(project), .heading, .bold))
            for node in graph.nodes where node.namespace == project && !needed.contains(node.label) {
                text.draw(node.label, as: node.name, nil, indent: "  ", below: "  ")
            }
        }
        return text.lines
    }

    private mutating func draw(
        _ label: String, as name: String, _ condition: Dependency.Condition?, indent: String, below: String
    ) {
        let node = nodes[label]
        let isRepeated = !drawn.insert(label).inserted && node?.dependencies.isEmpty == false
        var line = StyledText(indent) + StyledText(Text.sanitize(name), Self.style(node))
        if let condition, condition != .ready { line += StyledText(" (\(condition.rawValue))", .dim) }
        let state = Self.state(node)
        if !state.isEmpty { line += "  " + StyledText(state, Self.style(node)) }
        if isRepeated { line += StyledText("  see above", .dim) }
        lines.append(line)
        guard let node, !isRepeated else { return }
        for (index, dependency) in node.dependencies.enumerated() {
            let isLast = index == node.dependencies.count - 1
            let branch = unicode ? (isLast ? "└─ " : "├─ ") : (isLast ? "`- " : "|- ")
            let line = isLast ? "   " : unicode ? "│  " : "|  "
            draw(
                dependency.label(in: node.namespace), as: dependency.name, dependency.condition,
                indent: below + branch, below: below + line)
        }
    }

    /// `online`, `2 online, 1 waiting`, with the reason of a wait; `finished` for a job that ended well; `not there` for
    /// nil.
    package static func state(_ node: AppGraph.Node?) -> String {
        guard let node else { return "not there" }
        var counts = Dictionary(grouping: node.statuses) { $0 }.mapValues(\.count)
        let finished = min(node.finished ?? 0, counts[.stopped] ?? 0)
        counts[.stopped]? -= finished
        let all =
            ProcessStatus.allCases.map { ($0.rawValue, counts[$0] ?? 0) } + [(InstanceInfo.finishedWord, finished)]
        let words = all.filter { $0.1 > 0 }.map { node.statuses.count == 1 ? $0.0 : "\($0.1) \($0.0)" }
            .joined(separator: ", ")
        return words + (node.reason.map { " " + Text.sanitize($0) } ?? "")
    }

    /// The state that needs people most.
    private static func style(_ node: AppGraph.Node?) -> Style {
        guard let node else { return Style(.errored) }
        let order: [ProcessStatus] = [
            .errored, .killing, .stopping, .waiting, .starting, .reloading, .created, .stopped, .online,
        ]
        return order.first(where: node.statuses.contains).map { Style($0.role) } ?? .text
    }
}
