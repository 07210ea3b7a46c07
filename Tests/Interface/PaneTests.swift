import Core
import Testing
import Themes
import Widgets

@testable import Interface

/// Focus, full screens, help, typing, and what follows the selection.
struct PaneTests {
    @Test func tabGoesRound() {
        var scene = Scene.showing(shop)
        var seen: [State.Pane] = []
        for _ in 0..<4 {
            scene.press(.tab)
            seen.append(scene.state.focus)
        }
        #expect(seen == [.detail, .log, .list, .detail])
        scene.press(.backTab)
        #expect(scene.state.focus == .list)
    }

    @Test func aNarrowScreenHasNoDetailsBesideTheList() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press(.tab)
        #expect(scene.state.focus == .log)
        scene.press(.tab)
        #expect(scene.state.focus == .list)
    }

    @Test func theFocusIsOnAPaneThatCanBeSeen() {
        var scene = Scene.showing(shop)
        scene.press(.tab)
        scene.send(.resized(width: 80, height: 24))
        #expect(scene.state.focus == .list)
    }

    @Test func enterOpensAndEscapeComesBack() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press(.down, .enter)
        #expect(scene.state.arrangement == .opened)
        #expect(scene.state.shown == named("api", 1))
        #expect(scene.screen().contains("node /srv/api/server.js --port 8080"))
        #expect(scene.screen().contains("Log api#1"))
        scene.press(.escape)
        #expect(scene.state.arrangement == .panes)
        #expect(scene.state.focus == .list)
    }

    @Test func zoomIsOfTheFocus() {
        var scene = Scene.showing(shop)
        scene.press("z")
        #expect(scene.state.arrangement == .zoomed(.list))
        scene.press("z", .tab, .tab, "z")
        #expect(scene.state.arrangement == .zoomed(.log))
        scene.press("z")
        #expect(scene.state.arrangement == .panes)
        #expect(scene.state.focus == .log)
    }

    @Test func zoomKeepsThePlaceInTheLog() {
        var scene = Scene.showing(shop)
        scene.log((0..<200).map { "line \($0)\n" }.joined())
        scene.press(.tab, .tab, .pageUp)
        let place = scene.state.log.bottom
        scene.press("z", "z")
        #expect(scene.state.log.bottom == place)
    }

    @Test func theLogFillsTheScreenAndGoesBack() {
        var scene = Scene.showing(shop)
        scene.press("l")
        #expect(scene.state.arrangement == .zoomed(.log))
        scene.press("l")
        #expect(scene.state.arrangement == .panes)
        #expect(scene.state.focus == .list)
    }

    @Test func otherPanesFollowWhenTheSelectionRests() {
        var scene = Scene.showing(shop)
        let first = scene.state.log.stream
        #expect(scene.press(.down, .down).isEmpty)
        #expect(scene.state.shown == named("api"))
        #expect(scene.wait(299).isEmpty)
        let commands = scene.wait(1)
        #expect(commands == [.followLogs(stream: first + 1, named("api", 2)), .inspect(named("api", 2))])
        #expect(scene.state.wakesAt == nil)
    }

    @Test func comingBackToTheSameProcessChangesNothing() {
        var scene = Scene.showing(shop)
        scene.press(.down, .up)
        #expect(scene.wait(1000).isEmpty)
    }

    @Test func detailsOfAnotherProcessAreDropped() {
        var scene = Scene.showing(shop)
        scene.send(.inspected(detail(shop[7])))
        #expect(scene.state.detail == nil)
        scene.send(.inspected(detail(shop[0])))
        #expect(scene.screen().contains("SIGTERM, SIGKILL after 10s"))
    }

    @Test func detailsScroll() {
        var scene = Scene.showing(shop, 110, 20)
        scene.send(.inspected(detail(shop[0])))
        scene.press(.tab)
        let before = scene.screen()
        scene.press("G")
        #expect(scene.state.detailTop > 0)
        #expect(scene.screen() != before)
        scene.press("g")
        #expect(scene.screen() == before)
    }

    @Test func helpHasAllKeysAndThoseThatDoNothingAreDim() {
        var scene = Scene.showing(shop, 120, 90)
        scene.press("?")
        let lines = HelpView.lines(scene.state)
        #expect(lines.first { $0.text.hasPrefix("restarts the selected process") }?.isOff == false)
        #expect(lines.first { $0.text.hasPrefix("to the next place that matches") }?.isOff == true)
        let keys = lines.filter { $0.isKey && !$0.name.isEmpty }
        #expect(keys.count == Keymap.bindings(at: .panes).count)
        let canvas = scene.state.view(glyphs: .unicode)
        let row = canvas.rows.firstIndex { $0.contains("to the next place that matches") }
        #expect(row.map { canvas[30, $0].style.role } == .dim)
        scene.press(.escape)
        #expect(scene.state.help == nil)
    }

    @Test func helpScrollsAndFinds() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press("?")
        #expect(!scene.screen().contains("draws the screen anew"))
        scene.press("G")
        #expect(scene.screen().contains("says how to leave"))
        scene.press("g", .down, .up, .pageDown, .pageUp, "/")
        scene.type("anew")
        #expect(scene.screen().contains("draws the screen anew"))
        #expect(!scene.screen().contains("restarts"))
        scene.press(.down, .enter, "q")
        #expect(scene.state.help == nil)
    }

    @Test func keysOfPanesDoNothingInHelp() {
        var scene = Scene.showing(shop)
        #expect(scene.press("?", "r", "s", "D", "X").isEmpty)
    }

    @Test func typing() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("api wor")
        #expect(scene.state.prompt?.text == "api wor")
        scene.press(.control("w"))
        #expect(scene.state.prompt?.text == "api ")
        scene.press(.backspace)
        #expect(scene.state.prompt?.text == "api")
        scene.press(.control("u"))
        #expect(scene.state.prompt?.text == "")
        scene.press(.backspace)
        #expect(scene.state.prompt == nil)
    }

    @Test func escapeEndsTypingAndTheFilter() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("cron")
        scene.press(.escape)
        #expect(scene.state.prompt == nil)
        #expect(scene.state.list.order.count == shop.count)
    }

    @Test func typedTextIsBounded() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.send(.paste(String(repeating: "x", count: 1000)))
        #expect(scene.state.prompt?.text.count == State.Prompt.maxLength)
    }

    @Test func aPasteNeverActs() {
        var scene = Scene.showing(shop)
        #expect(scene.send(.paste("qsyDX")).isEmpty)
        #expect(scene.state.question == nil)
        #expect(scene.screen().contains("pasted text was ignored"))
        scene.press("/")
        scene.send(.paste("api\n"))
        #expect(scene.state.list.filter == "api ")
    }

    @Test func rowsCanBeChosenWhileTyping() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("api")
        scene.press(.control("n"), .enter)
        #expect(scene.state.list.selected == named("api", 1))
    }

    @Test func redrawAndSuspendWorkEverywhere() {
        for before: [Key] in [[], ["?"], ["s"], ["/"]] {
            var scene = Scene.showing(shop)
            for key in before { scene.press(key) }
            #expect(scene.press(.control("l")) == [.redraw])
            #expect(scene.press(.control("z")) == [.suspend])
        }
    }

    @Test func escapeTakesOneThingAtATime() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("api")
        scene.press(.enter, .tab, "z")
        scene.press(.escape)
        #expect(scene.state.arrangement == .panes)
        #expect(scene.state.list.filter == "api")
        scene.press(.escape)
        #expect(scene.state.list.filter == "")
        #expect(!scene.state.isAvailable(.back))
    }

    @Test func aLostConnectionIsToldWithItsAge() {
        var scene = Scene.showing(shop)
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        scene.wait(5000)
        #expect(scene.screen().contains("✖ lost 5s ago, trying again"))
        #expect(scene.state.wakesAt == scene.now.advanced(byMilliseconds: 1000))
        let row = scene.state.view(glyphs: .unicode)[5, 5]
        #expect(row.style.attributes.contains(.dim))
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 2, embedded: false)))
        scene.send(.snapshot(FleetSnapshot(seq: 1, processes: shop, host: .sample)))
        #expect(scene.screen().contains("● live"))
        #expect(scene.screen().contains("connected again"))
    }

    @Test func anAppThatErredIsTold() {
        var scene = Scene.showing(shop)
        var erred = shop[7]
        erred.status = .errored
        erred.reason = "gave up after 16 quick exits"
        scene.event(.errored, erred)
        #expect(scene.screen().contains("▲ worker errored: gave up after 16 quick exits    od logs worker"))
        scene.wait(8000)
        #expect(!scene.screen().contains("od logs worker"))
    }

    @Test func theProjectThatWasBroughtUpIsSelected() {
        var scene = Scene()
        scene.state = State(size: Size(width: 120, height: 40), isOwner: false, project: "shop")
        let processes = [InstanceInfo.sample(30, "web", namespace: "blog")] + shop
        let commands = scene.send(.snapshot(FleetSnapshot(seq: 1, processes: processes, host: .sample)))
        #expect(scene.state.list.selected == named("api"))
        #expect(commands.contains(.inspect(named("api"))))
        scene.press("g")
        scene.send(.snapshot(FleetSnapshot(seq: 2, processes: processes, host: .sample)))
        #expect(scene.state.list.selected?.name == "web", "only once")
    }

    @Test func atRestNothingWakesTheDashboard() {
        let scene = Scene.showing(shop)
        #expect(scene.state.wakesAt == nil)
    }

    private func detail(_ process: InstanceInfo) -> ProcessDetail {
        ProcessDetail(
            process: process, restart: RestartPolicy(), killSignal: 15, killTimeout: 10_000,
            env: ["PATH", "HOME", "NODE_ENV"])
    }
}
