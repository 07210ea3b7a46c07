// Who comes before whom. Level by level (A. B. Kahn, "Topological sorting of large networks", 1962): what depends on
// nothing is level 0, and everything else comes one level above the highest that it depends on.

/// A graph of names: each with those that it depends on.
package struct DependencyGraph: Hashable, Sendable {
    /// Names by level; those of one level do not depend on each other. What is in or behind a circle is in none.
    package let levels: [[String]]
    /// A circle, its first name once more at the end; nil without one.
    package let cycle: [String]?

    /// - Parameter edges: what each name depends on; names that are no key are not looked at.
    package init(_ edges: [String: [String]]) {
        let known = edges.mapValues { $0.filter { edges[$0] != nil } }
        var missing = known.mapValues { Set($0).count }
        var dependents: [String: [String]] = [:]
        for (name, others) in known {
            for other in Set(others) { dependents[other, default: []].append(name) }
        }
        var levels: [[String]] = []
        var next = missing.filter { $0.value == 0 }.map(\.key)
        while !next.isEmpty {
            levels.append(next.sorted())
            for name in next { missing[name] = nil }
            var following: [String] = []
            for dependent in next.flatMap({ dependents[$0] ?? [] }) {
                let left = (missing[dependent] ?? 0) - 1
                missing[dependent] = left
                if left == 0 { following.append(dependent) }
            }
            next = following
        }
        self.levels = levels
        cycle = missing.keys.min().map { Self.circle(from: $0, among: Set(missing.keys), known) }
    }

    /// Everything that is left depends on something that is left: who walks on comes round.
    private static func circle(from start: String, among left: Set<String>, _ edges: [String: [String]]) -> [String] {
        var path: [String] = []
        var places: [String: Int] = [:]
        var next = start
        while places[next] == nil {
            places[next] = path.count
            path.append(next)
            next = edges[next]?.filter(left.contains).min() ?? start
        }
        return path[(places[next] ?? 0)...] + [next]
    }

    /// The level of each name.
    package var ranks: [String: Int] {
        levels.enumerated().reduce(into: [:]) { ranks, level in
            for name in level.element { ranks[name] = level.offset }
        }
    }
}
