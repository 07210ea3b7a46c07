import Core
import Interface
import Testing

struct LeavingTests {
    private func status(clients: Int) -> Answer {
        .status(
            DaemonStatus(
                pid: 1, keeperPid: 2, version: "0.1.0", home: "/h", startedAt: WallTime(milliseconds: 0), uptime: 1,
                embedded: true, halted: false, clients: clients, apps: 1, instances: [:], engineStarts: 1))
    }

    @Test(arguments: [Key("q"), .function(10)])
    func aGuestJustLeaves(key: Key) {
        var scene = Scene.showing(shop)
        #expect(
            scene.press(key) == [
                .quit("6 processes go on in the background.\n`od` shows them again, `od daemon stop` ends them.")
            ])
    }

    @Test func theOwnerIsAsked() {
        var scene = Scene.showing(shop, isOwner: true)
        #expect(scene.press("q") == [.call(1, .status)])
        scene.send(.answered(call: 1, status(clients: 1)))
        #expect(scene.screen().contains("Leave OpenDaemon?"))
        #expect(scene.screen().contains("6 processes run here"))
    }

    @Test func cancelIsMarked() {
        var scene = asked()
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.question == nil)
    }

    @Test func detachGoesOnInTheBackground() {
        var scene = asked()
        #expect(scene.press("d") == [.call(2, .detach)])
        #expect(
            scene.send(.answered(call: 2, .done)) == [
                .quit(
                    "6 processes go on in the background.\n`od` shows them again, `od daemon stop` ends them.")
            ])
    }

    @Test func stopAllWaitsForTheEnd() {
        var scene = asked()
        #expect(scene.press("s") == [.call(2, .shutdown)])
        #expect(scene.screen().contains("6 processes still live."))
        // Nothing else can be done meanwhile.
        #expect(scene.press("r", "s", "D").isEmpty)
        var gone = shop[0]
        gone.status = .stopped
        scene.event(.stopped, gone)
        #expect(scene.screen().contains("5 processes still live."))
        #expect(
            scene.send(.answered(call: 2, .done)).first
                == .quit(
                    "All apps are stopped, and OpenDaemon with them.\n`od start` or `od up` brings them back."))
    }

    @Test func theEndOfTheEngineIsTheAnswerToo() {
        var scene = asked()
        scene.press("s")
        let lost = Failure(.connectionLost, "lost", why: "it ended", next: "wait")
        #expect(
            scene.send(.disconnected(lost)).first
                == .quit(
                    "All apps are stopped, and OpenDaemon with them.\n`od start` or `od up` brings them back."))
    }

    @Test func stoppingAllCanBeLeft() {
        var scene = asked()
        scene.press("s")
        #expect(scene.press(.escape) == [.quit("OpenDaemon is stopping all apps.")])
    }

    @Test func aShutdownThatFailsIsTold() {
        var scene = asked()
        scene.press("s")
        scene.send(.failed(call: 2, Failure(.spawnFailed, "api lives", why: "it is stuck", next: "wait")))
        #expect(!scene.state.isStoppingAll)
        #expect(scene.screen().contains("OD4001 api lives"))
    }

    @Test func whileOthersAreAttachedTheOwnerJustLeaves() {
        var scene = Scene.showing(shop, isOwner: true)
        scene.press("q")
        let commands = scene.send(.answered(call: 1, status(clients: 2)))
        guard case .quit(let farewell) = commands.first else { return #expect(commands.isEmpty) }
        #expect(farewell?.contains("go on") == true)
    }

    @Test func anEngineWithoutAppsEndsWithItsDashboard() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)], isOwner: true)
        scene.press("q")
        #expect(scene.send(.answered(call: 1, status(clients: 1))) == [.call(2, .shutdown)])
    }

    @Test func suchAnEngineMayEndBeforeItAnswers() {
        var scene = Scene.showing([], isOwner: true)
        scene.press("q")
        scene.send(.answered(call: 1, status(clients: 1)))
        let lost = Failure(.connectionLost, "lost", why: "it ended", next: "wait")
        #expect(scene.send(.disconnected(lost)) == [.quit(nil)])
    }

    @Test func withoutAnAnswerTheQuestionComesAllTheSame() {
        var scene = Scene.showing(shop, isOwner: true)
        scene.press("q")
        #expect(scene.press("q").isEmpty)
        #expect(scene.state.question == nil)
        scene.wait(1000)
        #expect(scene.state.question?.subject == .leave)
        // The answer that comes late asks nothing again.
        scene.press(.escape)
        #expect(scene.send(.answered(call: 1, status(clients: 1))).isEmpty)
        #expect(scene.state.question == nil)
    }

    @Test func aFailedQuestionAsksToo() {
        var scene = Scene.showing(shop, isOwner: true)
        scene.press("q")
        scene.send(.failed(call: 1, Failure(.engineSilent, "no answer", why: "busy", next: "wait")))
        #expect(scene.state.question?.subject == .leave)
    }

    @Test func withoutAConnectionTheOwnerJustLeaves() {
        var scene = Scene.showing(shop, isOwner: true)
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        let commands = scene.press("q")
        guard case .quit = commands.first else { return #expect(Bool(false), "\(commands)") }
    }

    @Test func detachAtAnyTime() {
        var owner = Scene.showing(shop, isOwner: true)
        #expect(owner.press("D") == [.call(1, .detach)])
        var guest = Scene.showing([.sample(1, "api")])
        #expect(
            guest.press("D") == [
                .quit(
                    "1 process goes on in the background.\n`od` shows them again, `od daemon stop` ends them.")
            ])
    }

    @Test func aDetachedEngineHasNoOwner() {
        var scene = Scene.showing(shop, isOwner: true)
        scene.event(.engineDetached, nil)
        #expect(
            scene.press("q") == [
                .quit("6 processes go on in the background.\n`od` shows them again, `od daemon stop` ends them.")
            ])
    }

    @Test func interruptSaysHowToLeave() {
        var scene = Scene.showing(shop)
        #expect(scene.press(.control("c")).isEmpty)
        #expect(scene.screen().contains("q leaves the dashboard"))
    }

    private func asked() -> Scene {
        var scene = Scene.showing(shop, isOwner: true)
        scene.press("q")
        scene.send(.answered(call: 1, status(clients: 1)))
        return scene
    }
}
