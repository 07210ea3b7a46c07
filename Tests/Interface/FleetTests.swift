import Core
import Interface
import Testing

struct FleetTests {
    @Test func aGapInTheNumbersAsksAgainAndWaits() {
        var scene = Scene.showing(shop)
        var stopped = shop[0]
        stopped.status = .stopped
        let late = FleetEvent(seq: 13, at: WallTime(milliseconds: 0), name: .stopped, process: stopped)
        #expect(scene.send(.event(late)) == [.resubscribe])
        #expect(scene.state.fleet.rows[named("api")]?.process.status == .online)
        // Until the snapshot nothing more is asked for, and nothing applied.
        let next = FleetEvent(seq: 14, at: WallTime(milliseconds: 0), name: .stopped, process: stopped)
        #expect(scene.send(.event(next)).isEmpty)
        scene.send(.snapshot(FleetSnapshot(seq: 20, processes: [stopped], host: .sample)))
        #expect(scene.state.fleet.rows.count == 1)
        #expect(scene.state.fleet.rows[named("api")]?.process.status == .stopped)
    }

    @Test func anOldEventChangesNothing() {
        var scene = Scene.showing(shop)
        var stopped = shop[0]
        stopped.status = .stopped
        scene.send(.event(FleetEvent(seq: 10, at: WallTime(milliseconds: 0), name: .stopped, process: stopped)))
        #expect(scene.state.fleet.rows[named("api")]?.process.status == .online)
    }

    @Test func figuresStayWithTheRunThatTheyAreOf() {
        var scene = Scene.showing(shop)
        scene.metrics([1: (12.5, 1 << 20)])
        #expect(scene.state.fleet.rows[named("api")]?.process.cpu == 12.5)
        // An event of the same run has no figures: those that are known stay.
        scene.event(.online, shop[0])
        #expect(scene.state.fleet.rows[named("api")]?.process.cpu == 12.5)
        // Another run begins without.
        var restarted = shop[0]
        restarted.pid = 777
        scene.event(.online, restarted)
        #expect(scene.state.fleet.rows[named("api")]?.process.cpu == nil)
        #expect(scene.state.fleet.rows[named("api")]?.cpu.max == 12.5)
    }

    @Test func whatIsNotSampledHasNoFigures() {
        var scene = Scene.showing(shop)
        scene.metrics([1: (12.5, 1 << 20)])
        scene.metrics([:])
        #expect(scene.state.fleet.rows[named("api")]?.process.cpu == nil)
        #expect(scene.state.fleet.rows[named("api")]?.process.memory == nil)
    }

    @Test func deletedProcessesGo() {
        var scene = Scene.showing(shop)
        scene.event(.deleted, shop[3])
        #expect(scene.state.fleet.rows[named("mailer")] == nil)
        #expect(!scene.screen().contains("mailer"))
    }

    @Test func uptimeGoesOnBetweenEvents() throws {
        var scene = Scene.showing([.sample(0, "api")])
        scene.wait(60_000)
        let row = try #require(scene.state.fleet.rows[named("api")])
        #expect(scene.state.fleet.uptime(of: row, at: scene.now) == 3_660_000)
    }

    @Test func timeLeftIsByTheClockOfTheEngine() throws {
        var scene = Scene.showing(shop)
        var waiting = shop[5]
        waiting.waitsUntil = WallTime(milliseconds: 5_000_000)
        scene.send(
            .event(
                FleetEvent(
                    seq: 11, at: WallTime(milliseconds: 4_990_000), name: .waiting, process: waiting)))
        scene.now = scene.now.advanced(byMilliseconds: 4000)
        let row = try #require(scene.state.fleet.rows[named("cache")])
        #expect(scene.state.fleet.timeLeft(of: row, at: scene.now) == 6000)
        scene.now = scene.now.advanced(byMilliseconds: 60_000)
        #expect(scene.state.fleet.timeLeft(of: row, at: scene.now) == 0)
    }

    @Test func theDetailsTellOfTimes() {
        var waiting = InstanceInfo.sample(1, "api", 0, .waiting)
        waiting.waitsUntil = WallTime(milliseconds: 5_009_000)
        waiting.exitedAt = WallTime(milliseconds: 4_990_000)
        var running = InstanceInfo.sample(2, "web")
        // The snapshot itself says what the engine's clock shows: this one has run for 3 hours.
        running.startedAt = WallTime(milliseconds: 5_000_000 - 3 * 3_600_000)
        let scene = Scene.showing([waiting, running])
        #expect(scene.screen().contains("again    in 9s"))
        #expect(scene.screen().contains("ended    exit 1, 10s ago"))
    }

    @Test func namesAreAsShortAsTheyCanBe() {
        let other = InstanceInfo.sample(20, "cron", 0, .online, namespace: "blog")
        let state = Scene.showing(shop + [other]).state
        #expect(state.shortName(named("worker")) == "worker")
        #expect(state.shortName(named("api", 1)) == "api#1")
        #expect(state.shortName(named("cron")) == "shop/cron")
        #expect(named("api", 1).target == "shop/api#1")
    }
}
