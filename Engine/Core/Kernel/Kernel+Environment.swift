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
                let isCounted = name == app.spec.cluster?.incrementVar
                let source = added[name] == nil ? sources?[name] ?? .unknown : isCounted ? .incremented : .od
                return ProcessEnvironment.Variable(
                    name: name, value: secret && !show ? nil : value,
                    source: VariableSource(rawValue: source.word), secret: secret, place: source.place)
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

    /// Ours, which win over all others: they say who the instance is, and what it shares.
    private func added(_ spec: AppSpec, _ record: InstanceRecord) -> [String: String] {
        let variables = [
            "OD_NAME": spec.name, "OD_NAMESPACE": spec.namespace, "OD_ID": String(record.id),
            "OD_INSTANCE": "\(record.key).\(record.run)",
            spec.cluster?.instanceVar ?? Self.instanceVariable: String(record.number),
            // With OD_INSTANCE it tells whose process it is when keeper and engine were killed. An app may have a home
            // of its own in mind.
            "OD_HOME": spec.env["OD_HOME"] ?? homePath,
        ]
        return variables.merging(spec.cluster.map { sharing($0, spec, record.number) } ?? [:]) { $1 }
    }

    /// The number of an instance within its app, where the config does not name it.
    private static let instanceVariable = "NODE_APP_INSTANCE"

    /// What follows from ports: the app's own in PORT unless the config sets that, the sockets that it finds by systemd's
    /// protocol (sd_listen_fds(3): the keeper fills in the pid), and the preload by which node's `listen` takes them.
    private func sharing(_ cluster: ClusterSpec, _ spec: AppSpec, _ number: Int) -> [String: String] {
        var variables: [String: String] = [:]
        if let port = cluster.port, spec.env["PORT"] == nil { variables["PORT"] = String(port) }
        if let name = cluster.incrementVar, let first = (spec.env[name] ?? variables[name]).flatMap(Int.init) {
            variables[name] = String(first &+ number)
        }
        guard let sockets = spec.sockets else { return variables }
        variables["LISTEN_PID"] = "0"
        if sockets.port != nil {
            variables["LISTEN_FDS"] = "1"
            variables["LISTEN_FDNAMES"] = "port"
        }
        if cluster.node == true {
            variables["OD_SOCKETS"] = "3+\(sockets.count)"
            let file = spec.attributes?.uid == nil ? NodePreload.path(home: homePath) : nil
            variables["NODE_OPTIONS"] = NodePreload.option(file: file, after: spec.env["NODE_OPTIONS"])
        }
        return variables
    }
}
