internal import Core
internal import Engine

/// What `od start` was asked to start, sorted out as far as the disk can tell.
struct StartPlan {
    /// Where the command was given.
    struct Input: Sendable {
        var directory: String
        /// The environment of the shell.
        var shell: [String: String]
        /// Of the engine; nil for one of another machine.
        var home: String?
    }

    private(set) var apps: [AppSpec] = []
    /// Apps and instances that exist.
    private(set) var targets: [String] = []
    /// Words that may be an app or a program in PATH: the engine must be asked.
    private(set) var undecided: [String] = []
    /// Apps of a config that cannot be started here (OD1005); the others are.
    private(set) var failures: [Failure] = []
    private(set) var warnings: [String] = []

    private let flags: AppFlagValues
    private let input: Input

    /// Throws OD1xxx and OD2xxx; nothing was sent yet.
    init(_ words: [String], flags: AppFlagValues, input: Input) throws(Failure) {
        self.flags = flags
        self.input = input
        if words.count > 1, flags.app.name != nil {
            throw Failure(
                .usage, "one name for \(words.count) apps", why: "--name names one app", next: "start them one by one")
        }
        var troubles: [Failure] = []
        for word in words {
            do throws(Failure) { try take(word) } catch { troubles.append(error) }
        }
        if let trouble = Self.together(troubles) { throw trouble }
        // A project of which nothing can run is a failure, not a success with remarks.
        if apps.isEmpty, targets.isEmpty, undecided.isEmpty, let first = failures.first { throw first }
    }

    /// All that is wrong with the words of a command, at once; nil for nothing.
    static func together(_ failures: [Failure]) -> Failure? {
        guard failures.count > 1, let first = failures.first else { return failures.first }
        let told = failures.prefix(most).map { "\($0.what): \($0.why)" }
        let more = failures.count > most ? ["and \(failures.count - most) more"] : []
        return Failure(
            first.code, "\(failures.count) of these cannot be started, so nothing was",
            why: (told + more).joined(separator: "\n"), next: first.next)
    }

    /// Words that are told; more are counted.
    private static let most = 100

    private mutating func take(_ word: String) throws(Failure) {
        if word == "-" || ConfigFile.isConfig(word), flags.app.interpreter == nil {
            try takeConfig(word)
        } else if FilePath.kind(of: FilePath.absolute(word, in: input.directory)) == .file || !isName(word) {
            try takeProgram(word)
        } else if let target = try? Target(word), isCertain(target) {
            try takeTarget(word)
        } else {
            undecided.append(word)
        }
    }

    /// `word` is an app that exists.
    mutating func takeTarget(_ word: String) throws(Failure) {
        // `od start npm --name dev -- run dev`, and an app is called npm: another one is meant.
        if let name = flags.app.name, name != word { return try takeProgram(word) }
        try refuseConfigFlags(word)
        guard !flags.defines, flags.env.isEmpty else {
            throw Failure(
                .usage, "‘\(word)’ exists, and od start does not change apps that exist",
                why: "options and arguments define a new app",
                next: "od start \(word) without them, or od delete \(word) first")
        }
        targets.append(word)
    }

    /// `word` is a script, a program or a command line.
    mutating func takeProgram(_ word: String) throws(Failure) {
        try refuseConfigFlags(word)
        var app = flags.app
        app.script = word
        var place = LaunchPlace(
            namespace: flags.namespace ?? Defaults.namespace, directory: input.directory, shell: input.shell,
            env: flags.env)
        place.isHere = input.home != nil
        do {
            apps.append(try AppSpec(app, in: place))
        } catch {
            guard error.code == .scriptMissing, (try? Target(word)) != nil else { throw error }
            var failure = error
            failure.why += ", and no app is called so"
            throw failure
        }
    }

    private mutating func takeConfig(_ word: String) throws(Failure) {
        guard !flags.defines else {
            throw Failure(
                .usage, "options that define an app do not go with ‘\(word)’",
                why: "a config says all that itself; only --env goes with it",
                next: "write them into the file")
        }
        let (config, project) = try ResolvedProject.load(
            word, in: input.directory, shell: input.shell, env: flags.env, block: flags.block, only: flags.only,
            home: input.home)
        apps += project.apps
        failures += project.failures
        warnings += config.warnings
    }

    /// `--env NAME` and `--only` choose parts of a config, and `word` is none.
    private func refuseConfigFlags(_ word: String) throws(Failure) {
        let flag = flags.block.map { "--env \($0)" } ?? flags.only.map { "--only \($0.joined(separator: ","))" }
        guard let flag else { return }
        throw Failure(
            .usage, "\(flag) does not go with ‘\(word)’", why: "it chooses a part of a config, and this is none",
            next: flags.block == nil ? "leave it out" : "--env NAME=VALUE sets a variable")
    }

    /// Something that can be a target at all: a command line and a path cannot.
    private func isName(_ word: String) -> Bool {
        if case .file? = try? Target(word) { return false }
        return (try? Target(word)) != nil && !word.hasPrefix("./") && !word.hasPrefix("../") && !Interpreters.know(word)
    }

    private func isCertain(_ target: Target) -> Bool {
        switch target {
        case .all, .id, .pattern, .file: true
        case .name(_, _, let instance): instance != nil
        }
    }
}
