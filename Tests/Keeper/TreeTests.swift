import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// The tree of a run: who belongs to it, how it is signalled, and when it is gone.
    @Suite struct Tree {
        @Test func signalsTheMainProcessOnly() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["fork", "2"])
            let children = announcedPids(try run.readOut(until: "ready"))
            let answer = try world.signal(run, SIGTERM, OD_SCOPE_MAIN)
            #expect(answer.reached == 1 && answer.alive == 1)
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.state == OD_RUN_EXITED.rawValue)
            #expect(try exit.run.left == 2)
            #expect(children.allSatisfy(isAlive))
            // What is left is reached, too, and the last one's end is told.
            let second = try world.signal(run, SIGTERM)
            #expect(second.reached == 2 && second.alive == 2)
            let gone = try world.expect(OD_GONE)
            #expect(gone.slot == run.slot && gone.seq == exit.seq)
            #expect(try gone.run.left == 0)
            #expect(!children.contains(where: isAlive))
        }

        @Test func signalsAWholeGroup() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["fork", "3"])
            _ = try run.readOut(until: "ready")
            let answer = try world.signal(run, SIGTERM)
            #expect(answer.reached == 4 && answer.alive == 4)
            try expectGone(world)
        }

        @Test func killsAStubbornTree() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["stubborn"], environment: ["OD_INSTANCE=stub#0"])
            let pids = announcedPids(try run.readOut(until: "ready"))
            #expect(pids.count == 5)
            let deaf = try world.signal(run, SIGTERM)
            #expect(deaf.alive == 5)
            #expect(pids.allSatisfy(isAlive))
            #expect(try world.signal(run, SIGKILL).reached == 5)
            try expectGone(world)
            #expect(!pids.contains(where: isAlive))
            #expect(try world.signal(run, SIGKILL).alive == 0)
        }

        @Test func killsWhatOutlivedItsMainProcess() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["stubborn"], environment: ["OD_INSTANCE=stub#0"])
            let pids = announcedPids(try run.readOut(until: "ready"))
            kill(run.pid, SIGKILL)
            #expect(try world.expect(OD_EXITED).run.left == 4)
            #expect(try world.signal(run, SIGKILL).reached == 4)
            _ = try world.expect(OD_GONE)
            #expect(!pids.contains(where: isAlive))
        }

        @Test func anOrphanOfItsOwnSessionIsKnownByItsInstance() throws {
            let world = try World()
            try world.nextEngine()
            let first = try world.spawn(["orphan", "60000", "own"], instance: 1, environment: ["OD_INSTANCE=a#0"])
            #expect(try world.expect(OD_EXITED).run.left == 1)
            // Another instance and a later run of the same one do not own it.
            let second = try world.spawn(["exit", "0"], instance: 2, environment: ["OD_INSTANCE=b#0"])
            let other = try world.expect(OD_EXITED)
            #expect(try other.slot == second.slot && other.run.state == OD_RUN_GONE.rawValue)
            let later = try world.spawn(["exit", "0"], instance: 1, run: 2, environment: ["OD_INSTANCE=a#0"])
            let latest = try world.expect(OD_EXITED)
            #expect(try latest.slot == later.slot && latest.run.state == OD_RUN_GONE.rawValue)
            #expect(try world.signal(first, SIGTERM).reached == 1)
            #expect(try world.expect(OD_GONE).slot == first.slot)
        }

        @Test func tellsWhenTheLastOneHasGoneByItself() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["orphan", "100"])
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.state == OD_RUN_EXITED.rawValue)
            try world.finish(exit)
            #expect(try world.expect(OD_GONE).slot == run.slot)
            #expect(try world.hello().count == 2)
        }

        @Test func aProcessWithoutItsMainThreadLives() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["thread"])
            _ = try run.readOut(until: "ready")
            try wait("the end of the main thread") { !isAlive(run.pid) }
            let answer = try world.signal(run, SIGKILL)
            #expect(answer.reached == 1)
            #expect(try world.expect(OD_EXITED).run.status == SIGKILL)
        }

        @Test func anEscapedDaemonDoesNotHoldUpItsRun() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["escape"], environment: ["OD_INSTANCE=esc#0"])
            let escaped = try #require(announcedPids(try run.readOut(until: "ready")).first)
            defer { kill(escaped, SIGKILL) }
            _ = try world.signal(run, SIGKILL)
            #expect(try world.expect(OD_EXITED).run.state == OD_RUN_GONE.rawValue)
            #expect(isAlive(escaped))
            // It stays the keeper's, and is reaped when it ends; other runs are not disturbed.
            _ = try world.spawn(["exit", "0"], run: 2)
            #expect(try world.expect(OD_EXITED).run.state == OD_RUN_GONE.rawValue)
            kill(escaped, SIGKILL)
            try wait("the zombie") { kill(escaped, 0) != 0 }
        }

        @Test func killsManyTreesInOneBurst() throws {
            let world = try World()
            try world.nextEngine()
            var runs: [Run] = []
            for number in 1...50 as ClosedRange<UInt64> {
                runs.append(try world.spawn(["fork", "1"], instance: number))
            }
            for run in runs { _ = try run.readOut(until: "ready") }
            for run in runs {
                let body = od_signal(run: 1, signal: SIGKILL, scope: OD_SCOPE_TREE.rawValue)
                try world.send(OD_SIGNAL, slot: run.slot, body: bytesOf(body))
            }
            var reached: UInt32 = 0
            var gone: Set<UInt32> = []
            var answers = 0
            while answers < 50 || gone.count < 50 {
                let frame = try #require(try world.present().receive(within: patience))
                switch frame.kind {
                case OD_SIGNALLED.rawValue:
                    answers += 1
                    reached += try frame.body(od_signalled.self).reached
                case OD_EXITED.rawValue where try frame.run.state == OD_RUN_GONE.rawValue: gone.insert(frame.slot)
                case OD_GONE.rawValue: gone.insert(frame.slot)
                default: break
                }
            }
            #expect(reached == 100)
        }

        @Test func refusesAStaleOrSenselessSignal() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            for (slot, body, error) in [
                (run.slot, od_signal(run: 2, signal: SIGKILL, scope: 1), ESRCH),
                (run.slot, od_signal(run: 1, signal: 65, scope: 1), EINVAL),
                (run.slot, od_signal(run: 1, signal: -9, scope: 0), EINVAL),
                (run.slot, od_signal(run: 1, signal: SIGKILL, scope: 2), EINVAL),
                (run.slot + 1, od_signal(run: 1, signal: SIGKILL, scope: 1), ENOENT),
                (UInt32.max, od_signal(run: 1, signal: SIGKILL, scope: 1), ENOENT),
            ] {
                try world.send(OD_SIGNAL, slot: slot, body: bytesOf(body))
                #expect(try world.expect(OD_REFUSED).refusal.error == error)
            }
            #expect(isAlive(run.pid))
        }

        /// Reads frames until the only run's tree is gone.
        private func expectGone(_ world: World) throws {
            let exit = try world.expect(OD_EXITED)
            if try exit.run.state != OD_RUN_GONE.rawValue { _ = try world.expect(OD_GONE) }
        }
    }
}
