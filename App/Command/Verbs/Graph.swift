internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Graph: Verb {
    /// How the graph is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, dot, mermaid
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draws which app depends on which, and how each is.",
        usage: "od graph [FILE | PROJECT] [OPTIONS]",
        discussion: """
            Below each app stands what it depends on. Of a file: as it is written, whether or not it runs.

              od graph --format dot | dot -Tsvg > graph.svg      for Graphviz
              od graph --format mermaid                          for Markdown
            """)

    @OptionGroup var globals: Globals

    @Argument(help: ArgumentHelp("A config file, a folder that has one, or a project.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("text, dot or mermaid.", valueName: "format"))
    var format = Format.text

    func run(_ session: Session) async throws {
        let directory = FilePath.currentDirectory()
        if let file, isFile(file, in: directory) {
            try session.requireLocal("a config")
            let config = try ConfigFile.load(file, in: directory)
            config.warnings.forEach(session.printer.warning)
            return session.printer.graph(AppGraph(config), as: format)
        }
        let client = try await session.connect()
        var graph = try await client.call(Methods.graph, Nothing())
        await client.close()
        if let file {
            graph.nodes.removeAll { $0.namespace != file }
            guard !graph.nodes.isEmpty else {
                throw Failure(
                    .noSuchTarget, "there is no project ‘\(file)’", why: "no app belongs to it",
                    next: "od list shows the projects; a file is named by its path")
            }
        }
        session.printer.graph(graph, as: format)
    }

    private func isFile(_ file: String, in directory: String) -> Bool {
        // A word alone is a project, also when a folder is called so.
        !AppName.isValid(file) || ConfigFile.isConfig(file)
            || FilePath.kind(of: FilePath.absolute(file, in: directory)) == .file
    }
}

extension AppGraph {
    /// As a file describes it.
    fileprivate init(_ config: Config) {
        self.init(
            nodes: config.apps.map { app in
                Node(
                    namespace: app.namespace ?? config.namespace,
                    name: app.name ?? DefaultName.app(script: app.script ?? ""),
                    dependencies: app.dependencies ?? [], cascade: app.cascade)
            }.sorted { $0.label < $1.label })
    }
}

extension Session {
    /// Says which apps go on though what they depend on is gone.
    func nameDependents(of processes: [InstanceInfo], did: String, _ client: OpenDaemon) async {
        guard did == "stopped" || did == "deleted", !processes.isEmpty,
            let graph = try? await client.call(Methods.graph, Nothing())
        else { return }
        let stopped = Set(processes.map { "\($0.namespace)/\($0.name)" }).filter { label in
            graph.nodes.allSatisfy { $0.label != label || !$0.statuses.contains(.online) }
        }
        for node in graph.dependents(of: stopped) where node.statuses.contains(.online) {
            let others = node.dependencies.filter { stopped.contains($0.label(in: node.namespace)) }.map(\.name)
            let hint = did == "stopped" ? "; od stop --cascade stops such apps too" : ""
            printer.warning("\(node.name) depends on \(others.joined(separator: ", ")) and goes on" + hint)
        }
    }
}
