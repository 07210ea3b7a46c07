import Core
import Interface
import Support
import Testing
import Widgets

/// How the screen is divided: by keys, by dragging, and as it was kept.
struct DivisionTests {
    private func layout(_ scene: Scene) -> Layout { scene.state.layout }

    @Test func thePaneWithTheFocusGrows() {
        var scene = Scene.showing(shop)
        let before = layout(scene)
        scene.press("+")
        #expect(layout(scene).list?.width == (before.list?.width ?? 0) + 6)
        scene.press(.tab, "+", "+")
        #expect(layout(scene).detail?.width == (before.detail?.width ?? 0) + 6)
        scene.press(.tab, "-")
        #expect(layout(scene).log?.height == (before.log?.height ?? 0) - 1)
        scene.press("+")
        #expect(layout(scene).log == before.log)
    }

    @Test func oneAboveTheOther() {
        var scene = Scene.showing(shop, 80, 24)
        let before = layout(scene)
        scene.press("+")
        #expect(layout(scene).list?.height == (before.list?.height ?? 0) + 1)
        scene.press(.enter)
        let opened = layout(scene)
        scene.press("+")
        #expect(layout(scene).log?.height == (opened.log?.height ?? 0) + 1)
        scene.press(.escape)
        #expect(layout(scene).list?.height == (before.list?.height ?? 0) + 1)
    }

    /// However often the key is pressed, each pane keeps some room.
    @Test func noPaneVanishes() {
        var scene = Scene.showing(shop)
        for _ in 0..<60 { scene.press("+") }
        #expect(layout(scene).detail?.width == 24)
        for _ in 0..<60 { scene.press("-") }
        #expect(layout(scene).list?.width == 24)
        scene.press(.tab, .tab)
        for _ in 0..<60 { scene.press("+") }
        #expect(layout(scene).list?.height == 4)
        for _ in 0..<60 { scene.press("-") }
        #expect(layout(scene).log?.height == 4)
    }

    @Test(arguments: [0, 1]) func framesAreDragged(line: Int) throws {
        var scene = Scene.showing(shop)
        let log = try #require(layout(scene).log)
        scene.send(.mouse(Mouse(.press, x: 70, y: log.y - line)))
        scene.send(.mouse(Mouse(.drag, x: 3, y: log.y - line - 5)))
        #expect(layout(scene).log?.y == log.y - 5)
        scene.send(.mouse(Mouse(.drag, x: 3, y: 1000)))
        #expect(layout(scene).log?.height == 4)
        scene.send(.mouse(Mouse(.release, x: 3, y: 1000)))
        scene.send(.mouse(Mouse(.drag, x: 3, y: 9)))
        #expect(layout(scene).log?.height == 4, "nothing is held any more")
        let detail = try #require(layout(scene).detail)
        scene.send(.mouse(Mouse(.press, x: detail.x - line, y: 6)))
        scene.send(.mouse(Mouse(.drag, x: detail.x - line + 7, y: 6)))
        #expect(layout(scene).detail?.x == detail.x + 7)
    }

    /// A press elsewhere holds nothing, and what lies over the panes is not dragged.
    @Test func onlyFramesAreDragged() throws {
        var scene = Scene.showing(shop)
        let before = layout(scene)
        scene.send(.mouse(Mouse(.press, x: 5, y: 6)))
        scene.send(.mouse(Mouse(.drag, x: 40, y: 30)))
        #expect(layout(scene) == before)
        let log = try #require(before.log)
        scene.send(.mouse(Mouse(.press, x: 5, y: log.y)))
        for key: Key in ["?", ":", "R"] {
            scene.press(key)
            scene.send(.mouse(Mouse(.drag, x: 5, y: 9)))
            #expect(layout(scene) == before)
            scene.press(.escape)
        }
        for size in [(59, 20), (10, 3)] {
            scene.send(.resized(width: size.0, height: size.1))
            #expect((0..<20).allSatisfy { layout(scene).edge(x: $0, y: $0) == nil })
        }
    }

    @Test func presets() {
        var scene = Scene.showing(shop)
        #expect(layout(scene).panes == [.list, .detail, .log])
        scene.press("P")
        #expect(layout(scene).panes == [.list, .log])
        scene.press("P")
        #expect(layout(scene).panes == [.list])
        #expect(scene.screen().contains("the list alone"))
        scene.press("P")
        #expect(layout(scene).panes == [.log] && scene.state.focus == .log)
        scene.press("l", "l", .escape)
        #expect(layout(scene).panes == [.log] && scene.state.focus == .log)
        scene.press("P")
        #expect(layout(scene).panes == [.list, .detail, .log])
        scene.press("P", .enter)
        #expect(layout(scene).panes == [.detail, .log], "an opened process is shown as always")
        scene.press("P")
        #expect(layout(scene).panes == [.list])
    }

    @Test func theHeaderFolds() {
        var scene = Scene.showing(shop)
        scene.press("#")
        #expect(layout(scene).header.height == 0)
        #expect(scene.screen().hasPrefix("╭─ Processes"))
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        #expect(scene.screen().contains("trying again"), "it is shown while it has to say something")
        scene.send(.resized(width: 50, height: 12))
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
        #expect(layout(scene).header.height == 0)
        scene.press("#")
        #expect(layout(scene).header.height == 1)
    }

    @Test func allOfItIsKept() throws {
        var scene = Scene.showing(shop)
        scene.press("+", "#", .tab, .tab, "-", .enter, "+", "P", "P")
        let settings = try #require(scene.saved)
        let state = State(size: Size(width: 120, height: 40), isOwner: false, settings: settings)
        #expect(state.division == scene.state.division)
        #expect(Set(state.division.shares.keys) == [.across, .down, .opened])
        #expect(state.division.preset == .list && state.division.isFolded)
    }

    /// Whatever a file says, there is a screen.
    @Test(arguments: [-5, 0, 1, 999, 1000, 70_000]) func oddSharesAreHeld(share: Int) {
        var settings = Settings()
        for edge: Division.Edge in [.across, .down, .opened] { settings.division.shares[edge] = share }
        for (width, height) in [(120, 40), (100, 16), (60, 16), (59, 15), (20, 4), (1, 1)] {
            var state = State(size: Size(width: width, height: height), isOwner: false, settings: settings)
            _ = state.update(
                .snapshot(FleetSnapshot(seq: 1, processes: shop, host: .sample)), at: Instant(nanoseconds: 1))
            #expect(state.view(glyphs: .unicode).size == state.size)
            let panes = [state.layout.list, state.layout.detail, state.layout.log].compactMap { $0 }
            #expect(width < 20 || panes.allSatisfy { $0.width > 0 && $0.height > 0 })
        }
    }

    /// A pane that has had the full screen shows the same lines again.
    @Test func zoomingKeepsThePlace() {
        var scene = Scene.showing(shop)
        scene.wait(400)
        scene.log((0..<500).map { "line \($0)\n" }.joined())
        scene.press(.tab, .down, .down, .tab, .pageUp, .pageUp, .up)
        let before = scene.state.view(glyphs: .unicode).golden
        scene.press("z", "z")
        #expect(scene.state.view(glyphs: .unicode).golden == before)
        scene.press(.backTab, "z", "z", "P", "P", "P", "P", .tab)
        scene.wait(9000)
        #expect(scene.state.view(glyphs: .unicode).golden == before)
    }

    @Test(arguments: [
        ("<0;12;5M", Mouse(.press, x: 11, y: 4)), ("<0;12;5m", Mouse(.release, x: 11, y: 4)),
        ("<32;300;5M", Mouse(.drag, x: 299, y: 4)), ("<36;1;1M", Mouse(.drag, x: 0, y: 0)),
    ])
    func reports(report: String, mouse: Mouse) {
        var reader = KeyReader()
        let raw = ("\u{1B}[" + report).unicodeScalars.map { KeyReader.Raw.character($0) }
        let inputs = reader.take(raw, at: 0)
        guard case .mouse(let found)? = inputs.last else {
            Issue.record("\(inputs)")
            return
        }
        #expect(found == mouse)
    }
}
