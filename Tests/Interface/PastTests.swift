import Core
import Support
import Testing
import Widgets

@testable import Interface

/// Looking back: what the keys ask for, what is shown, and what may be done meanwhile.
struct PastTests {
    private static let start = WallTime(milliseconds: 1_795_253_057_000)

    /// The clock of the engine is known.
    private func scene(_ width: Int = 120, _ height: Int = 40) -> Scene {
        var scene = Scene.showing(shop, width, height)
        scene.send(.metrics(FleetMetrics(at: Self.start, samples: [], host: .sample)))
        scene.log("now 1\nnow 2\n")
        return scene
    }

    private func asked(_ scene: Scene) -> (number: Int, time: WallTime, step: Int)? {
        for case .lookBack(let number, let time, let step) in scene.commands { return (number, time, step) }
        return nil
    }

    /// As it was: `api#0` was stopped, and `old` was there.
    private func view(_ time: WallTime, since: WallTime? = start - 86_400_000) -> Past.View {
        var old = InstanceInfo.sample(9, "old")
        old.cpu = 77
        old.memory = 5 << 20
        let points = (0..<60).map { place in
            MetricPoint(
                at: time - (59 - place) * 1000, cpu: MetricSpread(min: 0, average: Double(place), max: 99),
                memory: MetricSpread(min: 0, average: 1_048_576, max: 1_048_576))
        }
        let event = FleetEvent(
            seq: 4, at: time - 2000, name: .exited, process: .sample(1, "api", 0, .stopped), message: "exit 1 after 3 s"
        )
        var host = HostInfo.sample
        host.cpu = 91
        return Past.View(
            fleet: FleetPast(
                time: time, since: since,
                processes: since.map { $0 <= time } == true ? [.sample(1, "api", 0, .stopped), old] : [],
                host: host, events: [event]),
            metrics: MetricsResult(
                step: 1000,
                series: [
                    MetricSeries(namespace: "shop", name: "old", instance: 0, points: points),
                    MetricSeries(points: points),
                ]), step: 1000)
    }

    @discardableResult
    private func answer(_ scene: inout Scene) -> WallTime {
        guard let asked = asked(scene) else { return Self.start }
        scene.send(.past(asked.number, view(asked.time)))
        return asked.time
    }

    // MARK: where the keys lead

    @Test func eachPressGoesFarther() {
        var scene = scene()
        var times: [Int64] = []
        for _ in 0..<12 {
            scene.press("[")
            if asked(scene) != nil { answer(&scene) }
            times.append((Self.start.milliseconds - (scene.state.past?.time.milliseconds ?? 0)) / 1000)
        }
        #expect(times == [10, 20, 30, 90, 150, 210, 810, 1410, 2010, 5610, 9210, 12810])
        // The other way it begins with little steps again.
        scene.press("]")
        #expect(scene.state.past?.time == Self.start - 12_800_000)
        scene.wait(5000)
        scene.press("]", "]", "]", "]")
        #expect(scene.state.past?.time == Self.start - 12_710_000 - 0)
        scene.press(".")
        #expect(scene.state.past == nil)
    }

    @Test func forwardBeyondNowIsNow() {
        var scene = scene()
        #expect(scene.press("]").isEmpty, "there is nothing ahead of now")
        scene.press("[")
        answer(&scene)
        scene.press("]")
        #expect(scene.state.past == nil)
        #expect(scene.commands.contains(.followLogs(stream: scene.state.log.stream, named("api"))))
    }

    @Test func oneQuestionAtATime() {
        var scene = scene()
        scene.press("[")
        let first = asked(scene)
        #expect(first?.time == Self.start - 10_000 && first?.step == 1000)
        scene.press("[", "[")
        #expect(asked(scene) == nil)
        #expect(scene.screen().contains("… ("))
        // A late answer of another question means nothing.
        scene.send(.past((first?.number ?? 0) + 7, view(Self.start)))
        #expect(scene.state.past?.shown == nil)
        answerNumber(&scene, first)
        #expect(asked(scene)?.time == Self.start - 30_000, "the keys have gone on meanwhile")
        answer(&scene)
        #expect(asked(scene) == nil && !scene.screen().contains("… ("))
    }

    private func answerNumber(_ scene: inout Scene, _ asked: (number: Int, time: WallTime, step: Int)?) {
        guard let asked else { return }
        scene.send(.past(asked.number, view(asked.time)))
    }

    @Test func theOlderTheCoarser() {
        #expect(Past.View.step(ofAge: 0) == 1000 && Past.View.step(ofAge: 500_000) == 1000)
        #expect(Past.View.step(ofAge: 540_000) == 10_000 && Past.View.step(ofAge: 10_000_000) == 10_000)
        #expect(Past.View.step(ofAge: 10_200_000) == 60_000)
    }

    // MARK: what is shown

    @Test func allIsAsItWas() {
        var scene = scene()
        scene.press("[")
        #expect(scene.screen().contains("gateway"), "until the answer comes the present stays")
        let time = answer(&scene)
        #expect(scene.state.fleet.rows.count == 2 && scene.state.live.rows.count == shop.count)
        #expect(scene.screen().contains("old") && !scene.screen().contains("gateway"))
        #expect(scene.screen().contains("(10s ago)"))
        #expect(scene.screen().contains("api exited: exit 1 after 3 s"))
        #expect(scene.state.fleet.host?.cpu == 91)
        let row = scene.state.fleet.rows[named("old")]
        #expect(row?.process.cpu == 77 && row?.cpu.max == 59)
        #expect(row?.cpu.buckets(60).last == 59 && scene.state.fleet.hostCPU.max == 59)
        // What the engine tells meanwhile is for later.
        scene.send(
            .event(FleetEvent(seq: 11, at: Self.start, name: .stopped, process: .sample(8, "worker", 0, .stopped))))
        #expect(scene.state.fleet.rows.count == 2)
        #expect(scene.state.live.rows[named("worker")]?.process.status == .stopped)
        // Nothing in it grows.
        let uptime = row.flatMap { scene.state.fleet.uptime(of: $0, at: scene.now) }
        scene.wait(9000)
        #expect(row.flatMap { scene.state.fleet.uptime(of: $0, at: scene.now) } == uptime)
        #expect(scene.screen().contains("(19s ago)") && scene.state.past?.time == time)
    }

    @Test func theLogEndsThere() {
        var scene = scene()
        scene.press("[")
        let time = answer(&scene)
        let stream = scene.state.log.stream
        #expect(scene.commands.contains(.followLogs(stream: stream, nil)))
        let request = LogRequest(
            targets: ["shop/api#0"], lines: LogReader.tail, until: time, merged: true, last: LogReader.tail, times: true
        )
        #expect(scene.commands.contains(.readLogs(stream: stream, request)))
        let chunk = LogChunk(stream: 1, process: 1, channel: .out, offset: 0, bytes: Array("then 1\nthen 2\n".utf8))
        scene.send(.logPage(stream: stream, [chunk]))
        #expect(scene.screen().contains("then 2") && !scene.screen().contains("now 2"))
        #expect(scene.screen().contains("until "))
        #expect(scene.commands.isEmpty && scene.wait(1000).isEmpty, "nothing is asked again by itself")
        // Another process, at the same moment.
        scene.press(.down)
        scene.wait(State.rest)
        #expect(scene.commands.contains { if case .readLogs(_, let asked) = $0 { asked.until == time } else { false } })
        #expect(!scene.commands.contains { if case .inspect = $0 { true } else { false } })
        scene.send(
            .logPageFailed(
                stream: scene.state.log.stream, Failure(.logFailed, "no log", why: "it is gone", next: "wait")))
        #expect(scene.screen().contains("no log") && !scene.state.log.isOpening)
        scene.press(".")
        #expect(scene.commands.contains(.followLogs(stream: scene.state.log.stream, named("api"))))
        #expect(scene.commands.contains(.inspect(named("api"))))
    }

    @Test func theSelectionComesBack() {
        var scene = scene()
        scene.press("G")
        let selected = scene.state.list.selected
        #expect(selected == named("worker"))
        scene.press("[")
        answer(&scene)
        #expect(scene.state.list.selected != selected, "it was not there")
        scene.press(".")
        #expect(scene.state.list.selected == selected)
    }

    /// Beyond the oldest moment that is known there is no way, and it is said.
    @Test func theWayBackHasAnEnd() {
        var scene = scene()
        scene.press("[", "[", "[", "[")
        guard let first = asked(scene) ?? scene.state.past?.asked.map({ ($0.number, $0.time, 1000) }) else { return }
        let oldest = Self.start - 15_000
        scene.send(.past(first.0, view(first.1, since: oldest)))
        guard let second = asked(scene) else { return }
        scene.send(.past(second.number, view(second.time, since: oldest)))
        #expect(scene.screen().contains("nothing is known before 09:24:02"))
        guard let third = asked(scene) else {
            Issue.record("the oldest moment is not asked for")
            return
        }
        #expect(third.time == oldest)
        scene.send(.past(third.number, view(third.time, since: oldest)))
        #expect(scene.state.past?.shown == oldest && scene.screen().contains("old"))
        #expect(scene.press("[").isEmpty && scene.state.past?.time == oldest)
        // Back by the little step that a press in the other direction takes.
        scene.press("]")
        #expect(scene.state.past?.time == oldest - -10_000)
    }

    @Test func whereNothingIsKeptThereIsNoPast() {
        var scene = scene()
        scene.press("[")
        guard let next = asked(scene) else { return }
        scene.send(.past(next.number, Past.View(fleet: FleetPast(time: next.time), metrics: nil, step: 1000)))
        #expect(scene.state.past == nil && scene.screen().contains("nothing of the past is known yet"))
    }

    /// Figures of now are not shown as those of then.
    @Test func theMachineOfThenIsNotThatOfNow() {
        var scene = scene()
        scene.press("[")
        guard let next = asked(scene) else { return }
        let fleet = FleetPast(time: next.time, since: Self.start - 86_400_000, processes: [.sample(9, "old")])
        scene.send(.past(next.number, Past.View(fleet: fleet, metrics: nil, step: 1000)))
        #expect(scene.screen().contains("web-prod") && scene.screen().contains("1 process"))
        #expect(!scene.screen().contains("load 1.20") && !scene.screen().contains("38 %"))
        #expect(!scene.state.isAvailable(.system))
        scene.press("[")
        answer(&scene)
        #expect(scene.screen().contains("91 %"))
        scene.press("o")
        #expect(scene.screen().contains("cores, disks and network of the past are not kept"))
    }

    @Test func anEngineThatCannotLeavesThePresent() {
        var scene = scene()
        scene.press("[")
        let failure = Failure(.versionMismatch, "the engine cannot look back", why: "it is old", next: "od update")
        scene.send(.pastFailed(99, failure))
        #expect(scene.state.past != nil)
        scene.send(.pastFailed(asked(scene)?.number ?? scene.state.past?.asked?.number ?? 0, failure))
        #expect(scene.state.past == nil && scene.screen().contains("the engine cannot look back"))
        // Later on what is shown stays.
        scene.press("[")
        answer(&scene)
        scene.press("[")
        scene.send(.pastFailed(scene.state.past?.asked?.number ?? 0, failure))
        #expect(scene.state.past?.fleet != nil)
    }

    @Test func aLostEngineIsNotWaitedFor() {
        var scene = scene()
        scene.press("[")
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "the engine ended", next: "wait")))
        #expect(scene.state.past?.asked == nil)
        #expect(scene.press("[").isEmpty)
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 2, embedded: false)))
        scene.press("[")
        #expect(asked(scene)?.time == Self.start - 20_000)
    }

    // MARK: acting

    @Test func whatIsDoneIsDoneNow() {
        var scene = scene()
        scene.press("[")
        answer(&scene)
        scene.press("r")
        #expect(scene.screen().contains(" now?"))
        scene.press("n")
        #expect(scene.state.past != nil && scene.commands.isEmpty)
        scene.press("r", "y")
        #expect(scene.state.past == nil)
        #expect(scene.commands.contains { if case .call(_, .restart([named("api")])) = $0 { true } else { false } })
        // What asks by itself asks after that.
        scene.press("[")
        answer(&scene)
        scene.press("X", "y")
        #expect(scene.screen().contains("Delete api?"))
        scene.press("n", "[")
        answer(&scene)
        for key: Key in ["s", "R"] {
            scene.press(key)
            #expect(scene.screen().contains(" now?"))
            scene.press(.escape)
        }
        // The palette, too.
        scene.press(":")
        scene.type("old: restart")
        scene.press(.enter)
        #expect(scene.screen().contains(" now?"))
        scene.press(.escape)
        #expect(scene.state.send(.stop([named("api")])).isEmpty, "nobody stops a process of the past")
    }

    @Test(arguments: [(80, 24), (120, 40), (40, 12)]) func screens(size: (Int, Int)) {
        var scene = scene(size.0, size.1)
        scene.press("[", "[", "[")
        answer(&scene)
        let number = scene.state.past?.asked?.number ?? 0
        scene.send(.past(number, view(scene.state.past?.time ?? Self.start)))
        let chunk = LogChunk(stream: 1, process: 1, channel: .out, offset: 0, bytes: Array("then 1\nthen 2\n".utf8))
        scene.send(.logPage(stream: scene.state.log.stream, [chunk]))
        golden("Screens/past-\(size.0)x\(size.1).txt", scene.state.view(glyphs: .unicode).golden)
        scene.press("r")
        if size.0 == 80 { golden("Screens/past-question-80x24.txt", scene.state.view(glyphs: .unicode).golden) }
    }

    @Test func theDayIsSaidWhenItIsAnother() {
        let scene = scene()
        #expect(scene.state.clock(of: Self.start) == "09:24:17")
        #expect(scene.state.clock(of: Self.start - 86_400_000) == "11-20 09:24:17")
    }
}

private func - (time: WallTime, milliseconds: Int) -> WallTime {
    WallTime(milliseconds: time.milliseconds - Int64(milliseconds))
}
