import Core
import Interface
import Testing
import Themes
import Widgets

/// The palette, and the picker of themes.
struct ChooserTests {
    private func titles(_ scene: Scene) -> [String] { scene.state.chooser?.choices.map(\.title) ?? [] }

    @Test func thePaletteHasEveryActionThatWorksNow() throws {
        var scene = Scene.showing(shop)
        scene.press(":")
        let actions = scene.state.chooser?.choices.compactMap { choice in
            if case .action(let action) = choice.deed { action } else { nil }
        }
        #expect(try #require(actions).allSatisfy(scene.state.isAvailable))
        #expect(actions?.contains(.restart) == true)
        #expect(actions?.contains(.undo) == false)
        let restart = try #require(scene.state.chooser?.choices.first { $0.deed == .action(.restart) })
        #expect(restart.command == "od restart api#0")
        #expect(restart.keys == "r")
    }

    @Test func aFewLettersFindAnAction() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("colo")
        #expect(scene.state.chooser?.choice?.deed == .action(.themes))
        scene.press(.enter)
        #expect(scene.state.chooser?.purpose == .themes)
    }

    @Test func aFewLettersFindAProcess() {
        var scene = Scene.showing(shop)
        scene.press(":")
        #expect(!titles(scene).contains("worker: select"))
        scene.type("worker log")
        #expect(titles(scene).first == "worker: log")
        let commands = scene.press(.enter)
        #expect(commands == [.followLogs(stream: 2, named("worker")), .inspect(named("worker"))])
        #expect(scene.state.arrangement == .zoomed(.log))
        #expect(scene.state.chooser == nil)
    }

    @Test func processesAreActedOn() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("gateway restart")
        #expect(scene.press(.enter) == [.call(1, .restart([named("gateway")]))])
        scene.press(":")
        scene.type("gateway stop")
        scene.press(.enter)
        #expect(scene.state.question?.subject == .stop([named("gateway")]))
        scene.press("n", ":")
        scene.type("cron start")
        #expect(scene.press(.enter) == [.call(2, .start([named("cron")]))])
    }

    @Test func whatAFilterHidesCanBeReached() {
        var scene = Scene.showing(shop)
        scene.press("t", "g", .left, "/")
        scene.type("api")
        scene.press(.enter, ":")
        scene.type("api#2 select")
        scene.press(.enter)
        #expect(scene.state.list.selected == named("api", 2))
        scene.press(":")
        scene.type("worker sel")
        scene.press(.enter)
        #expect(scene.state.list.selected == named("worker"))
        #expect(scene.state.list.filter.isEmpty)
    }

    @Test func nothingFoundSaysSo() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("qqqq")
        #expect(scene.screen().contains("nothing is called so"))
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.chooser != nil)
    }

    @Test func textIsEdited() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("abc def")
        scene.press(.control("w"))
        #expect(scene.state.chooser?.text == "abc ")
        scene.press(.backspace, .backspace)
        #expect(scene.state.chooser?.text == "ab")
        scene.press(.control("u"))
        #expect(scene.state.chooser?.text == "")
        scene.send(.paste("sho\u{1B}[31mws\nthese"))
        #expect(scene.state.chooser?.text == "shows these")
        scene.press(.tab)
        #expect(scene.state.chooser?.text == "shows these keys")
        scene.type(String(repeating: "x", count: 300))
        #expect(scene.state.chooser?.text.count == 100)
    }

    @Test func movesAndKeepsTheMarkedLineInView() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press(":")
        let count = titles(scene).count
        scene.press(.up)
        #expect(scene.state.chooser?.marked == 0)
        for _ in 0..<count { scene.press(.down) }
        #expect(scene.state.chooser?.marked == count - 1)
        #expect(scene.screen().contains("\(count) of \(count)"))
        scene.press(.pageUp, .pageUp, .pageUp, .pageUp, .pageUp, .pageUp)
        #expect(scene.state.chooser?.marked == 0)
        #expect(scene.state.chooser?.top == 0)
        scene.press(.pageDown)
        #expect(scene.state.chooser?.marked ?? 0 > 5)
    }

    // MARK: - Themes

    @Test func themesAreTriedOnAndTakenBack() {
        var scene = Scene.showing(shop)
        #expect(scene.state.look.theme == .dark)
        scene.press("C", .down, .down)
        #expect(scene.state.look.theme == .light)
        #expect(scene.press(.escape).isEmpty)
        #expect(scene.state.look.theme == .dark)
        #expect(scene.state.look.chosen == Look.automatic)
    }

    @Test func aThemeIsChosenAndKept() throws {
        var scene = Scene.showing(shop)
        scene.press("C")
        scene.type("nord")
        let commands = scene.press(.enter)
        var settings = Settings()
        settings.theme = "nord"
        #expect(commands.isEmpty && scene.saved == settings)
        #expect(scene.state.look.theme.name == "nord")
        scene.press("C")
        #expect(scene.state.chooser?.choice?.title == "nord")
    }

    @Test func theTerminalDecidesBetweenDarkAndLight() {
        var scene = Scene.showing(shop)
        scene.send(.ground(RGB(0xFDF6E3)))
        #expect(scene.state.look.theme == .light)
        scene.send(.ground(RGB(0x101010)))
        #expect(scene.state.look.theme == .dark)
        scene.press("C")
        scene.type("contrast")
        scene.press(.enter)
        scene.send(.ground(RGB(0xFFFFFF)))
        #expect(scene.state.look.theme == .contrast)
    }

    // MARK: - What is kept

    @Test func whatIsArrangedIsKept() {
        var scene = Scene.showing(shop)
        scene.press(">", "I", "t", "M", "w")
        var settings = Settings()
        settings.sort = .status
        settings.isInverted = true
        settings.isTree = true
        settings.mouse = false
        settings.wraps = true
        #expect(scene.saved == settings)
        #expect(scene.commands.contains(.mouse(false)))
        let again = State(size: Size(width: 80, height: 24), isOwner: false, settings: settings)
        #expect(again.list.sort == .status)
        #expect(again.list.isTree)
        #expect(again.log.wraps)
        #expect(!again.hasMouse)
        var second = Scene.showing(shop)
        second.state = again
        #expect(second.press(.down).isEmpty, "what was read is not written again")
    }

    @Test func aThemeThatIsGoneIsForgotten() {
        var settings = Settings()
        settings.theme = "gone"
        let state = State(size: Size(width: 80, height: 24), isOwner: false, settings: settings)
        #expect(state.look.chosen == Look.automatic)
        #expect(state.look.theme == .dark)
    }

    @Test func whatWasWrongWithFilesIsSaid() {
        var scene = Scene.showing(shop)
        scene.state = State(
            size: Size(width: 100, height: 24), isOwner: false, notes: ["ui.json is damaged", "themes/x.toml: torn"])
        scene.send(.tick)
        #expect(scene.screen().contains("2 messages, m shows all: ui.json is damaged"))
        #expect(scene.state.said.map(\.toast.text) == ["ui.json is damaged", "themes/x.toml: torn"])
        scene.send(.trouble("ui.json cannot be written: disk full"))
        #expect(scene.screen().contains("disk full"))
    }
}
