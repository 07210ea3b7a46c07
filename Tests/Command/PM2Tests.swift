@testable import Command
import Core
import Engine
import Support
import Testing

/// What people who come from PM2 type and read.
struct PM2Tests {
    private func translated(_ line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        let verb = words.firstIndex { !$0.hasPrefix("-") }
        return try PM2Words.translated(words, verb: verb) { Od.verb(named: $0) != nil }.joined(separator: " ")
    }

    @Test(arguments: [
        ("desc api", "info api"), ("kill", "daemon stop"), ("dashboard", "monit"), ("dump", "save"),
        ("startOrRestart ecosystem.json", "up --no-dashboard ecosystem.json"), ("slist", "daemon status"),
        ("start a.js --node-args=--inspect", "start a.js --interpreter-args=--inspect"),
        ("start a.js --no-autorestart -k 5s", "start a.js --no-auto-restart --kill-timeout 5s"),
        ("start a.js -o out.log --error=err.log", "start a.js --set outFile=out.log --set errorFile=err.log"),
        ("start a.js --merge-logs -s", "start a.js --set mergeLogs=true --quiet"),
        ("start a.js --max-memory-restart 100M", "start a.js --set maxMemory=100M"),
        ("restart all --update-env", "restart all"), ("restart all --parallel 4 -f", "restart all"),
        ("restart all --parallel=4", "restart all"),
        ("start a.py --interpreter-args -u --set x=y", "start a.py --interpreter-args=-u --set x=y"),
        ("start a.py --node-args -u -o x", "start a.py --interpreter-args=-u --set outFile=x"),
        ("start a.py --name -s -s", "start a.py --name=-s --quiet"),
        ("start a.py -n web -s", "start a.py -n web --quiet"),
        ("start a.js -- -o x --watch", "start a.js -- -o x --watch"), ("logs -n 5 -e", "logs -n 5 -e"),
        ("logs --nostream --timestamp api", "logs --timestamps api"), ("stop api --silent", "stop api --quiet"),
        ("send api --silent", "send api --silent"), ("list --watch", "list --watch"),
        ("--home /h kill", "--home /h kill"), ("start", "start"), ("--version", "--version"),
    ])
    func wordsAreUnderstood(_ line: String, _ ours: String) throws {
        #expect(try translated(line) == ours)
    }

    @Test(arguments: [
        ("serve ./public", ErrorCode.notServed), ("trigger api x", .notServed), ("start a.js --watch", .notServed),
        ("start a.js --cron=x", .notServed), ("start a.js -o", .usage), ("start a.js --no-daemon", .notServed),
    ])
    func whatIsNotHereSaysSo(_ line: String, _ code: ErrorCode) {
        let failure = #expect(throws: Failure.self) { try translated(line) }
        #expect(failure?.code == code)
        #expect(failure?.next.isEmpty == false)
    }

    /// At a verb that does not take it, a flag of PM2 is answered with what it is here.
    @Test(arguments: [
        ("--watch", "stop", "od does not watch files", "od help pm2"),
        ("--max-memory-restart", "restart", "‘maxMemory’", "od set NAME maxMemory=VALUE"),
        ("--wait-ready", "stop", "‘waitReady’", "od set NAME waitReady=true"),
        ("--update-env", "stop", "od does so anyway", "leave it out"),
        ("--node-args", "reload", "--interpreter-args", "od help reload"),
        ("--no-color", "list", "NO_COLOR=1", "od help pm2"),
    ])
    func aFlagInAnotherPlaceIsNamed(_ flag: String, _ verb: String, _ why: String, _ next: String) {
        let failure = ParserWords.failure("Unknown option '\(flag)'", verb: verb)
        #expect(failure.code == .usage && failure.why.hasPrefix("\(flag) is PM2's: "))
        #expect(failure.why.contains(why) && failure.next.contains(next), "\(failure)")
    }

    @Test func helpIsTheTableOfBoth() throws {
        golden("Commands/help-pm2.txt", try Help.text(["pm2"], columns: 80))
    }

    // MARK: lists

    private static func process(_ id: Int, _ edit: (inout InstanceInfo) -> Void) -> InstanceInfo {
        var info = InstanceInfo(id: id, name: "a\(id)", instance: 0, namespace: "default", status: .online)
        edit(&info)
        return info
    }

    private let processes = [
        process(0) {
            $0.memory = 10
            $0.cpu = 1
            $0.pid = 7
            $0.uptime = 5
            $0.name = "z"
        },
        process(1) {
            $0.memory = 30
            $0.cpu = 1
            $0.restarts = 4
            $0.status = .errored
            $0.namespace = "a"
        },
        process(2) {
            $0.restarts = 2
            $0.mode = "cluster"
        },
    ]

    @Test(arguments: [
        ("id", [0, 1, 2]), ("id:desc", [2, 1, 0]), ("name", [1, 2, 0]), ("memory:desc", [1, 0, 2]), ("mem", [0, 1, 2]),
        ("cpu", [0, 1, 2]), ("cpu:desc", [0, 1, 2]), ("restarts:desc", [1, 2, 0]), ("status", [1, 0, 2]),
        ("namespace:ASC", [1, 0, 2]), ("mode", [2, 0, 1]), ("pid", [0, 1, 2]), ("uptime:desc", [0, 1, 2]),
    ])
    func listsAreSorted(_ order: String, _ ids: [Int]) throws {
        #expect(try ListOrder(order).sorted(processes).map(\.id) == ids)
    }

    @Test(arguments: ["memry", "id:up", "id:asc:asc", "", ":"])
    func orderThatIsNoneIsUsage(_ order: String) {
        #expect(throws: Failure.self) { try ListOrder(order) }
    }

    @Test func aMiniListIsShort() {
        #expect(MiniList.text(processes) == "0 z#0 online 7\n1 a1#0 errored\n2 a2#0 online\n")
    }

    @Test func theListIsInPM2sShape() {
        let process = InstanceInfo(
            id: 3, name: "api", instance: 1, namespace: "shop", status: .online, pid: 4711, cpu: 12.34,
            memory: 1 << 20, uptime: 5000, restarts: 2, mode: "cluster",
            startedAt: WallTime(milliseconds: 1_795_253_057_112), exit: .code(3), script: "no-such-file.js",
            interpreter: "node", arguments: ["-v"], cwd: "/srv", outFile: "/l/o", errorFile: "/l/e")
        let detail = ProcessDetail(
            process: process, restart: RestartPolicy(mode: .never), killSignal: 15, killTimeout: 1600, env: ["A"])
        let variables = ProcessEnvironment(
            id: 3, name: "api", instance: 1, namespace: "shop",
            variables: [
                .init(name: "A", value: "1", source: .config, secret: false),
                .init(name: "TOKEN", value: nil, source: .config, secret: true),
            ])
        golden(
            "Commands/jlist.json", JSONText.of([PM2Process(detail, variables: variables, count: 2)], indented: true))
    }

    @Test func versionsAndPidFilesAreReal() {
        let process = InstanceInfo(id: 3, name: "api", instance: 0, namespace: "shop", status: .online, pid: 4711)
        var detail = ProcessDetail(
            process: process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1600, env: [],
            order: ProcessOrder(pidFile: "/run/api.pid"))
        detail.metadata = AppMetadata(version: "1.2.3")
        let shape = PM2Process(detail, variables: nil, count: 1, nodeVersion: "22.4.1").pm2_env
        #expect((shape.version, shape.node_version, shape.pm_pid_path) == ("1.2.3", "22.4.1", "/run/api.pid"))
        let bare = PM2Process(
            ProcessDetail(process: process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: []),
            variables: nil, count: 1
        ).pm2_env
        #expect((bare.version, bare.node_version, bare.pm_pid_path) == ("N/A", "N/A", ""))
    }

    @Test func statesHavePM2sWords() {
        let words = ProcessStatus.allCases.map(PM2Process.status)
        #expect(
            words == [
                "stopped", "launching", "online", "launching", "waiting restart", "stopping", "stopping", "stopped",
                "errored",
            ])
    }

    // MARK: set

    @Test func assignmentsHaveTwoForms() throws {
        let one = try Definition.Set.assignments(["maxRestarts", "5"])
        #expect(one.map(\.key) == ["maxRestarts"] && one.map(\.value) == ["5"])
        let two = try Definition.Set.assignments(["env.A=1=2", "nice=5"])
        #expect(two.map(\.key) == ["env.A", "nice"] && two.map(\.value) == ["1=2", "5"])
        for words in [["nice"], ["nice", "5", "6"], ["=5", "nice=5"]] {
            #expect(throws: Failure.self) { try Definition.Set.assignments(words[...]) }
        }
    }

    @Test func aFlagIsNamedAsItWasTyped() {
        let line = ["od", "start", "a.js", "--max-memory-restart=10Q", "--", "--uid"]
        #expect(PM2Words.flag(for: "maxMemory", in: line) == "--max-memory-restart")
        #expect(PM2Words.flag(for: "uid", in: line) == nil && PM2Words.flag(for: "nice", in: line) == nil)
    }
}
