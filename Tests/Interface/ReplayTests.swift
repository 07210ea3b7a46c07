import Core
import Testing
import Widgets

@testable import Interface

/// What is done while the past is shown is done to what is highlighted there, or to nothing.
struct ReplayTests {
    /// Looks back at `processes`, the last of them highlighted.
    private func past(_ processes: [InstanceInfo], _ keys: [Key] = []) -> Scene {
        var scene = Scene.showing(shop)
        let now = WallTime(milliseconds: 1_795_253_057_000)
        scene.send(.metrics(FleetMetrics(at: now, samples: [], host: .sample)))
        for key in ["g"] + keys { scene.press(key) }
        for case .lookBack(let number, let time, let step) in scene.press("[") {
            let fleet = FleetPast(
                time: time, since: WallTime(milliseconds: 0), processes: processes, host: .sample)
            scene.send(.past(number, Past.View(fleet: fleet, metrics: nil, step: step)))
        }
        scene.press("G")
        return scene
    }

    private static let then: [InstanceInfo] = [.sample(1, "api"), .sample(9, "old"), .sample(8, "worker")]

    @Test(arguments: ["r", "c"] as [Key]) func whatActsAtOnce(key: Key) {
        var scene = past(Self.then)
        #expect(scene.state.list.selected == named("worker"))
        scene.press(key)
        #expect(scene.screen().contains("worker now?"))
        scene.press("y")
        let calls = scene.commands.compactMap { if case .call(_, let call) = $0 { call } else { nil } }
        #expect(calls == [key == "r" ? .restart([named("worker")]) : .reload([named("worker")])])
        #expect(scene.state.past == nil && scene.state.list.selected == named("worker"))
    }

    @Test func whatAsksByItself() {
        let worker = [named("worker")]
        let questions: [(Key, Question.Subject)] = [
            ("s", .stop(worker)), ("X", .delete(worker)), ("F", .flush(worker)),
        ]
        for (key, subject) in questions {
            var scene = past(Self.then)
            scene.press(key, "y")
            #expect(scene.state.question?.subject == subject, "\(key.name)")
        }
        for (key, purpose) in [
            ("A", .scale([AppName(worker[0])])), ("E", .environment([AppName(worker[0])])),
        ] as [(Key, Form.Purpose)] {
            var scene = past(Self.then)
            scene.press(key, "y")
            #expect(scene.state.form?.purpose == purpose, "\(key.name)")
        }
        var scene = past(Self.then)
        scene.press("x", "y", .enter)
        guard case .signal(_, let names)? = scene.state.question?.subject else {
            Issue.record("no signal is asked for")
            return
        }
        #expect(names == worker)
    }

    @Test func whatIsGoneIsNotReplaced() {
        var scene = past(Self.then)
        scene.press(.up, "r")
        #expect(scene.screen().contains("Restart old now?"))
        scene.press("y")
        #expect(!scene.commands.contains { if case .call = $0 { true } else { false } })
        #expect(scene.screen().contains("nothing was done: old is not there any more"))
        #expect(scene.state.past != nil, "it is still the past that is shown")
    }

    @Test func marksAreMeantAsTheyWere() {
        var scene = past(Self.then)
        scene.press(" ", .up, .up, " ", "r")
        #expect(scene.screen().contains("2 processes now?") && scene.screen().contains("worker"))
        scene.press("y")
        #expect(scene.state.question?.subject == .restartAll([named("api"), named("worker")]))
    }

    /// An app had fewer instances then: what is done now would be for more than the question has named.
    @Test func anAppThatHasGrownIsLookedAtAgain() {
        var scene = past([.sample(1, "api"), .sample(2, "api", 1)], ["t"])
        scene.press("g", "r")
        #expect(scene.screen().contains("2 processes now?"))
        scene.press("y")
        #expect(scene.state.question == nil && scene.screen().contains("there are others now"))
        #expect(scene.state.past == nil && scene.state.list.cursor == .app(AppName(named("api"))))
        #expect(!scene.commands.contains { if case .call = $0 { true } else { false } })
    }

    @Test func othersAreForAll() {
        var scene = past(Self.then)
        scene.press("R")
        #expect(scene.screen().contains("Restart all now?"))
        scene.press("y")
        guard case .restartAll(let names)? = scene.state.question?.subject else {
            Issue.record("nobody is asked")
            return
        }
        #expect(Set(names).count == shop.count)
        for deed: Chooser.Deed in [
            .toggle(named("api")), .reset([named("api")]), .reload(named("api")), .signal(1), .restart(named("api")),
            .action(.undo),
        ] {
            #expect(deed.changes && !deed.words.isEmpty)
        }
        #expect(Chooser.Deed.go(named("api")).words.isEmpty)
    }
}
