import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// Keeper, spare and engine were killed: the next engine finds what they left.
struct AdoptionTests {
    /// A process that lives, and the record of it as an engine stores it.
    private func process(_ id: RunID) throws -> (Child, ProcessRecord) {
        let child = try Child(["/bin/sleep", "1000"])
        let proc = od_proc_open()
        defer { od_close(proc) }
        var process = od_process()
        try #require(od_process_read(proc, child.pid, &process) == 0)
        return (child, ProcessRecord(id: id, pid: child.pid, ticks: process.ticks, since: Instant(nanoseconds: 5)))
    }

    /// What an engine of the same boot has left: instances that run for the `runs`-th time.
    private func stored(keeper: String = "boot-1/6", _ runs: [UInt64], mode: RestartPolicy.Mode = .always)
        -> [StoreWrite]
    {
        var spec = ControlWorld.spec("a")
        spec.instances = runs.count
        spec.restart.mode = mode
        var home = HomeRecord(nextKey: 100)
        home.keeper = keeper
        return [.putHome(home), .putApp(AppRecord(key: 1, spec: spec))]
            + runs.enumerated().map { number, run in
                .putInstance(
                    InstanceRecord(
                        key: UInt64(10 + number), app: 1, number: number, id: number, wanted: .running, run: run))
            }
    }

    @Test func whatLivesIsAdoptedAndNotStartedTwice() async throws {
        let (child, record) = try process(RunID(instance: 10, run: 3))
        let (world, keeper) = try await ControlWorld.start(stored: stored([3]), processes: [record])
        try await keeper.greet(holding: 7)
        let adopt = try await keeper.expect(OD_ADOPT)
        let body = adopt.body(od_adopt.self)
        #expect(body.pid == child.pid && body.start_ticks == record.ticks && body.instance == 10 && body.run == 3)
        #expect(body.started == 5 && adopt.descriptors.isEmpty)
        let streams = try PlayedStreams()
        keeper.spawned(adopt, slot: 0, pid: child.pid, streams)
        await world.control.untilReady()
        #expect(await world.process("a#0")?.pid == child.pid)
        #expect(await world.process("a#0")?.status == .online)
        streams.write("still here\n")
        try await world.wait("its log goes on") { world.log("a") == "still here\n" }
        keeper.send(OD_PULSE, seq: 3)
        // Nothing was started: the next word is the beat.
        _ = try await keeper.expect(OD_BEAT)
        try await world.wait("it is told") {
            try world.events().contains {
                $0.name == .engineRecovered && $0.message.contains("1 runs taken over from a keeper that was killed")
            }
        }
    }

    @Test(arguments: [RestartPolicy.Mode.always, .never])
    func whatDiedHasAnUnknownExitAndItsPolicyDecides(_ mode: RestartPolicy.Mode) async throws {
        let gone = ProcessRecord(id: RunID(instance: 10, run: 3), pid: 1, ticks: 1, since: Instant(nanoseconds: 5))
        let (world, keeper) = try await ControlWorld.start(stored: stored([3], mode: mode), processes: [gone])
        try await keeper.greet(holding: 7)
        if mode == .always {
            let spawn = try await keeper.expect(OD_SPAWN)
            #expect(spawn.body(od_spawn.self).run == 4)
        } else {
            try await world.becomes("a#0", .stopped)
        }
        #expect(await world.process("a#0")?.exit == .unknown)
    }

    @Test func anAdoptionThatIsRefusedEndsTheProcess() async throws {
        let (child, record) = try process(RunID(instance: 10, run: 3))
        let (world, keeper) = try await ControlWorld.start(version: 1, stored: stored([3]), processes: [record])
        try await keeper.greet()
        keeper.refuse(try await keeper.expect(OD_ADOPT), errno: ENOSYS)
        // A keeper that cannot adopt: there must not be two.
        let spawn = try await keeper.expect(OD_SPAWN)
        #expect(spawn.body(od_spawn.self).run == 4)
        #expect(child.wait() & 0x7F == SIGKILL)
        #expect(await world.process("a#0")?.exit == .unknown)
    }

    @Test func anotherBootHasNothingToAdopt() async throws {
        let (child, record) = try process(RunID(instance: 10, run: 3))
        let (world, keeper) = try await ControlWorld.start(
            stored: stored(keeper: "boot-0/6", [3]), processes: [record])
        try await keeper.greet(holding: 7)
        #expect(try await keeper.expect(OD_SPAWN).body(od_spawn.self).run == 4)
        #expect(!child.hasEnded)
        #expect(world.exitCodes.isEmpty)
    }

    @Test func aProcessIsFoundByWhatItWasExecutedWith() throws {
        var template = Array("/tmp/od-search-XXXXXX".utf8CString)
        let home = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(home) }
        func sleeper(_ words: String..., home: String) throws -> Child {
            try Child(["/usr/bin/env", "-i", "OD_HOME=\(home)"] + words + ["/bin/sleep", "1000"])
        }
        // setsid(1) makes the leader of a session, as a keeper does; the other is one that outlived its run.
        let leader = try Child([
            "/usr/bin/env", "-i", "OD_HOME=\(home)", "OD_INSTANCE=10.4", "/usr/bin/setsid", "/bin/sleep", "1000",
        ])
        let leftover = try sleeper("OD_INSTANCE=11.2", home: home)
        let foreign = try sleeper("OD_INSTANCE=11.2", home: home + "-other")
        let strange = try sleeper("OD_INSTANCE=x", home: home)
        func found() -> ProcessSearch.Result? { ProcessSearch.run(home: home, instances: [10, 11], known: []) }
        try #require(eventually { found()?.living.count == 1 && found()?.leftovers.count == 1 })
        let result = try #require(found())
        #expect(result.living.map(\.pid) == [leader.pid])
        #expect(result.living.first?.id == RunID(instance: 10, run: 4))
        #expect(result.leftovers.map(\.pid) == [leftover.pid])
        #expect(ProcessSearch.kill(result.leftovers) == 1)
        #expect(leftover.wait() & 0x7F == SIGKILL)
        #expect(!foreign.hasEnded && !strange.hasEnded && !leader.hasEnded)
        // A number that another process has by now is left alone.
        var other = result.living[0]
        other.ticks += 1
        #expect(ProcessSearch.kill([other]) == 0)
    }

    /// Words in an environment prove nothing: who runs as another user is not adopted, only ended.
    @Test(.enabled(if: geteuid() == 0, "needs root")) func aStrangersProcessIsNotAdopted() throws {
        let home = "/nonexistent-\(getpid())"
        let words = ["OD_HOME=\(home)", "OD_INSTANCE=10.4"]
        let stranger = try Child(
            ["/usr/bin/env", "-i"] + words + [
                "/usr/bin/setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/setsid", "/bin/sleep", "1000",
            ])
        func found() -> ProcessSearch.Result? { ProcessSearch.run(home: home, instances: [10], known: []) }
        // By now it is another user's, and leads a session as an app does.
        try #require(eventually { getsid(stranger.pid) == stranger.pid })
        try #require(eventually { found()?.leftovers.map(\.pid) == [stranger.pid] })
        #expect(found()?.living == [])
        #expect(ProcessSearch.run("10.\(UInt64.max)") == nil)
    }

    @Test func theProcessesOfRunsAreStored() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        try await world.run("a", keeper, slot: 0, pid: 4001)
        try await world.wait("it is stored") { try world.store.processes().count == 1 }
        let stored = try world.store.processes()[0]
        #expect(stored.pid == 4001 && stored.ticks == 77 && stored.id.run == 1)
    }
}
