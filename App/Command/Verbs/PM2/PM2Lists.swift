internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

/// PM2's list for scripts.
struct Jlist: Verb {
    static let configuration = CommandConfiguration(
        commandName: "jlist", abstract: "Lists all instances as JSON in the shape of pm2 jlist, for scripts.",
        usage: "od jlist [OPTIONS]", discussion: "od list --json has more, in our own shape.")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        session.printer.output.write(JSONText.of(try await session.listOfPM2()) + "\n")
    }
}

struct Prettylist: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prettylist", abstract: "The same as jlist, indented.", usage: "od prettylist [OPTIONS]")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        session.printer.output.write(JSONText.of(try await session.listOfPM2(), indented: true) + "\n")
    }
}

extension Session {
    fileprivate func listOfPM2() async throws -> [PM2Process] {
        let client = try await connect()
        // Asked for by id: an empty fleet has no `all`.
        let ids = try await client.call(Methods.list, Nothing()).map { String($0.id) }
        guard !ids.isEmpty else {
            await client.close()
            return []
        }
        let details = try await client.call(Methods.info, TargetRequest(targets: ids))
        let variables = try await client.call(Methods.environment, EnvironmentRequest(targets: ids))
        await client.close()
        let byID = Dictionary(variables.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let counts = details.reduce(into: [String: Int]()) { counts, detail in
            counts["\(detail.process.namespace)/\(detail.process.name)", default: 0] += 1
        }
        var versions = NodeVersions()
        return details.map { detail in
            let process = detail.process
            return PM2Process(
                detail, variables: byID[process.id], count: counts["\(process.namespace)/\(process.name)"] ?? 1,
                nodeVersion: remote == nil ? process.pid.flatMap { versions.version(of: $0, process.interpreter) } : nil
            )
        }
    }
}

/// The ids of an app, for scripts.
struct Id: Verb {
    static let configuration = CommandConfiguration(
        commandName: "id", abstract: "Prints the ids of the instances that a target names.",
        usage: "od id TARGET... [OPTIONS]", discussion: Targets.note)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        let targets = try Targets.named(targets, for: "id")
        let client = try await session.connect()
        let ids = try await client.call(Methods.info, TargetRequest(targets: targets)).map(\.process.id)
        await client.close()
        if session.printer.json { return session.printer.value(ids) }
        session.printer.output.write(ids.map { "\($0)\n" }.joined())
    }
}

/// The pids of an app, for scripts.
struct Pid: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pid", abstract: "Prints the pids of the instances that a target names; without one of all.",
        usage: "od pid [TARGET...] [OPTIONS]",
        discussion: "One a line; 0 for an instance that does not run.\n\n" + Targets.note)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    func run(_ session: Session) async throws {
        let targets = targets.isEmpty ? [] : try Targets.named(targets, for: "pid")
        let client = try await session.connect()
        let processes =
            targets.isEmpty
            ? try await client.call(Methods.list, Nothing())
            : try await client.call(Methods.info, TargetRequest(targets: targets)).map(\.process)
        await client.close()
        let pids = processes.map { $0.pid ?? 0 }
        if session.printer.json { return session.printer.value(pids) }
        session.printer.output.write(pids.map { "\($0)\n" }.joined())
    }
}
