internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

/// Verbs that change the definition of apps that exist. Named by their words, which the standard library has too.
enum Definition {
    struct Set: Verb {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Changes a key of apps that exist, and restarts those that need it.",
            usage: "od set TARGET KEY VALUE, or od set TARGET KEY=VALUE... [OPTIONS]",
            discussion: """
                It stays so after a reboot; od up FILE makes an app again what its file says. Policies, dependencies and \
                the number of instances need no restart; everything else restarts what runs. What is stopped stays so.

                  od set api maxRestarts 5
                  od set api env.LOG_LEVEL=debug env.PORT=3000
                  od set all logRotation.maxSize 50M
                  od set api ready.port=3000 listenTimeout=10s dependencies.db=ready
                  od set api script server.js args="--port 3000"

                Keys: \(SpecKeys.names.joined(separator: ", ")), env.NAME, \
                dependencies.NAME.
                """)

        @OptionGroup var globals: Globals

        @Argument(help: "A name of an app, a project, an id, /regex/, or all; then keys and values.")
        var words: [String] = []

        func run(_ session: Session) async throws {
            guard words.count > 1 else {
                throw Failure(
                    .usage, "nothing to set was named", why: "od set takes a target, a key and a value",
                    next: "for example od set api maxRestarts 5")
            }
            _ = try Target(words[0])
            try await session.redefine(words[0], Self.assignments(words.dropFirst()))
        }

        static func assignments(_ words: ArraySlice<String>) throws(Failure) -> [(key: String, value: String?)] {
            if words.count == 2, let key = words.first, let value = words.last, !key.contains("=") {
                return [(key, value)]
            }
            var result: [(key: String, value: String?)] = []
            for word in words {
                guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
                    throw Failure(
                        .usage, "‘\(word)’ sets nothing", why: "it takes KEY=VALUE, or one key and one value",
                        next: "for example od set api maxRestarts=5 killTimeout=30s")
                }
                result.append((String(word[..<sign]), String(word[word.index(after: sign)...])))
            }
            return result
        }
    }

    struct Unset: Verb {
        static let configuration = CommandConfiguration(
            commandName: "unset", abstract: "Takes keys of apps back to their defaults, and variables away.",
            usage: "od unset TARGET KEY... [OPTIONS]", discussion: "The keys are those of od set.")

        @OptionGroup var globals: Globals

        @Argument(help: "A name of an app, a project, an id, /regex/, or all; then keys.")
        var words: [String] = []

        func run(_ session: Session) async throws {
            guard words.count > 1 else {
                throw Failure(
                    .usage, "nothing to unset was named", why: "od unset takes a target and keys",
                    next: "for example od unset api env.DEBUG")
            }
            _ = try Target(words[0])
            try await session.redefine(words[0], words.dropFirst().map { ($0, nil) })
        }
    }
}

extension Session {
    fileprivate func redefine(_ target: String, _ assignments: [(key: String, value: String?)]) async throws {
        if assignments.contains(where: { SpecKeys.isLocal($0.key) }) { try requireLocal("what is to be run") }
        let client = try await connect()
        let directory = FilePath.currentDirectory()
        let before = try await client.call(Methods.list, Nothing())
        let request = ChangeRequest(
            changes: try await client.call(Methods.definition, TargetRequest(targets: [target])).map { spec in
                var changed = spec
                for (key, value) in assignments { try SpecKeys.set(key, to: value, in: &changed, directory: directory) }
                if remote == nil, changed.attributes != spec.attributes { try changed.checkAccounts() }
                return ChangeRequest.Change(from: spec, to: changed)
            })
        let result = try await working(.changing, client) { try await client.call(Methods.change, request) }
        await client.close()
        printer.redefined(result, before: before)
        for change in request.changes where change.from != change.to {
            guard let config = change.to.config else { continue }
            printer.warning("‘\(change.to.name)’ is described in \(config): od up makes it again what the file says")
        }
        if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
    }
}

extension Printer {
    /// What became of definitions that were changed, and of the processes that ran with the old ones.
    func redefined(_ result: ApplyResult, before: [InstanceInfo]) {
        if json { return value(result) }
        result.failures.forEach(warning)
        if quiet { return }
        let pids = Dictionary(before.map { ($0.id, $0.pid) }, uniquingKeysWith: { first, _ in first })
        for (name, change) in result.changes.sorted(by: { $0.key < $1.key }) {
            let own = result.processes.filter { $0.name == name }
            let restarted = own.filter { process in
                guard let pid = pids[process.id] ?? nil else { return false }
                return process.pid != nil && process.pid != pid
            }
            let what = change == .same ? "as it was" : "changed"
            let how =
                restarted.isEmpty ? "nothing restarted" : "restarted: \(restarted.map(\.label).joined(separator: ", "))"
            output.write("\(name): \(what), \(how)\n")
        }
    }
}
