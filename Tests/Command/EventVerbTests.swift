import ArgumentParser
@testable import Command
import Core
import Engine
import OpenDaemon
import Testing

/// `od events` and `od plugin` against a daemon: what they ask and print.
struct EventVerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static func event(_ seq: UInt64, _ name: EventName, message: String? = nil) -> FleetEvent {
        let process = InstanceInfo(id: 0, name: "api", instance: 0, namespace: "shop", status: .online)
        return FleetEvent(
            seq: seq, at: WallTime(milliseconds: 1_795_253_057_112), name: name,
            process: name.rawValue.hasPrefix("process") ? process : nil, message: message)
    }

    @Test func eventsAreLines() async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.events) { request, _ in
                daemon.note("\(request.events ?? []) \(request.limit ?? -1) \(request.since != nil)")
                return [
                    Self.event(1, .engineStarted, message: "0 runs"),
                    Self.event(2, .exited, message: "exit\u{1B}[1m 1"),
                ]
            }
        }
        let end = try await daemon.run("events", "process:*", "engine:started")
        #expect(end.error == nil)
        #expect(
            end.output == """
                2026-11-21T09:24:17.112Z  engine:started      0 runs
                2026-11-21T09:24:17.112Z  process:exited      shop/api#0  exit 1

                """)
        let json = try await daemon.run("events", "-n", "5", json: true)
        #expect(json.output.hasPrefix(#"[{"at":"2026-11-21T09:24:17.112Z","message":"0 runs","name":"engine:started""#))
        #expect(try await daemon.run("events", "--since", "10m").error == nil)
        #expect(daemon.asked == ["[\"process:*\", \"engine:started\"] 20 false", "[] 5 false", "[] -1 true"])
    }

    @Test func mistakesAskNothing() async throws {
        try await daemon.serve { _, _ in }
        #expect(try await daemon.run("events", "proces:*").failure?.code == .usage)
        for words in [["-n", "-1"], ["-n", "1001"], ["--since", "soon"]] {
            #expect(throws: (any Error).self) { try Od.parseAsRoot(["events"] + words) }
        }
        let now = WallTime(milliseconds: 600_000)
        #expect(Od.Events.moment("10m", before: now) == WallTime(milliseconds: 0))
        #expect(Od.Events.moment("1970-01-01T00:00:01Z", before: now) == WallTime(milliseconds: 1000))
        #expect(Od.Events.moment(nil, before: now) == nil)
        #expect(Od.Events.moment("12:30", before: now) == Since("12:30", now: now)?.began)
        #expect(Od.Events.moment("12:30", before: now) != nil)
    }

    private static let plugins = [
        PluginInfo(id: "logs", summary: "writes logs", state: .enabled, neededBy: ["x"], fixed: "because"),
        PluginInfo(
            id: "metrics", summary: "measures", state: .resting, reason: "no /proc",
            restsUntil: WallTime(milliseconds: 1_795_253_057_112), failures: 3, needs: ["logs"]),
    ]

    @Test func pluginsAreListedAndTold() async throws {
        try await daemon.serve { router, _ in
            router.on(Methods.plugins) { _, _ in Self.plugins }
            router.on(Methods.plugin) { request, _ in Self.plugins[request.id == "logs" ? 0 : 1] }
        }
        #expect(
            try await daemon.run("plugin", "list").output == """
                logs     enabled  writes logs
                metrics  resting  measures: no /proc

                """)
        #expect(
            try await daemon.run("plugin", "info", "metrics").output == """
                metrics
                  does         measures
                  state        resting
                  needs        logs
                  needed by    nothing
                  switch       od plugin enable or disable metrics
                  failures     3
                  reason       no /proc
                  rests until  2026-11-21T09:24:17.112Z

                """)
        #expect(try await daemon.run("plugin", "info", "logs").output.contains("always on: because"))
        #expect(try await daemon.run("plugin", "list", json: true).output.hasPrefix(#"[{"failures":0,"fixed":"#))
    }

    @Test func switchesSayWhatChanged() async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.enablePlugin) { request, _ in
                daemon.note("enable \(request.id)")
                return Self.plugins
            }
            router.on(Methods.disablePlugin) { request, _ in
                daemon.note("disable \(request.id)")
                if request.id == "logs" { throw Failure(.pluginNeeded, "no", why: "no", next: "no") }
                return []
            }
        }
        #expect(try await daemon.run("plugin", "enable", "metrics").output == "enabled logs and metrics\n")
        #expect(try await daemon.run("plugin", "disable", "metrics").output == "‘metrics’ was disabled already\n")
        #expect(try await daemon.run("plugin", "disable", "logs").failure?.exitCode == 2)
        #expect(daemon.asked == ["enable metrics", "disable metrics", "disable logs"])
    }
}
