import CKernel
import Core
import Synchronization

/// By which descriptor a run speaks.
enum SignSource: Int, Hashable, Sendable, CaseIterable {
    /// Node's IPC channel: a stream of JSON, a line each.
    case channel
    /// The socket of sd_notify: datagrams of `KEY=VALUE` lines.
    case notify
    /// A stream that takes a line.
    case line

    /// The key under which the keeper holds our end of it for a run: the first byte is `S`, the rest a hash.
    func key(_ id: RunID) -> UInt64 {
        // FNV-1a: the same in every build, which Swift's own hashing is not.
        let text = "\(id.instance).\(id.run).\(rawValue)"
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return hash >> 8 | Self.keyMark
    }

    private static let keyMark = UInt64(UInt8(ascii: "S")) << 56

    /// Whether a key of the keeper's store is one of these.
    static func isKey(_ key: UInt64) -> Bool { key >> 56 == keyMark >> 56 }
}

/// What was heard.
enum SignFact: Sendable {
    case said(RunID, Sign)
    /// It is ready. The message that says so is looked at and not taken: `SignWatch.taken` when that is stored, so that
    /// the next engine finds it, should this one be killed before. nil for what is no message.
    case ready(RunID, SignSource?)
}

/// Hears what runs say and looks for what makes them ready, on one thread of its own, which sleeps while nothing is said.
///
/// Nothing here blocks the caller. What is beyond a bound is dropped: a line of more than `lineMax` bytes on a channel,
/// output of an app that is not ready yet beyond `outputMax` unread bytes.
final class SignWatch: Sendable {
    enum Order: Sendable {
        case hear(RunID, pid: Int32, Attention, [SignSource: Descriptor])
        case taken(RunID, SignSource)
        case output(RunID, LogChunk.Channel, [UInt8])
        case forget(RunID)
        case stop
    }

    /// Bytes of a message.
    static let lineMax = 64 << 10
    /// Bytes of output that may wait to be looked at, of all runs together.
    static let outputMax = 8 << 20

    private struct State {
        var orders: [Order] = []
        var waitingOutput = 0
    }

    let bell: Bell
    private let state = Mutex(State())

    /// `facts` is called on the watch's thread. Throws `OD9001` when the system gives no thread or no descriptor.
    init(facts: @escaping @Sendable (SignFact) -> Void) throws(Failure) {
        do {
            bell = try Bell(counting: false)
            let epoll = try Errno.check(od_pump_epoll())
            try Thread.start("od-signs") { [self] in
                SignLoop(epoll: epoll, watch: self, facts: facts).run()
            }
        } catch {
            throw Failure(
                .bug, "nobody can hear what apps say", why: "\(error)", next: "raise the user's limits (ulimit -a)")
        }
    }

    /// Hears a run from now on.
    func hear(_ id: RunID, pid: Int32, _ attention: Attention, _ sources: [SignSource: Descriptor]) {
        post(.hear(id, pid: pid, attention, sources))
    }

    /// What a message said is stored: it may go.
    func taken(_ id: RunID, _ source: SignSource) { post(.taken(id, source)) }

    /// Output of a run that waits for a line of it.
    func output(_ id: RunID, _ channel: LogChunk.Channel, _ bytes: [UInt8]) {
        let isTaken = state.withLock { state in
            guard state.waitingOutput + bytes.count <= Self.outputMax else { return false }
            state.waitingOutput += bytes.count
            state.orders.append(.output(id, channel, bytes))
            return true
        }
        if isTaken { bell.ring() }
    }

    /// Nothing of the run lives.
    func forget(_ id: RunID) { post(.forget(id)) }

    /// Ends the thread, soon.
    func stop() { post(.stop) }

    /// Bounded by the number of runs: each is heard once, and forgotten once.
    private func post(_ order: Order) {
        state.withLock { $0.orders.append(order) }
        bell.ring()
    }

    /// What has come, oldest first.
    func take() -> [Order] {
        bell.take()
        return state.withLock { state in
            defer { state = State() }
            return state.orders
        }
    }
}
