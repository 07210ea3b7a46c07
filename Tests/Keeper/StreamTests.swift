import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// Who reads a stream, and that no byte is lost when readers change.
    @Suite struct Stream {
        @Test func theEngineReadsWhatItWasGiven() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["lines", "1000"])
            _ = try world.expect(OD_EXITED)
            // Nothing was moved: the keeper keeps its hands off.
            #expect(lseek(run.outSpool, 0, SEEK_CUR) == 0)
            #expect(lines(try run.readOut()) == numbered(1...1000))
        }

        @Test func theKeeperReadsWithoutAnEngine() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["lines", "8000"], environment: ["PROBE_BOTH=1"])
            try world.killEngine()
            try wait("both streams at their end") { lseek(run.errorSpool, 0, SEEK_CUR) == 4000 * 14 }
            try wait("both streams at their end") { lseek(run.outSpool, 0, SEEK_CUR) == 4000 * 14 }
            #expect(lines(spooled(run.outSpool)) == numbered(1...8000).enumerated().filter { $0.0 % 2 == 0 }.map(\.1))
            #expect(lines(spooled(run.errorSpool)) == numbered(1...8000).enumerated().filter { $0.0 % 2 == 1 }.map(\.1))
            try world.nextEngine()
            let slot = try world.adopt(world.hello()[1])
            #expect(try slot.readOut().isEmpty)
        }

        @Test func aFullSpoolMakesTheAppWait() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["flood", "1000000"])
            try world.killEngine()
            // An engine that has not said OD_HELLO has no streams.
            try world.nextEngine(greeting: false)
            // The spool holds its bytes, the pipe nearly 64 KiB more, and the app stands in its write.
            try wait("the full spool") { lseek(run.outSpool, 0, SEEK_CUR) > Int(OD_SPOOL_BYTES) - 4096 }
            try wait("the full pipe") { pending(run.out) > 60_000 }
            let position = lseek(run.outSpool, 0, SEEK_CUR)
            #expect(position < Int(OD_SPOOL_BYTES) + 65536)
            let busy = try #require(ticks(of: world.worker))
            poll(nil, 0, 100)
            #expect(lseek(run.outSpool, 0, SEEK_CUR) == position)
            // It does not spin over the pipe that it does not read.
            #expect(try #require(ticks(of: world.worker)) - busy <= 2)
            // The engine reads on: nothing is missing.
            let slot = try world.adopt(world.hello()[1])
            var total = position
            while total < 1_000_000 {
                guard isReadable(slot.out, within: patience) else { throw Trouble("\(total) bytes only") }
                total += readAll(slot.out).count
            }
            #expect(total == 1_000_000)
        }

        @Test func aDeclinedRunIsReadByTheKeeper() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["lines", "100"])
            _ = try world.expect(OD_EXITED)
            #expect(lseek(run.outSpool, 0, SEEK_CUR) == 0)
            try world.send(OD_DECLINE, slot: run.slot)
            try wait("the bytes") { lseek(run.outSpool, 0, SEEK_CUR) == 1400 }
            #expect(lines(spooled(run.outSpool)) == numbered(1...100))
        }

        /// The engine is killed a hundred times while an app writes; each engine moves bytes as the pump does. Every
        /// line is in the spool once and in order.
        @Test func noLineIsLostOverAHundredEngines() throws {
            // The keeper's delays grow with every early death, so each keeper gets two.
            for _ in 0..<50 { try checkTwoHandOvers() }
        }

        private func checkTwoHandOvers() throws {
            let world = try World()
            try world.nextEngine()
            var run = try world.spawn(["lines", "20000"])
            var seen = ""
            func take() throws {
                while od_move(run.out, run.outSpool, 4096) > 0, Int.random(in: 0..<4) > 0 {}
                seen += consume(run.outSpool, from: seen.utf8.count)
            }
            for _ in 1...2 {
                try take()
                try world.killEngine()
                try world.nextEngine()
                run = try world.adopt(world.hello()[1])
            }
            let deadline = now() + Int64(patience)
            while seen.utf8.count < 20000 * 14, now() < deadline { try take() }
            #expect(lines(seen) == numbered(1...20000))
        }
    }
}

/// The lines that `probe lines` writes.
func numbered(_ range: ClosedRange<Int>) -> [Substring] {
    range.map { number in
        let digits = "\(number)"
        return Substring("probe " + String(repeating: "0", count: 7 - digits.count) + digits)
    }
}

/// Everything that was moved into a spool.
func spooled(_ spool: Int32) -> String {
    consume(spool, from: 0, punching: false)
}

/// Reads a spool from an offset to its position, and gives the whole pages before that back.
func consume(_ spool: Int32, from offset: Int, punching: Bool = true) -> String {
    let end = Int(lseek(spool, 0, SEEK_CUR))
    guard end > offset else { return "" }
    var bytes = [UInt8](repeating: 0, count: end - offset)
    let length = pread(spool, &bytes, bytes.count, off_t(offset))
    if punching { _ = od_pump_punch(spool, 0, Int64(end / 4096 * 4096)) }
    return String(decoding: bytes.prefix(length), as: UTF8.self)
}

/// Bytes that wait in a pipe.
func pending(_ pipe: Int32) -> Int {
    var count: Int32 = 0
    _ = withUnsafeMutablePointer(to: &count) { ioctl(pipe, UInt(FIONREAD), $0) }
    return Int(count)
}

/// CPU time of a process in clock ticks.
func ticks(of pid: Int32) -> Int? {
    guard let text = contents("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    guard let user = Int(fields[12]), let system = Int(fields[13]) else { return nil }
    return user + system
}
