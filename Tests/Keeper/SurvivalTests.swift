import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// The keeper is two processes, and either may die.
    @Suite struct Survival {
        /// Kills of each kind: 20, and 100 in the long tier.
        private static let kills = getenv("OD_LONG") == nil ? 20 : 100

        @Test(arguments: World.Victim.allCases)
        func theOtherOneGoesOn(victim: World.Victim) throws {
            let world = try World()
            try world.nextEngine()
            let before = try world.hello()[0].body(od_welcome.self)
            let run = try world.spawn(["sleep"])
            let frames = try world.kill(victim)
            let after = try frames[0].body(od_welcome.self)
            #expect(after.holding == before.holding && after.keepers == before.keepers + 1)
            #expect(after.pid != before.pid)
            #expect(after.spare == (victim == .worker ? before.spare : before.pid))
            #expect(children(of: after.spare).contains(after.pid))
            let held = try world.adopt(try #require(frames.first { $0.kind == OD_SLOT.rawValue }))
            #expect(held.slot == run.slot && held.pid == run.pid && isAlive(run.pid))
            // The same open files: what the engine has is not another copy of the bytes.
            #expect(Binaries.link("/proc/self/fd/\(held.out)") == Binaries.link("/proc/self/fd/\(run.out)"))
            #expect(try world.signal(held, SIGTERM).reached == 1)
            let facts = try world.expect(OD_EXITED).run
            #expect(facts.status == SIGTERM && facts.flags == 0)
            #expect(facts.state == OD_RUN_GONE.rawValue)
        }

        /// The spare stands still, the worker is dead: nobody is there when the app ends. Its status waits.
        @Test func anExitBetweenTwoWorkersIsKnown() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            Glibc.kill(world.keeper, SIGSTOP)
            Glibc.kill(world.worker, SIGKILL)
            try wait("the end of the worker") { !isAlive(world.worker) }
            Glibc.kill(run.pid, SIGTERM)
            try wait("the end of the app") { !isAlive(run.pid) }
            Glibc.kill(world.keeper, SIGCONT)
            _ = try world.expect(OD_RESYNC)
            let held = try #require(try world.hello().first { $0.kind == OD_SLOT.rawValue }).run
            #expect(held.status == SIGTERM && held.flags == 0)
            // What the spare has reaped has its figures, too.
            #expect(held.max_rss_kib > 0 && held.state == OD_RUN_GONE.rawValue)
        }

        enum Kind: CaseIterable { case workers, spares, byTurns }

        /// Spawns, exits and writes under way while one process of the keeper after the other is killed.
        @Test(arguments: Kind.allCases)
        func nothingIsLostUnderLoad(kind: Kind) throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.worker).count
            let ledger = Ledger(world)
            for code in 1...4 as ClosedRange<Int32> {
                let count = Self.kills * 100
                try ledger.want(["lines", "\(count)", "4000", "\(code)"], status: code << 8, lines: count)
            }
            for number in 0..<Self.kills {
                for _ in 0..<Int.random(in: 1...8) {
                    let code = Int32(ledger.count % 256)
                    try ledger.want(["exit", "\(code)"], status: code << 8)
                }
                // The moment is by chance: between two instructions of a spawn, an exit, an answer.
                usleep(UInt32.random(in: 0...3000))
                let victims: [World.Victim] =
                    kind == .byTurns ? [.worker, .spare] : [kind == .spares ? .spare : .worker]
                let victim = victims[number % victims.count]
                let former = (world.worker, world.keeper)
                Glibc.kill(victim == .worker ? former.0 : former.1, SIGKILL)
                try ledger.take("another worker") { world.worker != former.0 }
            }
            try ledger.settle()
            #expect(world.keepers == Self.kills + 1)
            #expect(descriptors(of: world.worker).count == before, "\(descriptors(of: world.worker))")
            #expect(world.keeperProcesses().count == 2)
            #expect(try world.present().starts == 1)
        }

        /// Two workers in a row, then the spare: the engine is the spare's child, then nobody's.
        @Test(arguments: [[World.Victim.worker], [.spare], [.worker, .spare], [.spare, .spare, .worker]])
        func theEngineIsWatchedOn(victims: [World.Victim]) throws {
            let world = try World()
            let engine = try world.nextEngine()
            let run = try world.spawn(["lines", "3", "0", "5"])
            let exit = try world.expect(OD_EXITED)
            for victim in victims { try world.kill(victim) }
            #expect(isAlive(engine.pid))
            try world.killEngine()
            // The keeper reads where no engine does.
            try wait("the lines") { lseek(run.outSpool, 0, SEEK_CUR) == 3 * 14 }
            #expect(try world.nextEngine().starts == 2)
            #expect(try world.hello().last { $0.kind == OD_SLOT.rawValue }?.seq == exit.seq)
        }

        @Test(arguments: [[World.Victim.worker], [.worker, .spare]])
        func aTreeIsKnownOn(victims: [World.Victim]) throws {
            let world = try World()
            try world.nextEngine()
            let first = try world.spawn(["fork", "2"])
            let pids = announcedPids(try first.readOut(until: "ready"))
            let stub = try world.spawn(["stubborn"], instance: 2, environment: ["OD_INSTANCE=stub#0"])
            let stubs = announcedPids(try stub.readOut(until: "ready"))
            for victim in victims { try world.kill(victim) }
            // The main process goes, two are left, whosever children they are.
            #expect(try world.signal(first, SIGTERM, OD_SCOPE_MAIN).reached == 1)
            let exit = try world.expect(OD_EXITED).run
            #expect(exit.status == SIGTERM && exit.left == 2)
            #expect(exit.flags == 0)
            #expect(try world.signal(first, SIGTERM).reached == 2)
            #expect(try world.expect(OD_GONE).slot == first.slot)
            #expect(!pids.contains(where: isAlive))
            #expect(try world.signal(stub, SIGKILL).reached == 5)
            try wait("the end of the tree") { !stubs.contains(where: isAlive) }
            try wait("word of it") {
                try world.hello().contains { frame in
                    try frame.slot == stub.slot && frame.kind == OD_SLOT.rawValue
                        && frame.run.state == OD_RUN_GONE.rawValue
                }
            }
        }

        /// The main process is gone already, what it left belongs to nobody any more when the spare dies.
        @Test func whatIsLeftOfARunIsKnownOn() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["orphan", "60000", "own"], environment: ["OD_INSTANCE=a#0"])
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.left == 1)
            try world.kill(.worker)
            try world.kill(.spare)
            #expect(try world.signal(run, SIGTERM).reached == 1)
            #expect(try world.expect(OD_GONE).seq == exit.seq)
        }

        @Test(arguments: World.Victim.allCases)
        func terminationAndLeaveGoOn(victim: World.Victim) throws {
            let world = try World()
            let engine = try world.nextEngine()
            try world.kill(victim)
            Glibc.kill(world.keeper, SIGTERM)
            #expect(engine.sawTermination())
            try world.send(OD_LEAVE)
            _ = try world.expect(OD_LEFT)
            engine.exit(0)
            try wait("the end of the keeper") { world.keeperProcesses().isEmpty }
        }

        @Test func storedDescriptorsAndTheLockGoOn() throws {
            let world = try World()
            try world.nextEngine()
            let file = od_spool("stored")
            defer { close(file) }
            // A drop has no answer: that of a store behind it tells that the keeper has read both.
            for key in 1...3 as ClosedRange<UInt64> {
                if key == 3 { try world.send(OD_DROP, body: bytesOf(od_key(key: 2))) }
                try world.send(OD_STORE, body: bytesOf(od_key(key: key)), fds: [file])
                _ = try world.expect(OD_STORED)
            }
            for victim in World.Victim.allCases {
                let held = try world.kill(victim).filter { $0.kind == OD_HELD.rawValue }
                #expect(try held.map { try $0.body(od_key.self).key } == [1, 3])
            }
            world.dropLock()
            let other = open(world.directory + "/engine.lock", O_RDWR)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
        }
    }
}
