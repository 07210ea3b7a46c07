import CKernel
import Core
import GRDB
import Glibc
import Testing

@testable import Engine

/// What the engine mends while it runs.
struct MendingTests {
    @Test func aSocketThatWasRemovedIsMadeAnew() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        try await world.wait("the socket is watched") { await world.control.upkeep.socket != nil }
        let path = world.home + "/od.sock"
        await world.control.reviewSocket()
        #expect(keeper.isSilent)
        #expect(unlink(path) == 0)
        await world.control.reviewSocket()
        #expect(try await world.hello().contains(#""pid""#))
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        // The engines that follow get it from the keeper.
        let stored = try await keeper.expect(OD_STORE)
        #expect(stored.body(od_key.self).key == HomeSocket.key && stored.descriptors.count == 1)
    }

    /// A home that was removed belongs to whoever makes it anew.
    @Test func theSocketOfAnotherDaemonIsNotTouched() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        try await world.wait("the socket is watched") { await world.control.upkeep.socket != nil }
        let lock = world.home + "/engine.lock"
        #expect(rename(lock, lock + ".old") == 0)
        close(open(lock, O_WRONLY | O_CREAT, 0o600))
        #expect(unlink(world.home + "/od.sock") == 0)
        await world.control.reviewSocket()
        #expect(access(world.home + "/od.sock", F_OK) != 0)
        #expect(await world.control.upkeep.isHomeless)
        // It comes back.
        #expect(rename(lock + ".old", lock) == 0)
        await world.control.reviewSocket()
        #expect(try await world.hello().contains(#""pid""#))
        #expect(await !world.control.upkeep.isHomeless)
    }

    /// Else the next engine would know of no app, and end what runs.
    @Test func aStateThatWasRemovedIsMadeAnew() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let streams = try await world.run("a", keeper, slot: 0, pid: 4001)
        await world.control.untilStored()
        for name in ["state.db", "state.db-wal"] { #expect(unlink(world.home + "/" + name) == 0) }
        await world.control.reviewStore()
        #expect(await world.control.upkeep.missing == nil)
        try await world.run("b", keeper, slot: 1, pid: 4002)
        await world.control.untilStored()
        #expect(try Store(path: world.home + "/state.db").load().apps.map(\.spec.name) == ["a", "b"])
        _ = streams
    }

    @Test func aStateThatWasReplacedIsLeftAlone() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        await world.control.untilStored()
        let path = world.home + "/state.db"
        #expect(rename(path, path + ".old") == 0)
        close(open(path, O_WRONLY | O_CREAT, 0o600))
        await world.control.reviewStore()
        #expect(await world.control.upkeep.missing?.contains("another file") == true)
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_size == 0)
        unlink(path + ".old")
    }

    @Test func aKeeperThatFallsSilentIsSaidToBeLost() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet(pid: 2_000_000_000)
        keeper.send(OD_PULSE, seq: 1)
        _ = try await keeper.expect(OD_BEAT)
        for _ in 0...KeeperWatch.silentMost { await world.control.checkKeeper() }
        await world.control.untilStored()
        let lost = try world.events().filter { $0.name == .keeperLost }
        #expect(lost.map(\.message) == ["the keeper, pid 2000000000, does not answer and is killed"])
        // It is said once.
        for _ in 0...KeeperWatch.silentMost { await world.control.checkKeeper() }
        await world.control.untilStored()
        #expect(try world.events().filter { $0.name == .keeperLost }.count == 1)
    }

    /// State is stored without its history, and the history when there is room again: nothing of it is lost.
    @Test func eventsThatCouldNotBeStoredAreStoredLater() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let streams = try await world.run("a", keeper, slot: 0, pid: 4001)
        await world.control.untilStored()
        let database = try DatabaseQueue(path: world.home + "/state.db")
        try await database.write {
            try $0.execute(sql: "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
        for number in 1...3 {
            try await world.run("b\(number)", keeper, slot: UInt32(number), pid: 4001 + Int32(number))
        }
        try await world.wait("it cannot be stored") { await world.control.capabilities.trouble(.events) != nil }
        try await database.write { try $0.execute(sql: "DROP TRIGGER full") }
        try await world.wait("all events are stored") {
            let last = await world.control.kernel.lastEventNumber
            let stored = try world.store.events(limit: 1000).map(\.seq)
            return stored.last == last && stored == Array((stored.first ?? 0)...last)
        }
        try await world.wait("it works again") { await world.control.capabilities.trouble(.events) == nil }
        _ = streams
    }
}
