internal import Core
internal import Themes
internal import Widgets

/// `od graph`: as a tree for people, and as programs that draw want it.
struct GraphListing {
    private let graph: AppGraph
    private let colour: Bool
    private let unicode: Bool
    private let nodes: [String: AppGraph.Node]
    private var drawn: Set<String> = []
    private var lines: [String] = []

    private init(_ graph: AppGraph, colour: Bool, unicode: Bool) {
        self.graph = graph
        self.colour = colour
        self.unicode = unicode
        nodes = Dictionary(graph.nodes.map { ($0.label, $0) }) { first, _ in first }
    }

    // MARK: text

    /// Apps that nobody depends on stand at the left; below each stands what it depends on.
    static func text(_ graph: AppGraph, colour: Bool, unicode: Bool) -> String {
        var listing = GraphListing(graph, colour: colour, unicode: unicode)
        let needed = Set(graph.nodes.flatMap { node in node.dependencies.map { $0.label(in: node.namespace) } })
        let projects = Set(graph.nodes.map(\.namespace)).sorted()
        for project in projects {
            listing.lines.append(Paint.text(Text.sanitize(project), Style(.heading, .bold), colour))
            for node in graph.nodes where node.namespace == project && !needed.contains(node.label) {
                listing.draw(node.label, as: node.name, nil, indent: "  ", below: "  ")
            }
        }
        return listing.lines.isEmpty
            ? "no apps yet: od start FILE starts one\n" : listing.lines.joined(separator: "\n") + "\n"
    }

    private mutating func draw(
        _ label: String, as name: String, _ condition: Dependency.Condition?, indent: String, below: String
    ) {
        let node = nodes[label]
        let isRepeated = !drawn.insert(label).inserted && node?.dependencies.isEmpty == false
        var line = indent + Paint.text(Text.sanitize(name), style(node), colour)
        if let condition, condition != .ready { line += Paint.text(" (\(condition.rawValue))", Style(.dim), colour) }
        let state = state(node)
        if !state.isEmpty { line += "  " + Paint.text(state, style(node), colour) }
        if isRepeated { line += Paint.text("  see above", Style(.dim), colour) }
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

    /// `online`, `2 online, 1 waiting`, with the reason of a wait.
    private func state(_ node: AppGraph.Node?) -> String {
        guard let node else { return "not there" }
        let counts = Dictionary(grouping: node.statuses) { $0 }.mapValues(\.count)
        let words = ProcessStatus.allCases.compactMap { status in
            counts[status].map { node.statuses.count == 1 ? status.rawValue : "\($0) \(status.rawValue)" }
        }.joined(separator: ", ")
        return words + (node.reason.map { " " + Text.sanitize($0) } ?? "")
    }

    /// The state that needs people most.
    private func style(_ node: AppGraph.Node?) -> Style {
        guard let node else { return Style(.errored) }
        let order: [ProcessStatus] = [
            .errored, .killing, .stopping, .waiting, .starting, .reloading, .created, .stopped, .online,
        ]
        return order.first(where: node.statuses.contains).map { Style($0.role) } ?? .text
    }

    // MARK: for programs

    /// Graphviz.
    static func dot(_ graph: AppGraph) -> String {
        let listing = GraphListing(graph, colour: false, unicode: true)
        var lines = ["digraph apps {", "  rankdir=LR;"]
        for node in graph.nodes {
            let state = listing.state(node)
            let text = node.label + (state.isEmpty ? "" : "\\n" + state)
            lines.append("  \(quoted(node.label)) [label=\(quoted(text))];")
        }
        for (from, to, condition) in graph.edges {
            lines.append("  \(quoted(from)) -> \(quoted(to)) [label=\(quoted(condition.rawValue))];")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    static func mermaid(_ graph: AppGraph) -> String {
        let listing = GraphListing(graph, colour: false, unicode: true)
        let labels = Set(graph.nodes.map(\.label) + graph.edges.map(\.1)).sorted()
        let ids = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, "n\($0.offset)") })
        var lines = ["graph LR"]
        for label in labels {
            let state = listing.state(listing.nodes[label])
            lines.append("  \(ids[label] ?? "")[\(quoted(label + (state.isEmpty ? "" : ": " + state)))]")
        }
        for (from, to, condition) in graph.edges {
            lines.append("  \(ids[from] ?? "") -->|\(condition.rawValue)| \(ids[to] ?? "")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Names have no quotes; reasons may.
    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" ? "'" : String($0) }.joined() + "\""
    }
}

extension AppGraph {
    fileprivate var edges: [(String, String, Dependency.Condition)] {
        nodes.flatMap { node in
            node.dependencies.map { (node.label, $0.label(in: node.namespace), $0.condition) }
        }
    }
}

extension Printer {
    func graph(_ graph: AppGraph, as format: Graph.Format) {
        if json { return value(graph) }
        switch format {
        case .text: output.write(GraphListing.text(graph, colour: console.outputColour, unicode: console.unicode))
        case .dot: output.write(GraphListing.dot(graph))
        case .mermaid: output.write(GraphListing.mermaid(graph))
        }
    }
}

/// What `od info` says of dependencies and limits.
enum OrderListing {
    static func rows(_ order: ProcessOrder?) -> [(name: String, value: String)] {
        guard let order else { return [] }
        var rows: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { rows.append((name, value)) }
        }
        let needs = order.dependencies.map { $0.name + ($0.condition == .ready ? "" : " (\($0.condition.rawValue))") }
        add("depends on", needs.joined(separator: ", ") + (order.alone == true ? "; started without" : ""))
        add("needed by", order.dependents.joined(separator: ", "))
        add("cascade", order.cascade?.rawValue)
        add("max memory", order.maxMemory.map { Format.bytes(UInt64($0)) })
        add("last restart", order.cause)
        add("pid file", order.pidFile)
        if order.treeKill == false { add("stop signal", "to its first process only") }
        return rows
    }
}
