import Core
import FoundationEssentials
import Support
import Testing

/// Samples of all messages: files in Snapshots/Wire are what older clients send, and are never edited.
@Suite struct WireTests {
    static let process = InstanceInfo(
        id: 3, name: "api", instance: 1, namespace: "shop", status: .waiting, pid: 4711, cpu: 12.5, memory: 1 << 20,
        uptime: 5000, restarts: 2, mode: "cluster", startedAt: WallTime(milliseconds: 1_795_253_057_112),
        exit: .signal(11, core: true), exitedAt: WallTime(milliseconds: 1_795_253_050_000), reason: "backoff",
        waitsUntil: WallTime(milliseconds: 1_795_253_060_000), processes: 4, script: "api.js", interpreter: "node",
        arguments: ["-v"], cwd: "/srv", outFile: "/l/o", errorFile: "/l/e")
    static let host = HostInfo(
        hostname: "web", cores: 2, cpu: 12.5, memoryUsed: 1, memoryTotal: 2, load: [0.5, 0.25, 0.125], uptime: 9)
    static let failure = Failure(.noSuchTarget, "what", why: "why", next: "next")
    static let spec = AppSpec(
        namespace: "shop", name: "api", script: "api.js", program: "/usr/bin/node", arguments: ["api.js"],
        interpreter: "node", cwd: "/srv", env: ["A": "1"], instances: 2,
        restart: RestartPolicy(mode: .onFailure, strategy: .fixed, delay: 5), killSignal: 2, killTimeout: 1600,
        outFile: "/l/o", errorFile: "/l/e", mergeLogs: true)

    func check<T: Codable & Hashable>(_ name: String, _ value: T) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        golden("Wire/\(name).json", text + "\n")
        #expect(try JSONDecoder().decode(T.self, from: Data(text.utf8)) == value)
    }

    @Test func messagesOfTheConnection() throws {
        try check("hello-request-2", HelloRequest(client: "od 0.1.0", owner: true))
        try check("hello-result-2", HelloResult(build: "0.1.0", pid: 5, embedded: false))
        try check(
            "daemon-status",
            DaemonStatus(
                pid: 5, keeperPid: 4, version: "0.1.0", home: "/h", startedAt: WallTime(milliseconds: 0), uptime: 1,
                embedded: true, halted: false, clients: 1, apps: 2, instances: ["online": 3], engineStarts: 1))
        try check(
            "daemon-status-spare",
            DaemonStatus(
                pid: 5, keeperPid: 4, version: "0.1.0", home: "/h", startedAt: WallTime(milliseconds: 0), uptime: 1,
                embedded: true, halted: false, clients: 1, apps: 2, instances: ["online": 3], engineStarts: 1,
                sparePid: 3, keepers: 2, keeperVersion: "0.1.0",
                oldLogs: OldLogs(limit: 100, bytes: 90, removedFiles: 1, removedBytes: 20)))
        try check("hello-request-ending", HelloRequest(client: "od 0.1.0", ending: true))
        try check("daemon-restart-request", DaemonRestartRequest(keeper: "/k", engine: "/e"))
        try check(
            "daemon-restart-result",
            DaemonRestartResult(pid: 5, version: "0.1.0", keeperVersion: "0.1.0", note: "too old"))
        try check("nothing", Nothing())
    }

    /// What clients and engines of version 1 say: fields that came later are absent.
    @Test func theHelloOfVersionOneIsUnderstood() throws {
        func old<T: Decodable>(_: T.Type, _ name: String) throws -> T {
            try JSONDecoder().decode(T.self, from: Data(try #require(goldenText("Wire/\(name).json")).utf8))
        }
        let request = try old(HelloRequest.self, "hello-request")
        #expect(Versions.common(oldest: request.version, newest: request.newest) == 1)
        let result = try old(HelloResult.self, "hello-result")
        #expect((result.version, result.newest) == (1, nil))
    }

    @Test func messagesOfProcesses() throws {
        try check("targets", TargetRequest(targets: ["all", "api#1"]))
        try check("start-request-2", StartRequest(apps: [Self.spec], targets: ["web"]))
        try check("start-result", StartResult(processes: [Self.process], failures: [Self.failure], unchanged: ["web"]))
        try check("apply-request-2", ApplyRequest(namespace: "shop", apps: [Self.spec]))
        try check(
            "apply-result",
            ApplyResult(changes: ["a": .added, "b": .removed], processes: [Self.process], failures: [Self.failure]))
        try check(
            "process-detail-2",
            ProcessDetail(process: Self.process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: ["A"]))
        var attributes = ProcessAttributes()
        attributes.nice = 5
        try check(
            "process-detail-3",
            ProcessDetail(
                process: Self.process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: ["A"],
                attributes: attributes, logRotation: LogRotation()))
    }

    @Test func messagesOfDefinitions() throws {
        try check("change-request", ChangeRequest(changes: [.init(from: Self.spec, to: Self.spec)]))
        try check("save-request", SaveRequest(force: true))
        try check("save-result", SaveResult(file: "/h/dump/000001.json", apps: 2, running: 3))
        try check(
            "resurrect-result",
            ResurrectResult(
                file: "/h/dump/000001.json", broken: ["/h/dump/000002.json: its checksum is wrong"],
                started: StartResult(processes: [Self.process])))
        try check("saved-app", SavedApp(spec: Self.spec, running: [0]))
    }

    @Test func messagesOfWatching() throws {
        try check("snapshot", FleetSnapshot(seq: 7, processes: [Self.process], host: Self.host))
        try check("subscribe-2", SubscribeRequest(since: 6, stream: "a1"))
        let event = FleetEvent(seq: 7, at: WallTime(milliseconds: 0), name: .engineStarted, process: nil)
        try check(
            "snapshot-missed-2", FleetSnapshot(seq: 7, processes: [], host: Self.host, stream: "a1", missed: [event]))
        try check(
            "event",
            FleetEvent(seq: 8, at: WallTime(milliseconds: 0), name: .exited, process: Self.process, message: "exit 1"))
        try check(
            "metrics",
            FleetMetrics(
                at: WallTime(milliseconds: 0), samples: [.init(id: 3, cpu: 1.5, memory: 4096, processes: 2)],
                host: Self.host))
    }

    @Test func messagesOfLogs() throws {
        try check(
            "log-request",
            LogRequest(
                targets: ["api"], lines: 3, follow: true, channels: [.error],
                resume: [.init(process: 3, channel: .error, offset: 99)]))
        try check(
            "log-result",
            LogStreamResult(stream: 1, files: [.init(process: 3, label: "api#1", channel: .out, path: "/l/o")]))
        try check("log-stop", LogStop(stream: 1))
    }

    @Test func exitsHaveOneFieldEach() throws {
        for exit in [Exit.code(0), .code(255), .signal(9, core: false), .signal(11, core: true), .unknown] {
            let data = try JSONEncoder().encode(exit)
            #expect(try JSONDecoder().decode(Exit.self, from: data) == exit)
        }
    }

    @Test func timesThatAreNoneAreRefused() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([WallTime].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }

    @Test func envelopesRoundTrip() throws {
        let request = RPCRequest(id: 1, method: Methods.stop.name, params: TargetRequest(targets: ["a"]))
        let data = try JSONEncoder().encode(request)
        #expect(try JSONDecoder().decode(RPCHead.self, from: data) == RPCHead(id: 1, method: "process.stop"))
        #expect(try JSONDecoder().decode(RPCRequest<TargetRequest>.self, from: data).params == request.params)
        let good = try JSONEncoder().encode(RPCResponse(id: 1, result: Nothing()))
        #expect(try JSONDecoder().decode(RPCResponse<Nothing>.self, from: good).result == Nothing())
        let bad = try JSONEncoder().encode(RPCResponse<Nothing>(id: 1, error: RPCError(Self.failure)))
        #expect(try JSONDecoder().decode(RPCResponse<Nothing>.self, from: bad).error == RPCError(Self.failure))
    }
}
