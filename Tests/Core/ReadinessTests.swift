import Core
import Testing

/// Arrows of the diagram in Lifecycle.swift that have to do with readiness.
@Suite struct ReadinessLifecycleTests {
    static let start = LifecycleTests.start
    static let running = LifecycleTests.running

    static func unready() -> Lifecycle { Lifecycle(adopting: running, isReady: false) }

    @Test func spawnedIsUnreadyAndThenOnline() {
        var life = Lifecycle()
        _ = life.start(run: 1)
        #expect(life.spawned(run: 1, pid: 100, at: Self.start, waits: true) == .unready)
        #expect(life.state == .unready(Self.running) && life.running == Self.running && !life.isDown)
        #expect(life.start(run: 2) == .already)
        #expect(life.ready(run: 2) == false)
        #expect(life.ready(run: 1) == true)
        #expect(life.state == .online(Self.running))
        #expect(life.ready(run: 1) == false)
    }

    @Test func stoppedBeforeItIsReady() {
        var life = Self.unready()
        #expect(life.stop(afterwards: .stay) == .signal(run: 1))
        #expect(life.ready(run: 1) == false)
        #expect(life.exited(run: 1, .code(0), left: 0) == .settled(Self.running, .code(0), .stay))
    }

    @Test(arguments: [0, 2]) func anExitBeforeItIsReadyIsAFailure(left: Int) {
        var life = Self.unready()
        var flawed = Self.running
        flawed.flaw = .early
        let action = life.exited(run: 1, .code(0), left: left)
        if left == 0 {
            #expect(action == .settled(flawed, .code(0), .decide) && life.isIdle)
        } else {
            #expect(action == .sweep(run: 1) && life.running == flawed)
            #expect(life.gone(run: 1) == .settled(flawed, .code(0), .decide))
        }
    }

    @Test func lateIsAFailureOfTheUnready() {
        var life = Self.unready()
        #expect(life.fail(run: 1, .silent) == false)
        #expect(life.fail(run: 2, .late) == false)
        #expect(life.fail(run: 1, .late) == true)
        #expect(life.running?.flaw == .late)
        #expect(life.fail(run: 1, .late) == false)
        #expect(
            life.exited(run: 1, .signal(15, core: false), left: 0)
                == .settled(.init(run: 1, pid: 100, since: Self.start, flaw: .late), .signal(15, core: false), .decide))
    }

    @Test func silenceIsAFailureOfTheReady() {
        var life = LifecycleTests.online()
        #expect(life.fail(run: 1, .late) == false)
        #expect(life.fail(run: 1, .silent) == true)
        #expect(life.running?.flaw == .silent)
    }
}

/// Readiness in the kernel: what people see, what is stored, what follows when it does not come.
@Suite struct ReadinessTests {
    static func spec(_ edit: (inout AppSpec) -> Void = { _ in }) -> AppSpec {
        World.spec("api") {
            $0.ready = Readiness(notify: .systemd, timeout: 3000)
            edit(&$0)
        }
    }

    static let first = RunID(instance: 2, run: 1)

    @Test func itIsStartingUntilItIsReady() {
        var world = World()
        let request = world.start(Self.spec())
        world.pass(10)
        #expect(world.started(request)?.processes.first?.status == .starting, "a start returns when exec succeeded")
        #expect(world.process("api#0")?.reason == "not ready yet: waits for READY=1 of sd_notify")
        #expect(world.process("api#0")?.waitsUntil != nil && world.process("api#0")?.pid != nil)
        #expect(world.heard[Self.first]?.awaits == Self.spec().ready && world.heard[Self.first]?.voice.notify == true)
        world.take(.sign(Self.first, .ready))
        #expect(world.status("api#0") == .online && world.process("api#0")?.reason == nil)
        #expect(world.names("api#0").suffix(2) == [.starting, .online])
        world.take(.sign(Self.first, .ready))
        world.pass(10_000)
        #expect(world.status("api#0") == .online)
        #expect(world.names("api#0").count { $0 == .online } == 1)
    }

    /// PM2's complaint 12: `listen_timeout` makes an app `online` that never was.
    @Test func lateIsNeverOnline() {
        var world = World()
        _ = world.start(Self.spec { $0.restart.maxRestarts = 3 })
        world.pass(3001)
        #expect(world.signals.first?.signal == 15)
        world.pass(1)
        #expect(!world.names("api#0").contains(.online))
        world.pass(30_000)
        #expect(world.status("api#0") == .errored)
        #expect(world.spawns.count == 3)
        #expect(world.process("api#0")?.reason == "it was not ready in 3000 ms: no READY=1 of sd_notify")
        #expect(world.names("api#0").allSatisfy { $0 != .online } && world.timers.isEmpty)
    }

    @Test func anEarlyExitIsAFailureWhateverItsCode() {
        var world = World()
        world.behaviours["api"] = .exits(0, after: 2000)
        _ = world.start(
            Self.spec {
                $0.restart.mode = .onFailure
                $0.restart.maxRestarts = 2
            })
        world.pass(60_000)
        #expect(world.status("api#0") == .errored && world.spawns.count == 2)
        #expect(world.process("api#0")?.reason?.hasPrefix("it ended before it was ready: exit 0, no READY=1") == true)
    }

    @Test func afterReadinessTheExitCodeCounts() {
        var world = World()
        world.behaviours["api"] = .exits(0, after: 2000)
        _ = world.start(Self.spec { $0.restart.mode = .onFailure })
        world.pass(10)
        world.take(.sign(Self.first, .ready))
        world.pass(5000)
        #expect(world.status("api#0") == .stopped && world.spawns.count == 1)
    }

    @Test func neverRestartAndLateIsErrored() {
        var world = World()
        _ = world.start(Self.spec { $0.restart.mode = .never })
        world.pass(4000)
        #expect(world.status("api#0") == .errored)
    }

    @Test func aFinalExitCodeStaysFinal() {
        var world = World()
        world.behaviours["api"] = .exits(3, after: 10)
        _ = world.start(Self.spec { $0.restart.stopExitCodes = [.code(3)] })
        world.pass(4000)
        #expect(world.status("api#0") == .stopped && world.spawns.count == 1)
    }

    @Test func anotherEngineWaitsForTheRest() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(1000)
        world.crash()
        #expect(world.status("api#0") == .starting)
        #expect(world.heard[Self.first]?.awaits != nil)
        world.pass(1950)
        #expect(world.signals.isEmpty)
        world.pass(100)
        #expect(world.signals.map(\.signal) == [15], "3 s after exec, not after the new engine began")
    }

    @Test func anotherEngineKnowsWhoWasReady() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(10)
        world.take(.sign(Self.first, .ready))
        world.pass(30)
        world.crash()
        #expect(world.status("api#0") == .online && world.heard[Self.first]?.awaits == nil)
        #expect(world.heard[Self.first]?.voice.notify == true, "its messages are heard still")
        world.pass(10_000)
        #expect(world.status("api#0") == .online)
    }

    /// What was not stored is said again, since the message was not taken.
    @Test func anUnstoredReadinessIsHeardAgain() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(10)
        world.take(.sign(Self.first, .ready))
        world.crash()
        #expect(world.status("api#0") == .starting)
        world.take(.sign(Self.first, .ready))
        #expect(world.status("api#0") == .online)
    }

    @Test func theNextRunMustSayItAgain() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(10)
        world.take(.sign(Self.first, .ready))
        _ = world.say(.restart(["api"]))
        world.pass(50)
        #expect(world.status("api#0") == .starting && world.spawns.count == 2)
        world.take(.sign(Self.first, .ready))
        #expect(world.status("api#0") == .starting, "an old run's word means nothing")
        world.take(.sign(RunID(instance: 2, run: 2), .ready))
        #expect(world.status("api#0") == .online)
    }

    @Test func stoppedBeforeItIsReady() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(10)
        let request = world.say(.stop(["api"]))
        world.pass(50)
        #expect(world.status("api#0") == .stopped && world.answers[request] != nil && world.timers.isEmpty)
    }

    @Test func silenceOfAWatchdog() {
        var world = World()
        _ = world.start(Self.spec { $0.ready?.watchdog = 500 })
        world.pass(10)
        world.take(.sign(Self.first, .alive))
        world.take(.sign(Self.first, .ready))
        for _ in 0..<5 {
            world.pass(400)
            world.take(.sign(Self.first, .alive))
        }
        #expect(world.signals.isEmpty)
        world.pass(501)
        #expect(world.signals.map(\.signal) == [Defaults.watchdogSignal])
        world.pass(5)
        let said = world.events.last { $0.name == .stopping }?.message
        #expect(said == "it gave no sign of life for 500 ms (WATCHDOG=1)")
        #expect(world.spawns.count == 2)
    }

    @Test func theWatchdogGoesOnWithAnotherEngine() {
        var world = World()
        _ = world.start(Self.spec { $0.ready?.watchdog = 500 })
        world.pass(10)
        world.take(.sign(Self.first, .ready))
        world.pass(30)
        world.crash()
        world.pass(600)
        #expect(world.signals.map(\.signal) == [Defaults.watchdogSignal])
    }

    @Test func itsOwnWordsAreShown() {
        var world = World()
        _ = world.start(Self.spec())
        world.pass(10)
        world.take(.sign(Self.first, .status("reading 3 of 7")))
        #expect(world.process("api#0")?.message == "reading 3 of 7")
        world.take(.sign(Self.first, .status("")))
        #expect(world.process("api#0")?.message == nil)
        world.take(.sign(Self.first, .status("x")))
        world.take(.sign(RunID(instance: 77, run: 1), .status("nobody's")))
        _ = world.say(.stop(["api"]))
        world.pass(50)
        #expect(world.process("api#0")?.message == nil)
    }

    @Test func aSignOfAWatchdogThatIsNotThere() {
        var world = World()
        _ = world.start(World.spec("api"))
        world.pass(10)
        world.take(.sign(Self.first, .alive))
        #expect(world.timers.isEmpty && world.heard.isEmpty)
    }
}

/// Graceful ends by a message, and programs that go into the background.
@Suite struct GracefulEndTests {
    @Test func aMessageAsksToEnd() {
        var world = World()
        _ = world.start(World.spec("api") { $0.shutdownWithMessage = true })
        world.pass(10)
        #expect(world.spawns[0].voice.channel && world.spawns[0].voice.isNeeded)
        _ = world.say(.stop(["api"]))
        #expect(world.asked == [ReadinessTests.first])
        world.pass(20)
        #expect(world.status("api#0") == .stopped)
    }

    @Test func whatTheMainProcessLeavesGetsTheSignal() {
        var world = World()
        world.behaviours["api"] = .orphanIgnoresTerm
        _ = world.start(World.spec("api") { $0.shutdownWithMessage = true })
        world.pass(10)
        _ = world.say(.stop(["api"]))
        world.pass(20)
        #expect(world.signals.map(\.signal) == [15, 15], "the message, then the signal for the rest")
        world.pass(20_000)
        #expect(world.status("api#0") == .stopped && world.signals.map(\.signal) == [15, 15, 9])
    }

    @Test func anEngineThatComesAsksToo() {
        var world = World()
        _ = world.start(World.spec("api") { $0.shutdownWithMessage = true })
        world.pass(10)
        _ = world.say(.stop(["api"]))
        world.crash()
        #expect(world.asked.count == 2)
    }

    @Test(arguments: ["node", "nodejs"]) func nodeHasAChannel(interpreter: String) {
        var world = World()
        _ = world.start(World.spec("api") { $0.interpreter = interpreter })
        #expect(world.spawns[0].voice.channel && !world.spawns[0].voice.isNeeded)
        world.pass(10)
        #expect(world.status("api#0") == .online)
    }

    @Test func othersHaveNothing() {
        var world = World()
        _ = world.start(World.spec("api") { $0.interpreter = "python3" })
        #expect(world.spawns[0].voice.isEmpty)
    }

    @Test func aProgramThatGoesIntoTheBackgroundIsNamed() {
        var world = World()
        world.behaviours["api"] = .leavesOrphan(0)
        _ = world.start(
            World.spec("api") {
                $0.killTimeout = 100
                $0.restart.maxRestarts = 3
            })
        world.pass(1000)
        let said = world.events.first { $0.name == .exited }?.message ?? ""
        #expect(said.contains("its first process ended with 0 and left a process"))
        world.pass(60_000)
        #expect(world.status("api#0") == .errored)
        #expect(world.process("api#0")?.reason?.contains("so that it does not") == true)
    }

    @Test func anAppThatEndsAloneIsNotNamed() {
        var world = World()
        world.behaviours["api"] = .leavesOrphan(1)
        _ = world.start(World.spec("api") { $0.killTimeout = 100 })
        world.pass(1000)
        #expect(world.events.first { $0.name == .exited }?.message?.contains("left") == false)
    }
}

/// What a definition may say.
@Suite struct ReadinessLimitsTests {
    @Test func goodOnes() {
        let good = [
            Readiness(notify: .node), Readiness(notify: .systemd, watchdog: 1000), Readiness(notify: .fd),
            Readiness(notify: .fd, descriptor: 4), Readiness(port: 3000), Readiness(log: "listening on [0-9]+"),
        ]
        #expect(good.allSatisfy { $0.problem == nil })
        #expect(
            good.map(\.description) == [
                "‘ready’ on node's channel", "READY=1 of sd_notify", "a line on descriptor 3", "a line on descriptor 4",
                "port 3000", "a line like /listening on [0-9]+/",
            ])
    }

    @Test func badOnes() {
        let bad = [
            (Readiness(), "ready"), (Readiness(notify: .node, port: 1), "ready"), (Readiness(port: 0), "ready.port"),
            (Readiness(log: "("), "ready.log"), (Readiness(log: ""), "ready.log"),
            (Readiness(log: "(?=a)b"), "ready.log"), (Readiness(port: 80, watchdog: 1000), "ready.watchdog"),
            (Readiness(notify: .systemd, watchdog: 1), "ready.watchdog"),
            (Readiness(notify: .node, descriptor: 3), "ready.fd"), (Readiness(notify: .fd, descriptor: 2), "ready.fd"),
            (Readiness(port: 80, timeout: 0), "listenTimeout"),
        ]
        for (readiness, key) in bad {
            #expect(readiness.problem?.key == key)
            var world = World()
            let request = world.start(World.spec("api") { $0.ready = readiness })
            #expect(world.failure(request)?.code == .configValue)
        }
    }
}
