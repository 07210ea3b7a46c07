import CKernel
import Glibc
import Testing

/// A small generator with a seed, so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

extension KeeperTests {
    /// Nothing that an engine can send kills the keeper, costs it a descriptor, or makes it forget a run.
    @Suite struct Fuzz {
        private static let frames = getenv("OD_LONG") == nil ? 20_000 : 1_000_000
        private static let batch = 200

        @Test func noFrameKillsTheKeeper() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.worker).count
            let run = try world.spawn(["sleep"], instance: .max, run: 7)
            var random = Seeded(state: 42)
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            defer { close(null) }
            for number in 1...Self.frames {
                let fds = Bool.random(using: &random) ? 0 : Int.random(in: 1...20, using: &random)
                try send(frame(run, &random), fds: .init(repeating: null, count: fds), to: world.present().link)
                if number % Self.batch == 0 { try tidy(world, run) }
            }
            try tidy(world, run)
            #expect(world.keepers == 1, "the keeper has died")
            #expect(isAlive(run.pid) && world.keeperProcesses().count == 2)
            // A new engine starts with an empty store; what was stored is dropped one by one.
            _ = try world.signal(run, SIGKILL)
            try wait("the end of all runs") {
                for frame in try world.hello() {
                    if frame.kind == OD_HELD.rawValue { try world.send(OD_DROP, body: Array(frame.bytes.prefix(8))) }
                    if frame.kind == OD_SLOT.rawValue { try world.finish(frame) }
                }
                return try world.hello().count == 2
            }
            #expect(descriptors(of: world.worker).count == before, "\(descriptors(of: world.worker))")
        }

        /// Takes all answers, and lets go of runs that have ended.
        private func tidy(_ world: World, _ run: Run) throws {
            for frame in try world.hello() where frame.kind == OD_SLOT.rawValue {
                if try frame.run.exited != 0 { try world.finish(frame) }
            }
        }

        /// Random bytes, a frame as it should be, or one with some bytes changed, cut or added.
        private func frame(_ run: Run, _ random: inout Seeded) -> [UInt8] {
            if Int.random(in: 0..<4, using: &random) == 0 {
                return (0..<Int.random(in: 0...200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            }
            var bytes = valid(run, &random)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                // The kind stays, but for LEAVE: what is in its body is the question.
                bytes[Int.random(in: 4..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            case 1: bytes += [UInt8](repeating: 0, count: Int.random(in: 1...70_000, using: &random))
            default: break
            }
            return bytes
        }

        private func valid(_ run: Run, _ random: inout Seeded) -> [UInt8] {
            let texts = Array("\(Binaries.probe)\0/\0probe\0exit\03\0A=1\0".utf8)
            let paths = Array("/nonexistent/keeper\0/nonexistent/engine\0".utf8)
            let number = UInt64.random(in: 1...50, using: &random)
            let spawn = od_spawn(
                instance: number, run: 1, argc: 3, envc: 1, length: UInt32(texts.count),
                head: Bool.random(using: &random) ? 0 : 1)
            let adopt = od_adopt(instance: number, run: 1, start_ticks: 1, started: 0, pid: 2, reserved: 0)
            // So far from the run's own number that no few changed bytes make it a signal that counts.
            let signal = od_signal(run: .max / 3, signal: Int32.random(in: -1...64, using: &random), scope: 1)
            let key = bytesOf(od_key(key: number))
            let kinds: [(od_kind, [UInt8])] = [
                (OD_HELLO, []), (OD_SPAWN, bytesOf(spawn) + texts), (OD_SIGNAL, bytesOf(signal)), (OD_ACK, []),
                (OD_STORE, key), (OD_STORE, key), (OD_DROP, key), (OD_BEAT, []), (OD_DECLINE, []),
                (OD_REEXEC, bytesOf(od_reexec(length: UInt32(paths.count))) + paths), (OD_ADOPT, bytesOf(adopt)),
                (od_kind(UInt32.random(in: 13...65535, using: &random)), key),
            ]
            let (kind, body) = kinds[Int.random(in: kinds.indices, using: &random)]
            let head = od_frame(
                version: UInt16(OD_LINK_VERSION), kind: UInt16(kind.rawValue),
                slot: kind == OD_SIGNAL ? run.slot : .random(in: 0...3, using: &random),
                seq: .random(in: 0...3, using: &random))
            return bytesOf(head) + body
        }

        /// As od_link_send, but with more descriptors than a frame may have.
        private func send(_ bytes: [UInt8], fds: [Int32], to link: Int32) throws {
            // struct cmsghdr, then the descriptors: its macros do not reach Swift.
            var control = bytesOf(UInt64(16 + fds.count * 4)) + bytesOf(SOL_SOCKET) + bytesOf(Int32(1))
            for fd in fds { control += bytesOf(fd) }
            control += [UInt8](repeating: 0, count: (8 - control.count % 8) % 8)
            var bytes = bytes
            let sent = bytes.withUnsafeMutableBytes { data in
                control.withUnsafeMutableBytes { rights in
                    var part = iovec(iov_base: data.baseAddress, iov_len: data.count)
                    return withUnsafeMutablePointer(to: &part) { parts in
                        var message = msghdr()
                        message.msg_iov = parts
                        message.msg_iovlen = 1
                        message.msg_control = fds.isEmpty ? nil : rights.baseAddress
                        message.msg_controllen = fds.isEmpty ? 0 : rights.count
                        return sendmsg(link, &message, Int32(MSG_NOSIGNAL))
                    }
                }
            }
            guard sent >= 0 else { throw Trouble("sendmsg") }
        }
    }
}
