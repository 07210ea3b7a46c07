import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// Engines that live and do nothing.
    @Suite struct Pulse {
        /// A tick every 30 ms.
        private func quickWorld() throws -> World { try World(environment: ["OD_PULSE=30"]) }

        @Test func anEngineThatStopsAnsweringIsReplaced() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine()
            let run = try world.spawn(["sleep"])
            engine.beats = false
            let first = try world.expect(OD_PULSE)
            try world.send(OD_BEAT, seq: first.seq)
            // It has shown that it knows what to say. Now it hangs, stopped: even its end has to be forced.
            Glibc.kill(engine.pid, SIGSTOP)
            #expect(try world.nextEngine().starts == 2)
            #expect(!isAlive(engine.pid))
            #expect(isAlive(run.pid))
        }

        /// Hung from its first moment on: what made it hang comes again with each client that comes back.
        @Test func anEngineThatNeverAnswersIsReplaced() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine()
            engine.beats = false
            #expect(try world.nextEngine().starts == 2)
            #expect(!isAlive(engine.pid))
        }

        @Test func anEngineThatAnswersIsLeftAlone() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine()
            engine.beats = false
            var last: UInt64 = 0
            for _ in 0..<10 {
                let pulse = try world.expect(OD_PULSE)
                #expect(pulse.seq == last + 1)
                last = pulse.seq
                try world.send(OD_BEAT, seq: pulse.seq)
            }
            #expect(isAlive(engine.pid) && engine.starts == 1)
        }

        /// One of a version that does not know the question.
        @Test func anEngineThatNeverAnsweredIsNotJudged() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine(greeting: false)
            engine.version = 1
            engine.beats = false
            _ = try world.hello()
            for _ in 0..<8 { _ = try world.expect(OD_PULSE) }
            #expect(isAlive(engine.pid))
            #expect(try world.hello().last?.kind == OD_LISTED.rawValue)
        }

        @Test func anEngineThatNeverGreetsIsReplaced() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine(greeting: false)
            #expect(try world.nextEngine().starts == 2)
            #expect(!isAlive(engine.pid))
        }

        @Test func aBeatWithoutItsPulseIsRefused() throws {
            let world = try World()
            try world.nextEngine()
            for seq in [0, 1, .max] as [UInt64] {
                try world.send(OD_BEAT, seq: seq)
                let refused = try world.expect(OD_REFUSED)
                #expect(try refused.seq == seq && refused.refusal.error == ENOENT)
            }
        }

        /// The link is full of what a hung engine does not take: that is no answer either.
        @Test func aFullLinkIsNoAnswer() throws {
            let world = try quickWorld()
            let engine = try world.nextEngine()
            engine.beats = false
            try world.send(OD_BEAT, seq: try world.expect(OD_PULSE).seq)
            // Until it is killed, and nobody is there who takes them.
            while (try? world.send(od_kind(999))) != nil {}
            #expect(try world.nextEngine().starts == 2)
            #expect(!isAlive(engine.pid))
        }
    }
}
