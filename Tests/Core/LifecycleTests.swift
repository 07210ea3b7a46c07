import Core
import Testing

/// Every arrow of the diagram in Lifecycle.swift.
@Suite struct LifecycleTests {
    static let start = Instant(nanoseconds: 1_000_000_000)

    static func online(run: UInt64 = 1) -> Lifecycle {
        Lifecycle(adopting: .init(run: run, pid: 100, since: start))
    }

    static func ending(_ afterwards: Afterwards) -> Lifecycle {
        var life = online()
        _ = life.stop(afterwards: afterwards)
        return life
    }

    static let running = Lifecycle.Running(run: 1, pid: 100, since: start)

    @Test func startSpawns() {
        var life = Lifecycle()
        #expect(life.start(run: 1) == .spawn)
        #expect(life.spawned(run: 1, pid: 100, at: Self.start) == .online)
        #expect(life.state == .online(Self.running))
        #expect(life.running == Self.running)
        #expect(!life.isDown && !life.isIdle)
    }

    @Test func startWhileRunningDoesNothing() {
        var life = Self.online()
        #expect(life.start(run: 2) == .already)
        var starting = Lifecycle()
        _ = starting.start(run: 1)
        #expect(starting.start(run: 2) == .already)
        #expect(starting.running == nil)
    }

    @Test func startCutsAWaitShort() {
        var life = Lifecycle()
        life.wait(until: Self.start)
        #expect(life.start(run: 3) == .cancelWaitAndSpawn)
    }

    @Test func startDuringAnEndComesAfterIt() {
        var life = Self.ending(.stay)
        #expect(life.start(run: 2) == .afterItsEnd)
        #expect(life.exited(run: 1, .code(0), left: 0) == .settled(Self.running, .code(0), .startAgain))
    }

    @Test func stopWhileStartingEndsTheRunWhenItHasBegun() {
        var life = Lifecycle()
        _ = life.start(run: 1)
        #expect(life.stop(afterwards: .stay) == .underWay)
        #expect(life.spawned(run: 1, pid: 100, at: Self.start) == .signal(run: 1))
        #expect(
            life.exited(run: 1, .signal(15, core: false), left: 0)
                == .settled(Self.running, .signal(15, core: false), .stay))
        #expect(life.isIdle)
    }

    @Test func startAfterAStopWhileStartingComesAfterItsEnd() {
        var life = Lifecycle()
        _ = life.start(run: 1)
        _ = life.stop(afterwards: .stay)
        #expect(life.start(run: 2) == .afterItsEnd)
    }

    @Test func aFailedSpawnLeavesItIdle() {
        var life = Lifecycle()
        _ = life.start(run: 1)
        #expect(life.spawnFailed(run: 1) == .failed(stopWasSaid: false))
        #expect(life.isIdle)
        _ = life.start(run: 2)
        _ = life.stop(afterwards: .stay)
        #expect(life.spawnFailed(run: 2) == .failed(stopWasSaid: true))
        #expect(life.spawnFailed(run: 2) == .stale)
    }

    @Test func aStopOfWhatIsDownIsQuick() {
        var life = Lifecycle()
        #expect(life.stop(afterwards: .stay) == .alreadyIdle)
        life.wait(until: Self.start)
        #expect(life.isDown && !life.isIdle)
        #expect(life.stop(afterwards: .stay) == .cancelWait)
        #expect(life.isIdle)
    }

    @Test func aSecondStopChangesWhatComesAfter() {
        var life = Self.ending(.startAgain)
        #expect(life.stop(afterwards: .stay) == .underWay)
        #expect(life.exited(run: 1, .code(0), left: 0) == .settled(Self.running, .code(0), .stay))
    }

    @Test func anExitWithNothingLeftSettles() {
        var life = Self.online()
        #expect(life.exited(run: 1, .code(7), left: 0) == .settled(Self.running, .code(7), .decide))
        #expect(life.isIdle)
    }

    @Test func anExitWithSomethingLeftIsSweptFirst() {
        var life = Self.online()
        #expect(life.exited(run: 1, .code(7), left: 2) == .sweep(run: 1))
        #expect(!life.isDown)
        #expect(life.exited(run: 1, .code(7), left: 2) == .stale)
        #expect(life.gone(run: 1) == .settled(Self.running, .code(7), .decide))
        #expect(life.gone(run: 1) == .stale)
    }

    @Test func theTreeMayOutliveTheMainProcessOfAStop() {
        var life = Self.ending(.stay)
        #expect(life.gone(run: 1) == .stale)
        #expect(life.exited(run: 1, .signal(15, core: false), left: 1) == .underWay)
        #expect(life.killDue(run: 1) == .kill(run: 1, count: 1))
        #expect(life.killDue(run: 1) == .kill(run: 1, count: 2))
        #expect(life.gone(run: 1) == .settled(Self.running, .signal(15, core: false), .stay))
    }

    @Test func lateFactsOfAnotherRunMeanNothing() {
        var life = Self.online(run: 2)
        let before = life
        #expect(life.exited(run: 1, .code(0), left: 0) == .stale)
        #expect(life.gone(run: 1) == .stale)
        #expect(life.killDue(run: 2) == .stale)
        #expect(life.spawned(run: 2, pid: 5, at: Self.start) == .stale)
        #expect(life.spawnFailed(run: 2) == .stale)
        life.wait(until: Self.start)
        #expect(life == before)
    }

    @Test func aWaitEndsInASpawn() {
        var life = Lifecycle()
        life.wait(until: Self.start)
        #expect(life.state == .waiting(until: Self.start))
        #expect(life.waitOver(run: 4) == true)
        #expect(life.state == .starting(run: 4, afterwards: nil))
        #expect(life.waitOver(run: 5) == false)
    }
}
