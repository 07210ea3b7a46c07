import Core
import Interface
import Testing

/// Keys that act on processes, the questions before and the answers after.
struct ProcessKeyTests {
    @Test func restartActsAtOnce() {
        var scene = Scene.showing(shop)
        scene.press(.down)
        let commands = scene.press("r")
        #expect(commands.contains(.call(1, .restart([named("api", 1)]))))
        #expect(scene.screen().contains("restarting api#1"))
        scene.now = scene.now.advanced(byMilliseconds: 1100)
        scene.send(.answered(call: 1, .processes([])))
        #expect(scene.screen().contains("✔ restarted api#1 in 1.1s    od restart api#1"))
        scene.wait(5000)
        #expect(!scene.screen().contains("restarted"))
    }

    @Test func aHeldKeyDoesNothingMore() {
        var scene = Scene.showing(shop)
        scene.press("r")
        #expect(scene.press("r", "r").isEmpty)
        scene.send(.answered(call: 1, .done))
        #expect(scene.press("r") == [.call(2, .restart([named("api")]))])
    }

    @Test func stopAsksAndEnterAloneDoesNot() {
        var scene = Scene.showing(shop)
        #expect(scene.press("s").isEmpty)
        #expect(scene.screen().contains("Stop api#0?"))
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.question == nil)
        #expect(scene.press("s", "y") == [.call(1, .stop([named("api")]))])
    }

    @Test(arguments: [Key.escape, "n", .control("c"), .enter])
    func aQuestionCanBeLeft(key: Key) {
        var scene = Scene.showing(shop)
        #expect(scene.press("s", key).isEmpty)
        #expect(scene.state.question == nil)
    }

    @Test(arguments: [Key.right, "l", .tab, .down, "j", .left, "h", .backTab])
    func theOtherChoiceIsReachedByKeys(key: Key) {
        var scene = Scene.showing(shop)
        #expect(scene.press("s", key, .enter) == [.call(1, .stop([named("api")]))])
    }

    @Test func otherKeysDoNothingInAQuestion() {
        var scene = Scene.showing(shop)
        #expect(scene.press("s", "r", "q", "D", "X", "s").isEmpty)
        #expect(scene.state.question?.subject == .stop([named("api")]))
    }

    @Test func whatIsStoppedIsStarted() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)])
        #expect(scene.screen().contains("s start"))
        #expect(scene.press("s") == [.call(1, .start([named("cron")]))])
        scene.send(.answered(call: 1, .failures([])))
        #expect(scene.screen().contains("started cron"))
    }

    @Test func appsThatCouldNotBeStartedAreNamed() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)])
        scene.press("s")
        let failure = Failure(.spawnFailed, "cron could not be started", why: "no such file", next: "od info cron")
        scene.send(.answered(call: 1, .failures([failure])))
        #expect(scene.screen().contains("✖ OD4001 cron could not be started: no such file    od info cron"))
        #expect(scene.screen().contains("✔") == false)
    }

    @Test func aFailureStaysUntilEscape() {
        var scene = Scene.showing(shop)
        scene.press("r")
        scene.send(.failed(call: 1, Failure(.connectionLost, "no answer", why: "it ended", next: "try again")))
        scene.wait(60_000)
        #expect(scene.screen().contains("OD5006 no answer: it ended"))
        scene.press(.escape)
        #expect(!scene.screen().contains("OD5006"))
    }

    @Test func restartAllIsOfTheList() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("api")
        scene.press(.enter)
        #expect(scene.press("R").isEmpty)
        #expect(scene.screen().contains("Restart 3 processes?"))
        #expect(scene.press("y") == [.call(1, .restart([named("api"), named("api", 1), named("api", 2)]))])
    }

    @Test func deleteIsOfTheWholeApp() {
        var scene = Scene.showing(shop)
        #expect(scene.press("X").isEmpty)
        #expect(scene.screen().contains("Delete api?"))
        #expect(scene.press("y") == [.call(1, .delete([named("api"), named("api", 1), named("api", 2)]))])
    }

    @Test func theEndIsTold() {
        var scene = Scene.showing(shop)
        scene.press("s", "y")
        scene.send(.answered(call: 1, .processes([])))
        #expect(scene.screen().contains("✔ stopped api#0 in 0ms    od stop api#0"))
        scene.press("X", "y")
        scene.send(.answered(call: 2, .processes([])))
        #expect(scene.screen().contains("✔ deleted 3 processes    od delete api"))
    }

    @Test func keysOfProcessesWorkFromTheLog() {
        var scene = Scene.showing(shop)
        scene.press(.down, "l")
        #expect(scene.state.focus == .log)
        #expect(scene.press("r") == [.call(1, .restart([named("api", 1)]))])
    }

    @Test func theOtherPanesCatchUpBeforeAKeyActs() {
        var scene = Scene.showing(shop)
        scene.press(.down)
        #expect(scene.state.shown == named("api"))
        scene.press("s")
        #expect(scene.state.shown == named("api", 1))
    }

    @Test func callsAreBounded() {
        var scene = Scene.showing((0..<100).map { .sample($0, "app\($0)") })
        var calls = 0
        for _ in 0..<100 {
            calls += scene.press("r").count { if case .call = $0 { true } else { false } }
            scene.press(.down)
        }
        #expect(calls == 64)
        #expect(scene.screen().contains("64 commands are under way"))
    }

    @Test func withoutAConnectionNothingIsSent() {
        var scene = Scene.showing(shop)
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        #expect(scene.press("r").isEmpty)
        #expect(scene.screen().contains("not connected"))
    }

    @Test func anAnswerThatNobodyWaitsForIsNothing() {
        var scene = Scene.showing(shop)
        #expect(scene.send(.answered(call: 9, .done)).isEmpty)
        #expect(scene.send(.failed(call: 9, Failure(.bug, "x", why: "y", next: "z"))).isEmpty)
        #expect(scene.state.toasts.isEmpty)
    }
}
