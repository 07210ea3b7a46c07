import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// A keeper under nonsense, overload and want.
    @Suite struct Link {
        @Test(arguments: 1...4 as ClosedRange<UInt64>)
        func answersEveryMalformedFrame(seed: UInt64) throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            var random = Seeded(state: seed)
            for length in 0...300 {
                var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                // Half of them have a kind that exists, so that bodies are looked at; not those that would be obeyed.
                if length >= 4, seed % 2 == 0 {
                    let kinds = [OD_SPAWN, OD_SIGNAL, OD_ACK, OD_STORE, OD_DROP, OD_BEAT, OD_REEXEC]
                    bytes[2] = UInt8(kinds[Int.random(in: kinds.indices, using: &random)].rawValue)
                    bytes[3] = 0
                }
                try world.present().send(bytes)
                guard let answer = try world.present().receive(within: patience) else {
                    throw Trouble("no answer to \(bytes)")
                }
                #expect(answer.kind == OD_REFUSED.rawValue, "\(bytes)")
                if length >= 16 { #expect(bytesOf(answer.seq) == Array(bytes[8..<16])) }
            }
            #expect(isAlive(run.pid))
            #expect(try world.hello().count == 3)
        }

        @Test func refusesSpawnsWhoseCountsDoNotFit() throws {
            let world = try World()
            try world.nextEngine()
            let strings = Array("/bin/true\0/\0true\0A=1\0".utf8)
            for (argc, envc, length) in [
                (1, 0, 21), (2, 1, 21), (0, 2, 21), (1, 1, 20), (1, 1, 22), (1, 1, 0), (.max, .max, 21), (1, 1, .max),
                (.max, 4, 21),
            ] as [(UInt32, UInt32, UInt32)] {
                let body = od_spawn(instance: 1, run: 1, argc: argc, envc: envc, length: length, head: 0)
                try world.send(OD_SPAWN, body: bytesOf(body) + strings)
                let refused = try world.expect(OD_REFUSED).refusal
                #expect(refused.stage == OD_AT_FRAME.rawValue && refused.error != 0, "\(argc) \(envc) \(length)")
            }
            // The right ones are accepted, also behind more bytes than we know.
            let body = od_spawn(instance: 1, run: 1, argc: 1, envc: 1, length: UInt32(strings.count), head: 0)
            try world.send(OD_SPAWN, body: bytesOf(body) + strings + [1, 2, 3])
            _ = try world.expect(OD_SPAWNED)
        }

        @Test func refusesAFrameThatIsTooLong() throws {
            let world = try World()
            try world.nextEngine()
            try world.present().send(.init(repeating: 1, count: Int(OD_FRAME_MAX) + 1))
            #expect(try world.expect(OD_REFUSED).refusal.error == EMSGSIZE)
        }

        @Test func unknownKindsAreNotImplemented() throws {
            let world = try World()
            try world.nextEngine()
            for kind in [0, 13, OD_WELCOME.rawValue, 999, 65535] {
                try world.send(od_kind(kind))
                let refused = try world.expect(OD_REFUSED).refusal
                #expect(refused.error == ENOSYS && refused.kind == kind)
            }
        }

        /// The engine does not read while runs exit: the keeper goes on, and says that something was missed.
        @Test func aFullLinkMeansResync() throws {
            let world = try World()
            try world.nextEngine()
            // Requests whose answers nobody takes: far more than the socket takes of them.
            let sent = 30_000
            for number in 0..<sent { try world.send(OD_BEAT, seq: UInt64(number)) }
            try world.requestSpawn(["exit", "9"], instance: 8, run: 8)
            var answers = 0
            while true {
                let frame = try #require(try world.present().receive(within: patience))
                if frame.kind == OD_RESYNC.rawValue { break }
                answers += 1
            }
            #expect(answers < sent, "\(answers) of \(sent)")
            var exit: Frame?
            try wait("the exit") {
                exit = try world.hello().first { frame in try frame.kind == OD_SLOT.rawValue && frame.run.exited != 0 }
                return exit != nil
            }
            #expect(try exit?.run.status == 9 << 8)
        }

        /// Answers to OD_HELLO that are larger than the socket, or than the descriptors that may be under way: they
        /// wait for room and come in full.
        @Test func listsMoreThanTheSocketHolds() throws {
            let world = try World()
            try world.nextEngine()
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(7), &limit)
            let count = min(8000, UInt64(limit.rlim_max) - 200)
            for key in 0..<count {
                try world.send(OD_STORE, body: bytesOf(od_key(key: key)), fds: [world.present().link])
                _ = try world.expect(OD_STORED)
            }
            try world.killEngine()
            try world.nextEngine()
            try world.send(OD_HELLO, seq: 1000)
            // The second answer starts while the first is under way, which it replaces.
            try world.send(OD_HELLO, seq: 2000)
            let link = try world.present().link
            var queued = -1
            try wait("a keeper that has no more room") {
                defer { queued = descriptorsQueued(at: link) }
                poll(nil, 0, 20)
                return queued > 0 && queued == descriptorsQueued(at: link)
            }
            while try world.expect(OD_WELCOME, skipping: true).seq != 2000 {}
            var keys: Set<UInt64> = []
            while let frame = try world.present().receive(within: patience), frame.kind == OD_HELD.rawValue {
                keys.insert(try frame.body(od_key.self).key)
            }
            #expect(keys.count == count)
            try world.send(OD_STORE, body: bytesOf(od_key(key: 1)), fds: [0])
            _ = try world.expect(OD_STORED)
        }

        @Test func refusesWhatItHasNoDescriptorsFor() throws {
            let world = try World(descriptors: 64)
            try world.nextEngine()
            var number: UInt64 = 0
            var refused: od_refused?
            while refused == nil, number < 64 {
                number += 1
                try world.requestSpawn(["sleep"], instance: number)
                let frame = try #require(try world.present().receive(within: patience))
                if frame.kind == OD_REFUSED.rawValue { refused = try frame.refusal } else { _ = try world.adopt(frame) }
            }
            #expect(refused?.error == EMFILE && refused?.stage == OD_AT_PIPE.rawValue)
            #expect(number > 2)
            // It can still do the rest of its work: listing, signalling a tree, reaping.
            let slot = try world.adopt(world.hello()[1])
            #expect(try world.signal(slot, SIGKILL).reached == 1)
            let exit = try world.expect(OD_EXITED)
            try world.finish(exit)
            _ = try world.spawn(["sleep"], instance: 100)
        }

        @Test func staysSmallOverAThousandRuns() throws {
            let world = try World()
            try world.nextEngine()
            func cycle(_ count: UInt64) throws {
                for number in 1...count {
                    _ = try world.spawn(["exit", "0"], run: number)
                    try world.finish(try world.expect(OD_EXITED))
                }
                #expect(try world.hello().count == 2)
            }
            try cycle(100)
            let before = try #require(residentKiB(world.worker))
            let open = descriptors(of: world.keeper).count
            try cycle(1000)
            let after = try #require(residentKiB(world.worker))
            let spare = try #require(residentKiB(world.keeper))
            #expect(after <= before, "\(before) KiB, then \(after) KiB")
            if getenv("OD_KEEPER_BINARY") == nil {
                print("SKIPPED the keeper's memory: its bound is that of the release build (OD_KEEPER_BINARY)")
            } else {
                #expect(after <= 1536 && spare <= 1536, "\(after) KiB, the spare \(spare) KiB")
            }
            #expect(descriptors(of: world.keeper).count == open)
        }
    }
}

/// VmRSS of a process.
func residentKiB(_ pid: Int32) -> Int? {
    contents("/proc/\(pid)/status").flatMap { text in
        lines(text).first { $0.hasPrefix("VmRSS:") }?.split(separator: " ").dropLast().last
            .flatMap { Int($0.filter(\.isNumber)) }
    }
}

/// How many descriptors wait to be received at a socket of ours.
func descriptorsQueued(at socket: Int32) -> Int {
    let line = lines(contents("/proc/self/fdinfo/\(socket)") ?? "").first { $0.hasPrefix("scm_fds:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
}
