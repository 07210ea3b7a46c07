import CKernel
import Core
import Synchronization

/// A descriptor that is closed when its owner goes, unless it was given away.
final class Descriptor: Sendable {
    private let number: Atomic<Int32>

    /// - Parameter number: an open descriptor that nobody else closes.
    init(_ number: Int32) {
        self.number = Atomic(number)
    }

    deinit {
        let number = give()
        if number >= 0 { od_close(number) }
    }

    /// The descriptor, which the caller closes from now on; -1 when it was given away before.
    func give() -> Int32 { number.exchange(-1, ordering: .acquiringAndReleasing) }
}

/// The descriptors of a run's streams (keeper.h, `od_slot_fd`).
struct RunDescriptors: Sendable {
    var out: Descriptor
    var error: Descriptor
    var outSpool: Descriptor
    var errorSpool: Descriptor

    init?(_ all: [Descriptor]) {
        guard all.count == Int(OD_SLOT_FDS.rawValue) else { return nil }
        out = all[Int(OD_FD_OUT.rawValue)]
        error = all[Int(OD_FD_ERR.rawValue)]
        outSpool = all[Int(OD_FD_OUT_SPOOL.rawValue)]
        errorSpool = all[Int(OD_FD_ERR_SPOOL.rawValue)]
    }
}

/// A run as the keeper reports it.
struct KeeperSlot: Hashable, Sendable {
    var index: UInt32
    var id: RunID
    var pid: Int32
    var since: Instant
    /// Number of its exit, 0 while it runs.
    var exitNumber: UInt64
    /// nil while its main process lives.
    var end: RunEnd?
    /// Nothing of it lives.
    var isGone: Bool

    var held: HeldRun { HeldRun(id: id, pid: pid, since: since, end: end) }
}

/// What the keeper says, decoded.
enum KeeperFrame: Sendable {
    /// - Parameter pid: of the keeper; `identity` tells it from every other one.
    case welcome(pid: Int32, identity: String)
    case held(key: UInt64, Descriptor)
    /// Without descriptors when its streams were released before.
    case slot(KeeperSlot, RunDescriptors?)
    case listed
    case spawned(KeeperSlot, RunDescriptors?)
    case refused(kind: UInt32, RunID, SpawnTrouble)
    case exited(KeeperSlot)
    case gone(KeeperSlot)
    case resync
    /// The descriptors of the frame before did not arrive.
    case cut
    /// OD_LEAVE is granted: the engine is to exit with 0.
    case left
    /// An answer that needs no action, or a kind of a newer keeper.
    case other

    /// Reads one datagram. Fields that an older keeper does not send are zero.
    init(_ bytes: UnsafeRawBufferPointer, _ descriptors: [Descriptor]) {
        guard let head = Self.load(od_frame.self, bytes, at: 0) else {
            self = .other
            return
        }
        let body = UnsafeRawBufferPointer(rebasing: bytes[MemoryLayout<od_frame>.size...])
        switch UInt32(head.kind) {
        case OD_WELCOME.rawValue:
            let welcome = Self.padded(od_welcome(), body)
            let boot = withUnsafeBytes(of: welcome.boot_id) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            self = .welcome(pid: welcome.pid, identity: "\(boot)/\(welcome.pid)")
        case OD_HELD.rawValue:
            self = descriptors.first.map { .held(key: Self.padded(od_key(), body).key, $0) } ?? .other
        case OD_SLOT.rawValue:
            self = .slot(Self.slot(head, body), RunDescriptors(descriptors))
        case OD_LISTED.rawValue:
            self = .listed
        case OD_SPAWNED.rawValue:
            self = .spawned(Self.slot(head, body), RunDescriptors(descriptors))
        case OD_REFUSED.rawValue:
            let refused = Self.padded(od_refused(), body)
            self = .refused(
                kind: refused.kind, RunID(instance: refused.instance, run: refused.run), SpawnTrouble(refused))
        case OD_EXITED.rawValue:
            self = .exited(Self.slot(head, body))
        case OD_GONE.rawValue:
            self = .gone(Self.slot(head, body))
        case OD_RESYNC.rawValue:
            self = .resync
        case OD_LEFT.rawValue:
            self = .left
        default:
            self = .other
        }
    }

    private static func slot(_ head: od_frame, _ body: UnsafeRawBufferPointer) -> KeeperSlot {
        let slot = padded(od_slot(), body)
        let ended = slot.exited != 0
        let end = RunEnd(
            exit: Exit(waitStatus: slot.status), pid: slot.pid, since: Instant(nanoseconds: slot.started),
            at: Instant(nanoseconds: slot.exited), left: Int(slot.left),
            maxMemory: slot.max_rss_kib * 1024, cpuTime: Int((slot.user_us + slot.system_us) / 1000))
        return KeeperSlot(
            index: head.slot, id: RunID(instance: slot.instance, run: slot.run), pid: slot.pid,
            since: Instant(nanoseconds: slot.started), exitNumber: head.seq, end: ended ? end : nil,
            isGone: slot.state == OD_RUN_GONE.rawValue)
    }

    private static func load<T>(_ type: T.Type, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> T? {
        guard bytes.count >= offset + MemoryLayout<T>.size else { return nil }
        return bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// `empty` with as many of its bytes as the body has.
    private static func padded<T>(_ empty: T, _ body: UnsafeRawBufferPointer) -> T {
        var value = empty
        withUnsafeMutableBytes(of: &value) {
            $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: body.prefix($0.count)))
        }
        return value
    }
}

extension SpawnTrouble {
    init(_ refused: od_refused) {
        let stage: Stage =
            switch refused.stage {
            case OD_AT_CWD.rawValue: .directory
            case OD_AT_EXEC.rawValue: .execute
            case OD_AT_TABLE.rawValue, OD_AT_PIPE.rawValue, OD_AT_SPOOL.rawValue, OD_AT_FORK.rawValue: .resources
            default: .other
            }
        self.init(stage: stage, errno: refused.error, text: Errno(refused.error).description)
    }
}
