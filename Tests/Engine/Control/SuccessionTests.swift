import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// Keeper and spare were killed: the engine starts another and gives it what it has.
struct SuccessionTests {
    @Test func theNextKeeperGetsWhatWeHold() async throws {
        let (world, first) = try await ControlWorld.start()
        let second = try world.successor()
        let streams: PlayedStreams
        do {
            let keeper = first
            try await keeper.greet()
            streams = try await world.run("a", keeper, slot: 0, pid: 4001)
            streams.write("before\n")
            try await world.wait("a line") { world.log("a") == "before\n" }
            keeper.hangUp()
        }
        try await second.greet(pid: 200, spare: 199, holding: 8)
        streams.write("between\n")
        var pages = 0
        var adopt: EngineFrame
        repeat {
            adopt = try await second.next()
            if adopt.kind == OD_STORE.rawValue {
                pages += 1
                #expect(adopt.descriptors.count == 1)
                second.send(OD_STORED, seq: adopt.head.seq, body: PlayedKeeper.bytes(adopt.body(od_key.self)))
            }
        } while adopt.kind == OD_STORE.rawValue
        #expect(pages == 2)
        #expect(adopt.kind == OD_ADOPT.rawValue && adopt.descriptors.count == 4)
        let body = adopt.body(od_adopt.self)
        #expect(body.pid == 4001 && body.start_ticks == 77 && body.run == 1)
        second.spawned(adopt, slot: 5, pid: 4001, streams)
        streams.write("after\n")
        try await world.wait("all lines") { world.log("a") == "before\nbetween\nafter\n" }
        let control = world.control
        let stop = Task { try await control.command(.stop(["a"])) }
        #expect(try await second.expect(OD_SIGNAL).head.slot == 5)
        second.send(
            OD_EXITED, slot: 5, seq: 1,
            body: PlayedKeeper.bytes(
                PlayedKeeper.facts(RunID(instance: body.instance, run: 1), pid: 4001, ended: SIGTERM)))
        _ = try await stop.value
        #expect(await world.process("a#0")?.restarts == 0)
        try await world.wait("the new table is stored") {
            try world.store.load().home.keeper == "boot-1/8"
        }
        #expect(
            try world.events().map(\.name).filter { [.keeperLost, .keeperReplaced].contains($0) } == [
                .keeperLost, .keeperReplaced,
            ])
    }

    @Test func whatWasAskedMeanwhileIsAskedOfTheNext() async throws {
        let (world, first) = try await ControlWorld.start()
        try await first.greet()
        let streams = try await world.run("a", first, slot: 0, pid: 4001)
        first.hangUp()
        try await world.wait("the loss is seen") { await !world.control.isKeeperThere }
        let started = world.start("b")
        let control = world.control
        let stop = Task { try await control.command(.stop(["a"])) }
        try await world.becomes("a#0", .stopping)
        let second = try world.successor()
        try await second.greet(pid: 200, holding: 8)
        let adopt = try await second.expect(OD_ADOPT)
        second.spawned(adopt, slot: 9, pid: 4001, streams)
        var kinds: Set<UInt32> = []
        for _ in 0..<2 {
            var frame = try await second.next()
            while frame.kind == OD_STORE.rawValue { frame = try await second.next() }
            kinds.insert(frame.kind)
            if frame.kind == OD_SIGNAL.rawValue {
                #expect(frame.head.slot == 9)
                second.send(
                    OD_EXITED, slot: 9, seq: 1,
                    body: PlayedKeeper.bytes(
                        PlayedKeeper.facts(PlayedKeeper.run(adopt), pid: 4001, ended: SIGTERM)))
            } else {
                second.spawned(frame, slot: 1, pid: 4002, try PlayedStreams())
            }
        }
        #expect(kinds == [OD_SPAWN.rawValue, OD_SIGNAL.rawValue])
        _ = try await started.value.get()
        _ = try await stop.value
        #expect(await world.process("b#0")?.status == .online)
    }

    @Test func aSpawnThatWasCarriedOutUnheardIsNotSaidAgain() async throws {
        let (world, first) = try await ControlWorld.start()
        let second = try world.successor()
        try await first.greet()
        let answers = [world.start("a"), world.start("b")]
        let spawns = [try await first.expect(OD_SPAWN), try await first.expect(OD_SPAWN)]
        let (done, undone) = (PlayedKeeper.run(spawns[0]), PlayedKeeper.run(spawns[1]))
        let child = try Child([
            "/usr/bin/env", "-i", "OD_HOME=\(world.home)", "OD_INSTANCE=\(done.instance).\(done.run)",
            "/usr/bin/setsid", "/bin/sleep", "1000",
        ])
        let (home, instance) = (world.home, done.instance)
        try #require(
            eventually { ProcessSearch.run(home: home, instances: [instance], known: [])?.living.count == 1 })
        first.hangUp()
        try await second.greet(pid: 200, holding: 8)
        let adopt = try await second.expect(OD_ADOPT)
        #expect(PlayedKeeper.run(adopt) == done && adopt.body(od_adopt.self).pid == child.pid)
        second.spawned(adopt, slot: 0, pid: child.pid, try PlayedStreams())
        let again = try await second.expect(OD_SPAWN)
        #expect(PlayedKeeper.run(again) == undone)
        second.spawned(again, slot: 1, pid: 4002, try PlayedStreams())
        for answer in answers { _ = try await answer.value.get() }
        second.send(OD_PULSE, seq: 2)
        _ = try await second.expect(OD_BEAT)
    }

    @Test func aRunThatEndedMeanwhileIsStartedAgain() async throws {
        let (world, first) = try await ControlWorld.start()
        let second = try world.successor()
        try await first.greet()
        try await world.run("a", first, slot: 0, pid: 4_194_000)
        first.hangUp()
        try await second.greet(pid: 200, holding: 8)
        second.refuse(try await second.expect(OD_ADOPT), errno: ESRCH)
        let spawn = try await second.expect(OD_SPAWN)
        #expect(spawn.body(od_spawn.self).run == 2)
        #expect(await world.process("a#0")?.exit == .unknown)
        second.spawned(spawn, slot: 0, pid: 4002, try PlayedStreams())
        try await world.becomes("a#0", .online)
    }

    @Test func withoutAnyKeeperTheLogsGoOn() async throws {
        let (world, first) = try await ControlWorld.start()
        try await first.greet()
        let streams = try await world.run("a", first, slot: 0, pid: 4001)
        first.hangUp()
        try await world.wait("it is said twice") { try world.events().count { $0.name == .keeperLost } >= 2 }
        #expect(try world.events().contains { $0.message.contains("no keeper can be started: no program") })
        streams.write("alone\n")
        try await world.wait("the line") { world.log("a") == "alone\n" }
        #expect(world.exitCodes.isEmpty)
        let second = try world.successor()
        try await second.greet(pid: 200, holding: 8)
        _ = try await second.expect(OD_ADOPT)
    }

    @Test func requestsAreBounded() {
        var requests = Requests()
        let id = RunID(instance: 1, run: 1)
        for _ in 0..<Requests.most { _ = requests.add(.signal(id, 15)) }
        #expect(requests.isFull)
        let last = requests.add(.signal(id, 9))
        let beyond = requests.remove(last)
        #expect(requests.unanswered(upTo: .max).count == Requests.most)
        #expect(requests.unanswered(upTo: 3).map(\.number) == [1, 2, 3])
        #expect(last == UInt64(Requests.most) + 1 && beyond == nil)
        for number in 1...last { requests.remove(number) }
        #expect(requests.isEmpty)
        _ = requests.add(.spawn(id, body: [], []))
        let looks = [requests.remove(beginning: id), requests.remove(beginning: id)]
        #expect(looks == [true, false] && requests.isEmpty)
    }
}
