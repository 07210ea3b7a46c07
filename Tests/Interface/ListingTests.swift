import Core
import Interface
import Support
import Testing

struct ListingTests {
    private func names(_ scene: Scene) -> [String] { scene.state.list.order.map { "\($0.name)#\($0.instance)" } }

    @Test func theFirstRowIsSelected() {
        #expect(Scene.showing(shop).state.list.selected == named("api"))
    }

    @Test func theSelectionStaysOnItsProcess() {
        var scene = Scene.showing(shop)
        scene.press("G")
        #expect(scene.state.list.selected == named("worker"))
        scene.event(.created, .sample(9, "zebra", 0, .created))
        scene.event(.deleted, shop[0])
        scene.press(">", ">")
        scene.metrics([8: (90, 1), 7: (10, 1)])
        scene.wait(Listing.hold + 1)
        scene.metrics([8: (1, 1), 7: (10, 1)])
        #expect(scene.state.list.selected == named("worker"))
    }

    @Test func whenItsProcessGoesTheNeighbourIsSelected() {
        var scene = Scene.showing(shop)
        scene.press(.down)
        scene.event(.deleted, shop[1])
        #expect(scene.state.list.selected == named("api", 2))
        for process in shop { scene.event(.deleted, process) }
        #expect(scene.state.list.selected == nil)
        #expect(scene.state.shown == nil)
    }

    @Test func theOrderStaysWhileSomebodyMoves() {
        var scene = Scene.showing(shop)
        scene.press(">", ">")
        scene.metrics([1: (50, 1), 7: (10, 1)])
        scene.wait(Listing.hold)
        scene.metrics([1: (50, 1), 7: (10, 1)])
        #expect(names(scene).prefix(2) == ["api#0", "gateway#0"])
        scene.press(.down)
        scene.metrics([1: (1, 1), 7: (99, 1)])
        #expect(names(scene).prefix(2) == ["api#0", "gateway#0"])
        scene.now = scene.now.advanced(byMilliseconds: Listing.hold)
        scene.metrics([1: (1, 1), 7: (99, 1)])
        #expect(names(scene).prefix(2) == ["gateway#0", "api#0"])
    }

    @Test func sorting() {
        var scene = Scene.showing(shop)
        #expect(names(scene).first == "api#0")
        scene.press("I")
        #expect(names(scene).first == "worker#0")
        scene.press(">")
        #expect(names(scene).prefix(2) == ["mailer#0", "cache#0"], "what needs somebody comes first")
        scene.press(">", ">", ">")
        #expect(scene.state.list.sort == .restarts)
        #expect(names(scene).first == "api#2")
        scene.press(">")
        #expect(scene.state.list.sort == .uptime)
        #expect(names(scene).last == "worker#0")
        scene.press(">")
        #expect(scene.state.list.sort == .name)
        scene.press("<")
        #expect(scene.state.list.sort == .uptime)
    }

    @Test(arguments: [
        ("api", ["api#0", "api#1", "api#2"]), ("API", ["api#0", "api#1", "api#2"]), ("errored", ["mailer#0"]),
        ("shop/w", ["worker#0"]), ("api !starting", ["api#0", "api#1"]), ("#1", ["api#1"]), ("nothing", []),
    ])
    func filters(text: String, expected: [String]) {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type(text)
        #expect(names(scene) == expected)
        scene.press(.enter)
        #expect(names(scene) == expected)
        scene.press(.escape)
        #expect(names(scene).count == shop.count)
    }

    /// Whatever happens, the selected row is on the page and the page is full.
    @Test func theSelectedRowIsAlwaysInView() throws {
        var random = Seeded(seed: 3)
        var scene = Scene.showing((0..<200).map { .sample($0, "app\($0)") }, 80, 24)
        let keys: [Key] = [.down, .up, .pageDown, .pageUp, "g", "G", .control("d"), .control("u"), ">", "<", "I"]
        for step in 0..<600 {
            scene.press(keys.randomElement(using: &random) ?? .down)
            if step % 7 == 0 {
                let (width, height) = (Int.random(in: 20...200, using: &random), Int.random(in: 4...70, using: &random))
                scene.send(.resized(width: width, height: height))
            }
            if step % 11 == 0 { scene.metrics([step % 200: (Double(step), 1)]) }
            let state = scene.state
            let rows = state.layout.listRows
            let index = try #require(state.list.selectedIndex)
            #expect(index >= state.list.top && index < state.list.top + rows)
            #expect(state.list.top <= max(0, state.list.order.count - rows))
        }
    }
}
