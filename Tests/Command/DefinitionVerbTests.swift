@testable import Command
import Core
import Engine
import OpenDaemon
import Testing

/// Verbs on definitions and dumps, and the lists for scripts, against a daemon.
struct DefinitionVerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static func app(_ id: Int, pid: Int32? = 7) -> InstanceInfo {
        InstanceInfo(id: id, name: "api", instance: id, namespace: "default", status: .online, pid: pid)
    }

    private static let spec = AppSpec(name: "api", script: "a", program: "/bin/a", cwd: "/", config: "/srv/od.yaml")

    private func serve(empty: Bool = false) async throws {
        try await daemon.serve { router, daemon in
            let all = empty ? [] : [Self.app(0), Self.app(1, pid: nil)]
            router.on(Methods.list) { _, _ in all }
            router.on(Methods.info) { request, _ in
                daemon.note("info \(request.targets.joined(separator: " "))")
                return all.map {
                    ProcessDetail(process: $0, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: [])
                }
            }
            router.on(Methods.environment) { request, _ in
                daemon.note("env \(request.show)")
                return [ProcessEnvironment(id: 0, name: "api", instance: 0, namespace: "default", variables: [])]
            }
            router.on(Methods.definition) { _, _ in [Self.spec] }
            router.on(Methods.change) { request, _ in
                daemon.note("change \(request.changes.map(\.to.killTimeout)) \(request.changes.map(\.to.env))")
                return ApplyResult(
                    changes: ["api": request.changes[0].from == request.changes[0].to ? .same : .changed],
                    processes: [Self.app(0, pid: 8)])
            }
            router.on(Methods.save) { request, _ in
                daemon.note("save \(request.force)")
                return SaveResult(file: "/h/dump/000001.json", apps: 2, running: 1)
            }
            router.on(Methods.resurrect) { _, _ in
                ResurrectResult(
                    file: "/h/dump/000001.json", broken: ["/h/dump/000002.json: bad"],
                    started: StartResult(processes: empty ? [] : [Self.app(0)]))
            }
        }
    }

    @Test func setSaysWhatItRestarts() async throws {
        try await serve()
        let end = try await daemon.run("set", "api", "killTimeout", "5s")
        #expect(end.output == "api: changed, restarted: api#0\n")
        #expect(end.errors.contains("‘api’ is described in /srv/od.yaml"))
        #expect(daemon.asked == ["change [5000] [[:]]"])
        #expect(try await daemon.run("set", "api", "env.A=1", json: true).output.contains(#""api":"changed""#))
        #expect(try await daemon.run("unset", "api", "killTimeout").output.hasPrefix("api: as it was"))
    }

    @Test(arguments: [["set", "api"], ["set", "api", "script", "x"], ["unset", "api"], ["set", "a b", "nice", "1"]])
    func whatCannotBeSetIsRefused(_ words: [String]) async throws {
        try await serve()
        let end =
            words.count == 4
            ? try await daemon.run(words[0], words[1], words[2], words[3]) : try await daemon.run(words[0], words[1])
        #expect(end.failure != nil)
        #expect(daemon.asked.isEmpty)
    }

    @Test func dumpsAreSavedAndReadBack() async throws {
        try await serve()
        #expect(try await daemon.run("save").output == "saved 2 apps, 1 running, in /h/dump/000001.json\n")
        #expect(try await daemon.run("save", "--force", json: true).output.contains(#""apps":2"#))
        #expect(daemon.asked == ["save false", "save true"])
        let end = try await daemon.run("resurrect")
        #expect(end.errors.contains("not used: /h/dump/000002.json: bad"))
        #expect(end.output.contains("api"))
        #expect(try await daemon.run("resurrect", json: true).output.contains(#""broken":["#))
    }

    @Test func listsForScripts() async throws {
        try await serve()
        let list = try await daemon.run("jlist").output
        #expect(list.hasPrefix(#"[{"monit":{"cpu":0,"memory":0},"name":"api","pid":7,"#))
        #expect(try await daemon.run("prettylist").output.hasPrefix("[\n"))
        #expect(daemon.asked == ["info 0 1", "env false", "info 0 1", "env false"])
        #expect(try await daemon.run("id", "api").output == "0\n1\n")
        #expect(try await daemon.run("id", "api", json: true).output == "[0,1]\n")
        #expect(try await daemon.run("pid").output == "7\n0\n")
        #expect(try await daemon.run("pid", "api", json: true).output == "[7,0]\n")
        #expect(try await daemon.run("list", "--mini-list").output == "0 api#0 online 7\n1 api#1 online\n")
        #expect(try await daemon.run("list", "--sort", "pid:desc").output.contains("api"))
        #expect(try await daemon.run("list", "--sort", "size").failure?.code == .usage)
    }

    @Test func anEmptyListIsAList() async throws {
        try await serve(empty: true)
        #expect(try await daemon.run("jlist").output == "[]\n")
        #expect(try await daemon.run("pid").output.isEmpty)
        let nothing = "nothing to start: /h/dump/000001.json has no app that ran\n"
        #expect(try await daemon.run("resurrect").output == nothing)
    }
}
