import Core
import Testing

/// Commands that carry a key: done once, by whichever engine gets them.
@Suite struct ReceiptTests {
    private let key = "client-1"

    private func running(_ names: String...) -> World {
        var world = World()
        for name in names { _ = world.start(World.spec(name)) }
        world.pass(10)
        return world
    }

    @Test func aRestartThatIsSentTwiceHappensOnce() {
        var world = running("api")
        let first = world.say(.once(key, .restart(["api"])))
        let second = world.say(.once(key, .restart(["api"])))
        world.pass(100)
        let third = world.say(.once(key, .restart(["api"])))
        world.pass(100)
        #expect(world.spawns.count == 2)
        for request in [first, second, third] {
            #expect(world.started(request)?.processes.map(\.status) == [.online])
            #expect(world.started(request)?.processes.map(\.restarts) == [1])
        }
        world.say(.once("client-2", .restart(["api"])))
        world.pass(100)
        #expect(world.spawns.count == 3, "another wish is another restart")
    }

    @Test func aRestartIsNotDoneAgainByTheNextEngine() {
        var world = running("api")
        world.say(.once(key, .restart(["api"])))
        world.pass(100)
        world.crash()
        let again = world.say(.once(key, .restart(["api"])))
        world.pass(100)
        #expect(world.spawns.count == 2)
        #expect(world.started(again)?.processes.map(\.status) == [.online])
    }

    /// Killed between the store and the signal: the next engine keeps the promise, asked or not, and once.
    @Test(arguments: [false, true]) func aPromisedRestartIsKept(asked: Bool) {
        var world = running("api", "web")
        world.say(.once(key, .restart(["all"])))
        world.crash()
        if asked {
            let again = world.say(.once(key, .restart(["all"])))
            world.pass(100)
            #expect(world.started(again)?.processes.map(\.status) == [.online, .online])
        }
        world.pass(100)
        #expect(world.spawns.map(\.id.run) == [1, 1, 2, 2])
        world.crash()
        world.pass(100)
        #expect(world.spawns.count == 4)
    }

    @Test func aPromiseIsVoidWhenSomebodyStopsTheApp() {
        var world = running("api")
        world.say(.once(key, .restart(["api"])))
        world.say(.stop(["api"]))
        world.crash()
        world.pass(100)
        #expect(world.status("api#0") == .stopped)
        world.say(.once(key, .restart(["api"])))
        world.pass(100)
        #expect(world.spawns.count == 1)
        #expect(world.status("api#0") == .stopped)
    }

    @Test func aDeletionDoesNotReachTheNextAppOfThatName() {
        var world = running("api")
        let first = world.say(.once(key, .delete(["api"])))
        world.pass(100)
        _ = world.start(World.spec("api"))
        world.pass(10)
        world.crash()
        let again = world.say(.once(key, .delete(["api"])))
        world.pass(100)
        #expect(world.status("api#0") == .online)
        guard case .processes(let before) = world.answers[first], case .processes(let after) = world.answers[again]
        else {
            Issue.record("no answers")
            return
        }
        #expect(before.map(\.label) == ["api#0"])
        #expect(after.map(\.label) == ["api#0"])
        #expect(after.map(\.status) == [.stopped])
    }

    @Test func aDeletionUnderWayIsAnsweredTwice() {
        var world = running("api")
        let requests = (0..<2).map { _ in world.say(.once(key, .delete(["api"]))) }
        world.pass(100)
        for request in requests {
            guard case .processes(let gone) = world.answers[request] else {
                Issue.record("no answer")
                return
            }
            #expect(gone.map(\.label) == ["api#0"])
        }
    }

    @Test func aStopIsNotSaidAgainAfterAStart() {
        var world = running("api")
        world.say(.once(key, .stop(["api"])))
        world.pass(100)
        world.say(.start(StartRequest(targets: ["api"])))
        world.pass(10)
        world.say(.once(key, .stop(["api"])))
        world.pass(100)
        #expect(world.status("api#0") == .online)
    }

    @Test func aChangedProjectRestartsOnce() {
        var world = World()
        var spec = World.spec("api") { $0.namespace = "shop" }
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [spec])))
        world.pass(10)
        spec.arguments = ["-v"]
        let change = FleetCommand.once(key, .apply(ApplyRequest(namespace: "shop", apps: [spec])))
        world.say(change)
        world.crash()
        let again = world.say(change)
        world.pass(100)
        guard case .applied(let result) = world.answers[again] else {
            Issue.record("no answer")
            return
        }
        #expect(result.changes == ["api": .changed])
        #expect(world.spawns.count == 2)
        #expect(
            world.spawns.last?.arguments == ["/usr/bin/api", "-v"], "an app does not go on with its old definition")
    }

    @Test func theFirstStartIsAnsweredAgainAndAStartIsNoRestart() {
        var world = World()
        let start = FleetCommand.once(key, .start(StartRequest(apps: [World.spec("api")])))
        #expect(!start.stops)
        let first = world.say(start)
        world.pass(10)
        world.crash()
        let again = world.say(start)
        world.pass(10)
        #expect(world.started(first)?.processes.map(\.label) == ["api#0"])
        #expect(world.started(again)?.processes.map(\.label) == ["api#0"])
        #expect(world.spawns.count == 1)
    }

    /// What may be said twice leaves no receipt; what failed is tried again.
    @Test func whatHarmsNobodyOrFailedLeavesNoReceipt() {
        var world = running("api")
        world.say(.once(key, .detach))
        world.say(.once(key, .resume))
        let failed = world.say(.once(key, .restart(["nobody"])))
        #expect(world.failure(failed)?.code == .noSuchTarget)
        #expect(world.stored.receipts.isEmpty)
        world.say(.once(key, .shutdown(halt: true)))
        let late = world.say(.once("client-2", .restart(["api"])))
        #expect(world.failure(late)?.code == .engineSilent)
        world.pass(100)
        #expect(world.left)
        #expect(world.stored.receipts.isEmpty)
    }

    @Test func aPromiseIsNotKeptWhileTheDaemonLeaves() {
        var world = running("api")
        world.say(.once(key, .restart(["api"])))
        world.say(.shutdown(halt: false))
        world.say(.once(key, .restart(["api"])))
        world.pass(100)
        #expect(world.left)
        #expect(world.spawns.count == 1)
    }

    @Test func onlyTheLastReceiptsAreKept() {
        var receipts = Receipts()
        for number in 0..<(Defaults.receipts + 10) {
            receipts.add(Receipt(key: "\(number)", kind: .start, shown: [1]))
            receipts.add(Receipt(key: "\(number)", kind: .processes, shown: []))
        }
        #expect(receipts.all.count == Defaults.receipts)
        #expect(receipts["9"] == nil)
        #expect(receipts["10"]?.kind == .start)
        receipts.add(Receipt(key: "large", kind: .start, shown: Array(repeating: 1, count: Receipts.maxListed)))
        #expect(receipts.all.map(\.key) == ["large"])
    }

    @Test func arrowsOfAnInstanceThatIsAboutToStart() {
        var world = World()
        world.spawnTime = 50
        _ = world.start(World.spec("api"))
        world.say(.once(key, .restart(["api"])))
        #expect(world.stored.receipts.map(\.promises.count) == [1], "its spawn is under way: it ends and starts again")
        world.pass(500)
        #expect(world.spawns.count == 2)
        world.say(.once(key, .restart(["api"])))
        world.pass(500)
        #expect(world.spawns.count == 2)
    }
}
