import Core
import Interface
import Support
import Testing
import Themes
import Widgets

/// The tabs of the details: what they ask, when they ask again, and what they show.
struct TabTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    private static func at(_ second: Int) -> WallTime {
        WallTime(milliseconds: 1_795_253_000_000 + Int64(second) * 1000)
    }

    static let environment = ProcessEnvironment(
        id: 1, name: "api", instance: 0, namespace: "shop",
        variables: [
            .init(name: "HOME", value: "/home/alice", source: .shell, secret: false),
            .init(name: "LOG_LEVEL", value: "debug", source: .flag, secret: false),
            .init(name: "PORT", value: "8080", source: .config, secret: false, place: "shop.yaml:12"),
            .init(name: "STRIPE_API_KEY", value: nil, source: .config, secret: true, place: ".env:3"),
        ])

    static let events: [FleetEvent] = [
        FleetEvent(seq: 1, at: at(-90_000), name: .created, process: shop[0]),
        FleetEvent(seq: 2, at: at(1), name: .starting, process: shop[0]),
        FleetEvent(seq: 3, at: at(2), name: .online, process: shop[1]),
        FleetEvent(seq: 4, at: at(3), name: .exited, process: shop[0], message: "exit 1 after 12 s", crash: true),
        FleetEvent(seq: 5, at: at(4), name: .restarting, process: shop[0], message: "restart 3 in 400 ms"),
        FleetEvent(seq: 6, at: at(5), name: .errored, process: shop[0]),
        FleetEvent(seq: 7, at: at(6), name: .stopping, process: shop[0]),
        FleetEvent(seq: 8, at: at(7), name: .stopped, process: shop[0]),
        FleetEvent(seq: 9, at: at(8), name: .scaled, process: shop[0], message: "3 instances"),
    ]

    static let files = ProcessFiles(
        id: 1, name: "api", instance: 0, namespace: "shop", processes: 2, hidden: 1, open: 23, limit: 1024,
        ports: [
            .init(transport: "tcp", address: "0.0.0.0", port: 8080),
            .init(transport: "tcp6", address: "::1", port: 9229),
        ], files: ["/logs/api-0.out.log", "/srv/api/data.db"], isCut: true)

    /// A scene on the tab of a digit, and the number under which it has asked.
    private func open(_ digit: Key, _ width: Int = 120, _ height: Int = 40) -> (scene: Scene, call: Int, asked: Inquiry)
    {
        var scene = Scene.showing(shop, width, height)
        for second in 0..<70 {
            scene.metrics([1: (Double(second % 20) * 2, UInt64(150 + second) << 20), 8: (18.1, 640 << 20)])
        }
        let commands = scene.press(digit)
        guard case .ask(let call, let inquiry)? = commands.last else { return (scene, 0, .graph) }
        return (scene, call, inquiry)
    }

    private func check(_ name: String, _ scene: Scene, _ glyphs: Glyphs = .unicode) {
        let size = scene.state.size
        golden("Screens/\(name)-\(size.width)x\(size.height).txt", scene.state.view(glyphs: glyphs).golden)
    }

    // MARK: looks

    @Test(arguments: sizes) func environmentTab(size: (Int, Int)) {
        var (scene, call, asked) = open("2", size.0, size.1)
        #expect(asked == .environment(named("api")))
        scene.send(.found(call, .environment(Self.environment)))
        check("tab-env", scene)
        #expect(scene.screen().contains("********"))
    }

    @Test(arguments: sizes) func eventsTab(size: (Int, Int)) {
        var (scene, call, asked) = open("3", size.0, size.1)
        #expect(asked == .events(named("api")))
        scene.send(.found(call, .events(Self.events)))
        check("tab-events", scene)
    }

    @Test(arguments: sizes) func filesTab(size: (Int, Int)) {
        var (scene, call, asked) = open("4", size.0, size.1)
        #expect(asked == .files(named("api")))
        scene.send(.found(call, .files(Self.files)))
        check("tab-files", scene)
    }

    @Test(arguments: sizes) func graphsTab(size: (Int, Int)) {
        let (scene, call, _) = open("5", size.0, size.1)
        #expect(call == 0, "it asks nobody")
        check("tab-graphs", scene)
    }

    @Test func inASCII() {
        check("tab-graphs-ascii", open("5", 80, 24).scene, .ascii)
    }

    // MARK: which

    @Test func onANarrowScreenATabOpensTheDetails() {
        let (scene, _, _) = open("2", 80, 24)
        #expect(scene.state.arrangement == .opened && scene.state.focus == .detail)
    }

    @Test func whatDoesNotRunHasNoFilesAndNoGraphs() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)])
        #expect(!scene.state.isAvailable(.tabFiles) && !scene.state.isAvailable(.tabMetrics))
        #expect(scene.press("4").isEmpty)
        #expect(scene.state.shownTab == .info)
        #expect(!scene.screen().contains("Files"))
    }

    /// Who stops while his files are looked at shows the rest, and comes back to them.
    @Test func theChosenTabComesBackWithTheProcess() {
        var scene = Scene.showing([.sample(1, "web")])
        scene.press("4")
        scene.event(.stopped, .sample(1, "web", 0, .stopped))
        #expect(scene.state.shownTab == .info)
        scene.event(.online, .sample(1, "web"))
        #expect(scene.state.shownTab == .files)
    }

    @Test func tabsAreClicked() throws {
        var scene = Scene.showing(shop, 200, 60)
        let row = try #require(
            scene.screen().split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
                $0.contains("3 Events")
            })
        let line = Array(scene.screen().split(separator: "\n", omittingEmptySubsequences: false)[row])
        let x = try #require(line.indices.first { String(line[$0...].prefix(8)) == "3 Events" })
        scene.send(.mouse(Mouse(.press, x: x, y: row)))
        #expect(scene.state.tab == .events)
        scene.send(.mouse(Mouse(.press, x: x + 8, y: row)))
        #expect(scene.state.tab == .events, "between two tabs there is none")
        #expect(scene.state.focus == .detail)
    }

    // MARK: asking

    @Test func theTabFollowsTheSelection() {
        var (scene, _, _) = open("2")
        scene.press(.down)
        let commands = scene.wait(State.rest)
        #expect(commands.last == .ask(2, .environment(named("api", 1))))
        scene.send(.found(1, .environment(Self.environment)))
        #expect(!scene.screen().contains("LOG_LEVEL"), "that was the answer for another")
        #expect(scene.screen().contains("asking OpenDaemon"))
    }

    @Test func anEventMakesItAskAgainButNotMoreThanOnceASecond() {
        var (scene, call, _) = open("3")
        scene.send(.found(call, .events([])))
        #expect(scene.screen().contains("nothing that is known has happened"))
        #expect(scene.event(.restarting, shop[7]).isEmpty, "of another app")
        #expect(scene.event(.restarting, shop[0]).isEmpty)
        #expect(scene.state.wakesAt == scene.now.advanced(byMilliseconds: 1000))
        #expect(scene.wait(1000) == [.ask(2, .events(named("api")))])
        #expect(scene.event(.online, shop[0]).isEmpty, "an answer is to come")
        scene.send(.found(2, .events(Self.events)))
        #expect(scene.wait(1000) == [.ask(3, .events(named("api")))], "it may not have been in the answer")
    }

    @Test func openFilesAreLookedAtEveryThreeSeconds() {
        var (scene, call, _) = open("4")
        scene.send(.found(call, .files(Self.files)))
        var asked: [Command] = []
        for _ in 0..<7 {
            scene.metrics([1: (1, 1)])
            asked += scene.commands
            for case .ask(let number, _) in scene.commands { scene.send(.found(number, .files(Self.files))) }
        }
        #expect(asked == [.ask(2, .files(named("api"))), .ask(3, .files(named("api")))])
    }

    @Test func otherTabsAskNobody() {
        var (scene, call, _) = open("2")
        scene.send(.found(call, .environment(Self.environment)))
        scene.press("1")
        scene.event(.restarting, shop[0])
        #expect(scene.wait(5000).isEmpty)
        #expect(scene.state.wakesAt == nil)
    }

    @Test func aFailureIsTold() {
        var (scene, call, _) = open("4")
        scene.send(.notFound(call, Failure(.bug, "no such method", why: "the engine is old", next: "od update")))
        #expect(scene.screen().contains("OD9001 no such method: the engine is old"))
        #expect(scene.screen().contains("od update"))
    }

    /// What was asked of an engine that is gone is asked of the next.
    @Test func aNewConnectionIsAskedAnew() {
        var (scene, _, _) = open("2")
        scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        #expect(scene.wait(2000).isEmpty)
        let commands = scene.send(.connected(HelloResult(build: "0.1.0", pid: 2, embedded: false)))
        #expect(commands == [.ask(2, .environment(named("api")))])
    }

    @Test func emptyOnes() {
        var (scene, call, _) = open("2")
        var none = Self.environment
        none.variables = []
        scene.send(.found(call, .environment(none)))
        #expect(scene.screen().contains("its environment is empty"))
        var (files, number, _) = open("4")
        files.send(.found(number, .files(ProcessFiles(id: 1, name: "api", instance: 0, namespace: "shop"))))
        #expect(files.screen().contains("it does not run"))
    }

    @Test func allOfATabIsCopied() {
        var (scene, call, _) = open("2")
        scene.send(.found(call, .environment(Self.environment)))
        scene.press(.tab)
        guard case .copy(let text)? = scene.press("Y").first else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("PORT") && text.contains("8080") && !text.contains("│"))
        scene.press("5")
        #expect(scene.press("Y").count == 1)
    }
}
