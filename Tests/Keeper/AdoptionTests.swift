import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// All of the keeper is gone; another one takes over what lives.
    @Suite struct Adoption {
        /// Neither engine nor keeper is left: the app goes on writing, waits when its pipe is full, and is adopted.
        @Test func anAppOutlivesAllOfUs() throws {
            let world = try World()
            try world.nextEngine()
            let count = 20_000
            let run = try world.spawn(["lines", "\(count)", "0", "6"], environment: ["OD_INSTANCE=a#0"])
            var seen = ""
            while od_move(run.out, run.outSpool, 4096) > 0, seen.isEmpty { seen += consume(run.outSpool, from: 0) }
            // What was moved is the engine's; the rest is in the pipe, of which we drop all ends.
            seen += consume(run.outSpool, from: seen.utf8.count)
            let facts = run.facts
            let pidfd = dup(run.frame.fds[0])
            defer { close(pidfd) }
            try endAll(world, run)
            try wait("the app to stand in its write") { contents("/proc/\(facts.pid)/wchan")?.contains("pipe") == true }
            #expect(isAlive(facts.pid))
            try world.startKeeper()
            try world.nextEngine()
            #expect(try world.hello().count == 2)
            let adopted = try adopt(world, facts)
            #expect(adopted.facts.started == facts.started && adopted.facts.start_ticks == facts.start_ticks)
            #expect(adopted.facts.flags == OD_SLOT_ADOPTED.rawValue)
            #expect(try world.hello().last { $0.kind == OD_SLOT.rawValue }?.run.run == facts.run)
            seen += try adopted.readOut()
            #expect(lines(seen) == numbered(1...count))
            let exit = try world.expect(OD_EXITED, skipping: true).run
            #expect(exit.status == 6 << 8 && exit.flags == OD_SLOT_ADOPTED.rawValue)
            #expect(exit.state == OD_RUN_GONE.rawValue)
        }

        @Test func aTreeIsAdopted() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["stubborn"], environment: ["OD_INSTANCE=stub#0"])
            let pids = announcedPids(try run.readOut(until: "ready"))
            let facts = run.facts
            try endAll(world, run)
            try world.startKeeper()
            try world.nextEngine()
            let adopted = try adopt(world, facts)
            #expect(try world.signal(adopted, SIGTERM).alive == 5)
            #expect(try world.signal(adopted, SIGKILL).reached == 5)
            try wait("the end of the tree") { !pids.contains(where: isAlive) }
            try wait("word of it") {
                try world.hello().contains { try $0.kind == OD_SLOT.rawValue && $0.run.state == OD_RUN_GONE.rawValue }
            }
        }

        /// Instances have the same small numbers in every home.
        @Test func whatIsOfAnotherHomeIsLeftAlone() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["stubborn"], environment: ["OD_INSTANCE=stub#0", "OD_HOME=/one"])
            _ = try run.readOut(until: "ready")
            let facts = run.facts
            let other = try Stranger(environment: ["OD_HOME=/two", "OD_INSTANCE=stub#0"])
            let homeless = try Stranger(environment: ["OD_INSTANCE=stub#0"])
            let kin = try Stranger(environment: ["OD_HOME=/one", "OD_INSTANCE=stub#0"])
            try endAll(world, run)
            try world.startKeeper()
            try world.nextEngine()
            let adopted = try adopt(world, facts)
            #expect(try world.signal(adopted, SIGTERM).reached == 6)
            #expect(try world.signal(adopted, SIGKILL).reached >= 5)
            try wait("the end of its kin") { !isAlive(kin.pid) }
            #expect(isAlive(other.pid) && isAlive(homeless.pid))
        }

        @Test func refusesWhatIsNotThere() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            let stranger = try Stranger()
            var wrong = stranger.order(instance: 5)
            wrong.start_ticks += 1
            var nobody = stranger.order(instance: 5)
            nobody.pid = 4_000_000
            var own = stranger.order(instance: 5)
            (own.pid, own.start_ticks) = (run.pid, run.facts.start_ticks)
            var senseless = stranger.order(instance: 5)
            senseless.pid = -1
            for (order, error) in [(wrong, ESRCH), (nobody, ESRCH), (own, EBUSY), (senseless, EBADMSG)] {
                try world.send(OD_ADOPT, body: bytesOf(order))
                let refused = try world.expect(OD_REFUSED).refusal
                #expect(refused.error == error && refused.kind == OD_ADOPT.rawValue)
                #expect(refused.instance == order.instance && refused.run == order.run)
            }
            try world.send(OD_ADOPT, body: bytesOf(stranger.order(instance: 5)), fds: [0, 0])
            #expect(try world.expect(OD_REFUSED).refusal.error == EBADMSG)
            #expect(try world.hello().count == 3)
        }

        /// A stranger's streams are no pipes: they are at their end. Asked for again it is the same run.
        @Test func adoptsWhatHasNoPipes() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.worker).count
            let stranger = try Stranger()
            let run = try adopt(world, stranger.order(instance: 3))
            #expect(try run.readOut().isEmpty)
            let again = try adopt(world, stranger.order(instance: 3))
            #expect(again.slot == run.slot)
            #expect(run.facts.started > 0 && run.facts.started < UInt64(od_pump_now()))
            for victim in World.Victim.allCases { try world.kill(victim) }
            #expect(try world.signal(run, SIGKILL).reached == 1)
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.status == SIGKILL)
            try world.finish(exit)
            #expect(try world.hello().count == 2)
            #expect(descriptors(of: world.worker).count == before)
        }

        /// Its parent has not reaped it: its status is there for all to read.
        @Test func aZombieIsAdoptedWithItsStatus() throws {
            let world = try World()
            try world.nextEngine()
            let stranger = try Stranger()
            let order = stranger.order(instance: 3)
            kill(stranger.pid, SIGKILL)
            try wait("the zombie") { !isAlive(stranger.pid) }
            _ = try adopt(world, order)
            let exit = try world.expect(OD_EXITED).run
            #expect(exit.status == SIGKILL && exit.flags == OD_SLOT_ADOPTED.rawValue)
        }

        /// The engine lives on, gives back what it holds, and is watched like any other.
        @Test func aKeeperForAnEngineThatLives() throws {
            let world = try World()
            let engine = try world.nextEngine()
            let run = try world.spawn(["lines", "3000", "500", "4"], environment: ["OD_INSTANCE=a#0"])
            let stored = od_spool("stored")
            defer { close(stored) }
            world.killKeepers()
            try wait("the end of the keeper") { world.keeperProcesses().isEmpty }
            try world.startKeeper(forPresentEngine: engine)
            #expect(try world.hello().count == 2)
            try world.send(OD_STORE, body: bytesOf(od_key(key: 7)), fds: [stored])
            _ = try world.expect(OD_STORED)
            let given = [run.out, run.error, run.outSpool, run.errorSpool]
            let adopted = try adopt(world, run.facts, fds: given)
            #expect(Binaries.link("/proc/self/fd/\(adopted.out)") == Binaries.link("/proc/self/fd/\(run.out)"))
            // The engine is the reader: the keeper moves nothing until the engine is dead.
            #expect(lseek(run.outSpool, 0, SEEK_CUR) == 0)
            try world.killEngine()
            try wait("all lines") { lseek(run.outSpool, 0, SEEK_CUR) == 3000 * 14 }
            #expect(lines(spooled(run.outSpool)) == numbered(1...3000))
            #expect(try world.nextEngine().starts == 2)
            let frames = try world.hello()
            #expect(frames.contains { $0.kind == OD_HELD.rawValue })
            #expect(try frames.first { $0.kind == OD_SLOT.rawValue }?.run.status == 4 << 8)
        }

        @Test func anEngineThatLivedEndsAfterLeave() throws {
            let world = try World()
            let engine = try world.nextEngine()
            world.killKeepers()
            try wait("the end of the keeper") { world.keeperProcesses().isEmpty }
            try world.startKeeper(forPresentEngine: engine)
            _ = try world.hello()
            try world.send(OD_LEAVE)
            _ = try world.expect(OD_LEFT)
            engine.exit(0)
            try wait("the end of the keeper") { world.keeperProcesses().isEmpty }
        }

        // MARK: Helpers

        /// Kills keeper and engine, and drops what we have of a run.
        private func endAll(_ world: World, _ run: Run) throws {
            world.killKeepers()
            try world.killEngine()
            run.frame.dropDescriptors()
            try wait("the end of the keeper") { world.keeperProcesses().isEmpty }
        }

        private func adopt(_ world: World, _ facts: od_slot) throws -> Run {
            try adopt(world, facts, fds: [])
        }

        private func adopt(_ world: World, _ facts: od_slot, fds: [Int32]) throws -> Run {
            let order = od_adopt(
                instance: facts.instance, run: facts.run, start_ticks: facts.start_ticks, started: facts.started,
                pid: facts.pid, reserved: 0)
            return try adopt(world, order, fds: fds)
        }

        private func adopt(_ world: World, _ order: od_adopt, fds: [Int32] = []) throws -> Run {
            let number = try world.send(OD_ADOPT, body: bytesOf(order), fds: fds)
            let frame = try world.expect(OD_SPAWNED)
            #expect(frame.seq == number)
            return try world.adopt(frame)
        }
    }
}

/// A process that no keeper has started: our own child, with /dev/null as its streams.
private final class Stranger {
    private(set) var pid: Int32 = 0

    init(environment: [String] = []) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for fd in 0...2 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0)
        }
        var argv = ([Binaries.probe, "sleep"] as [String]).map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        guard posix_spawn(&pid, Binaries.probe, &actions, nil, &argv, &envp) == 0 else { throw Trouble("posix_spawn") }
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    func order(instance: UInt64) -> od_adopt {
        let text = contents("/proc/\(pid)/stat") ?? ""
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return od_adopt(
            instance: instance, run: 1, start_ticks: fields.count > 20 ? UInt64(fields[20]) ?? 0 : 0, started: 0,
            pid: pid, reserved: 0)
    }
}
