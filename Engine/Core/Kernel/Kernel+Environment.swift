// What a run finds in its environment, and where each variable comes from.
extension Kernel {
    /// The environment of every instance that `targets` name; secret values only with `show`.
    package func environments(of targets: [String], show: Bool) throws(Failure) -> [ProcessEnvironment] {
        try resolve(targets).compactMap { key in
            guard let instance = fleet[key], let app = fleet.app(of: key) else { return nil }
            let record = instance.record
            let added = added(app.spec, record)
            let sources = app.spec.envSources?.byName
            let variables = environment(app.spec, record).sorted { $0.key < $1.key }.map { name, value in
                let secret = SecretVariable.isSecret(name, value)
                return ProcessEnvironment.Variable(
                    name: name, value: secret && !show ? nil : value,
                    source: added[name] != nil ? .od : sources?[name] ?? .unknown, secret: secret)
            }
            return ProcessEnvironment(
                id: record.id, name: app.spec.name, instance: record.number, namespace: app.spec.namespace,
                variables: variables)
        }
    }

    /// All variables of a run.
    func environment(_ spec: AppSpec, _ record: InstanceRecord) -> [String: String] {
        spec.env.merging(added(spec, record)) { $1 }
    }

    /// Ours, which win over all others: they say who the instance is.
    private func added(_ spec: AppSpec, _ record: InstanceRecord) -> [String: String] {
        [
            "OD_NAME": spec.name, "OD_NAMESPACE": spec.namespace, "OD_ID": String(record.id),
            "OD_INSTANCE": "\(record.key).\(record.run)", "NODE_APP_INSTANCE": String(record.number),
            // With OD_INSTANCE it tells whose process it is when keeper and engine were killed. An app may have a home
            // of its own in mind.
            "OD_HOME": spec.env["OD_HOME"] ?? homePath,
        ]
    }
}
