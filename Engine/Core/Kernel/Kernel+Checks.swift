// What a command is refused for, and what people are told beside its answer.
extension Kernel {
    /// An app that runs is not taken over by another file that has one of its name.
    func checkFile(_ spec: AppSpec) throws(Failure) {
        guard let file = spec.config, let old = fleet.app(namespace: spec.namespace, name: spec.name),
            let from = old.spec.config, from != file,
            fleet.keys(of: old.key).contains(where: { fleet[$0]?.life.isDown == false })
        else { return }
        throw Failure(
            .nameTaken, "‘\(spec.namespace)/\(spec.name)’ belongs to another file", why: "it comes from \(from)",
            next: "give this file a name of its own (name: …), or od down \(spec.namespace) first")
    }

    /// What an app is to depend on from now on must be there, or come with it.
    func checkDependencies(_ change: ChangeRequest.Change, beside others: [AppSpec]) throws(Failure) {
        let old = Set(change.from.dependencyLabels)
        let coming = Set(others.map(\.label))
        guard
            let missing = change.to.dependencyLabels.first(where: { label in
                !old.contains(label) && !coming.contains(label) && app(label) == nil
            })
        else { return }
        let names = fleet.apps.values.map(\.spec.label).filter { $0 != change.to.label }.sorted()
        let near = NearestName.of(missing, among: names).map { "the nearest is \($0)" }
        throw Failure(
            .dependencies, "‘\(change.to.name)’ would depend on ‘\(missing)’, which there is not",
            why: near ?? "it would wait for ever", next: "od list shows the apps; start it first, or correct the name")
    }

    /// Of a home that was halted, for people: a start brings back more than was named.
    func resumed(beside named: Set<UInt64>) -> [String] {
        guard home.halted else { return [] }
        let others = fleet.sortedKeys().filter { !named.contains($0) && fleet[$0]?.record.wanted == .running }
        guard !others.isEmpty else { return [] }
        return ["what ran before od daemon stop is started, too (\(others.count) more): od list shows it"]
    }
}
