import Core
import Testing

/// Shared ports, counted variables, scale and reset.
@Suite struct ClusterTests {
    private func environment(_ spec: AppSpec, _ instance: Int = 0) throws -> [String: String] {
        var world = World()
        _ = world.start(spec)
        let order = try #require(world.spawns.first { $0.id.instance == UInt64(instance) + 2 })
        return Dictionary(
            uniqueKeysWithValues: order.environment.map { entry in
                let name = entry.prefix { $0 != "=" }
                return (String(name), String(entry.dropFirst(name.count + 1)))
            })
    }

    @Test func instancesCountUp() throws {
        let spec = World.spec("api") {
            $0.instances = 3
            $0.env = ["PORT": "3000"]
            $0.cluster = ClusterSpec(incrementVar: "PORT", instanceVar: "WORKER")
        }
        let third = try environment(spec, 2)
        #expect(third["PORT"] == "3002" && third["WORKER"] == "2" && third["NODE_APP_INSTANCE"] == nil)
        var world = World()
        _ = world.start(spec)
        let shown = try #require(try world.kernel.environments(of: ["api#2"], show: true).first).variables
        #expect(shown.first { $0.name == "PORT" }?.source == .incremented)
        #expect(shown.first { $0.name == "WORKER" }?.source == .od)
        let odd = World.spec("odd") {
            $0.env = ["PORT": "x"]
            $0.cluster = ClusterSpec(incrementVar: "PORT")
        }
        #expect(try environment(odd)["PORT"] == "x")
    }

    @Test func aSharedPortIsInherited() throws {
        let spec = World.spec("api") {
            $0.instances = 2
            $0.cluster = ClusterSpec(port: 3000)
        }
        let found = try environment(spec)
        #expect(found["PORT"] == "3000" && found["LISTEN_FDS"] == "1" && found["LISTEN_PID"] == "0")
        #expect(found["LISTEN_FDNAMES"] == "port" && found["OD_SOCKETS"] == nil && found["NODE_OPTIONS"] == nil)
        var own = spec
        own.env["PORT"] = "1"
        #expect(try environment(own)["PORT"] == "1")
    }

    @Test func nodeFindsSocketsByAPreload() throws {
        var spec = World.spec("api") {
            $0.instances = 2
            $0.cluster = ClusterSpec(node: true)
        }
        let file = "/home/x/.opendaemon/node/listen.cjs"
        #expect(try environment(spec)["NODE_OPTIONS"] == "--require \(file)")
        #expect(try environment(spec)["OD_SOCKETS"] == "3+\(Defaults.spareSockets)")
        #expect(try environment(spec)["LISTEN_FDS"] == nil)
        spec.cluster?.port = 80
        spec.env["NODE_OPTIONS"] = "--trace-warnings"
        #expect(try environment(spec)["NODE_OPTIONS"] == "--trace-warnings --require \(file)")
        #expect(try environment(spec)["OD_SOCKETS"] == "3+\(Defaults.spareSockets + 1)")
        spec.attributes = ProcessAttributes()
        spec.attributes?.uid = "www"
        let encoded = try #require(try environment(spec)["NODE_OPTIONS"])
        #expect(encoded.hasPrefix("--trace-warnings --import data:text/javascript,import%20net%20from%20%22node%3Anet"))
        #expect(!encoded.dropFirst("--trace-warnings --import ".count).contains { " \"\\\n".contains($0) })
        #expect(NodePreload.script.hasPrefix("\"use strict\";\nconst net = require(\"net\");"))
    }

    @Test func aHomeWithBlanksIsQuoted() throws {
        var kernel = Kernel(homePath: "/a \"b\\c", seed: 1)
        let now = World().now
        _ = kernel.step(.recovered(StoredFleet(), [], EngineStart(keeper: "1", isEmbedded: false)), at: now)
        let spec = World.spec("api") { $0.cluster = ClusterSpec(mode: .cluster, node: true) }
        let effects = kernel.step(.command(.start(StartRequest(apps: [spec])), 1), at: now)
        let orders = effects.keeper.compactMap { if case .spawn(let order) = $0 { order } else { nil } }
        let order = try #require(orders.first)
        #expect(order.environment.contains(#"NODE_OPTIONS=--require "/a \"b\\c/node/listen.cjs""#))
        #expect(order.sockets?.order == SocketOrder(port: nil, spare: Defaults.spareSockets))
    }

    @Test func whoSharesAndWhoDoesNot() {
        func shares(_ cluster: ClusterSpec?, _ instances: Int) -> Bool {
            World.spec("a") {
                $0.cluster = cluster
                $0.instances = instances
            }.sharesSockets
        }
        #expect(!shares(nil, 4) && !shares(ClusterSpec(port: 1), 1) && shares(ClusterSpec(port: 1), 2))
        #expect(!shares(ClusterSpec(mode: .fork, port: 1), 2) && shares(ClusterSpec(mode: .cluster, port: 1), 1))
        #expect(shares(ClusterSpec(node: true), 2) && !shares(ClusterSpec(incrementVar: "P", node: true), 2))
        #expect(!shares(ClusterSpec(mode: .cluster), 2) && !shares(ClusterSpec(port: 1, reusePort: true), 2))
        #expect(shares(ClusterSpec(mode: .cluster, node: true), 1))
        #expect(ClusterSpec().isEmpty && !ClusterSpec(port: 1).isEmpty)
    }

    @Test func socketsAreOpenAsLongAsAnythingRuns() {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.instances = 2
                $0.cluster = ClusterSpec(port: 3000)
            })
        world.pass(5)
        #expect(world.kernel.isListening(app: 1))
        world.say(.restart(["api"]))
        world.pass(50)
        world.say(.stop(["api#0"]))
        world.pass(50)
        world.crash()
        world.pass(50)
        #expect(world.closed.isEmpty && world.kernel.isListening(app: 1))
        world.say(.stop(["api#1"]))
        world.pass(50)
        #expect(world.closed == [1] && !world.kernel.isListening(app: 1))
        world.say(.start(StartRequest(targets: ["api"])))
        world.pass(5)
        world.say(.delete(["api"]))
        world.pass(50)
        #expect(world.closed == [1, 1])
    }

    @Test func aPortThatIsTakenSaysSo() {
        var world = World()
        world.behaviours["api"] = .cannotExecute(.port(3000))
        let request = world.start(World.spec("api") { $0.cluster = ClusterSpec(mode: .cluster, port: 3000) })
        world.pass(5)
        #expect(world.started(request)?.failures.map(\.code) == [.portRefused])
    }

    @Test func instancesAreAddedAndTakenAway() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(5)
        let more = world.say(.scale(ScaleRequest(targets: ["api"], count: 4)))
        world.pass(5)
        #expect(world.started(more)?.processes.count == 4 && world.live == 4)
        #expect(world.events.contains { $0.name == .scaled && $0.message == "2 to 4 instances" })
        let fewer = world.say(.scale(ScaleRequest(targets: ["api#0"], count: -3, relative: true)))
        world.say(.scale(ScaleRequest(targets: ["api"], count: 1, relative: true)))
        world.pass(100)
        #expect(world.started(fewer)?.processes.count == 4, "those that went are shown, too")
        #expect(world.kernel.list(at: world.now).map(\.label) == ["api#0", "api#1"])
        #expect(world.statuses == [.online, .online])
        let same = world.say(.scale(ScaleRequest(targets: ["api"], count: 2)))
        #expect(world.started(same)?.processes.count == 2)
        world.crash()
        world.pass(5)
        #expect(world.live == 2, "it is stored")
        for wish in [
            ScaleRequest(targets: ["api"], count: 0), ScaleRequest(targets: ["api"], count: 1025),
            ScaleRequest(targets: ["api"], count: .max, relative: true),
        ] {
            let refused = world.say(.scale(wish))
            #expect(world.failure(refused)?.code == .scaleRange)
        }
        #expect(world.live == 2)
    }

    /// A single instance of node that listens on nothing, a worker, is not restarted for others beside it.
    @Test func whatRunsAloneIsRestartedOnlyWhenItMust() throws {
        let cases: [(spec: AppSpec, isQuiet: Bool, why: String?)] = [
            (World.spec("api") { $0.cluster = ClusterSpec(node: true) }, true, nil),
            (World.spec("api") { $0.cluster = ClusterSpec(node: true) }, false, "it had its port for itself"),
            (World.spec("api") { $0.cluster = ClusterSpec(port: 80, node: true) }, true, "it had its port for itself"),
            (World.spec("api") { $0.pidFile = "/run/a.pid" }, true, "its files have the number"),
            (World.spec("api"), false, nil),
        ]
        for (spec, isQuiet, why) in cases {
            var world = World()
            _ = world.start(spec)
            world.pass(5)
            let candidates = try world.kernel.possiblyQuiet(["api"])
            #expect(candidates.map(\.key) == (spec.cluster?.node == true && spec.cluster?.port == nil ? [2] : []))
            let quiet: Set<UInt64> = isQuiet ? Set(candidates.map(\.key)) : []
            let request = world.say(.scale(ScaleRequest(targets: ["api"], count: 2), quiet: quiet))
            world.pass(50)
            let result = try #require(world.started(request))
            #expect(world.process("api#0")?.restarts == (why == nil ? 0 : 1))
            #expect((result.warnings?.first?.contains(why ?? "") ?? false) == (why != nil), "\(result.warnings ?? [])")
            #expect(world.live == 2)
            world.say(.stop(["api"]))
            world.pass(50)
            #expect(try world.kernel.possiblyQuiet(["api"]).isEmpty)
        }
    }

    @Test func aResetCountsFromZero() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.say(.restart(["api"]))
        world.pass(50)
        #expect(world.process("api#0")?.restarts == 1)
        world.say(.reset(["api"]))
        #expect(world.process("api#0")?.restarts == 0)
        world.behaviours["api"] = .exits(1, after: 0)
        world.say(.restart(["api"]))
        world.pass(50)
        let waiting = world.process("api#0")
        #expect(waiting?.status == .waiting)
        world.say(.reset(["api"]))
        #expect(world.process("api#0")?.waitsUntil == waiting?.waitsUntil)
    }

    @Test func runsOfTargets() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.stdin = .pipe })
        world.pass(5)
        #expect(world.spawns.first?.hasInput == true)
        let runs = try world.kernel.runs(of: ["api"], at: world.now)
        #expect(runs.map(\.run) == [RunID(instance: 2, run: 1)])
        world.say(.stop(["api"]))
        world.pass(50)
        #expect(try world.kernel.runs(of: ["api"], at: world.now).map(\.run) == [nil])
    }

    @Test func whatNoClientMaySayIsRefused() {
        for cluster in [
            ClusterSpec(port: 0), ClusterSpec(incrementVar: ""), ClusterSpec(instanceVar: "A=B"),
            ClusterSpec(incrementVar: "A\0"),
        ] {
            var world = World()
            let request = world.start(World.spec("api") { $0.cluster = cluster })
            #expect(world.failure(request)?.code == .configValue)
        }
    }
}
