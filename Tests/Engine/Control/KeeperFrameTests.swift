import CKernel
import Core
import Testing

@testable import Engine

@Suite struct KeeperFrameTests {
    static func frame(_ kind: od_kind, slot: UInt32 = 0, seq: UInt64 = 0, body: [UInt8]) -> KeeperFrame {
        let head = od_frame(version: 1, kind: UInt16(kind.rawValue), slot: slot, seq: seq)
        let bytes = bytes(head) + body
        return bytes.withUnsafeBytes { KeeperFrame($0, []) }
    }

    static func bytes<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

    @Test func anExitIsReadWithAllItsFigures() {
        var slot = od_slot()
        slot.instance = 3
        slot.run = 9
        slot.pid = 4711
        slot.started = 1_000_000_000
        slot.exited = 5_000_000_000
        slot.status = 7 << 8
        slot.left = 2
        slot.max_rss_kib = 10
        slot.user_us = 2000
        slot.system_us = 1000
        slot.state = OD_RUN_EXITED.rawValue
        guard case .exited(let seen) = Self.frame(OD_EXITED, slot: 5, seq: 77, body: Self.bytes(slot)) else {
            Issue.record("no exit")
            return
        }
        let end = RunEnd(
            exit: .code(7), pid: 4711, since: Instant(nanoseconds: 1_000_000_000),
            at: Instant(nanoseconds: 5_000_000_000), left: 2, maxMemory: 10_240, cpuTime: 3)
        #expect(seen.id == RunID(instance: 3, run: 9) && seen.index == 5 && seen.exitNumber == 77)
        #expect(seen.end == end && !seen.isGone)
        #expect(seen.held == HeldRun(id: seen.id, pid: 4711, since: Instant(nanoseconds: 1_000_000_000), end: end))
    }

    @Test func fieldsThatAnOlderKeeperDoesNotSendAreZero() {
        var slot = od_slot()
        slot.instance = 3
        slot.run = 9
        let short = Array(Self.bytes(slot).prefix(16))
        guard case .gone(let seen) = Self.frame(OD_GONE, body: short) else {
            Issue.record("no end")
            return
        }
        #expect(seen.id == RunID(instance: 3, run: 9) && seen.pid == 0 && seen.end == nil)
    }

    @Test func whatIsUnknownOrCutIsNothing() {
        for length in 0..<16 {
            let bytes = [UInt8](repeating: 1, count: length)
            guard case .other = bytes.withUnsafeBytes({ KeeperFrame($0, []) }) else {
                Issue.record("\(length) bytes are no frame")
                return
            }
        }
        guard case .other = Self.frame(OD_BEAT, body: []) else {
            Issue.record("a kind that means nothing to the engine")
            return
        }
    }

    @Test func refusalsSayWhere() {
        var refused = od_refused()
        refused.kind = UInt32(OD_SPAWN.rawValue)
        refused.error = 2
        for (stage, meant) in [
            (OD_AT_CWD, SpawnTrouble.Stage.directory), (OD_AT_EXEC, .execute), (OD_AT_FORK, .resources),
            (OD_AT_STDIO, .other),
        ] {
            refused.stage = stage.rawValue
            guard case .refused(_, _, let trouble) = Self.frame(OD_REFUSED, body: Self.bytes(refused)) else {
                Issue.record("no refusal")
                return
            }
            #expect(trouble == SpawnTrouble(stage: meant, errno: 2, text: "No such file or directory"))
        }
    }
}
