import ArgumentParser
@testable import Command
import Core
import Engine
import Glibc
import OpenDaemon
import Testing

/// Verbs against a daemon: what they ask, what they print, how they end.
struct VerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static func app(
        _ name: String, _ status: ProcessStatus = .online, namespace: String = "default", uptime: Int? = 0
    ) -> InstanceInfo {
        InstanceInfo(id: 0, name: name, instance: 0, namespace: namespace, status: status, uptime: uptime)
    }

    private static func noSuch(_ name: String) -> Failure {
        Failure(.noSuchTarget, "‘\(name)’ names no process", why: "the apps are api", next: "od list")
    }

    /// A daemon with one app, `api`.
    private func serveOneApp() async throws {
        try await daemon.serve { router, daemon in
            for method in [Methods.stop, Methods.restart, Methods.delete] {
                router.on(method) { request, _ in
                    daemon.note("\(method.name) \(request.targets.joined(separator: " "))")
                    guard request.targets == ["api"] || request.targets == ["all"] else {
                        throw Self.noSuch(request.targets[0])
                    }
                    return [Self.app("api", .stopped, uptime: nil)]
                }
            }
            router.on(Methods.list) { _, _ in [Self.app("api")] }
            router.on(Methods.info) { request, _ in
                daemon.note("info \(request.targets.joined(separator: " "))")
                guard request.targets == ["api"] else { throw Self.noSuch(request.targets[0]) }
                return [
                    ProcessDetail(
                        process: Self.app("api"), restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: [])
                ]
            }
            router.on(Methods.start) { request, _ in
                daemon.note("start \(request.apps.map(\.name)) \(request.targets)")
                return StartResult(
                    processes: request.apps.map { Self.app($0.name) } + request.targets.map { Self.app($0) })
            }
            router.on(Methods.apply) { request, _ in
                daemon.note("apply \(request.namespace) \(request.apps.map(\.name))")
                let known: [String: ApplyResult.Change] = request.namespace == "shop" ? ["api": .removed] : [:]
                let added = Dictionary(uniqueKeysWithValues: request.apps.map { ($0.name, ApplyResult.Change.added) })
                return ApplyResult(
                    changes: known.merging(added) { $1 }, processes: request.apps.map { Self.app($0.name) })
            }
        }
    }

    @Test(arguments: [
        ("stop", "stopped", "process.stop"), ("restart", "restarted", "process.restart"),
        ("delete", "deleted", "process.delete"),
    ])
    func aVerbIsOneRequest(_ verb: String, _ did: String, _ method: String) async throws {
        try await serveOneApp()
        let end = try await daemon.run(verb, "api")
        #expect(end.error == nil)
        #expect(daemon.asked == ["\(method) api"])
        // What is gone stands in no table.
        #expect(verb == "delete" ? end.output == "deleted api\n" : end.output.hasPrefix("\(did) api\nid  name"))
        #expect(verb == "delete" ? end.errors.hasPrefix("od: logs stay in /") : end.errors.isEmpty)
        let none = try await daemon.run(verb)
        #expect(none.failure?.code == .usage)
        let unknown = try await daemon.run(verb, "nope")
        #expect(unknown.failure?.exitCode == 3)
        #expect(unknown.output.isEmpty)
    }

    @Test func jsonIsABareArray() async throws {
        try await serveOneApp()
        let end = try await daemon.run("list", json: true)
        #expect(end.output.hasPrefix("[{\"arguments\":[]"))
        #expect(end.output.hasSuffix("}]\n"))
        #expect(end.output.contains("\"name\":\"api\""))
    }

    @Test func withoutATerminalNobodyIsAsked() async throws {
        try await serveOneApp()
        #expect(try await daemon.run("delete", "all").error == nil)
        #expect(daemon.asked == ["process.delete all"])
    }

    @Test func aNameIsFirstAnAppThenAProgram() async throws {
        try await serveOneApp()
        daemon.makeUsed()
        #expect(try await daemon.run("start", "api").error == nil)
        let program = try await daemon.run("start", "sleep")
        #expect(program.error == nil)
        #expect(program.output.hasPrefix("started sleep\n"))
        let unknown = try await daemon.run("start", "no-such-program")
        #expect(unknown.failure?.code == .scriptMissing)
        #expect(
            daemon.asked == [
                "info api", "start [] [\"api\"]", "info sleep", "start [\"sleep\"] []", "info no-such-program",
            ])
    }

    @Test func aFreshHomeHasNoAppsToAskFor() async throws {
        try await serveOneApp()
        #expect(try await daemon.run("start", "sleep").error == nil)
        #expect(daemon.asked == ["start [\"sleep\"] []"])
    }

    @Test func failuresOfAStartAreToldAndEndWithTheirCode() async throws {
        try await daemon.serve { router, _ in
            router.on(Methods.start) { _, _ in
                StartResult(
                    processes: [Self.app("sleep", uptime: 90_000)],
                    failures: [Failure(.spawnFailed, "‘x’ was not started", why: "no memory", next: "od info x")],
                    unchanged: ["sleep"])
            }
        }
        let end = try await daemon.run("start", "sleep 1")
        #expect((end.error as? ExitCode)?.rawValue == 1)
        #expect(end.output.hasPrefix("already running: sleep\n"))
        #expect(end.errors.contains("‘sleep’ runs with another definition"))
        #expect(end.errors.contains("‘x’ was not started (OD4001)"))
        let json = try await daemon.run("start", "sleep 1", json: true)
        #expect(json.output.contains("\"failures\":[{\"code\":\"OD4001\""))
        #expect(json.errors.isEmpty)
    }

    private func writeConfig(_ text: String) -> String {
        let path = daemon.home + "/c.yaml"
        let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        _ = write(file, bytes, bytes.count)
        close(file)
        return path
    }

    @Test func upAppliesAndDownAppliesNothing() async throws {
        try await serveOneApp()
        let file = writeConfig("name: shop\napps: [{script: sleep 9, name: web}]")
        defer { unlink(file) }
        let up = try await daemon.run("up", file)
        #expect(up.error == nil)
        #expect(up.output.hasPrefix("added web; removed api\nid  name"))
        let down = try await daemon.run("down", file)
        #expect(down.output.hasPrefix("removed api\n"))
        #expect(try await daemon.run("down", "shop").error == nil)
        let unknown = try await daemon.run("down", "other")
        #expect(unknown.failure?.code == .noSuchTarget)
        #expect(
            daemon.asked == [
                "apply shop [\"web\"]", "apply shop []", "apply shop []", "apply other []",
            ])
    }

    @Test func anAppIsNotDeletedBecauseItsInterpreterIsNotFound() async throws {
        try await serveOneApp()
        let other = writeConfig(
            "name: shop\napps: [{script: sleep 9, name: web}, {script: c.yaml, interpreter: no-such, name: api}]")
        defer { unlink(other) }
        let missing = try await daemon.run("up", other)
        #expect((missing.error as? ExitCode)?.rawValue == 2)
        #expect(missing.errors.contains("there is no interpreter ‘no-such’ (OD1005)"))
        #expect(missing.output.contains("added web"))
        let known = writeConfig(
            "name: default\napps: [{script: sleep 9, name: web}, {script: c.yaml, interpreter: no-such, name: api}]")
        let refused = try await daemon.run("up", known)
        #expect(refused.failure?.code == .interpreterMissing)
        #expect(daemon.asked == ["apply shop [\"web\"]"])
    }

    @Test func badConfigsTouchNothing() async throws {
        try await serveOneApp()
        let file = writeConfig("name: shop\napps: [{scrpt: x}]")
        defer { unlink(file) }
        for verb in ["up", "down", "start"] {
            let end = try await daemon.run(verb, file)
            #expect(end.failure?.code == .configUnknownKey)
            #expect(end.failure?.exitCode == 2)
        }
        #expect(daemon.asked.isEmpty)
    }

    @Test func logsArePrintedAsTheyCome() async throws {
        try await daemon.serve { router, daemon in
            router.onLogs { request, stream, session in
                daemon.note("\(request.targets) \(request.lines) \(request.follow) \(request.channels.map(\.rawValue))")
                let file = LogStreamResult.File(process: 0, label: "api#0", channel: .out, path: "/l")
                return (
                    [file],
                    {
                        for (index, text) in ["eins\nzw", "ei\n", "drei"].enumerated() {
                            let bytes = Array(text.utf8)
                            _ = await session.send(
                                log: LogChunk(
                                    stream: stream, process: 0, channel: .out, last: index == 2,
                                    offset: UInt64(index * 7), bytes: bytes))
                        }
                    }
                )
            }
        }
        let end = try await daemon.run("logs", "-n", "3", "--out")
        #expect(end.error == nil)
        #expect(end.output == "eins\nzwei\ndrei\n")
        #expect(try await daemon.run("logs", "api", "--raw", "--err").output == "eins\nzwei\ndrei")
        #expect(daemon.asked == ["[\"all\"] 3 false [1]", "[\"api\"] 15 false [2]"])
    }

    @Test func theDashboardNeedsATerminal() async throws {
        try await serveOneApp()
        #expect(try await daemon.run("monit").failure?.code == .noTerminal)
    }

    @Test func aDaemonThatIsNotThereIsNotStopped() async throws {
        let end = try await daemon.run("version", json: true)
        #expect(end.output == "{\"version\":\"\(Product.version)\"}\n")
        let absent = Command.Session(home: daemon.home + "/none", printer: Printer(json: false, console: Console()))
        #expect(!absent.daemonRuns)
        #expect(absent.isFresh)
        let present = Command.Session(home: daemon.home, printer: Printer(json: false, console: Console()))
        #expect(present.daemonRuns)
    }
}
