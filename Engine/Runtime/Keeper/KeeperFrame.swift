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

    /// The descriptor, which stays this owner's; -1 when it was given away.
    var lent: Int32 { number.load(ordering: .acquiring) }
}

/// The descriptors of a run (keeper.h, `od_slot_fd`).
struct RunDescriptors: Sendable {
    /// Of its main process: tells how it ended when no keeper can.
    var process: Descriptor
    var out: Descriptor
    var error: Descriptor
    var outSpool: Descriptor
    var errorSpool: Descriptor

    init?(_ all: [Descriptor]) {
        guard all.count == Int(OD_SLOT_FDS.rawValue) else { return nil }
        process = all[Int(OD_FD_PID.rawValue)]
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
    /// Clock ticks after boot at which its main process started: with pid and boot its identity. 0 = unknown.
    var ticks: UInt64 = 0
    /// Number of its exit, 0 while it runs.
    var exitNumber: UInt64
    /// nil while its main process lives.
    var end: RunEnd?
    /// Nothing of it lives.
    var isGone: Bool
    /// It has not executed its program yet: OD_SPAWNED or OD_REFUSED follows.
    var isStarting = false
    /// The user's budget of pipes is used up: those of this run are small.
    var hasSmallPipes = false
    /// Its tree is a cgroup: nothing got away.
    var hasCgroup = false

    var held: HeldRun { HeldRun(id: id, pid: pid, since: since, end: end) }
}

/// Who the keeper is.
struct KeeperWelcome: Hashable, Sendable {
    var pid: Int32
    /// Of its parent, which takes over when it dies; 0 without one (version 1).
    var spare: Int32 = 0
    var boot: String
    /// Names the table of runs: the same over all keepers that have held it; 0 in version 1, which dies with its table.
    var holding: UInt64 = 0
    /// Which keeper of that table it is, from 1; 0 in version 1.
    var keepers: UInt32 = 0
    /// Version of its executable; empty in version 1.
    var build = ""

    /// Tells tables of runs apart: an engine that meets another one than the last holds none of the runs it knew.
    var identity: String { "\(boot)/\(holding == 0 ? String(pid) : String(holding, radix: 16))" }

    /// The boot in an identity that was stored.
    static func boot(of identity: String) -> Substring { identity.prefix { $0 != "/" } }
}

/// A frame, and the number of the request that it answers.
struct KeeperReport: Sendable {
    var frame: KeeperFrame
    /// nil for what nobody asked for, and for answers to requests that had no number.
    var answers: UInt64?

    init(_ frame: KeeperFrame, answers: UInt64? = nil) {
        self.frame = frame
        self.answers = answers
    }

    /// Reads one datagram.
    init(_ bytes: UnsafeRawBufferPointer, _ descriptors: [Descriptor]) {
        frame = KeeperFrame(bytes, descriptors)
        guard bytes.count >= MemoryLayout<od_frame>.size else { return }
        let head = bytes.loadUnaligned(as: od_frame.self)
        let answering = [OD_WELCOME, OD_LISTED, OD_SPAWNED, OD_REFUSED, OD_SIGNALLED, OD_STORED, OD_LEFT]
        if head.seq != 0, answering.contains(where: { $0.rawValue == UInt32(head.kind) }) { answers = head.seq }
    }
}

/// What the keeper says, decoded.
enum KeeperFrame: Sendable {
    case welcome(KeeperWelcome)
    case held(key: UInt64, Descriptor)
    /// Without descriptors when its streams were released before.
    case slot(KeeperSlot, RunDescriptors?)
    case listed
    case spawned(KeeperSlot, RunDescriptors?)
    case refused(kind: UInt32, RunID, SpawnTrouble)
    case exited(KeeperSlot)
    case gone(KeeperSlot)
    case resync
    /// The control loop is to say that it lives.
    case pulse(UInt64)
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
            self = .welcome(
                KeeperWelcome(
                    pid: welcome.pid, spare: welcome.spare, boot: Self.text(welcome.boot_id), holding: welcome.holding,
                    keepers: welcome.keepers, build: Self.text(welcome.build)))
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
        case OD_PULSE.rawValue:
            self = .pulse(head.seq)
        case OD_LEFT.rawValue:
            self = .left
        default:
            self = .other
        }
    }

    private static func slot(_ head: od_frame, _ body: UnsafeRawBufferPointer) -> KeeperSlot {
        let slot = padded(od_slot(), body)
        let ended = slot.exited != 0
        let isUnknown = slot.flags & OD_SLOT_UNKNOWN.rawValue != 0
        let end = RunEnd(
            exit: isUnknown ? .unknown : Exit(waitStatus: slot.status), pid: slot.pid,
            since: Instant(nanoseconds: slot.started),
            at: Instant(nanoseconds: slot.exited), left: Int(slot.left),
            // Figures that are no figures must not end the engine.
            maxMemory: slot.max_rss_kib &* 1024, cpuTime: Int((slot.user_us &+ slot.system_us) / 1000))
        return KeeperSlot(
            index: head.slot, id: RunID(instance: slot.instance, run: slot.run), pid: slot.pid,
            since: Instant(nanoseconds: slot.started), ticks: slot.start_ticks, exitNumber: head.seq,
            end: ended ? end : nil,
            isGone: slot.state == OD_RUN_GONE.rawValue, isStarting: slot.state == OD_RUN_STARTING.rawValue,
            hasSmallPipes: slot.flags & OD_SLOT_SMALL_PIPES.rawValue != 0,
            hasCgroup: slot.flags & OD_SLOT_CGROUP.rawValue != 0)
    }

    /// A C array of characters up to its NUL.
    private static func text<T>(_ characters: T) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
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
