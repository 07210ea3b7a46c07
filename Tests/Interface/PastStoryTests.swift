import Core
import Testing
import Widgets

@testable import Interface

/// What had happened, and why something was as it was, at a moment that is looked back at.
struct PastStoryTests {
    private static let start = WallTime(milliseconds: 1_795_253_057_000)

    /// Looking back by ten seconds: `api#0` was stopped.
    private func scene() -> (scene: Scene, moment: WallTime) {
        var scene = Scene.showing(shop)
        scene.send(.metrics(FleetMetrics(at: Self.start, samples: [], host: .sample)))
        scene.wait(400)
        scene.press("[")
        let moment = look(&scene)
        return (scene, moment)
    }

    @discardableResult
    private func look(_ scene: inout Scene, at processes: [InstanceInfo] = [.sample(1, "api", 0, .stopped)]) -> WallTime
    {
        for case .lookBack(let number, let time, let step) in scene.commands {
            let fleet = FleetPast(
                time: time, since: WallTime(milliseconds: 0), processes: processes, host: .sample, events: [])
            scene.send(.past(number, Past.View(fleet: fleet, metrics: nil, step: step)))
            return time
        }
        return Self.start
    }

    private func asked(_ scene: Scene) -> (number: Int, inquiry: Inquiry)? {
        for case .ask(let number, let inquiry) in scene.commands { return (number, inquiry) }
        return nil
    }

    @Test func theTabTellsOfThen() throws {
        var (scene, moment) = scene()
        scene.wait(400)
        #expect(scene.state.tabs == [.info, .events, .metrics])
        scene.press("3")
        let first = try #require(asked(scene))
        #expect(first.inquiry == .eventsThen(named("api"), moment))
        let event = FleetEvent(
            seq: 3, at: moment, name: .exited, process: .sample(1, "api", 0, .stopped), message: "exit 7 after 2 s")
        scene.send(.found(first.number, .events([event])))
        #expect(scene.screen().contains("exit 7 after 2 s"))
        // What happens now does not change it.
        scene.wait(2000)
        let later = FleetEvent(seq: 11, at: Self.start, name: .exited, process: .sample(1, "api", 0, .stopped))
        scene.send(.event(later))
        #expect(asked(scene) == nil)
        // Another moment is asked for anew; now is what it was.
        scene.press("[")
        moment = look(&scene)
        #expect(asked(scene)?.inquiry == .eventsThen(named("api"), moment))
        scene.press(".")
        #expect(asked(scene)?.inquiry == .events(named("api")))
    }

    @Test func whyTellsOfThen() throws {
        var (scene, moment) = scene()
        scene.press("W")
        let process = InstanceInfo.sample(1, "api", 0, .stopped)
        let first = try #require(asked(scene))
        #expect(first.inquiry == .whyThen(process, moment))
        scene.send(.found(first.number, .story(ProcessStory(of: process, at: moment, events: [], known: nil))))
        #expect(scene.screen().contains("it ended by itself with exit 1"))
        // Farther back it was not there.
        scene.press("[")
        moment = look(&scene, at: [.sample(2, "old")])
        #expect(asked(scene) == nil && scene.screen().contains("it was not there then"))
        scene.press(".")
        #expect(asked(scene)?.inquiry == .why(named("api")))
    }

    @Test func aStoryEndsAtItsMoment() {
        let moment = Self.start
        func at(_ seconds: Int64) -> WallTime { WallTime(milliseconds: moment.milliseconds + seconds * 1000) }
        func event(_ seq: UInt64, _ seconds: Int64, _ name: EventName, _ status: ProcessStatus) -> FleetEvent {
            FleetEvent(seq: seq, at: at(seconds), name: name, process: .sample(1, "api", 0, status), message: nil)
        }
        let deeds = [-50, 50].map { Deed(at: at($0), what: "stop", uid: 0, user: "eve", by: "od stop api") }
        let crashes = [-60, 60].map { seconds in
            CrashReport(
                app: "shop/api", instance: 0, run: 1, pid: 7, at: at(seconds), exit: .code(3), uptime: 5, maxMemory: 1)
        }
        var known = ProcessStory(process: .sample(1, "api"), deeds: deeds, crashes: crashes)
        known.cause = "later"
        let engine = FleetEvent(seq: 2, at: at(-70), name: .engineStarted, process: nil)
        let events = [
            event(9, 5, .online, .online), event(4, -50, .stopped, .stopped), engine, event(3, -60, .exited, .waiting),
        ]
        let story = ProcessStory(
            of: .sample(1, "api", 0, .stopped), at: moment, events: events, known: known)
        #expect(story.events.map(\.seq) == [2, 3, 4] && story.since == at(-50))
        #expect(story.deeds.map(\.at) == [at(-50)] && story.crashes.map(\.at) == [at(-60)])
        #expect(story.cause == nil && StoryText.headline(story).contains("eve"))
        var runs = InstanceInfo.sample(1, "api")
        runs.startedAt = at(-7)
        #expect(ProcessStory(of: runs, at: moment, events: events, known: nil).since == at(-7))
    }
}
