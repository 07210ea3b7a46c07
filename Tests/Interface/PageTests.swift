import Core
import Interface
import Support
import Testing
import Widgets

/// The pages over all panes: why, the graph, the machine, messages.
struct PageTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    private static func at(_ second: Int) -> WallTime {
        WallTime(milliseconds: 1_795_253_000_000 + Int64(second) * 1000)
    }

    static let story = ProcessStory(
        process: shop[3], since: at(40),
        deeds: [Deed(at: at(1), what: "start", uid: 1000, user: "alice", by: "od start mailer.py")],
        crashes: [
            CrashReport(
                app: "shop/mailer", instance: 0, run: 17, pid: 4711, at: at(39), exit: .code(1), uptime: 12,
                maxMemory: 12 << 20,
                stderr: [
                    "Traceback (most recent call last):", "ConnectionRefusedError: [Errno 111] Connection refused",
                ])
        ],
        events: [
            FleetEvent(seq: 1, at: at(38), name: .online, process: shop[3]),
            FleetEvent(seq: 2, at: at(39), name: .exited, process: shop[3], message: "exit 1 after 12 ms", crash: true),
            FleetEvent(seq: 3, at: at(40), name: .errored, process: shop[3], message: "gave up after 16 quick exits"),
        ],
        changes: [FieldChange(key: "env.SMTP_HOST", old: "mail", new: "localhost", restarts: true)], goodUntil: at(0))

    static let graph = AppGraph(nodes: [
        AppGraph.Node(
            namespace: "shop", name: "api", statuses: [.online, .online, .starting],
            dependencies: [Dependency("db"), Dependency("cache", .started)]),
        AppGraph.Node(namespace: "shop", name: "cache", statuses: [.waiting], reason: "restart 3"),
        AppGraph.Node(namespace: "shop", name: "gateway", statuses: [.online], dependencies: [Dependency("api")]),
    ])

    static let machine = MachineInfo(
        cores: [12, 97, 0, 41], swapUsed: 100 << 20, swapTotal: 2 << 30, cached: 6 << 30,
        disks: [
            MachineInfo.Disk(
                path: "/", used: 40 << 30, total: 100 << 30, available: 55 << 30, read: 1_200_000, written: 48_000),
            MachineInfo.Disk(path: "/srv", used: 950 << 30, total: 1000 << 30),
        ],
        interfaces: [
            MachineInfo.Interface(
                name: "eth0", received: 12 << 30, sent: 3 << 30, receiving: 1_200_000, sending: 320_000)
        ])

    /// Opens the page of the machine and looks at it for some time.
    static func watchMachine(_ scene: inout Scene, seconds: Int = 45) {
        scene.press("o")
        for second in 0...seconds {
            let wave = Double(abs(second % 30 - 15)) / 15
            var (host, info) = (HostInfo.sample, machine)
            host.cpu = 20 + 60 * wave
            host.memoryUsed += UInt64(second) << 26
            info.disks[0].read = 1_200_000 * wave
            info.interfaces[0].receiving = 4_000_000 * (1 - wave)
            if case .ask(let number, .machine)? = scene.commands.last { scene.send(.found(number, .machine(info))) }
            scene.now = scene.now.advanced(byMilliseconds: 1000)
            scene.send(.metrics(FleetMetrics(at: WallTime(milliseconds: 0), samples: [], host: host)))
        }
    }

    private func check(_ name: String, _ scene: Scene, _ glyphs: Glyphs = .unicode) {
        let size = scene.state.size
        golden("Screens/\(name)-\(size.width)x\(size.height).txt", scene.state.view(glyphs: glyphs).golden)
    }

    /// The number under which the last command asks.
    private func asked(_ scene: Scene) -> Int {
        guard case .ask(let number, _)? = scene.commands.last else { return 0 }
        return number
    }

    // MARK: looks

    @Test(arguments: sizes) func why(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        scene.press(":")
        scene.type("mailer why")
        scene.press(.enter)
        #expect(scene.commands.last == .ask(1, .why(named("mailer"))))
        #expect(scene.screen().contains("asking OpenDaemon"))
        scene.send(.found(1, .story(Self.story)))
        check("why", scene)
    }

    @Test(arguments: sizes) func dependencies(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        scene.press("v")
        scene.send(.found(asked(scene), .graph(Self.graph)))
        check("graph", scene)
    }

    @Test(arguments: sizes) func machine(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        Self.watchMachine(&scene)
        check("system", scene)
    }

    /// What a page has no room for is left out: no graph is cut, nor is one drawn of a few columns.
    @Test(arguments: [(80, 24), (80, 60), (120, 29), (120, 40), (200, 60), (60, 100), (40, 12)])
    func graphsTakeTheRoomThatIsLeft(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        Self.watchMachine(&scene)
        let rows = scene.screen().split(separator: "\n")
        let graphs = ["processor", "received", "read from disks"].filter { name in rows.contains { $0.contains(name) } }
        let expected = [80: size.1 < 60 ? 0 : 3, 120: size.1 < 40 ? 1 : 2, 200: 3][size.0] ?? 0
        #expect(graphs.count == expected, "\(graphs)")
        #expect(rows.filter { $0.contains("-1m") && $0.contains("now") }.count == expected)
        #expect(!scene.screen().contains("1-") || expected == 0, "nothing has to be scrolled because of graphs")
    }

    /// What only root may write is not free for users, as df(1) has it.
    @Test func disksHaveWhatUsersHave() {
        var scene = Scene.showing(shop)
        Self.watchMachine(&scene, seconds: 1)
        #expect(scene.screen().contains("40G used, 55G free"))
        #expect(scene.screen().contains("950G used, 50G free"), "of a daemon that does not tell")
    }

    @Test func inASCII() {
        var scene = Scene.showing(shop, 80, 24)
        Self.watchMachine(&scene)
        check("system-ascii", scene, .ascii)
        var large = Scene.showing(shop)
        Self.watchMachine(&large)
        check("system-ascii", large, .ascii)
        scene.press("v")
        scene.send(.found(asked(scene), .graph(Self.graph)))
        check("graph-ascii", scene, .ascii)
    }

    @Test(arguments: sizes) func forms(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        scene.press("A")
        scene.type("1")
        check("scale", scene)
        scene.press(.escape, "x", .down)
        check("signals", scene)
    }

    // MARK: why

    @Test func theWhyPageAsksAgainWhenSomethingHappens() {
        var scene = Scene.showing(shop)
        scene.press("W")
        scene.send(.found(1, .story(Self.story)))
        scene.now = scene.now.advanced(byMilliseconds: 1500)
        #expect(scene.event(.exited, shop[0]) == [.ask(2, .why(named("api")))])
        scene.send(.found(1, .story(Self.story)))
        scene.send(.notFound(2, Failure(.bug, "no answer", why: "it is busy", next: "wait")))
        #expect(scene.screen().contains("OD9001 no answer"))
        #expect(scene.screen().contains("last words"), "what was known stays")
    }

    @Test func keysOfAPage() {
        var scene = Scene.showing(shop, 80, 24)
        scene.press("W")
        scene.send(.found(1, .story(Self.story)))
        #expect(scene.state.focus == .page)
        scene.press("G")
        let top = scene.state.page?.top ?? 0
        scene.press("g", .pageDown, .up)
        #expect(top >= 0 && scene.state.page?.top != nil)
        #expect(scene.press("y") == [.copy("api#0")])
        guard case .copy(let text)? = scene.press("Y").first else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("gave up"))
        #expect(scene.press("r") == [.call(2, .restart([named("api")]))])
        scene.press("W")
        #expect(scene.state.page == nil && scene.state.arrangement == .panes && scene.state.focus == .list)
    }

    @Test func escapeLeavesAPage() {
        var scene = Scene.showing(shop)
        for key: Key in ["W", "v", "o"] {
            scene.press(key)
            #expect(scene.state.arrangement == .zoomed(.page))
            scene.press(.escape)
            #expect(scene.state.page == nil && scene.state.arrangement == .panes)
        }
        scene.press("v", "l")
        #expect(scene.state.page == nil && scene.state.arrangement == .zoomed(.log))
    }

    @Test func theWheelTurnsAPage() {
        var scene = Scene.showing(shop, 60, 16)
        scene.press("W")
        scene.send(.found(1, .story(Self.story)))
        scene.send(.mouse(Mouse(.wheelDown, x: 10, y: 5)))
        #expect(scene.state.page?.top == 3)
    }

    // MARK: graph

    @Test func withoutDependenciesThePageSaysHow() {
        var scene = Scene.showing(shop)
        scene.press("v")
        let nodes = [AppGraph.Node(namespace: "shop", name: "api", statuses: [.online])]
        scene.send(.found(1, .graph(AppGraph(nodes: nodes))))
        #expect(scene.screen().contains("dependsOn in the config says"))
        scene.now = scene.now.advanced(byMilliseconds: 2000)
        #expect(scene.event(.online, shop[5]) == [.ask(2, .graph)])
    }

    // MARK: machine

    @Test func theMachineIsLookedAtEverySecondWhileItIsShown() {
        var scene = Scene.showing([])
        scene.press("o")
        #expect(scene.commands == [.ask(1, .machine)])
        scene.send(.found(1, .machine(MachineInfo(swapTotal: 0))))
        #expect(scene.screen().contains("swap    none"))
        scene.metrics([:])
        #expect(scene.commands == [.ask(2, .machine)])
        scene.send(.found(2, .machine(Self.machine)))
        scene.press(.escape)
        scene.metrics([:])
        #expect(scene.commands.isEmpty)
        #expect(scene.state.machine.info == Self.machine)
    }

    // MARK: messages

    @Test(arguments: sizes) func messages(size: (Int, Int)) {
        var scene = Scene.showing(shop, size.0, size.1)
        #expect(!scene.state.isAvailable(.messages))
        scene.event(.errored, shop[3])
        scene.now = scene.now.advanced(byMilliseconds: 61_000)
        scene.press("r")
        scene.send(.answered(call: 1, .done))
        scene.press("m")
        check("messages", scene)
        #expect(scene.screen().contains("restarted api#0"))
    }

    @Test func messagesAreBounded() {
        var scene = Scene.showing(shop)
        for _ in 0..<(Said.most + 50) { scene.press(.control("c")) }
        #expect(scene.state.said.count == Said.most)
    }

    @Test func messagesAreFoundInThePalette() {
        var scene = Scene.showing(shop)
        scene.press(.control("c"), ":")
        scene.type("messages")
        scene.press(.enter)
        #expect(scene.state.page?.subject == .messages)
    }
}
