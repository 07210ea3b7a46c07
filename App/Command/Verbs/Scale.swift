internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Scale: Verb {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Gives apps more or fewer instances.",
        usage: "od scale TARGET... N|+N|-N [OPTIONS]",
        discussion: """
            New instances are started; the highest numbers are stopped and forgotten. The others are not touched. It \
            lasts until od up applies a config that says something else.

              od scale api 4        four instances
              od scale api +2       two more
              od scale api -- -1    one less; -1 alone does too
            """)

    @OptionGroup var globals: Globals

    @Argument(parsing: .allUnrecognized, help: "Names of apps or projects, ids, /regex/, or all; then how many.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        let words = targets.filter { $0 != "--" }
        guard let text = words.last, let count = Int(text), words.count > 1 else {
            throw Failure(
                .usage, "od scale does not know how many", why: "the last word is a number, or one with + or -",
                next: "od scale NAME 4, +1 or -1")
        }
        let request = ScaleRequest(
            targets: try Targets.named(words.dropLast(), for: "scale"), count: count,
            relative: text.hasPrefix("+") || text.hasPrefix("-"))
        let client = try await session.connect()
        let before = try await client.call(Methods.list, Nothing())
        let result = try await session.working(.changing, client) { try await client.call(Methods.scale, request) }
        let there = try await client.call(Methods.list, Nothing()).map(\.id)
        session.printer.scaled(result, before: before, there: Set(there))
        let targets = TargetRequest(targets: request.targets)
        for app in (try? await client.call(Methods.definition, targets)) ?? [] where result.failures.isEmpty {
            guard let config = app.config else { continue }
            session.printer.warning("‘\(app.name)’ is described in \(config): od up makes it again what the file says")
        }
        await client.close()
        if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
    }
}

struct Reset: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Counts restarts from zero.",
        usage: "od reset TARGET... [OPTIONS]",
        discussion: Targets.note)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        try await session.act(Methods.reset, on: try Targets.named(targets, for: "reset"), did: "reset")
    }
}
