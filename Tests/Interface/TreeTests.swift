import Core
import Interface
import Testing

/// Apps and their instances as a tree, marks, and what acts on them.
struct TreeTests {
    private var tree: Scene {
        var scene = Scene.showing(shop)
        scene.press("t")
        return scene
    }

    private func lines(_ scene: Scene) -> [String] {
        scene.state.list.lines.map { line in
            switch line {
            case .app(let app): app.name
            case .instance(let name): "\(name.name)#\(name.instance)"
            }
        }
    }

    @Test func appsWithInstancesHaveARow() {
        #expect(
            lines(tree) == [
                "api", "api#0", "api#1", "api#2", "cache#0", "cron#0", "gateway#0", "mailer#0", "worker#0",
            ])
        #expect(tree.state.list.order.count == shop.count)
    }

    @Test func theSelectionStaysOnItsProcess() {
        var scene = Scene.showing(shop)
        scene.press(.down, "t")
        #expect(scene.state.list.cursor == .instance(named("api", 1)))
        scene.press("g", "t")
        #expect(scene.state.list.cursor == .instance(named("api")))
    }

    @Test func branchesFold() {
        var scene = tree
        scene.press(.down, .down, .left)
        #expect(lines(scene).prefix(2) == ["api", "cache#0"])
        #expect(scene.state.list.cursor == .app(AppName(named("api"))))
        #expect(scene.state.list.selected == named("api"), "the panes beside show its first instance")
        scene.press(.right)
        #expect(lines(scene).count == 9)
        scene.press("g", .enter)
        #expect(lines(scene).count == 6)
        #expect(scene.state.arrangement == .panes)
        scene.press(.enter, "G", .left)
        #expect(lines(scene).count == 9, "an app with one instance has no branches")
    }

    @Test func appsAreSortedByWhatTheyHaveTogether() {
        var scene = tree
        scene.press(">", ">")
        scene.metrics([1: (10, 1), 2: (10, 1), 7: (15, 1), 8: (30, 1)])
        scene.wait(Listing.hold)
        scene.metrics([1: (10, 1), 2: (11, 1), 7: (15, 1), 8: (30, 1)])
        #expect(lines(scene).prefix(6) == ["worker#0", "api", "api#1", "api#0", "api#2", "gateway#0"])
    }

    @Test func actionsOnAnAppAreForItsInstances() {
        var scene = tree
        scene.press("g", "r")
        let all = (0..<3).map { named("api", $0) }
        #expect(scene.state.question?.subject == .restartAll(all))
        #expect(scene.screen().contains("od restart api"))
        scene.press(.escape)
        scene.press("s")
        #expect(scene.state.question?.subject == .stop(all))
    }

    @Test func aNewInstanceJoinsItsApp() {
        var scene = tree
        scene.press(.down)
        scene.event(.created, .sample(30, "api", 3))
        #expect(lines(scene).prefix(5) == ["api", "api#0", "api#1", "api#2", "api#3"])
    }

    // MARK: - Marks

    @Test func marksAreWhatActionsAreFor() {
        var scene = Scene.showing(shop)
        scene.press(" ", .down, " ")
        #expect(scene.state.list.marks == [named("api"), named("api", 2)])
        #expect(scene.state.list.selected == named("cache"), "marking goes on to the next")
        #expect(scene.screen().contains("2 marked"))
        scene.press("s")
        #expect(scene.state.question?.subject == .stop([named("api"), named("api", 2)]))
        #expect(scene.screen().contains("Stop 2 processes?"))
        let commands = scene.press("y")
        #expect(commands == [.call(1, .stop([named("api"), named("api", 2)]))])
    }

    @Test func marksAreTakenBack() {
        var scene = Scene.showing(shop)
        scene.press(" ", .up, " ")
        #expect(scene.state.list.marks.isEmpty)
        scene.press("*")
        #expect(scene.state.list.marks.count == shop.count)
        scene.press("u")
        #expect(scene.state.list.marks.isEmpty)
        #expect(!scene.state.isAvailable(.unmark))
    }

    @Test func onlyWhatTheFilterShowsIsMarked() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("api")
        scene.press(.enter, "*", .escape)
        #expect(scene.state.list.marks.count == 3)
    }

    @Test func aMarkGoesWithItsProcess() {
        var scene = Scene.showing(shop)
        scene.press("*")
        scene.event(.deleted, shop[0])
        #expect(scene.state.list.marks.count == shop.count - 1)
    }

    @Test func anAppIsMarkedWithItsInstances() {
        var scene = tree
        scene.press("g", " ")
        #expect(scene.state.list.marks.count == 3)
        scene.press("g", " ")
        #expect(scene.state.list.marks.isEmpty)
    }

    @Test func severalAppsAreDeletedAtOnce() {
        var scene = Scene.showing(shop)
        scene.press(" ", "G", " ", "X")
        let names = (0..<3).map { named("api", $0) } + [named("worker")]
        #expect(scene.state.question?.subject == .delete(names))
        #expect(scene.screen().contains("Delete 2 apps?"))
        #expect(scene.screen().contains("their log files stay"))
    }

    @Test func stoppedOnesAreStarted() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("state=stopped")
        scene.press(.enter, "*", .escape)
        #expect(
            scene.press("s") == [
                .followLogs(stream: 2, named("cron")), .inspect(named("cron")), .call(1, .start([named("cron")])),
            ])
    }

    // MARK: - Undo

    @Test func aStopCanBeTakenBack() {
        var scene = Scene.showing(shop)
        #expect(!scene.state.isAvailable(.undo))
        scene.press("s", "y")
        #expect(!scene.state.isAvailable(.undo), "it still lives")
        scene.event(.stopped, .sample(1, "api", 0, .stopped))
        scene.send(.answered(call: 1, .processes([])))
        #expect(scene.screen().contains("U starts it again"))
        #expect(scene.press("U") == [.call(2, .start([named("api")]))])
        #expect(scene.press("U").isEmpty)
    }
}
