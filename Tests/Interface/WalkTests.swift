import Core
import Testing
import Widgets

@testable import Interface

/// What somebody meets who tries the dashboard for the first time.
struct WalkTests {
    /// What is typed behind `/` never acts, wherever the keys are and whatever is on the screen.
    @Test func aLineToTypeInComesEverywhere() {
        var empty = Scene.showing([])
        empty.press("/", "q")
        #expect(empty.state.prompt?.text == "q" && empty.commands.isEmpty)
        for keys: [Key] in [
            [], [.tab], [.tab, .tab], ["o"], ["v"], ["l"], [.enter], [.enter, .tab], ["P", "P", "P"],
        ] {
            var scene = Scene.showing(shop)
            for key in keys { scene.press(key) }
            scene.press("/", "q")
            #expect(scene.state.prompt?.text == "q" && scene.commands.isEmpty, "\(keys.map(\.name))")
            #expect(scene.state.layout.panes.contains(scene.state.focus))
        }
        var small = Scene.showing(shop, 40, 10)
        small.press("/", "q")
        #expect(small.state.prompt?.purpose == .filter)
        var log = Scene.showing(shop)
        log.press("l", "/")
        #expect(log.state.prompt?.purpose == .search)
    }

    @Test(
        arguments: [
            ("scale", .scale), ("delete", .delete), ("flush", .flush), ("graph", .graph), ("theme", .themes),
            ("kill", .signal), ("signal", .signal), ("logs", .log), ("machine", .system), ("quit", .quit),
        ] as [(String, Action)])
    func thePaletteKnowsTheWordsOfTheCommandLine(text: String, action: Action) {
        var scene = Scene.showing([.sample(1, "zebra")])
        scene.press(":")
        scene.type(text)
        #expect(scene.state.chooser?.choice?.deed == .action(action), "\(text)")
    }

    @Test func thePaletteFindsTheWayBack() {
        var scene = Scene.showing(shop)
        scene.press("s", "y")
        scene.event(.stopped, .sample(1, "api", 0, .stopped))
        scene.press(":")
        scene.type("undo")
        #expect(scene.state.chooser?.choice?.deed == .action(.undo))
    }

    @Test func aKeyWithoutEffectSaysWhy() {
        var scene = Scene.showing([.sample(1, "solo")])
        for (key, words) in [
            ("U", "nothing to take back"), ("]", "this is now"), (".", "this is now"), ("a", "only instance"),
            ("n", "nothing is searched for"),
        ] as [(Key, String)] {
            scene.press(key)
            #expect(scene.screen().contains(words), "\(key.name)")
        }
    }

    @Test func afterTheLogAloneTheListHasTheKeys() {
        var scene = Scene.showing(shop)
        scene.press("P", "P", "P")
        #expect(scene.state.focus == .log)
        scene.press("P")
        #expect(scene.state.focus == .list)
        // Who goes to the log himself stays there.
        scene.press("P", .tab, "P", "P", "P")
        #expect(scene.state.focus == .log)
    }

    @Test func allNotesOfTheStartAreKept() {
        var scene = Scene()
        scene.state = State(size: scene.state.size, isOwner: false, notes: ["one is wrong", "two is wrong"])
        scene.wait(1)
        #expect(scene.state.toasts.map(\.text) == ["2 messages, m shows all: one is wrong"])
        #expect(scene.state.said.map(\.toast.text) == ["one is wrong", "two is wrong"])
    }

    @Test func whoLeavesAnotherMachineIsToldOfThatOne() {
        var scene = Scene()
        scene.state = State(size: scene.state.size, isOwner: false, remote: "root@web1")
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
        scene.send(.snapshot(FleetSnapshot(seq: 10, processes: [.sample(1, "api")], host: .sample)))
        #expect(
            scene.press("q") == [
                .quit("1 process goes on at root@web1.\n`od --host root@web1` shows them again.")
            ])
    }

    /// The graphs of the table begin with the minute before, and what came meanwhile follows.
    @Test func graphsBeginWithWhatWas() {
        var scene = Scene()
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
        var api = InstanceInfo.sample(1, "api")
        let now = WallTime(milliseconds: 1_795_253_057_000)
        (api.startedAt, api.uptime) = (WallTime(milliseconds: now.milliseconds - 90_000), 90_000)
        let commands = scene.send(.snapshot(FleetSnapshot(seq: 10, processes: [api], host: .sample)))
        #expect(commands.contains(.lookAtMinute(now)))
        scene.metrics([1: (99, 1 << 20)])
        let points = (0..<6).map { place in
            MetricPoint(
                at: WallTime(milliseconds: now.milliseconds - Int64(5 - place) * 5000),
                cpu: MetricSpread(min: 0, average: 7, max: 9), memory: MetricSpread(min: 0, average: 512, max: 512))
        }
        let series = [
            MetricSeries(namespace: "shop", name: "api", instance: 0, points: points), MetricSeries(points: points),
            MetricSeries(namespace: "shop", name: "gone", instance: 0, points: points),
        ]
        let view = Past.View(
            fleet: FleetPast(time: now), metrics: MetricsResult(step: 5000, series: series), step: 1000)
        scene.send(.minute(view))
        let row = scene.state.fleet.rows[named("api")]
        let cpu = row?.cpu.buckets(60).compactMap { $0 } ?? []
        #expect(cpu.count > 25 && cpu.count < 60 && cpu.last == 99 && Set(cpu.dropLast()) == [7])
        #expect(row?.memory.max == Double(1 << 20) && scene.state.fleet.rows.count == 1)
        #expect(scene.state.fleet.hostCPU.buckets(60).compactMap { $0 }.count == cpu.count)
        // Only once.
        let again = scene.send(.snapshot(FleetSnapshot(seq: 20, processes: [api], host: .sample)))
        #expect(!again.contains { if case .lookAtMinute = $0 { true } else { false } })
    }

    // MARK: records of logs

    private func record(_ message: String, level: String = "info") -> String {
        "{\"timestamp\":\"2026-11-21T17:23:15.123Z\",\"level\":\"\(level)\",\"pid\":123,\"processName\":\"api\","
            + "\"instanceId\":0,\"source\":\"stdout\",\"message\":\"\(message)\"}"
    }

    @Test func aRecordShowsWhatTheAppSaid() {
        var scene = Scene.showing(shop)
        scene.log(record("[WARN] line \\\"850\\\"\\t\\u00e9\\\\n\\r") + "\n" + record("all is well") + "\n")
        scene.press("p")
        #expect(scene.screen().contains("[WARN] line \"850\"") && scene.screen().contains("all is well"))
        #expect(!scene.screen().contains("processName"))
        let lines = scene.screen().split(separator: "\n")
        #expect(lines.first { $0.contains("all is well") }?.contains("W all") == false)
    }

    @Test func whatIsNoRecordStaysAsItIs() {
        for text in [
            "plain", "{\"timestamp\":\"x\",\"message\":\"y\"}", "{\"level\":\"info\"}",
            record("").replacing("\"message\"", with: "\"said\""),
        ] {
            #expect(LogRecord.message(of: Array(text.utf8)) == nil, "\(text)")
        }
        // A record that was cut off has what there is of its message.
        let cut = record("a\\n\\u12").utf8.dropLast(2)
        #expect(LogRecord.message(of: Array(cut)).map { String(decoding: $0, as: UTF8.self) } == "a\n\u{12}")
    }
}
