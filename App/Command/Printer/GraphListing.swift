internal import Core
internal import Interface
internal import Widgets

/// `od graph`: as a tree for people, and as programs that draw want it.
enum GraphListing {
    static func text(_ graph: AppGraph, colour: Bool, unicode: Bool) -> String {
        let lines = GraphText.lines(graph, unicode: unicode)
        guard !lines.isEmpty else { return "no apps yet: od start FILE starts one\n" }
        return lines.map { Paint.line($0, colour) + "\n" }.joined()
    }

    /// Graphviz.
    static func dot(_ graph: AppGraph) -> String {
        var lines = ["digraph apps {", "  rankdir=LR;"]
        for node in graph.nodes {
            let state = GraphText.state(node)
            let texts = [node.label] + (state.isEmpty ? [] : [state])
            lines.append("  \(quoted(node.label)) [label=\(quoted(texts, between: "\\n"))];")
        }
        for (from, to, condition) in graph.edges {
            lines.append("  \(quoted(from)) -> \(quoted(to)) [label=\(quoted(condition.rawValue))];")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    static func mermaid(_ graph: AppGraph) -> String {
        let nodes = Dictionary(graph.nodes.map { ($0.label, $0) }) { first, _ in first }
        let labels = Set(graph.nodes.map(\.label) + graph.edges.map(\.1)).sorted()
        let ids = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, "n\($0.offset)") })
        var lines = ["graph LR"]
        for label in labels {
            let state = GraphText.state(nodes[label])
            lines.append("  \(ids[label] ?? "")[\(quoted(label + (state.isEmpty ? "" : ": " + state)))]")
        }
        for (from, to, condition) in graph.edges {
            lines.append("  \(ids[from] ?? "") -->|\(condition.rawValue)| \(ids[to] ?? "")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Names have no quotes; reasons may, and another machine may say anything.
    private static func quoted(_ text: String) -> String { quoted([text], between: "") }

    private static func quoted(_ texts: [String], between: String) -> String {
        let clean = texts.map { text in
            String(Text.sanitize(text).map { $0 == "\"" ? "'" : $0 == "\\" ? "/" : $0 })
        }
        return "\"" + clean.joined(separator: between) + "\""
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
        add("max memory", order.maxMemory.map { Format.bytes(UInt64(clamping: $0)) })
        add("last restart", order.cause)
        add("pid file", order.pidFile)
        if order.treeKill == false { add("stop signal", "to its first process only") }
        return rows
    }
}
