package import Core

/// Where and for whom apps are resolved: what the apps of one command have in common.
package struct LaunchPlace: Sendable {
    package var namespace: String
    /// Where relative paths start: the config's folder, or the current directory.
    package var directory: String
    /// The environment of the user's shell; only a few variables of it reach the app, and PATH finds programs.
    package var shell: [String: String]
    /// `--env NAME=VALUE`, which wins over the config.
    package var env: [String: String]
    /// `--env NAME`: the blocks `env_NAME` hold too.
    package var block: String?
    /// The name of the config file, to say where a variable comes from; nil without one.
    package var file: String?
    /// The apps are to run on this machine: the users and groups that they name are looked for here.
    package var isHere = false

    package init(namespace: String, directory: String, shell: [String: String], env: [String: String] = [:]) {
        self.namespace = namespace
        self.directory = directory
        self.shell = shell
        self.env = env
    }
}

extension AppSpec {
    /// An app ready to be sent: paths absolute, defaults filled in, everything it needs looked for on the disk.
    /// Throws OD1002 … OD1007, OD1028, with their places in the file; several at once.
    package init(_ app: AppConfig, in place: LaunchPlace) throws(Failure) {
        do {
            try self.init(resolving: app, in: place)
        } catch {
            throw error.failure
        }
    }

    /// The same; throws all that is wrong. Nothing of an app with mistakes is used but what else is wrong with it.
    init(resolving app: AppConfig, in place: LaunchPlace) throws(AppTroubles) {
        let script = app.script ?? ""
        let name = app.fullName(block: place.block)
        let namespace = app.namespace ?? place.namespace
        var troubles = AppTroubles(of: app, name: name)
        for (kind, text) in [("an app", name), ("a project", namespace)] where !AppName.isValid(text) {
            troubles.add("name", .badName(text, of: kind))
        }
        let cwd = FilePath.absolute(app.cwd ?? ".", in: place.directory)
        _ = troubles.look("cwd") { () throws(Failure) in try Self.checkFolder(cwd, of: name) }
        let (env, sources) = AppEnvironment.variables(of: app, in: place, &troubles)
        if place.isHere { app.attributes.unknownAccounts(of: name).forEach { troubles.add($0.key, $0.failure) } }
        // Relative scripts start at the config's folder; the app's own directory is a second guess.
        let directories = cwd == place.directory ? [cwd] : [place.directory, cwd]
        let search = LaunchSearch(directories: directories, path: env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
        let found = troubles.look("script", needs: ["interpreter", "interpreterArgs", "cwd"]) {
            () throws(Failure) in
            try search.launch(
                script: script, arguments: app.args ?? [], interpreter: app.interpreter,
                interpreterArguments: app.interpreterArgs ?? [])
        }
        let stands = found.flatMap { launch in
            troubles.look(nil) { () throws(Failure) in try ClusterSpec(app, launch, env: env, name: name) }
        }
        guard let launch = found, let stands, troubles.isEmpty else { throw troubles }
        func absolute(_ path: String?) -> String? { path.map { LogSettings.place($0, in: place.directory) } }
        self.init(
            namespace: namespace, name: name, script: script, program: launch.program,
            arguments: launch.arguments, interpreter: launch.interpreter, cwd: cwd, env: env,
            instances: app.instances ?? Defaults.instances, restart: RestartPolicy(app),
            killSignal: app.killSignal ?? Defaults.killSignal, killTimeout: app.killTimeout ?? Defaults.killTimeout,
            outFile: absolute(app.outFile), errorFile: absolute(app.errorFile),
            mergeLogs: app.mergeLogs ?? Defaults.mergeLogs, logRotation: app.logRotation.map(LogRotation.init),
            attributes: app.attributes.isEmpty ? nil : app.attributes)
        ready = app.readiness(interpreter: launch.interpreter)
        shutdownWithMessage = app.shutdownWithMessage
        stdin = app.stdin == .null ? nil : app.stdin
        cluster = stands
        logs = LogSettings(app.logs, in: place.directory)
        dependencies = app.dependencies.flatMap { $0.isEmpty ? nil : $0 }
        (cascade, maxMemory) = (app.cascade, app.maxMemory)
        (pidFile, treeKill) = (
            absolute(app.pidFile).flatMap { $0 == Kernel.nowhere ? nil : $0 }, app.treeKill == false ? false : nil
        )
        envSources = sources
        metadata = AppMetadata(app, in: [place.directory, cwd])
        // Only what is not the default: a definition is then the same for older versions.
        if app.autoStart == false { autoStart = false }
    }
}

extension AppSpec {
    private static func checkFolder(_ cwd: String, of name: String) throws(Failure) {
        let kind = FilePath.kind(of: cwd)
        guard kind != .directory else { return }
        throw Failure(
            .badDirectory, "the working directory of ‘\(name)’ is wrong",
            why: kind == nil ? "there is no \(cwd)" : "\(cwd) is no directory", next: "make it, or correct ‘cwd’")
    }
}

extension Failure {
    fileprivate static func badName(_ text: String, of kind: String) -> Failure {
        Failure(
            .badName, "‘\(text)’ cannot be the name of \(kind)",
            why: "a name is a letter, then letters, digits, ‘.’, ‘_’ and ‘-’, not ‘all’", next: "choose another one")
    }
}

extension AppConfig {
    /// Its name, with the block of `--env NAME` when it asks for that.
    package func fullName(block: String?) -> String {
        let name = name ?? DefaultName.app(script: script ?? "")
        guard appendEnvToName == true, let block else { return name }
        return "\(name)-\(block)"
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

    /// Resolves the apps of a config. Throws everything but missing interpreters, all at once; beside other mistakes they
    /// are told too.
    ///
    /// - Parameter block: of `--env NAME`; OD1012 when no app has `env_NAME`.
    /// - Parameter only: names of apps, the others are left out; OD1013 for a name that no app has. nil: all.
    /// - Parameter home: of the engine of this machine: OD4017 for files of apps that are od's own, OD1028 for users and
    ///   groups. nil: these are not looked for here.
    package init(
        _ config: Config, shell: [String: String], env: [String: String], block: String? = nil, only: [String]? = nil,
        home: String? = nil
    ) throws(Failure) {
        try self.init(ConfigReading(config: config), LaunchPlace.Chosen(shell, env, block, only, home))
    }

    /// Reads a config and resolves its apps: what is wrong in the file and what is missing on the disk, all at once.
    /// The parameters are those of `ConfigFile.load` and of the other.
    package static func load(
        _ path: String, in directory: String, shell: [String: String], env: [String: String], block: String? = nil,
        only: [String]? = nil, home: String? = nil
    ) throws(Failure) -> (config: Config, project: ResolvedProject) {
        let reading = try ConfigFile.read(path, in: directory)
        let project = try ResolvedProject(reading, LaunchPlace.Chosen(shell, env, block, only, home))
        return (reading.config, project)
    }

    private init(_ reading: ConfigReading, _ chosen: LaunchPlace.Chosen) throws(Failure) {
        let (config, block) = (reading.config, chosen.block)
        var place = LaunchPlace(
            namespace: config.namespace, directory: config.directory, shell: chosen.shell, env: chosen.env)
        place.block = block
        place.file = FilePath.name(of: config.file)
        place.isHere = chosen.home != nil
        if reading.problems.isEmpty {
            try config.check(block: block)
            if let only = chosen.only { try config.check(only: only, block: block) }
        }
        apps = []
        failures = []
        missing = []
        var troubles: [AppTroubles] = []
        let names = config.fullNames(block: block)
        for var app in config.apps where chosen.only?.contains(app.fullName(block: block)) ?? true {
            // That it is missing was told.
            if app.script == nil, !reading.problems.isEmpty { continue }
            do throws(AppTroubles) {
                app.dependencies = app.dependencies(by: names)
                var spec = try AppSpec(resolving: app, in: place)
                if let clash = chosen.home.flatMap(spec.clash) {
                    var trouble = AppTroubles(of: app, name: spec.name)
                    trouble.add(nil, clash)
                    throw trouble
                }
                spec.config = config.isFile ? config.file : nil
                apps.append(spec)
            } catch {
                troubles.append(error)
                guard error.isInterpreterOnly else { continue }
                failures.append(error.failure)
                missing.append(app.fullName(block: block))
            }
        }
        if reading.problems.isEmpty, troubles.allSatisfy(\.isInterpreterOnly) { return }
        if reading.problems.isEmpty, troubles.count == 1 { throw troubles[0].failure }
        let shown = config.apps.first?.spots?.file ?? FilePath.name(of: config.file)
        throw Failure(reading.problems + troubles.flatMap { $0.problems ?? [] }, file: reading.shown ?? shown)
    }
}

extension LaunchPlace {
    /// What the command line says of a project.
    fileprivate struct Chosen {
        var shell: [String: String]
        var env: [String: String]
        var block: String?
        var only: [String]?
        var home: String?

        init(
            _ shell: [String: String], _ env: [String: String], _ block: String?, _ only: [String]?, _ home: String?
        ) {
            (self.shell, self.env, self.block, self.only, self.home) = (shell, env, block, only, home)
        }
    }
}

extension Config {
    /// Whether it can be read again: stdin cannot.
    package var isFile: Bool { FilePath.name(of: file) != ConfigFile.inputName }

    fileprivate func check(block: String?) throws(Failure) {
        guard let block else { return }
        let names = Set(apps.flatMap(\.environment.blocks.keys)).sorted()
        guard !names.contains(block) else { return }
        let near = NearestName.of(block, among: names).map { "did you mean --env \($0)?" }
        throw Failure(
            .unknownBlock, "no app has a block ‘\(ConfigKeys.blockPrefix)\(block)’",
            why: names.isEmpty
                ? "this config has no blocks" : near ?? "this config has \(names.joined(separator: ", "))",
            next: "--env NAME chooses a block, --env NAME=VALUE sets a variable")
    }

    fileprivate func check(only: [String], block: String?) throws(Failure) {
        let names = apps.map { $0.fullName(block: block) }
        guard let wrong = only.first(where: { !names.contains($0) }) else { return }
        let near = NearestName.of(wrong, among: names).map { "did you mean ‘\($0)’?" }
        throw Failure(
            .onlyUnknown, "‘\(wrong)’ is no app of this config",
            why: near ?? "its apps are \(names.prefix(12).joined(separator: ", "))",
            next: "--only takes names of apps, with commas between them")
    }
}
