import Core
import Interface
import Support
import Testing
import Widgets

/// What is drawn, against golden files and at every size.
struct ScreenTests {
    private static let sizes = [(80, 24), (120, 40), (40, 12)]

    /// A busy shop: figures of two minutes, a log with an error line.
    func busy(_ width: Int, _ height: Int) -> Scene {
        var scene = Scene.showing(shop, width, height)
        for second in 0..<75 {
            scene.metrics([
                1: (Double(second % 20) * 2, 200 << 20), 2: (Double(second % 7), UInt64(100 + second) << 20),
                3: (0.4, 12 << 20), 7: (3, 88 << 20), 8: (18.1, 640 << 20),
            ])
        }
        scene.log((0..<40).map { "09:24:\(10 + $0) GET /orders/\($0) 200 3ms\n" }.joined())
        scene.log("upstream timeout after 5000ms trace=9f31\n", .error)
        scene.send(
            .inspected(
                ProcessDetail(
                    process: shop[0], restart: RestartPolicy(), killSignal: 15, killTimeout: 10_000,
                    env: ["PATH", "HOME", "NODE_ENV"])))
        return scene
    }

    private func check(_ name: String, _ scene: Scene, _ glyphs: Glyphs = .unicode) {
        let size = scene.state.size
        golden("Screens/\(name)-\(size.width)x\(size.height).txt", scene.state.view(glyphs: glyphs).golden)
    }

    @Test(arguments: sizes) func main(size: (Int, Int)) {
        check("main", busy(size.0, size.1))
    }

    @Test(arguments: sizes) func opened(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press(.enter)
        check("opened", scene)
    }

    @Test(arguments: sizes) func log(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("l", .up, .up, "/")
        scene.type("orders/3")
        scene.press(.enter)
        scene.log("09:25:00 GET /new 200 1ms\n")
        check("log", scene)
    }

    @Test(arguments: sizes) func question(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("R")
        check("question", scene)
    }

    @Test(arguments: sizes) func filter(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("/")
        scene.type("api")
        check("filter", scene)
    }

    @Test(arguments: sizes) func help(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("?")
        check("help", scene)
    }

    @Test(arguments: sizes) func tree(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("t", "G", " ", "g", .down, " ")
        check("tree", scene)
    }

    @Test(arguments: sizes) func palette(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press(":")
        scene.type("rest")
        check("palette", scene)
    }

    @Test(arguments: sizes) func themes(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.press("C", .down)
        check("themes", scene)
    }

    @Test func levels() {
        var scene = busy(80, 24)
        scene.log("[WARN] slow query 812ms\n{\"level\":50,\"msg\":\"upstream timeout\"}\n")
        scene.press("l", "L", "L")
        check("levels", scene)
    }

    @Test(arguments: sizes) func empty(size: (Int, Int)) {
        check("empty", Scene.showing([], size.0, size.1))
    }

    @Test(arguments: sizes) func lost(size: (Int, Int)) {
        var scene = busy(size.0, size.1)
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "the engine ended", next: "wait")))
        scene.wait(12_000)
        check("lost", scene)
    }

    @Test func connecting() {
        check("connecting", Scene(80, 24))
        var scene = Scene(80, 24)
        scene.send(.disconnected(Failure(.engineSilent, "no answer", why: "it does not answer", next: "wait")))
        check("unreachable", scene)
    }

    @Test func leaving() {
        var scene = busy(80, 24)
        scene.state = State(size: Size(width: 80, height: 24), isOwner: true)
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: true)))
        scene.send(.snapshot(FleetSnapshot(seq: 1, processes: shop, host: .sample)))
        scene.press("q")
        scene.wait(1000)
        check("leave", scene)
        scene.press("s")
        check("stopping", scene)
    }

    @Test func ascii() {
        check("ascii", busy(80, 24), .ascii)
        var scene = busy(80, 24)
        scene.press("t", " ", ":")
        check("ascii-palette", scene, .ascii)
        scene.press(.escape)
        check("ascii-tree", scene, .ascii)
    }

    @Test func asciiScreensAreASCII() {
        for (width, height) in Self.sizes {
            var scene = busy(width, height)
            for key: Key in [.enter, .escape, "?", .escape, "s", .escape, "l", "/", .escape] {
                scene.press(key)
                let odd = scene.state.view(glyphs: .ascii).cells.filter { $0.scalar.value > 0x7E }
                #expect(odd.isEmpty, "\(odd.map(\.scalar)) after \(key.name)")
            }
        }
    }

    @Test func severalProjects() {
        check("projects", Scene.showing(shop + [.sample(30, "web", 0, .online, namespace: "blog")], 80, 24))
    }

    /// A state is told by a word and a mark of its own, with colours or without.
    @Test func statesDifferWithoutColours() {
        let processes = ProcessStatus.allCases.enumerated().map { InstanceInfo.sample($0, "app\($0)", 0, $1) }
        let rows = Scene.showing(processes).state.view(glyphs: .ascii).rows
        for (index, status) in ProcessStatus.allCases.enumerated() {
            #expect(rows.contains { $0.contains("app\(index) ") && $0.contains(" \(status.rawValue) ") })
        }
        let marks = Set(
            ProcessStatus.allCases.map { status in
                rows.first { $0.contains(" \(status.rawValue) ") && $0.contains("app") }?
                    .split(separator: " \(status.rawValue) ").first?.last
            })
        #expect(marks.count == 7, "reloading looks like starting, and killing like stopping")
    }

    @Test func everySizeCanBeDrawn() {
        var scene = busy(120, 40)
        for keys: [Key] in [
            [], ["?"], [.escape, "s"], [.escape, .enter], ["l"], ["/"], [.escape, .escape, "t", "*", ":"],
            [.escape, "C"],
        ] {
            for key in keys { scene.press(key) }
            let sizes = [
                (200, 60), (120, 40), (80, 24), (60, 16), (59, 15), (40, 10), (20, 5), (20, 4), (19, 3), (5, 40),
                (300, 2),
                (1, 1), (0, 0),
            ]
            for (width, height) in sizes {
                scene.send(.resized(width: width, height: height))
                #expect(scene.state.view(glyphs: .unicode).size == Size(width: width, height: height))
            }
            scene.send(.resized(width: 120, height: 40))
        }
    }

    @Test func aTinyScreenCounts() {
        #expect(busy(19, 3).screen().hasPrefix("8 procs, 1 errored"))
    }

    /// A screen reached by a detour is the same as one reached at once.
    @Test func theWayDoesNotMatter() {
        var scene = busy(120, 40)
        let before = scene.state.view(glyphs: .unicode)
        scene.press("?", .escape, "s", "n", .tab, .backTab, "z", "z")
        scene.send(.resized(width: 33, height: 7))
        scene.send(.resized(width: 120, height: 40))
        #expect(scene.state.view(glyphs: .unicode) == before)
    }
}
