import Core
import Interface
import Testing
import Themes

/// Clicks, the wheel, and the clipboard.
struct MouseTests {
    /// The list begins behind two lines of header, a frame and the headings.
    private static let firstRow = 4

    private func click(_ scene: inout Scene, _ x: Int, _ y: Int) -> [Command] {
        scene.send(.mouse(Mouse(.press, x: x, y: y)))
    }

    @Test func aClickSelectsAndASecondOpens() {
        var scene = Scene.showing(shop)
        _ = click(&scene, 10, Self.firstRow + 2)
        #expect(scene.state.list.selected == named("api", 2))
        #expect(scene.state.arrangement == .panes)
        _ = click(&scene, 10, Self.firstRow + 2)
        #expect(scene.state.arrangement == .opened)
    }

    @Test func slowClicksAreTwo() {
        var scene = Scene.showing(shop)
        _ = click(&scene, 10, Self.firstRow)
        scene.wait(500)
        _ = click(&scene, 10, Self.firstRow)
        #expect(scene.state.arrangement == .panes)
    }

    @Test func aClickGivesThePaneTheKeys() {
        var scene = Scene.showing(shop)
        _ = click(&scene, 10, 30)
        #expect(scene.state.focus == .log)
        _ = click(&scene, 100, 10)
        #expect(scene.state.focus == .detail)
        _ = click(&scene, 10, Self.firstRow + 15)
        #expect(scene.state.focus == .list)
        #expect(scene.state.list.selected == named("api"), "there is no row")
    }

    @Test func aClickOnAHeadingSorts() throws {
        var scene = Scene.showing(shop)
        let row = scene.screen().split(separator: "\n", omittingEmptySubsequences: false)[3]
        let column = try #require(row.firstRange(of: "CPU%")).lowerBound
        let x = row.distance(from: row.startIndex, to: column) + 1
        _ = click(&scene, x, 3)
        #expect(scene.state.list.sort == .cpu)
        #expect(!scene.state.list.isInverted)
        _ = click(&scene, x, 3)
        #expect(scene.state.list.isInverted)
        _ = click(&scene, 1, 3)
        #expect(scene.state.list.sort == .cpu, "the mark is no column to sort by")
    }

    @Test func aClickOnTheFooterDoesWhatItsKeyDoes() throws {
        var scene = Scene.showing(shop)
        let row = scene.screen().split(separator: "\n", omittingEmptySubsequences: false)[39]
        let place = try #require(row.firstRange(of: "r restart")).lowerBound
        let x = row.distance(from: row.startIndex, to: place)
        #expect(click(&scene, x, 39) == [.call(1, .restart([named("api")]))])
        #expect(click(&scene, 119, 39).isEmpty)
    }

    @Test func theWheelScrollsWhatIsUnderIt() {
        var scene = Scene.showing(shop)
        scene.log((0..<200).map { "line \($0)\n" }.joined())
        scene.send(.mouse(Mouse(.wheelUp, x: 10, y: 30)))
        #expect(scene.state.log.bottom == 196)
        #expect(scene.state.focus == .list, "the keys stay where they are")
        scene.send(.mouse(Mouse(.wheelDown, x: 10, y: 30)))
        #expect(scene.state.log.follows)
        scene.send(.mouse(Mouse(.wheelDown, x: 10, y: 6)))
        #expect(scene.state.list.selectedIndex == 3)
        #expect(scene.send(.mouse(Mouse(.wheelDown, x: 10, y: 0))).isEmpty)
    }

    @Test func theMouseWorksInThePalette() {
        var scene = Scene.showing(shop)
        scene.press("C")
        scene.send(.mouse(Mouse(.wheelDown, x: 100, y: 20)))
        #expect(scene.state.look.theme.name == "dark")
        let top = 9
        _ = click(&scene, 100, top + 4)
        #expect(scene.state.chooser?.marked == 2)
        _ = click(&scene, 0, 0)
        #expect(scene.state.chooser?.marked == 2)
        _ = click(&scene, 100, top + 4)
        #expect(scene.state.chooser == nil)
        #expect(scene.state.look.chosen == "light")
    }

    @Test func helpScrolls() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press("?")
        scene.send(.mouse(Mouse(.wheelDown, x: 10, y: 10)))
        #expect(scene.state.help?.top == 1)
        scene.send(.mouse(Mouse(.wheelUp, x: 10, y: 10)))
        #expect(scene.state.help?.top == 0)
        #expect(click(&scene, 10, 10).isEmpty)
    }

    @Test func dialogsAndTypingAreForKeys() {
        var scene = Scene.showing(shop)
        scene.press("s")
        #expect(click(&scene, 60, 20).isEmpty)
        #expect(scene.state.question != nil)
        scene.press("n", "/")
        _ = click(&scene, 10, Self.firstRow + 2)
        #expect(scene.state.list.selected == named("api"))
    }

    @Test func theTerminalCanHaveTheMouse() {
        var scene = Scene.showing(shop)
        #expect(scene.press("M").contains(.mouse(false)))
        _ = click(&scene, 10, Self.firstRow + 2)
        #expect(scene.state.list.selected == named("api"))
        #expect(scene.press("M").contains(.mouse(true)))
    }

    // MARK: - Copying

    @Test func theNameIsCopied() {
        var scene = Scene.showing(shop)
        #expect(scene.press("y") == [.copy("api#0")])
        #expect(scene.screen().contains("copied 5 bytes"))
        #expect(scene.press("Y") == [.copy("api#0\napi#1\napi#2\ncache\ncron\ngateway\nmailer\nworker")])
    }

    @Test func theLineThatWasFoundIsCopiedWithoutItsEscapes() {
        var scene = Scene.showing(shop)
        scene.log("one\n\u{1B}[31mtwo\u{1B}[0m \u{202E}x\nthree\n")
        scene.press(.tab, .tab)
        #expect(scene.press("y") == [.copy("three")])
        scene.press("/")
        scene.type("two")
        scene.press(.enter)
        #expect(scene.press("y") == [.copy("two x")])
        #expect(scene.press("Y") == [.copy("one\ntwo x\nthree")])
    }

    @Test func detailsAreCopied() throws {
        var scene = Scene.showing(shop)
        scene.press(.tab)
        guard case .copy(let text)? = scene.press("Y").first else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("node /srv/api/server.js --port 8080"))
    }

    @Test func tooMuchIsNotCopied() {
        var scene = Scene.showing(shop, 120, 40)
        scene.log((0..<40).map { _ in String(repeating: "x", count: 9000) + "\n" }.joined())
        scene.press(.tab, .tab)
        #expect(scene.press("Y").isEmpty)
        #expect(scene.screen().contains("too long for the clipboard"))
        scene = Scene.showing(shop)
        scene.press(.tab, .tab)
        #expect(scene.press("y").isEmpty, "an empty log")
    }
}
