// What it takes to make a project equal to its config. `apply` does it, `diff` only says it.
extension Kernel {
    /// What `apply` would change: what goes first, then the apps in their order. Throws what `apply` would refuse.
    package func plan(_ project: ApplyRequest) throws(Failure) -> [AppChange] {
        try refuseWhileLeaving()
        for spec in project.apps { try check(spec) }
        try checkOwner(project)
        let leaving = leaving(project)
        try checkOrder(project.apps, without: Set(leaving.map(\.spec.label)))
        let removed = leaving.map {
            AppChange(namespace: $0.spec.namespace, name: $0.spec.name, change: .removed)
        }
        let others = project.apps.map { spec in
            guard let old = fleet.app(namespace: spec.namespace, name: spec.name) else {
                return AppChange(namespace: spec.namespace, name: spec.name, change: .added)
            }
            let fields = spec.changes(from: old.spec)
            return AppChange(
                namespace: spec.namespace, name: spec.name, change: fields.isEmpty ? .same : .changed,
                restarts: fields.contains(where: \.restarts), fields: fields)
        }
        return removed + others
    }

    /// Apps of the project that its config does not have any more, in the order of their keys: those of its namespace
    /// that no other file has, and those that came from the same file into other namespaces.
    func leaving(_ project: ApplyRequest) -> [AppRecord] {
        guard project.isPartial != true else { return [] }
        let staying = Set(project.apps.map { "\($0.namespace)/\($0.name)" })
        let file = project.owner
        return fleet.apps.values.sorted { $0.key < $1.key }.filter { old in
            guard !staying.contains("\(old.spec.namespace)/\(old.spec.name)") else { return false }
            return old.spec.namespace == project.namespace || file != nil && old.spec.config == file
        }
    }

    /// A project belongs to one config file: another file of that name would remove its apps.
    private func checkOwner(_ project: ApplyRequest) throws(Failure) {
        guard let file = project.owner else { return }
        let names = Set(project.apps.map { "\($0.namespace)/\($0.name)" })
        let taken = fleet.apps.values.filter { old in
            (old.spec.namespace == project.namespace || names.contains("\(old.spec.namespace)/\(old.spec.name)"))
                && old.spec.config.map { $0 != file } ?? false
        }
        guard let other = taken.min(by: { $0.key < $1.key }), let from = other.spec.config else { return }
        let namespace = other.spec.namespace
        guard namespace == project.namespace else {
            throw Failure(
                .nameTaken, "‘\(namespace)/\(other.spec.name)’ belongs to another file", why: "it comes from \(from)",
                next: "give the app another name or namespace, or od delete \(namespace)/\(other.spec.name) first")
        }
        throw Failure(
            .nameTaken, "the project ‘\(namespace)’ belongs to another file", why: "its apps come from \(from)",
            next: "give this file a name of its own (name: …), or od down \(namespace) first")
    }
}

extension ApplyRequest {
    /// The config file that it comes from; nil for stdin, and for no file at all.
    fileprivate var owner: String? { file ?? apps.lazy.compactMap(\.config).first }

    /// How an app is called in the answer: with its namespace when that is not the project's.
    func label(_ spec: AppSpec) -> String {
        spec.namespace == namespace ? spec.name : "\(spec.namespace)/\(spec.name)"
    }
}
