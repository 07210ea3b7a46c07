@testable import Command
import Core
import Engine
import Glibc
import OpenDaemon
import Testing

/// Verbs that look at a part, and what they say when there is nothing.
struct NarrowVerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static func app(_ id: Int, _ name: String, _ namespace: String = "shop", number: Int = 0) -> InstanceInfo {
        InstanceInfo(id: id, name: name, instance: number, namespace: namespace, status: .online)
    }

    private static let fleet = [app(0, "api"), app(1, "api", number: 1), app(2, "web"), app(3, "api", "other")]

    private func serve() async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.list) { _, _ in Self.fleet }
            router.on(Methods.info) { request, _ in
                daemon.note("info \(request.targets.joined(separator: " "))")
                guard request.targets != ["nope"] else {
                    throw Failure(.noSuchTarget, "‘nope’ names no process", why: "none", next: "od list")
                }
                return Self.fleet.filter { $0.namespace == "shop" }.map {
                    ProcessDetail(process: $0, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: [])
                }
            }
            router.on(Methods.events) { request, _ in
                daemon.note("events \(request.targets ?? [])")
                let gone = FleetEvent(
                    seq: 1, at: WallTime(milliseconds: 1_795_253_057_112), name: .deleted, process: Self.app(9, "gone"))
                return [gone]
            }
            router.on(Methods.reset) { _, _ in Self.fleet }
            router.on(Methods.scale) { _, _ in StartResult(processes: [Self.fleet[0], Self.fleet[1], Self.fleet[2]]) }
        }
    }

    @Test func aListIsNarrowedByTargets() async throws {
        try await serve()
        #expect(try await daemon.run("list", "--mini-list").output.split(separator: "\n").count == 4)
        let shop = try await daemon.run("list", "--mini-list", "shop")
        #expect(shop.output.split(separator: "\n").count == 3 && !shop.output.hasPrefix("3"))
        #expect(try await daemon.run("list", "nope").failure?.code == .noSuchTarget)
        #expect(try await daemon.run("list", "/(/").failure == nil)
        #expect(daemon.asked == ["info shop", "info nope", "info /(/"])
    }

    @Test func eventsOfNobodyAreAMistake() async throws {
        try await serve()
        #expect(try await daemon.run("events", "nope").failure?.code == .noSuchTarget)
        #expect(try await daemon.run("events", "gone", "nope").failure?.what.contains("nope") == true)
        let gone = try await daemon.run("events", "gone")
        #expect(gone.error == nil && gone.output.contains("shop/gone#0"))
        // One that is known may have no events at all.
        #expect(try await daemon.run("events", "web", "all").error == nil)
    }

    @Test func aSummaryNamesNoAppTwice() async throws {
        try await serve()
        let end = try await daemon.run("reset", "all")
        #expect(end.output.hasPrefix("reset shop/api (2 instances), web and other/api\n"))
    }

    @Test func aScaleSaysWhatItDid() async throws {
        try await serve()
        #expect(try await daemon.run("scale", "shop", "2").output.hasPrefix("api has 2 instances, as before\n"))
        let before = Self.fleet
        let left = [Self.fleet[0], Self.fleet[3]]
        #expect(
            Summary.scaled(left, before: before)
                == "scaled api from 2 instances to 1\napi has 1 instance, as before\n")
        #expect(Summary.scaled(before, before: [Self.fleet[0]]).hasPrefix("scaled api from 1 instance to 2\n"))
        #expect(Summary.scaled([], before: before) == "nothing to do\n")
    }

    @Test func whereNothingIsNoDaemonIsStarted() async throws {
        var template = Array("/tmp/od-narrow-XXXXXX".utf8CString)
        let home = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(home) }
        let all = try await TestDaemon.run(["stop", "all"], home: home)
        #expect(all.error == nil && all.output.hasPrefix("nothing to do: no daemon runs"))
        #expect(try await TestDaemon.run(["stop", "all"], json: true, home: home).output == "[]\n")
        let one = try await TestDaemon.run(["restart", "all", "api"], home: home)
        #expect(one.failure?.code == .noSuchTarget && one.failure?.why.contains("no daemon runs") == true)
        // The folder is as empty as it was.
        #expect(rmdir(home) == 0)
    }

    @Test func aSwitchIsQuiet() async throws {
        try await daemon.serve { router, _ in
            router.on(Methods.enablePlugin) { _, _ in [PluginInfo(id: "metrics", summary: "x", state: .enabled)] }
        }
        #expect(try await daemon.run("plugin", "enable", "metrics").output == "enabled metrics\n")
        #expect(try await daemon.run("plugin", "enable", "metrics", "-q").output.isEmpty)
    }
}
