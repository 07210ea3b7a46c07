internal import ArgumentParser
internal import Core
internal import Engine

/// Which part of a config a verb means, and with which variables.
struct ProjectFlags: ParsableArguments {
    static let envHelp = ArgumentHelp(
        "Sets a variable, or chooses the blocks env_NAME of a config; may be repeated.", valueName: "name[=value]")
    static let onlyHelp = ArgumentHelp("Only these apps of a config, with commas between them.", valueName: "names")

    @Option(help: envHelp)
    var env: [String] = []

    @Option(help: onlyHelp)
    var only: String?

    /// The flags, checked.
    struct Chosen: Hashable, Sendable {
        /// `--env NAME=VALUE`
        var env: [String: String] = [:]
        /// `--env NAME`
        var block: String?
        /// `--only`
        var only: [String]?
    }

    func chosen() throws(Failure) -> Chosen {
        let (values, block) = try AppEnvironment.flags(env)
        return Chosen(env: values, block: block, only: try Self.names(only))
    }

    /// `a,b` of `--only`; nil when it was not given. Throws OD1001 for a list without names.
    static func names(_ text: String?) throws(Failure) -> [String]? {
        guard let text else { return nil }
        let names = text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
        guard !names.isEmpty else {
            throw Failure(
                .usage, "--only names no app", why: "it takes names with commas between them",
                next: "for example --only api,worker")
        }
        return names
    }
}

extension Session {
    /// The config of a file, a folder or stdin. What is wrong in it and what of it is missing on this machine is thrown,
    /// all at once, before a daemon is asked for anything.
    func config(_ path: String?, _ chosen: ProjectFlags.Chosen) throws(Failure) -> Config {
        try ResolvedProject.load(
            path ?? ".", in: FilePath.currentDirectory(), shell: AppEnvironment.ofThisProcess(), env: chosen.env,
            block: chosen.block, only: chosen.only, home: remote == nil ? home : nil
        ).config
    }

    /// The apps of a config as they are sent, after its warnings. Throws all mistakes at once.
    func resolve(_ config: Config, _ chosen: ProjectFlags.Chosen) throws(Failure) -> ResolvedProject {
        let project = try ResolvedProject(
            config, shell: AppEnvironment.ofThisProcess(), env: chosen.env, block: chosen.block, only: chosen.only,
            home: remote == nil ? home : nil)
        config.warnings.forEach(printer.warning)
        return project
    }
}

extension ApplyRequest {
    /// The request that makes a project equal to its config, or a part of it with `--only`.
    init(_ config: Config, _ project: ResolvedProject, _ chosen: ProjectFlags.Chosen) {
        self.init(
            namespace: config.namespace, apps: project.apps, file: config.isFile ? config.file : nil,
            isPartial: chosen.only == nil ? nil : true)
    }
}
