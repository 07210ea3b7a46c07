@testable import Command
import Core
import Engine
import OpenDaemon
import Support
import Testing

/// `od why`: one screen for each way in which an app can be as it is.
struct WhyTests {
    private static func at(_ second: Int) -> WallTime {
        WallTime(milliseconds: 1_795_253_000_000 + Int64(second) * 1000)
    }

    private static func process(_ status: ProcessStatus, edit: (inout InstanceInfo) -> Void = { _ in }) -> InstanceInfo
    {
        var process = InstanceInfo(id: 0, name: "api", instance: 0, namespace: "shop", status: status)
        edit(&process)
        return process
    }

    private static func event(_ second: Int, _ name: EventName, _ message: String? = nil) -> FleetEvent {
        FleetEvent(
            seq: UInt64(second), at: at(second), name: name,
            process: name.rawValue.hasPrefix("process") ? process(.online) : nil, message: message)
    }

    private static func deed(_ second: Int, _ what: String, _ by: String) -> Deed {
        Deed(at: at(second), what: what, uid: 1000, user: "alice", by: by)
    }

    private static func crash(_ second: Int, _ exit: Exit, memory: String? = nil, stderr: [String] = []) -> CrashReport
    {
        CrashReport(
            app: "shop/api", instance: 0, run: UInt64(second), pid: 4711, at: at(second), exit: exit, uptime: 12,
            maxMemory: 12 << 20, outOfMemory: memory, stderr: stderr)
    }

    private static let overMemory: ProcessStory = {
        var story = ProcessStory(
            process: process(.online) { ($0.exit, $0.exitedAt, $0.restarts) = (.signal(15, core: false), at(9), 1) },
            since: at(10), deeds: [deed(0, "start", "od start api.js")],
            events: [event(9, .restarting, "memory 600 MiB over maxMemory 512 MiB"), event(10, .online)])
        story.cause = "memory 600 MiB over maxMemory 512 MiB"
        return story
    }()

    private static let dependent: ProcessStory = {
        var story = ProcessStory(process: process(.waiting) { $0.reason = "for db (starting), job (failed: exit 3)" })
        story.dependencies = [
            DependencyState(
                name: "db", condition: .ready, obstacle: "starting", reason: "not ready yet: waits for port 5432",
                since: at(3)),
            DependencyState(name: "job", condition: .completedSuccessfully, obstacle: "failed: exit 3", since: at(4)),
            DependencyState(name: "cache", condition: .started),
        ]
        return story
    }()

    private static let dumped: ProcessStory = {
        var report = crash(9, .signal(11, core: true))
        report.core = "coredumpctl info 4711"
        return ProcessStory(process: process(.errored) { $0.reason = "16 quick exits" }, crashes: [report])
    }()

    static let stories: [(String, ProcessStory)] = [
        (
            "healthy",
            ProcessStory(process: process(.online), since: at(1), deeds: [deed(0, "start", "od start api.js")])
        ),
        (
            "reloaded",
            ProcessStory(
                process: process(.online) {
                    ($0.exit, $0.exitedAt, $0.restarts, $0.startedAt) = (.code(0), at(11), 1, at(10))
                }, since: at(10),
                deeds: [deed(9, "reload", "od reload api"), deed(0, "start", "od start api.js")],
                crashes: [crash(5, .code(1), stderr: ["Error: listen EADDRINUSE: address already in use :::80"])],
                events: [event(9, .starting), event(10, .online), event(11, .exited, "exit 0 after 12 ms")])
        ),
        (
            "crashed",
            ProcessStory(
                process: process(.online) { ($0.exit, $0.exitedAt, $0.restarts) = (.code(1), at(9), 3) }, since: at(10),
                deeds: [deed(0, "start", "od start api.js")],
                crashes: [
                    crash(9, .code(1), stderr: ["Error: no", "  at x\u{1B}[2J"]), crash(5, .signal(11, core: true)),
                ],
                events: [event(9, .exited, "exit 1 after 12 ms"), event(10, .restarting), event(10, .online)])
        ),
        (
            "waiting",
            ProcessStory(
                process: process(.waiting) {
                    ($0.reason, $0.waitsUntil) = ("exit 127, 4th try in a row after a backoff", at(30))
                }, crashes: [crash(9, .code(127))],
                changes: [
                    FieldChange(key: "env.PORT", old: "80", new: nil, restarts: true),
                    FieldChange(key: "cwd", old: "/a", new: "/b", restarts: true),
                ], goodUntil: at(3))
        ),
        (
            "out-of-memory",
            ProcessStory(
                process: process(.errored) { $0.reason = "16 quick exits, the last SIGKILL" },
                crashes: [crash(9, .signal(9, core: false), memory: "the kernel killed a process of its cgroup")])
        ),
        (
            "killed",
            ProcessStory(process: process(.errored), crashes: [crash(9, .signal(9, core: false))])
        ),
        (
            "stopped",
            ProcessStory(
                process: process(.stopped) { ($0.exit, $0.exitedAt) = (.signal(15, core: false), at(20)) },
                deeds: [deed(20, "stop", "od stop api"), deed(0, "start", "od start api.js")],
                events: [event(1, .online), event(20, .stopping), event(20, .stopped, "SIGTERM")])
        ),
        (
            "finished",
            ProcessStory(
                process: process(.stopped) { ($0.exit, $0.exitedAt) = (.code(0), at(20)) },
                deeds: [deed(0, "start", "od start api.js")], events: [event(1, .online)])
        ),
        (
            "daemon-stopped",
            ProcessStory(
                process: process(.stopped) { $0.exit = .signal(15, core: false) },
                events: [event(1, .online), event(20, .engineStopping), event(30, .engineStarted, "0 runs held")])
        ),
        (
            "background",
            ProcessStory(
                process: process(.errored) { $0.reason = "16 quick exits, the last exit 0" },
                events: [event(2, .exited, "exit 0 after 12 ms"), event(3, .exited, "exit 0 after 9 ms")])
        ),
        (
            "daemon-stopped-by",
            ProcessStory(
                process: process(.stopped) { $0.exit = .signal(15, core: false) },
                deeds: [deed(20, "daemon stop", "od daemon stop")],
                events: [event(1, .online), event(20, .engineStopping), event(30, .engineStarted, "0 runs held")])
        ),
        ("memory", overMemory), ("dependencies", dependent), ("core", dumped),
        (
            "stopping",
            ProcessStory(
                process: process(.stopping), deeds: [deed(20, "stop", "od stop api")], events: [event(1, .online)])
        ),
    ]

    @Test(arguments: stories.map(\.0))
    func aScreen(_ name: String) throws {
        let story = try #require(Self.stories.first { $0.0 == name }?.1)
        golden("Commands/why-\(name).txt", WhyListing.text(story, colour: false))
    }

    @Test func otherStates() {
        #expect(WhyListing.headline(ProcessStory(process: Self.process(.created))) == "it was never started")
        #expect(WhyListing.headline(ProcessStory(process: Self.process(.starting))) == "it is being started")
        let unknown = Deed(at: Self.at(0), what: "start", uid: 77, user: nil, by: "x 1.0")
        #expect(
            WhyListing.headline(ProcessStory(process: Self.process(.online), deeds: [unknown])).contains(
                "user 77 said ‘x 1.0’"))
        for (code, word) in [(Int32(126), "cannot be executed"), (137, "SIGKILL")] {
            let story = ProcessStory(process: Self.process(.errored), crashes: [Self.crash(1, .code(code))])
            #expect(WhyListing.text(story, colour: false).contains(word))
        }
    }

    /// Who says something while it runs has not started this run.
    @Test func onlyWhatWasSaidBeforeARunHasStartedIt() {
        let reload = Self.deed(20, "reload", "od reload api")
        let start = Self.deed(1, "start", "od start api.js")
        let running = ProcessStory(process: Self.process(.online), since: Self.at(2), deeds: [reload, start])
        #expect(WhyListing.headline(running).contains("alice said ‘od start api.js’"))
        let bare = ProcessStory(process: Self.process(.online), since: Self.at(2), deeds: [reload])
        #expect(WhyListing.headline(bare) == "it runs since \(Self.at(2))")
    }

    @Test func theErrorOfALongStackIsShown() {
        let stack = ["node:events:497", "Error: listen EADDRINUSE"] + (1...20).map { "    at f\($0)" }
        let long = ProcessStory(
            process: Self.process(.errored), crashes: [Self.crash(9, .code(1), stderr: stack)])
        let text = WhyListing.text(long, colour: false)
        #expect(text.contains("| Error: listen EADDRINUSE\n    | … 10 lines\n    |     at f11\n"), "\(text)")
        #expect(text.contains("at f20") && !text.contains("at f10\n"))
        let plain = ProcessStory(
            process: Self.process(.errored),
            crashes: [Self.crash(9, .code(1), stderr: (1...20).map { "line \($0)" })])
        let last = WhyListing.text(plain, colour: false)
        #expect(last.contains("| line 9\n") && !last.contains("| line 8\n") && !last.contains("…"))
    }

    /// What an apply has started may end by itself; what it has ended was asked to.
    @Test func anApplyIsNotAlwaysAnOrder() {
        let ended = Self.process(.stopped) { ($0.exit, $0.exitedAt) = (.code(3), Self.at(2)) }
        let deed = Self.deed(2, "apply", "od apply .")
        let alone = ProcessStory(process: ended, deeds: [deed], events: [Self.event(1, .online)])
        #expect(WhyListing.headline(alone).hasPrefix("it ended by itself with exit 3"))
        let asked = ProcessStory(
            process: ended, deeds: [deed], events: [Self.event(1, .online), Self.event(2, .stopping)])
        #expect(WhyListing.headline(asked).hasPrefix("alice said ‘od apply .’"))
    }

    @Test func commandLinesAreKeptWithoutSecrets() {
        let words = ["/usr/bin/od", "start", "x", "--env", "API_TOKEN=abc", "--env", "PORT=1", "http://a:b@c/"]
        #expect(TypedLine.shown(words) == "od start x --env API_TOKEN=******** --env PORT=1 ********")
        #expect(TypedLine.shown([]) == "od")
        #expect(TypedLine.shown(["od", "set", "a", "env.API_TOKEN", "abc"]) == "od set a env.API_TOKEN ********")
        #expect(TypedLine.shown(["od", "set", "a", "env.PORT", "1"]) == "od set a env.PORT 1")
        #expect(TypedLine.shown(["od", "start", "a", "--", "--password", "x"]) == "od start a -- --password ********")
        #expect(TypedLine.shown(["od", "send", "a", "my", "words"]) == "od send a ******** ********")
        #expect(TypedLine.shown(["od", "logs", "token-service", "api"]) == "od logs token-service api")
    }

    @Test func itAsksTheDaemon() async throws {
        let daemon = try TestDaemon()
        try await daemon.serve { router, daemon in
            router.on(Methods.why) { request, _ in
                daemon.note("why \(request.targets)")
                return Self.stories.prefix(1).map(\.1)
            }
        }
        let end = try await daemon.run("why", "api")
        #expect(end.error == nil && end.output.hasPrefix("api#0 is online: it runs since"))
        let json = try await daemon.run("why", "api", json: true)
        #expect(json.output.hasPrefix(#"[{"changes":[],"crashes":[],"deeds":[{"at":"#))
        #expect(daemon.asked == ["why [\"api\"]", "why [\"api\"]"])
        #expect(try await daemon.run("why").failure?.code == .usage)
    }
}
