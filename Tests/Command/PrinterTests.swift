@testable import Command
import Core
import OpenDaemon
import Support
import Testing

struct PrinterTests {
    static let fleet = [
        InstanceInfo(
            id: 0, name: "api", instance: 0, namespace: "shop", status: .online, pid: 4121, cpu: 12.34,
            memory: 85_983_232,
            uptime: 3_723_000, restarts: 0, mode: "cluster", startedAt: WallTime("2026-11-21T09:24:17.112Z"),
            processes: 3,
            script: "./server.js", interpreter: "node", arguments: ["./server.js", "--port", "3000", "it's", ""],
            cwd: "/srv/shop",
            outFile: "/home/u/.opendaemon/logs/shop/api-0.out.log",
            errorFile: "/home/u/.opendaemon/logs/shop/api-0.err.log"),
        InstanceInfo(
            id: 1, name: "api", instance: 1, namespace: "shop", status: .stopping, pid: 4122, cpu: 0,
            memory: 1_288_490_188,
            uptime: 4_000, restarts: 12, mode: "cluster"),
        InstanceInfo(
            id: 12, name: "nightly-report-generator", instance: 0, namespace: "default", status: .stopped, restarts: 0,
            exit: .code(0), exitedAt: WallTime("2026-11-21T03:00:12.000Z")),
        InstanceInfo(
            id: 3, name: "worker", instance: 0, namespace: "shop", status: .waiting, restarts: 4,
            exit: .signal(9, core: false),
            reason: "exit 1, 5th try in a row after a backoff", waitsUntil: WallTime("2026-11-21T09:24:20.000Z")),
        InstanceInfo(
            id: 4, name: "bad", instance: 0, namespace: "shop", status: .errored, restarts: 16, exit: .code(1),
            reason: "16 quick exits in 60 s\u{1B}[2J"),
    ]

    @Test(arguments: [40, 60, 80, 120])
    func theTableFitsTheTerminal(_ width: Int) {
        let text = ProcessTable.text(Self.fleet, width: width, colour: false)
        golden("Commands/list-\(width).txt", text)
        for line in text.split(separator: "\n") { #expect(line.count <= width) }
    }

    @Test func aPipeGetsEveryColumn() {
        golden("Commands/list-pipe.txt", ProcessTable.text(Self.fleet, width: nil, colour: false))
    }

    @Test func coloursAreThoseOfTheTerminal() {
        golden("Commands/list-colour.txt", ProcessTable.text(Self.fleet, width: 100, colour: true))
    }

    @Test func anEmptyTableSaysWhatToDo() {
        let text = ProcessTable.text([], width: nil, colour: false)
        #expect(text.contains("no apps yet: od start FILE starts one"))
    }

    @Test func nothingOfAnAppReachesTheTerminalRaw() {
        var process = Self.fleet[0]
        process.name = "a\u{1B}]0;title\u{7}b"
        process.reason = "x\u{1B}[31my\nz"
        let text = ProcessTable.text([process], width: 100, colour: false)
        #expect(!text.contains("\u{1B}"))
        #expect(text.split(separator: "\n").count == 2)
        let detail = ProcessDetail(
            process: process, restart: RestartPolicy(), killSignal: 15, killTimeout: 10_000, env: ["A\u{1B}[1m"])
        #expect(!DetailListing.text(detail, colour: false).contains("\u{1B}"))
    }

    @Test func detailsOfAnInstance() {
        let details = Self.fleet.map {
            ProcessDetail(
                process: $0, restart: RestartPolicy(), killSignal: 15, killTimeout: 10_000, env: ["PORT", "PATH"])
        }
        golden("Commands/info.txt", details.map { DetailListing.text($0, colour: false) }.joined(separator: "\n"))
    }

    @Test func detailsSayWhatTheDefinitionSays() {
        var said = ProcessAttributes()
        (said.uid, said.gid, said.groups, said.umask, said.nice) = ("www", "web", ["adm", "tty"], 0o27, 5)
        (said.ioNice, said.cpuAffinity, said.noNewPrivileges) = (IOPriority(.bestEffort, level: 6), [0, 2], true)
        said.limits = ["nofile": ResourceLimit(soft: 64, hard: nil), "core": ResourceLimit(soft: nil, hard: nil)]
        said.oomScoreAdjust = 100
        var detail = ProcessDetail(
            process: Self.fleet[0], restart: RestartPolicy(), killSignal: 15, killTimeout: 10_000, env: [],
            attributes: said, logRotation: LogRotation(maxSize: 102_400, interval: 3_600_000))
        detail.stdin = .pipe
        golden("Commands/info-attributes.txt", DetailListing.text(detail, colour: false))
        said = ProcessAttributes()
        said.ioNice = IOPriority(.idle)
        (detail.attributes, detail.logRotation) = (said, .off)
        let rows = AttributeListing.rows(detail)
        #expect(rows.map(\.name) == ["ioNice", "logRotation"])
        #expect(rows.map(\.value) == ["idle", "none"])
    }

    @Test func theDaemon() throws {
        let status = DaemonStatus(
            pid: 71, keeperPid: 70, version: "0.1.0", home: "/home/u/.opendaemon",
            startedAt: try #require(WallTime("2026-11-21T09:24:17.112Z")), uptime: 3_723_000, embedded: false,
            halted: false,
            clients: 2, apps: 3, instances: ["online": 2, "stopped": 1], engineStarts: 1)
        golden("Commands/daemon-status.txt", DetailListing.text(status, colour: false))
        var whole = status
        (whole.sparePid, whole.keepers, whole.keeperVersion) = (69, 2, "0.1.0")
        golden("Commands/daemon-status-spare.txt", DetailListing.text(whole, colour: false))
    }

    @Test func jsonHasTheFieldsThatScriptsRead() {
        golden("Commands/list.json", JSONText.of(Self.fleet, indented: true) + "\n")
        #expect(!JSONText.of(Self.fleet).contains("\n"))
    }

    @Test func aFailureSaysWhatWhyAndNext() {
        let failure = Failure(
            .noSuchTarget, "‘api’ names no process", why: "the apps are web,\nworker\u{1B}[2J", next: "od list")
        #expect(
            FailureText.text(failure, colour: false)
                == "od: ‘api’ names no process (OD3001)\n  why:  the apps are web,\n        worker\n  next: od list\n")
        #expect(FailureText.text(failure, colour: true).contains("\u{1B}["))
        #expect(
            JSONText.of(["error": failure])
                == "{\"error\":{\"code\":\"OD3001\",\"next\":\"od list\",\"what\":\"‘api’ names no process\","
                + "\"why\":\"the apps are web,\\nworker\\u001b[2J\"}}")
    }

    @Test func summaries() {
        let api = Self.fleet[0]
        let worker = Self.fleet[3]
        #expect(Summary.line("stopped", []) == "nothing to do\n")
        #expect(Summary.line("stopped", [api, Self.fleet[1], worker]) == "stopped api (2 instances) and worker\n")
        let many = (0..<12).map { InstanceInfo(id: $0, name: "a\($0)", instance: 0, namespace: "x", status: .online) }
        #expect(Summary.line("stopped", many) == "stopped a0, a1, a2, a3, a4, a5, a6, a7 and 4 more\n")
        #expect(
            Summary.started([api, worker], within: .milliseconds(30)) == "started worker\nalready running: api#0\n")
        #expect(
            Summary.applied(["b": .added, "a": .added, "c": .removed, "d": .same])
                == "added a and b; removed c; 1 unchanged\n")
        #expect(Summary.applied([:]) == "nothing to do\n")
    }
}
