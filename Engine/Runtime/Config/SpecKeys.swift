package import Core

/// What of a running app's definition can be changed by itself: a key of the config and the part of `AppSpec` that it
/// becomes.
package enum SpecKeys {
    /// All keys, without `env.NAME` and `dependencies.NAME`.
    package static let names = copies.map(\.key) + clusterNames + readyNames + orderNames + launchNames

    /// Whether a key means files of this machine.
    package static func isLocal(_ key: String) -> Bool { launchNames.contains(key) }

    private typealias Copy = @Sendable (_ from: AppSpec, _ to: inout AppSpec) -> Void

    private static func copy<T>(_ key: String, _ path: any WritableKeyPath<AppSpec, T> & Sendable) -> (
        key: String, copy: Copy
    ) {
        (key, { from, to in to[keyPath: path] = from[keyPath: path] })
    }

    private static let copies: [(key: String, copy: Copy)] =
        [
            copy("instances", \.instances), copy("autoRestart", \.restart.mode), copy("restart", \.restart.mode),
            copy("restartStrategy", \.restart.strategy), copy("restartDelay", \.restart.delay),
            copy("restartFactor", \.restart.factor), copy("restartMaxDelay", \.restart.maxDelay),
            copy("restartJitter", \.restart.jitter), copy("restartReset", \.restart.reset),
            copy("maxRestarts", \.restart.maxRestarts), copy("restartWindow", \.restart.window),
            copy("minUptime", \.restart.minUptime), copy("coolDown", \.restart.coolDown),
            copy("stopExitCodes", \.restart.stopExitCodes), copy("killSignal", \.killSignal),
            copy("killTimeout", \.killTimeout), copy("outFile", \.outFile), copy("errorFile", \.errorFile),
            copy("mergeLogs", \.mergeLogs), copy("maxMemory", \.maxMemory),
            copy("pidFile", \.pidFile), copy("treeKill", \.treeKill), copy("autoStart", \.autoStart),
            copy("stdin", \.stdin), copy("shutdownWithMessage", \.shutdownWithMessage), copy("cascade", \.cascade),
            copy("logFile", \.logsOrDefault.file), copy("disableLogs", \.logsOrDefault.isDisabled),
            copy("logType", \.logsOrDefault.type), dateFormat,
            copy("logFlush", \.logsOrDefault.flush), copy("crashLogs", \.logsOrDefault.crashLines),
        ] + rotation + attributes

    /// A format of the time makes raw logs text.
    private static let dateFormat: (key: String, copy: Copy) = (
        "logDateFormat",
        { from, to in
            to.logsOrDefault.dateFormat = from.logs?.dateFormat
            if to.logs?.type != .json { to.logsOrDefault.type = from.logs?.type ?? .raw }
        }
    )

    private static let rotation: [(key: String, copy: Copy)] = [
        copy("logRotation.maxSize", \.rotationOrDefault.maxSize),
        copy("logRotation.interval", \.rotationOrDefault.interval),
        copy("logRotation.maxFiles", \.rotationOrDefault.maxFiles),
        copy("logRotation.maxAge", \.rotationOrDefault.maxAge),
        copy("logRotation.maxTotal", \.rotationOrDefault.maxTotal),
        copy("logRotation.compress", \.rotationOrDefault.compress),
    ]

    private static let attributes: [(key: String, copy: Copy)] = [
        copy("umask", \.attributesOrNone.umask), copy("uid", \.attributesOrNone.uid),
        copy("gid", \.attributesOrNone.gid), copy("groups", \.attributesOrNone.groups),
        copy("nice", \.attributesOrNone.nice), copy("ioNice", \.attributesOrNone.ioNice),
        copy("cpuAffinity", \.attributesOrNone.cpuAffinity),
        copy("noNewPrivileges", \.attributesOrNone.noNewPrivileges),
        copy("oomScoreAdjust", \.attributesOrNone.oomScoreAdjust),
    ]

    /// Changes one key; a value that is nil takes back what was said, and the default holds.
    ///
    /// - Parameters:
    ///   - key: `maxRestarts`, `logRotation.maxSize`, `env.NAME`.
    ///   - directory: where relative paths start.
    /// - Throws: OD1015 for keys that cannot be changed so, OD1001 for values that the key does not take, OD1002 … OD1005
    ///   for files that are not there, OD2003 for what contradicts the rest.
    package static func set(
        _ key: String, to value: String?, in spec: inout AppSpec, directory: String
    ) throws(Failure) {
        if clusterNames.contains(key) { return try setCluster(key, to: value, in: &spec) }
        if readyNames.contains(key) { return try setReadiness(key, to: value, in: &spec) }
        if launchNames.contains(key) { return try setLaunch(key, to: value, in: &spec, directory: directory) }
        if key == "dependencies" || key.hasPrefix("dependencies.") {
            return try setDependencies(key, to: value, in: &spec)
        }
        if key.hasPrefix("env.") {
            try setVariable(String(key.dropFirst(4)), to: value, in: &spec)
        } else {
            try copyPart(key, to: value, in: &spec, directory)
        }
        try checkInstances(&spec)
    }

    /// A key that stands for itself: as an app that has nothing else would have it.
    private static func copyPart(
        _ key: String, to value: String?, in spec: inout AppSpec, _ directory: String
    ) throws(Failure) {
        guard let entry = copies.first(where: { $0.key == key }) else { throw unknown(key) }
        var app = AppConfig()
        app.name = spec.name
        app.script = "/bin/sh"
        app.interpreter = "none"
        if let value { try app.set(key, to: value, flag: key) }
        let place = LaunchPlace(namespace: spec.namespace, directory: directory, shell: [:])
        entry.copy(try AppSpec(app, in: place), &spec)
    }

    private static func setVariable(_ name: String, to value: String?, in spec: inout AppSpec) throws(Failure) {
        guard AppEnvironment.isName(name) else {
            throw Failure(
                .usage, "‘\(name)’ is no name of a variable", why: "it has letters, digits and underscores",
                next: "for example od set api env.PORT=3000")
        }
        spec.env[name] = value
        var sources = spec.envSources?.byName ?? spec.env.mapValues { _ in .unknown }
        sources[name] = value.map { _ in .set }
        spec.envSources = VariableSources(sources)
    }

    private static func unknown(_ key: String) -> Failure {
        let isKey = ConfigKeys.app.contains { $0.name == key }
        let near = NearestName.of(key, among: names).map { "the nearest is \($0)" }
        return Failure(
            .keyNotSet, "‘\(key)’ cannot be changed so",
            why: isKey
                ? "it says who the app is, or belongs to a whole"
                : near ?? "no key has a name like that",
            next: isKey
                ? "change the config and say od up, or od delete the app and start it anew"
                : "od help set lists the keys")
    }
}

extension AppSpec {
    /// What holds when nothing was said; said as a whole as soon as a part of it is.
    fileprivate var rotationOrDefault: LogRotation {
        get { logRotation ?? LogRotation() }
        set { logRotation = newValue == LogRotation() ? nil : newValue }
    }

    fileprivate var logsOrDefault: LogSettings {
        get { logs ?? LogSettings() }
        set { logs = newValue == LogSettings() ? nil : newValue }
    }

    fileprivate var attributesOrNone: ProcessAttributes {
        get { attributes ?? ProcessAttributes() }
        set { attributes = newValue.isEmpty ? nil : newValue }
    }
}
