import Core

// Keys of which the parts belong together: how instances stand beside each other, how an app tells that it is ready, and
// what it depends on.
extension SpecKeys {
    static let clusterNames = ["execMode", "port", "reusePort", "incrementVar", "instanceVar"]
    static let readyNames = [
        "waitReady", "ready", "ready.notify", "ready.fd", "ready.port", "ready.log", "ready.watchdog", "listenTimeout",
    ]
    static let orderNames = ["dependencies"]

    // MARK: instances

    /// - Throws: OD1001 for values that the key does not take, OD2003 for what contradicts the rest.
    static func setCluster(_ key: String, to value: String?, in spec: inout AppSpec) throws(Failure) {
        var app = AppConfig()
        app.cluster = spec.cluster ?? ClusterSpec()
        switch key {
        case "execMode": app.cluster.mode = nil
        case "port": app.cluster.port = nil
        case "reusePort": app.cluster.reusePort = nil
        case "incrementVar": app.cluster.incrementVar = nil
        default: app.cluster.instanceVar = nil
        }
        if let value { try app.set(key, to: value, flag: key) }
        spec.cluster = app.cluster.isEmpty ? nil : app.cluster
        try checkInstances(&spec)
    }

    /// What is said of the instances goes together, and with their number.
    static func checkInstances(_ spec: inout AppSpec) throws(Failure) {
        guard let stands = spec.cluster else { return }
        var app = AppConfig()
        app.cluster = stands
        app.instances = spec.instances
        // Whether it is node is known already; its program may be another machine's.
        let launch = Launch(program: "", arguments: [], interpreter: stands.node == true ? "node" : "none")
        spec.cluster = try ClusterSpec(app, launch, env: spec.env, name: spec.name)
    }

    // MARK: readiness

    /// - Throws: OD1001 for values that the key does not take or that contradict the rest.
    static func setReadiness(_ key: String, to value: String?, in spec: inout AppSpec) throws(Failure) {
        let timeout = spec.ready?.timeout ?? Defaults.listenTimeout
        switch key {
        case "listenTimeout": try setTimeout(value, in: &spec)
        case "waitReady", "ready":
            var app = AppConfig()
            if let value { try app.set(key, to: value, flag: key) }
            app.listenTimeout = timeout
            spec.ready = app.readiness(interpreter: spec.interpreter)
        default: try setReadyPart(String(key.dropFirst("ready.".count)), to: value, timeout, in: &spec)
        }
    }

    private static func setTimeout(_ value: String?, in spec: inout AppSpec) throws(Failure) {
        var app = AppConfig()
        if let value { try app.set("listenTimeout", to: value, flag: "listenTimeout") }
        guard spec.ready != nil else {
            throw Failure(
                .usage, "‘listenTimeout’ has no effect on ‘\(spec.name)’", why: "it does not tell when it is ready",
                next: "for example od set \(spec.name) ready.port=3000 listenTimeout=10s")
        }
        spec.ready?.timeout = max(1, app.listenTimeout ?? Defaults.listenTimeout)
    }

    /// One of the roads to readiness takes the place of another; what goes with a road is changed beside it.
    private static func setReadyPart(
        _ part: String, to value: String?, _ timeout: Int, in spec: inout AppSpec
    ) throws(Failure) {
        let isBeside = part == "fd" || part == "watchdog"
        guard let value else {
            if part == "fd" { spec.ready?.descriptor = nil }
            if part == "watchdog" { spec.ready?.watchdog = nil }
            if !isBeside { spec.ready = nil }
            return
        }
        var said = isBeside ? ReadyConfig(spec.ready) : ReadyConfig()
        var reader = ConfigReader()
        for entry in ConfigKeys.readyKeys where entry.name == part { entry.read(.ofFlag(value), &reader, &said) }
        if let problem = reader.problems.first { throw refused("ready.\(part)", value, problem.message) }
        let ready = said.readiness(timeout: timeout)
        if let problem = ready.problem {
            throw refused("ready.\(part)", value, "‘\(problem.key)’ must be \(problem.wanted)")
        }
        spec.ready = ready
    }

    // MARK: order

    /// All dependencies, or one: `dependencies.db=completed`.
    ///
    /// - Throws: OD1001 for values that the key does not take.
    static func setDependencies(_ key: String, to value: String?, in spec: inout AppSpec) throws(Failure) {
        let one = key.split(separator: ".", maxSplits: 1).dropFirst().first.map(String.init)
        var app = AppConfig()
        if let value { try app.set(key, to: value, flag: key) }
        var all = one == nil ? [] : spec.dependencies ?? []
        for dependency in app.dependencies ?? [] {
            all.removeAll { $0.name == dependency.name }
            all.append(dependency)
        }
        if value == nil, let one { all.removeAll { $0.name == one } }
        spec.dependencies = all.isEmpty ? nil : all
    }

    private static func refused(_ key: String, _ value: String, _ why: String) -> Failure {
        Failure(.usage, "\(key) does not understand ‘\(value)’", why: why, next: "od help config lists the keys")
    }
}

extension ReadyConfig {
    /// As it would have been written.
    fileprivate init(_ ready: Readiness?) {
        self.init()
        guard let ready else { return }
        notify = ready.notify
        fd = ready.descriptor.map { Int($0) }
        port = ready.port
        log = ready.log
        watchdog = ready.watchdog
    }
}
