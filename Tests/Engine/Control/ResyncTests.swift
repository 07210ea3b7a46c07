import CKernel
import Core
import GRDB
import Glibc
import Testing

@testable import Engine

/// A keeper that died is followed by one that holds the same runs: what it had not answered is asked again.
struct ResyncTests {
    @Test func whatIsUnansweredIsSaidAgainInItsOrder() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let streams = try await world.run("a", keeper, slot: 0, pid: 4001)
        let (second, third) = (world.start("b"), world.start("c"))
        let spawns = [try await keeper.expect(OD_SPAWN), try await keeper.expect(OD_SPAWN)]
        // A worker that was killed has heard both and answered none; the run of before is in its table.
        keeper.send(OD_RESYNC)
        let first = RunID(instance: spawns[0].body(od_spawn.self).instance - 2, run: 1)
        try await keeper.greet(pid: 101, keepers: 2, runs: [(PlayedKeeper.facts(first, pid: 4001), 0, nil)])
        let again = [try await keeper.expect(OD_SPAWN), try await keeper.expect(OD_SPAWN)]
        #expect(again.map(\.head.seq) == spawns.map(\.head.seq))
        #expect(again.map(\.bytes) == spawns.map(\.bytes))
        for (index, frame) in again.enumerated() {
            keeper.spawned(frame, slot: UInt32(index + 1), pid: 4002 + Int32(index), streams)
        }
        _ = try await (second.value.get(), third.value.get())
        #expect(await world.process("b#0")?.status == .online)
        #expect(await world.process("a#0")?.pid == 4001)
    }

    @Test func aLostRefusalDoesNotLeaveAnAppStarting() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let answer = world.start("a")
        _ = try await keeper.expect(OD_SPAWN)
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 101, keepers: 2)
        keeper.refuse(try await keeper.expect(OD_SPAWN), stage: OD_AT_EXEC, errno: ENOENT)
        guard case .started(let result) = try await answer.value.get() else {
            Issue.record("no answer to a start")
            return
        }
        #expect(result.failures.map(\.code) == [.spawnFailed])
        #expect(await world.process("a#0")?.status == .errored)
    }

    @Test func aRunThatBeganAndEndedUnseenIsBoth() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let answer = world.start("a")
        let spawn = try await keeper.expect(OD_SPAWN)
        let streams = try PlayedStreams()
        keeper.send(OD_RESYNC)
        let facts = PlayedKeeper.facts(PlayedKeeper.run(spawn), pid: 4001, ended: 7 << 8)
        try await keeper.greet(pid: 101, keepers: 2, runs: [(facts, 1, streams)])
        _ = try await answer.value.get()
        // Its policy starts it again: with the next number, and the first is not asked for any more.
        let next = try await keeper.expect(OD_SPAWN)
        #expect(next.body(od_spawn.self).run == 2)
        #expect(await world.process("a#0")?.exit == .code(7))
    }

    @Test func streamsThatAreReadAlreadyAreNotReadTwice() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let streams = try await world.run("a", keeper, slot: 0, pid: 4001)
        let id = try #require(await world.control.slots.keys.first)
        let copies = try PlayedStreams()
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 101, keepers: 2, runs: [(PlayedKeeper.facts(id, pid: 4001), 0, copies)])
        keeper.send(OD_PULSE, seq: 5)
        #expect(try await keeper.expect(OD_BEAT).head.seq == 5)
        #expect(!copies.isRead)
        streams.write("one line\n")
        try await world.wait("the line is in the log") { world.log("a") == "one line\n" }
    }

    @Test func aHelloThatDiedWithItsKeeperIsSaidAgain() async throws {
        let (world, keeper) = try await ControlWorld.start()
        let lost = try await keeper.expect(OD_HELLO).head.seq
        // It has begun to list when it dies.
        let id = RunID(instance: 3, run: 1)
        keeper.send(OD_SLOT, slot: 0, body: PlayedKeeper.bytes(PlayedKeeper.facts(id, pid: 4001)))
        keeper.send(OD_RESYNC)
        let hello = try await keeper.expect(OD_HELLO).head.seq
        #expect(hello > lost)
        // The end of a list that nobody asked for any more says nothing.
        keeper.send(OD_LISTED, seq: lost)
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 101, keepers: 2)
        try await world.run("a", keeper, slot: 0, pid: 4001)
    }

    @Test func aRunThatIsJustBeingExecutedIsWaitedFor() async throws {
        let (world, keeper) = try await ControlWorld.start(stored: [
            .putHome(HomeRecord(nextKey: 100, keeper: "boot-1/7")),
            .putApp(AppRecord(key: 1, spec: ControlWorld.spec("a"))),
            .putInstance(InstanceRecord(key: 10, app: 1, number: 0, id: 0, wanted: .running, run: 4)),
        ])
        var facts = PlayedKeeper.facts(RunID(instance: 10, run: 4), pid: 4001)
        facts.state = OD_RUN_STARTING.rawValue
        try await keeper.greet(runs: [(facts, 0, nil)])
        facts.state = OD_RUN_RUNNING.rawValue
        let streams = try PlayedStreams()
        keeper.send(OD_SPAWNED, slot: 0, body: PlayedKeeper.bytes(facts), descriptors: streams.descriptors)
        await world.control.untilReady()
        #expect(await world.process("a#0")?.pid == 4001)
        #expect(await world.process("a#0")?.restarts == 0)
    }

    @Test func aPulseIsAnswered() async throws {
        let (world, keeper) = try await ControlWorld.start()
        keeper.send(OD_PULSE, seq: 41)
        try await keeper.greet()
        #expect(try await keeper.expect(OD_BEAT).head.seq == 41)
        #expect(world.exitCodes.isEmpty)
    }

    @Test func whoDiedIsTold() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet(pid: 100, spare: 99, keepers: 1)
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 101, spare: 99, keepers: 2)
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 102, spare: 101, keepers: 3)
        keeper.send(OD_RESYNC)
        // Frames were lost for want of room: nobody died.
        try await keeper.greet(pid: 102, spare: 101, keepers: 3)
        keeper.send(OD_PULSE, seq: 1)
        _ = try await keeper.expect(OD_BEAT)
        try await world.wait("the events are stored") { try world.events().count >= 5 }
        let told = try world.events().dropFirst().map { "\($0.name.rawValue) \($0.message)" }
        #expect(
            told == [
                "keeper:lost the keeper, pid 100, was killed",
                "keeper:replaced by pid 101 with spare 99, 0 runs held",
                "keeper:lost the keeper's spare, pid 99, was killed",
                "keeper:replaced by pid 102 with spare 101, 0 runs held",
            ])
    }

    @Test func aKeeperOfTheFirstVersionIsUnderstood() async throws {
        let (world, keeper) = try await ControlWorld.start(version: 1)
        try await keeper.greet(pid: 100, spare: 0)
        try await world.run("a", keeper, slot: 0, pid: 4001)
        #expect(await world.control.keeper?.identity == "boot-1/100")
        #expect(await world.process("a#0")?.status == .online)
    }

    @Test func withoutAStoreNothingIsStartedButStopped() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let streams = try await world.run("a", keeper, slot: 0, pid: 4001)
        let database = try DatabaseQueue(path: world.home + "/state.db")
        try await database.write {
            try $0.execute(
                sql: "CREATE TRIGGER full BEFORE INSERT ON instance BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
        guard case .failure(let failure) = await world.start("b").value else {
            Issue.record("started without a store")
            return
        }
        #expect(failure.code == .storeFailed)
        let control = world.control
        let stop = Task { try await control.command(.stop(["a"])) }
        // Nothing was asked for b: the next wish is the stop.
        let signal = try await keeper.expect(OD_SIGNAL)
        #expect(signal.body(od_signal.self).signal == SIGTERM)
        let id = try #require(await control.slots.keys.first)
        keeper.send(
            OD_EXITED, slot: 0, seq: 1, body: PlayedKeeper.bytes(PlayedKeeper.facts(id, pid: 4001, ended: SIGTERM)))
        _ = try await stop.value
        #expect(await world.process("a#0")?.status == .stopped)
        #expect(streams.out >= 0)
    }
}
