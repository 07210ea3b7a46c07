import Core
import Testing

@Suite struct KernelStopTests {
    @Test func stopAnswersWhenNothingLives() throws {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        let request = world.say(.stop(["api"]))
        #expect(world.status("api#0") == .stopping)
        #expect(world.answers[request] == nil)
        world.pass(5)
        guard case .processes(let processes) = world.answers[request] else { Issue.record("no answer"); return }
        #expect(processes.map(\.status) == [.stopped])
        #expect(processes[0].exit == .signal(15, core: false))
        #expect(world.live == 0)
        #expect(world.timers.isEmpty)
        world.pass(100_000)
        #expect(world.spawns.count == 1)
    }

    /// PM2's complaint 27: 1.6 s were too short by default, and data were lost.
    @Test func tenSecondsAreLeftByDefault() throws {
        var world = World()
        world.behaviours["api"] = .ignoresTerm
        _ = world.start(World.spec("api"))
        world.pass(10)
        world.say(.stop(["api"]))
        world.pass(9_990)
        #expect(world.signals.map(\.signal) == [15] && world.status("api#0") == .stopping)
        world.pass(100)
        #expect(world.signals.map(\.signal) == [15, 9] && world.status("api#0") == .stopped)
    }

    @Test func whatIgnoresTheSignalIsKilledAfterItsTime() {
        var world = World()
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("deaf"))
        world.pass(5)
        let request = world.say(.stop(["deaf"]))
        world.pass(9_990)
        #expect(world.status("deaf#0") == .stopping)
        #expect(world.answers[request] == nil)
        world.pass(11)
        #expect(world.status("deaf#0") == .killing)
        world.pass(5)
        #expect(world.status("deaf#0") == .stopped)
        #expect(world.signals.map(\.signal) == [15, 9])
    }

    /// PM2's complaint 11: shown as stopped while it runs.
    @Test func neverStoppedWhileAnOrphanLives() {
        var world = World()
        world.behaviours["messy"] = .orphanIgnoresTerm
        _ = world.start(World.spec("messy") { $0.killTimeout = 3000 })
        world.pass(5)
        world.say(.stop(["messy"]))
        for _ in 0..<400 {
            world.pass(10)
            if world.status("messy#0") == .stopped { #expect(world.live == 0) }
        }
        #expect(world.status("messy#0") == .stopped)
    }

    @Test func killsAreRepeatedUntilTheTreeIsGone() {
        var world = World()
        world.behaviours["deaf"] = .ignoresTerm
        _ = world.start(World.spec("deaf") { $0.killTimeout = 0 })
        world.pass(5)
        world.say(.stop(["deaf"]))
        // The first SIGKILL seems to be lost: the process hangs in the kernel.
        world.queue.removeAll()
        world.pass(0)
        world.queue.removeAll()
        world.pass(1001)
        #expect(world.signals.map(\.signal) == [15, 9, 9])
        world.pass(5)
        #expect(world.status("deaf#0") == .stopped)
    }

    @Test func stopDuringABackoffIsAtOnce() {
        var world = World()
        world.behaviours["bad"] = .exits(1, after: 10)
        _ = world.start(World.spec("bad"))
        world.pass(60)
        #expect(world.status("bad#0") == .waiting)
        #expect(world.process("bad#0")?.reason == "exit 1, 2nd try in a row after a backoff")
        #expect(world.process("bad#0")?.waitsUntil != nil)
        let request = world.say(.stop(["bad"]))
        #expect(world.answers[request] != nil)
        #expect(world.status("bad#0") == .stopped)
        let spawns = world.spawns.count
        world.pass(100_000)
        #expect(world.spawns.count == spawns)
    }

    @Test func stopWhileStartingEndsIt() {
        var world = World()
        world.spawnTime = 50
        _ = world.start(World.spec("slow"))
        let request = world.say(.stop(["slow"]))
        world.pass(40)
        #expect(world.answers[request] == nil)
        world.pass(100)
        #expect(world.status("slow#0") == .stopped)
        #expect(world.live == 0)
    }

    @Test func stopWhileStartingWhatCannotBeExecuted() {
        var world = World()
        world.behaviours["bad"] = .cannotExecute(.execute)
        _ = world.start(World.spec("bad"))
        world.say(.stop(["bad"]))
        world.pass(10)
        #expect(world.status("bad#0") == .stopped)
    }

    @Test func deleteForgetsTheApp() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 })
        world.pass(5)
        let request = world.say(.delete(["api"]))
        world.pass(50)
        guard case .processes(let processes) = world.answers[request] else { Issue.record("no answer"); return }
        #expect(processes.count == 2)
        #expect(world.statuses.isEmpty)
        #expect(world.stored.apps.isEmpty && world.stored.instances.isEmpty)
        #expect(world.kernel.appCount == 0)
    }

    @Test func startDuringADeletionKeepsTheApp() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(5)
        world.say(.delete(["api"]))
        _ = world.start(World.spec("api"))
        world.pass(20)
        #expect(world.statuses == [.online])
        #expect(world.spawns.count == 2)
    }

    @Test func targetsAreResolvedOrRefused() {
        var world = World()
        _ = world.start(World.spec("api") { $0.instances = 2 }, World.spec("web"))
        _ = world.start(World.spec("api") { $0.namespace = "shop" }, World.spec("cart") { $0.namespace = "shop" })
        world.pass(5)
        func labels(_ targets: String...) -> [String]? {
            try? world.kernel.processes(named: targets, at: world.now).map { "\($0.namespace)/\($0.label)" }
        }
        #expect(labels("default/api#1") == ["default/api#1"])
        #expect(labels("2", "web") == ["default/web#0"])
        #expect(labels("shop") == ["shop/api#0", "shop/cart#0"])
        #expect(labels("/^(web|cart)$/") == ["default/web#0", "shop/cart#0"])
        #expect(labels("all")?.count == 5)
        for (target, code) in [
            ("api", ErrorCode.ambiguousTarget), ("nobody", .noSuchTarget), ("99", .noSuchTarget), ("/[/", .usage),
            ("web#7", .noSuchTarget),
        ] {
            let request = world.say(.stop([target]))
            #expect(world.failure(request)?.code == code)
        }
        let nothing = World().kernel
        #expect(throws: Failure.self) { try nothing.processes(named: ["x"], at: world.now) }
        #expect((try? nothing.processes(named: ["all"], at: world.now))?.isEmpty == true)
    }

    @Test func logsGoWhereTheConfigSays() {
        var world = World()
        func files(_ edit: @escaping (inout AppSpec) -> Void) -> [String] {
            _ = world.start(
                World.spec("app") {
                    $0.instances = 2; edit(&$0)
                })
            world.pass(5)
            defer {
                world.say(.delete(["all"]))
                world.pass(50)
            }
            return world.kernel.list(at: world.now).flatMap { [$0.outFile, $0.errorFile] }
        }
        let home = "/home/x/.opendaemon/logs/default"
        #expect(
            files { $0.mergeLogs = true } == [
                "\(home)/app.merged.out.log", "\(home)/app.merged.err.log", "\(home)/app.merged.out.log",
                "\(home)/app.merged.err.log",
            ])
        #expect(
            files {
                $0.outFile = "/l/a.log"; $0.errorFile = "/l.d/b"
            } == ["/l/a-0.log", "/l.d/b-0", "/l/a-1.log", "/l.d/b-1"])
        #expect(
            files {
                $0.outFile = "/l/a.log"; $0.errorFile = "/l/.b"; $0.mergeLogs = true
            } == ["/l/a.log", "/l/.b", "/l/a.log", "/l/.b"])
        #expect(
            files {
                $0.outFile = "/dev/null"; $0.errorFile = "/l/.b"
            } == ["/dev/null", "/l/.b-0", "/dev/null", "/l/.b-1"])
    }

    @Test func theStreamsOfARunHaveTheirFiles() throws {
        var world = World()
        _ = world.start(World.spec("a"))
        world.pass(5)
        let id = try #require(world.spawns.first).id
        #expect(world.kernel.logPlan(of: id)?.out == "/home/x/.opendaemon/logs/default/a-0.out.log")
        #expect(world.kernel.logPlan(of: RunID(instance: 999, run: 1)) == nil)
    }

    @Test func livePidsAreThoseOfMainProcesses() {
        var world = World()
        _ = world.start(World.spec("a"), World.spec("b"))
        world.pass(5)
        world.say(.stop(["b"]))
        world.pass(5)
        #expect(world.kernel.livePids().map(\.id) == [0])
    }

    @Test func detailsNameTheEnvironmentWithoutItsValues() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.env = ["SECRET": "hush"] })
        let details = try world.kernel.details(of: ["api"], at: world.now)
        #expect(details.map(\.env) == [["SECRET"]])
    }
}
