internal import Core

/// Checks of a whole file: that what apps depend on is there, and that nothing depends on itself.
extension ConfigDraft {
    func checkDependencies(at nodes: [ConfigNode], _ reader: inout ConfigReader) {
        guard apps.contains(where: { $0.dependencies?.isEmpty == false }) else { return }
        let labels = apps.map { space(of: $0) + "/" + ($0.name ?? $0.script.map(DefaultName.app(script:)) ?? "") }
        let places = Dictionary(zip(labels, labels.indices)) { first, _ in first }
        var edges: [String: [String]] = [:]
        for (index, app) in apps.enumerated() {
            reader.inside("[\(index)]") { reader in
                checkNames(of: nodes[index], &reader)
                // A name that is given twice has the dependencies of both.
                edges[labels[index], default: []] += (app.dependencies ?? []).map { dependency in
                    let label = dependency.label(in: space(of: app))
                    if let place = places[label] {
                        warn(of: dependency, on: apps[place], at: nodes[index], &reader)
                    } else if isOurs(label) {
                        unknown(dependency.name, labels.filter { $0 != labels[index] }, at: nodes[index], &reader)
                    }
                    return label
                }
            }
        }
        for _ in 0..<Self.shownCircles {
            guard let cycle = DependencyGraph(edges).cycle, let first = places[cycle[0]] else { return }
            let circle = cycle.map(Self.bare).joined(separator: " → ")
            reader.fail(.dependencies, at: nodes[first].mark, "apps depend on each other in a circle: \(circle)")
            // The next one has nothing to do with it.
            for label in cycle { edges[label] = nil }
        }
    }

    /// The namespace of an app; empty for the project's own when the file does not name it.
    private func space(of app: AppConfig) -> String { app.namespace ?? name ?? "" }

    private static func bare(_ label: String) -> String { label.split(separator: "/").last.map(String.init) ?? label }

    /// Whether a label is of a namespace that belongs to this file alone.
    private func isOurs(_ label: String) -> Bool { label.hasPrefix((name ?? "") + "/") }

    /// The same thing under two of its names.
    private func checkNames(of node: ConfigNode, _ reader: inout ConfigReader) {
        guard case .map(let pairs) = node.value else { return }
        let said = pairs.filter { ConfigKeys.dependencyNames.contains($0.key) }
        guard said.count > 1 else { return }
        reader.fail(.configValue, at: said[1].mark, "the dependencies are said twice")
    }

    /// Circles that are told at once: each takes a walk over all apps.
    private static let shownCircles = 20
    /// Names that an error lists.
    private static let shownNames = 12

    private func unknown(_ wanted: String, _ labels: [String], at node: ConfigNode, _ reader: inout ConfigReader) {
        let what = "it depends on ‘\(wanted)’, which is no app here"
        guard reader.suggests else { return reader.fail(.dependencies, at: node.mark, what) }
        var seen: Set<String> = []
        let names = labels.map(Self.bare).filter { AppName.isValid($0) && seen.insert($0).inserted }
        let near = NearestName.of(Self.bare(wanted), among: names).map { "did you mean ‘\($0)’?" }
        let more = names.count > Self.shownNames ? " and \(names.count - Self.shownNames) more" : ""
        let all = "the apps are \(names.prefix(Self.shownNames).joined(separator: ", "))\(more)"
        let hint = near ?? (names.isEmpty ? nil : all)
        reader.fail(.dependencies, at: node.mark, what + (hint.map { "; \($0)" } ?? ""))
    }

    /// What is started again after every end never completes.
    private func warn(
        of dependency: Dependency, on other: AppConfig, at node: ConfigNode, _ reader: inout ConfigReader
    ) {
        let mode = other.restart ?? (other.autoRestart == false ? .never : Defaults.restart)
        guard [.completed, .completedSuccessfully].contains(dependency.condition), other.stopExitCodes == nil,
            mode == .always || mode == .unlessStopped
        else { return }
        reader.warn(
            at: node.mark,
            "‘\(dependency.name)’ is started again whenever it ends and never completes: it needs restart: on-failure "
                + "or never")
    }
}

extension Config {
    /// The names that the apps have with a block of `--env NAME`, by `NAMESPACE/NAME` as the file has them.
    func fullNames(block: String?) -> [String: String] {
        let names = apps.map { app in
            let name = app.name ?? DefaultName.app(script: app.script ?? "")
            return ((app.namespace ?? "") + "/" + name, app.fullName(block: block))
        }
        return Dictionary(names) { first, _ in first }
    }
}

extension AppConfig {
    /// Its dependencies by those names; `names` is of `Config.fullNames`.
    func dependencies(by names: [String: String]) -> [Dependency]? {
        dependencies?.map { dependency in
            let name = names[(namespace ?? "") + "/" + dependency.name]
            return name.map { Dependency($0, dependency.condition) } ?? dependency
        }
    }
}
