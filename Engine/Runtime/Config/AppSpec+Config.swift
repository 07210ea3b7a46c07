package import Core

/// Where and for whom apps are resolved: what the apps of one command have in common.
package struct LaunchPlace: Sendable {
    package var namespace: String
    /// Where relative paths start: the config's folder, or the current directory.
    package var directory: String
    /// The environment of the user's shell; only a few variables of it reach the app, and PATH finds programs.
    package var shell: [String: String]
    /// `--env`, which wins over the config.
    package var env: [String: String]

    package init(namespace: String, directory: String, shell: [String: String], env: [String: String] = [:]) {
        self.namespace = namespace
        self.directory = directory
        self.shell = shell
        self.env = env
    }
}

extension AppSpec {
    /// An app ready to be sent: paths absolute, defaults filled in, everything it needs looked for on the disk.
    /// Throws OD1002 … OD1007, with the app's place in its file.
    package init(_ app: AppConfig, in place: LaunchPlace) throws(Failure) {
        do {
            try self.init(resolving: app, in: place)
        } catch {
            var failure = error
            if let spot = app.place { failure.why = "\(spot): \(failure.why)" }
            throw failure
        }
    }

    private init(resolving app: AppConfig, in place: LaunchPlace) throws(Failure) {
        let script = app.script ?? ""
        let name = app.name ?? DefaultName.app(script: script)
        for (kind, text) in [("an app", name), ("a project", place.namespace)] where !AppName.isValid(text) {
            throw Failure(
                .badName, "‘\(text)’ cannot be the name of \(kind)",
                why: "a name is a letter, then letters, digits, ‘.’, ‘_’ and ‘-’, not ‘all’", next: "choose another one"
            )
        }
        let cwd = FilePath.absolute(app.cwd ?? ".", in: place.directory)
        guard let kind = FilePath.kind(of: cwd), kind == .directory else {
            let why = FilePath.kind(of: cwd) == nil ? "there is no \(cwd)" : "\(cwd) is no directory"
            throw Failure(
                .badDirectory, "the working directory of ‘\(name)’ is wrong", why: why,
                next: "make it, or correct ‘cwd’")
        }
        let env = AppEnvironment.inherited(from: place.shell, forUser: app.attributes.uid).merging(app.env ?? [:]) {
            $1
        }.merging(place.env) { $1 }
        // Relative scripts start at the config's folder; the app's own directory is a second guess.
        let directories = cwd == place.directory ? [cwd] : [place.directory, cwd]
        let search = LaunchSearch(directories: directories, path: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
        let launch = try search.launch(
            script: script, arguments: app.args ?? [], interpreter: app.interpreter,
            interpreterArguments: app.interpreterArgs ?? [])
        func absolute(_ path: String?) -> String? { path.map { FilePath.absolute($0, in: place.directory) } }
        self.init(
            namespace: place.namespace, name: name, script: script, program: launch.program,
            arguments: launch.arguments, interpreter: launch.interpreter, cwd: cwd, env: env,
            instances: app.instances ?? Defaults.instances, restart: RestartPolicy(app),
            killSignal: app.killSignal ?? Defaults.killSignal, killTimeout: app.killTimeout ?? Defaults.killTimeout,
            outFile: absolute(app.outFile), errorFile: absolute(app.errorFile),
            mergeLogs: app.mergeLogs ?? Defaults.mergeLogs, logRotation: app.logRotation.map(LogRotation.init),
            attributes: app.attributes.isEmpty ? nil : app.attributes)
        envSources = AppEnvironment.sources(shell: place.shell, config: app.env ?? [:], flags: place.env)
    }
}

extension LogRotation {
    /// What was not said is the default.
    fileprivate init(_ said: RotationConfig) {
        self.init(
            maxSize: said.maxSize ?? Defaults.logMaxSize, interval: said.interval ?? 0,
            maxFiles: said.maxFiles ?? Defaults.logMaxFiles, maxAge: said.maxAge ?? Defaults.logMaxAge,
            maxTotal: said.maxTotal ?? Defaults.logMaxTotal, compress: said.compress ?? Defaults.logCompress)
    }
}

extension RestartPolicy {
    /// `autoRestart: false` is `never`; what was not said is the default.
    init(_ app: AppConfig) {
        self.init(
            mode: app.restart ?? (app.autoRestart == false ? .never : Defaults.restart),
            strategy: app.restartStrategy ?? Defaults.restartStrategy, delay: app.restartDelay ?? Defaults.restartDelay,
            maxDelay: app.restartMaxDelay ?? Defaults.restartMaxDelay,
            factor: app.restartFactor ?? Defaults.restartFactor, jitter: app.restartJitter ?? Defaults.restartJitter,
            reset: app.restartReset ?? Defaults.restartReset, minUptime: app.minUptime ?? Defaults.minUptime,
            maxRestarts: app.maxRestarts ?? Defaults.maxRestarts, window: app.restartWindow ?? Defaults.restartWindow,
            coolDown: app.coolDown ?? Defaults.coolDown, stopExitCodes: app.stopExitCodes ?? [])
        // A first delay beyond the usual longest one is meant as it is, and a longest one below the usual first too.
        if app.restartMaxDelay == nil { maxDelay = max(maxDelay, delay) }
        if app.restartDelay == nil { delay = min(delay, maxDelay) }
    }
}

/// The apps of a project, resolved. An app whose interpreter is not installed does not keep the others from running.
package struct ResolvedProject: Sendable {
    package var apps: [AppSpec]
    /// Why the others are missing: OD1005 only.
    package var failures: [Failure]
    /// Names of the apps in `failures`, in the same order.
    package var missing: [String]

    /// Resolves all apps of a config. Throws everything but missing interpreters, all at once.
    package init(_ config: Config, shell: [String: String], env: [String: String]) throws(Failure) {
        let place = LaunchPlace(namespace: config.namespace, directory: config.directory, shell: shell, env: env)
        apps = []
        failures = []
        missing = []
        var fatal: [Failure] = []
        for app in config.apps {
            do throws(Failure) {
                var spec = try AppSpec(app, in: place)
                spec.config = config.file
                apps.append(spec)
            } catch {
                if error.code == .interpreterMissing {
                    failures.append(error)
                    missing.append(app.name ?? DefaultName.app(script: app.script ?? ""))
                } else {
                    fatal.append(error)
                }
            }
        }
        if let first = fatal.first { throw fatal.count == 1 ? first : Failure(fatal) }
    }
}

extension Failure {
    /// Several failures of one command as one; the code is that of the first.
    package init(_ failures: [Failure]) {
        self.init(
            failures.first?.code ?? .bug, "\(failures.count) apps cannot be started",
            why: failures.map { "\($0.what): \($0.why)" }.joined(separator: "\n"),
            next: failures.first?.next ?? "")
    }
}
