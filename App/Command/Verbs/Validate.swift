internal import ArgumentParser
internal import Core
internal import Engine

struct Validate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks a config: every key, and that all it names is there.",
        usage: "od validate [FILE | DIR | -] [OPTIONS]",
        discussion: "Says all mistakes with file, line and column; exit code 2 when there are any. Starts nothing.")

    @OptionGroup var globals: Globals

    @Argument(help: "A config file, a folder that has one, or - for stdin; default: the current folder.")
    var file: String?

    @OptionGroup var flags: ProjectFlags

    func run(_ session: Session) async throws {
        let chosen = try flags.chosen()
        let config = try session.config(file, chosen)
        let project = try session.resolve(config, chosen)
        session.printer.checked(config, project)
        if let first = project.failures.first { throw ExitCode(first.exitCode) }
    }
}

struct Schema: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of configs, for editors.",
        usage: "od schema > opendaemon.schema.json",
        discussion: """
            Draft 2020-12. In VS Code: "json.schemas" and "yaml.schemas" of the settings; in a YAML file the first line \
            # yaml-language-server: $schema=opendaemon.schema.json
            """)

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        session.printer.output.write(ConfigSchema.document())
    }
}

extension Printer {
    /// A config without mistakes, and what it is.
    func checked(_ config: Config, _ project: ResolvedProject) {
        struct Report: Encodable {
            struct App: Encodable {
                var namespace: String
                var name: String
                var instances: Int
                var program: String
                var arguments: [String]
                var cwd: String
            }

            var file: String
            var namespace: String
            var apps: [App]
            var warnings: [String]
            var failures: [Failure]
        }
        if json {
            let apps = project.apps.map {
                Report.App(
                    namespace: $0.namespace, name: $0.name, instances: $0.instances, program: $0.program,
                    arguments: SecretVariable.shown($0.arguments), cwd: $0.cwd)
            }
            return value(
                Report(
                    file: config.file, namespace: config.namespace, apps: apps, warnings: config.warnings,
                    failures: project.failures))
        }
        project.failures.forEach(warning)
        guard project.failures.isEmpty, !quiet else { return }
        let names = project.apps.map { $0.instances == 1 ? $0.name : "\($0.name) (\($0.instances) instances)" }
        let count = names.count == 1 ? "one app" : "\(names.count) apps"
        output.write("project \(config.namespace) has \(count) and no mistakes: \(names.joined(separator: ", "))\n")
    }
}
