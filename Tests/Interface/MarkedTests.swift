import Core
import Testing
import Widgets

@testable import Interface

/// Who acts on marks is asked: what is marked need not be what is highlighted, nor in view.
struct MarkedTests {
    private func marked(_ more: Key...) -> Scene {
        var scene = Scene.showing(shop)
        scene.press(" ")
        for key in more { scene.press(key) }
        return scene
    }

    @Test(arguments: [Key.character("r"), "c", "X", "s", "F"])
    func aMarkThatIsNotTheCursorIsNamed(key: Key) {
        var scene = marked("G")
        #expect(!hasCall(scene.press(key)) && scene.state.question != nil)
        let screen = scene.screen()
        #expect(screen.contains("api#0") && !screen.contains("od restart worker"))
    }

    private func hasCall(_ commands: [Command]) -> Bool {
        commands.contains { if case .call = $0 { true } else { false } }
    }

    @Test func aMarkThatTheFilterHidesIsNamed() {
        var scene = marked("/")
        scene.type("worker")
        scene.press(.enter)
        #expect(!scene.screen().contains("api#1"))
        #expect(!hasCall(scene.press("r")) && scene.state.question?.subject == .restartAll([named("api")]))
        #expect(scene.screen().contains("od restart api#0"))
        #expect(scene.press("y") == [.call(1, .restart([named("api")]))])
    }

    @Test func whatIsMarkedIsStartedAfterAQuestion() {
        var scene = Scene.showing(shop)
        scene.press(.down, .down, .down, .down)
        #expect(scene.state.list.selected == named("cron"))
        scene.press(" ", "g", "s")
        #expect(scene.state.question?.subject == .start([named("cron")]))
        #expect(scene.press(.enter).isEmpty, "Enter alone does nothing")
        #expect(scene.press("s", "y") == [.call(1, .start([named("cron")]))])
    }

    /// Of one process that is highlighted nothing is asked.
    @Test func whatIsHighlightedIsRestartedAtOnce() {
        var scene = Scene.showing(shop)
        #expect(scene.press("r") == [.call(1, .restart([named("api")]))])
    }

    /// With several machines side by side a dialog names the one that it is about, and so does its command line.
    @Test func dialogsNameTheMachine() {
        var hosts = Hosts(
            ["a.example", "b.example"], each: State(size: Size(width: 80, height: 24), isOwner: false))
        let now = Instant(nanoseconds: 1)
        for host in 0..<2 {
            _ = hosts.update(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)), of: host, at: now)
            _ = hosts.update(.snapshot(FleetSnapshot(seq: 1, processes: shop, host: .sample)), of: host, at: now)
        }
        _ = hosts.update(.key("}"), at: now)
        _ = hosts.update(.key("s"), at: now)
        var screen = hosts.view(glyphs: .unicode).rows.joined(separator: "\n")
        #expect(screen.contains("Stop api#0 at b.example?") && screen.contains("od --host b.example stop api#0"))
        _ = hosts.update(.key(.escape), at: now)
        _ = hosts.update(.key("A"), at: now)
        screen = hosts.view(glyphs: .unicode).rows.joined(separator: "\n")
        #expect(screen.contains("Scale api at b.example"))
    }
}
