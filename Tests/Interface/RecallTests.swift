import Core
import Testing
import Widgets

@testable import Interface

/// What was entered comes again, and what was arranged is there the next time.
struct RecallTests {
    private func enter(_ texts: [String], into scene: inout Scene) {
        for text in texts {
            scene.press("/", .control("u"))
            scene.type(text)
            scene.press(.enter)
        }
    }

    @Test func upAndDownGoThroughFilters() {
        var scene = Scene.showing(shop)
        enter(["api", "worker", "api"], into: &scene)
        scene.press("/", .control("u"))
        scene.type("ca")
        scene.press(.up)
        #expect(scene.state.prompt?.text == "api" && scene.state.list.filter == "api")
        scene.press(.up)
        #expect(scene.state.prompt?.text == "worker", "a text is kept once, at its newest place")
        scene.press(.up)
        #expect(scene.state.prompt?.text == "worker", "there is nothing before")
        scene.press(.down, .down)
        #expect(scene.state.prompt?.text == "ca", "what was being typed is not lost")
        scene.press(.down)
        #expect(scene.state.prompt?.text == "ca")
        // Rows are moved through with other keys meanwhile.
        scene.press(.control("u"))
        let before = scene.state.list.selectedIndex ?? 0
        scene.press(.control("n"))
        #expect(scene.state.list.selectedIndex == before + 1)
        scene.press(.control("p"), .escape)
        #expect(scene.state.list.selectedIndex == before && scene.state.list.filter.isEmpty)
    }

    @Test func searchesAreKeptApart() {
        var scene = Scene.showing(shop)
        scene.wait(400)
        scene.log("one\ntwo\n")
        enter(["api"], into: &scene)
        scene.press(.escape, "l", "/")
        scene.type("two")
        scene.press(.enter, "/", .control("u"), .up)
        #expect(scene.state.prompt?.text == "two" && scene.state.log.search?.text == "two")
        scene.press(.up)
        #expect(scene.state.prompt?.text == "two")
        scene.press(.escape, "?", "/", .up, .down)
        #expect(scene.state.prompt?.text == "", "help keeps none: there the arrows turn the page")
    }

    @Test func thePaletteKnowsWhatWasTaken() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("gateway: sel")
        scene.press(.enter, ":", .up)
        #expect(scene.state.chooser?.text == "gateway: select")
        #expect(scene.state.chooser?.choice?.deed == .go(named("gateway")))
        scene.press(.up)
        #expect(scene.state.chooser?.text == "gateway: select")
        scene.press(.down)
        #expect(scene.state.chooser?.text == "" && scene.state.chooser?.marked == 0)
        scene.press(.down, .down, .up)
        #expect(scene.state.chooser?.marked == 1, "in the midst of the list the arrows mark")
        // Signals and colours have no past.
        scene.press(.escape, "C", .up)
        #expect(scene.state.chooser?.text == "")
    }

    @Test func whatIsKeptIsBounded() {
        var recall = Recall((0..<100).map { "text \($0)" })
        #expect(recall.texts.count == Recall.most && recall.texts.last == "text 99")
        recall.enter("")
        recall.enter(String(repeating: "x", count: Recall.maxBytes + 1))
        recall.enter("two\nlines")
        #expect(recall.texts.count == Recall.most && recall.texts.last == "text 99")
        recall.enter("text 98")
        #expect(recall.texts.count == Recall.most && recall.texts.last == "text 98")
    }

    // MARK: the file

    private func again(_ settings: Settings, _ processes: [InstanceInfo] = shop, project: String? = nil) -> Scene {
        var scene = Scene()
        scene.state = State(
            size: Size(width: 120, height: 40), isOwner: false, settings: settings, project: project)
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
        scene.send(.snapshot(FleetSnapshot(seq: 10, processes: processes, host: .sample)))
        return scene
    }

    @Test func theDashboardOpensAsItWasLeft() throws {
        var scene = Scene.showing(shop)
        scene.press("/")
        #expect(scene.saved == nil)
        scene.type("api")
        #expect(scene.saved == nil, "what is typed is not arranged yet")
        scene.press(.enter)
        #expect(scene.saved?.recalls[.filter] == ["api"])
        scene.press(.down, "3", .enter, .tab)
        let settings = try #require(scene.saved)
        #expect(settings.opened == .process && settings.tab == .events && settings.process == "shop/api#1")

        let next = again(settings)
        #expect(next.state.arrangement == .opened && next.state.focus == scene.state.focus)
        #expect(next.state.tab == .events && next.state.list.filter.isEmpty)
        #expect(next.state.shown == named("api", 1))
        #expect(next.saved == nil, "nothing is different")

        // Of a process that is gone nothing can be open.
        let other = again(settings, [.sample(7, "gateway")])
        #expect(other.state.arrangement == .panes && other.state.focus == .list)
        // Who opens a project sees it.
        let project = again(settings, project: "shop")
        #expect(project.state.arrangement == .panes && project.state.list.filter.isEmpty)
        #expect(project.state.recalls[.filter]?.texts == ["api"])
    }

    @Test func aPageIsForALookOnly() {
        var scene = Scene.showing(shop)
        scene.press(.tab)
        #expect(scene.saved?.focus == .detail)
        scene.press("o")
        #expect(scene.state.focus == .page)
        #expect(scene.saved?.opened == nil && scene.saved?.focus == .list)
        for opened in Settings.Opened.allCases {
            var settings = Settings()
            (settings.opened, settings.process) = (opened, "shop/cron#0")
            #expect(again(settings).state.arrangement == opened.arrangement)
        }
    }

    @Test func valuesOfTheEnvironmentAreNotKept() {
        var scene = Scene.showing(shop)
        scene.press("E")
        scene.type("TOKEN=hunter2")
        scene.press(.enter)
        #expect(scene.commands.contains { if case .call = $0 { true } else { false } })
        scene.press(":", .up)
        #expect(scene.state.chooser?.text == "" && scene.state.recalls.isEmpty)
    }
}
