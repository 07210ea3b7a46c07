import CKernel
import Core
import Glibc
import Synchronization

/// The engine's end of the link to the keeper (keeper.h). NIO has neither SEQPACKET nor SCM_RIGHTS: a thread of its own
/// receives; sending is done by the one who calls, on the control loop. The keeper never waits, so its socket is never
/// full for long.
///
/// What has no answer is remembered (`Requests`) and said again to the next keeper: `repeatRequests`.
final class KeeperLink: Sendable {
    private struct State {
        /// -1 while there is no keeper.
        var socket: Int32
        var requests = Requests()
    }

    /// Used on the control loop; the lock is for the compiler's peace and never waited for.
    private let state: Mutex<State>
    private let version = Atomic<UInt16>(0)

    /// OD_LINK_VERSION of the keeper, as its last frame said; 0 before the first.
    var keeperVersion: UInt16 { version.load(ordering: .relaxed) }

    /// - Parameter socket: descriptor OD_FD_LINK as the keeper gave it.
    init(socket: Int32) {
        state = Mutex(State(socket: socket))
    }

    /// Receives until the keeper is gone, on a thread of its own. `closed` is the last call.
    func listen(
        _ receive: @escaping @Sendable (KeeperReport) -> Void, closed: @escaping @Sendable () -> Void
    ) throws {
        let socket = socket
        try Thread.start("od-keeper-link") { [self] in
            Self.receiveAll(socket, version, receive)
            closed()
        }
    }

    private var socket: Int32 { state.withLock { $0.socket } }

    /// Closes the socket at whose other end nobody is any more. To be called when `closed` was.
    func disconnect() {
        let old = state.withLock { state in
            defer { state.socket = -1 }
            return state.socket
        }
        if old >= 0 { od_close(old) }
    }

    /// Speaks to another keeper from now on.
    func connect(_ socket: Int32) {
        disconnect()
        state.withLock { $0.socket = socket }
    }

    private static func receiveAll(
        _ socket: Int32, _ version: borrowing Atomic<UInt16>, _ receive: (KeeperReport) -> Void
    ) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(OD_FRAME_MAX), alignment: 16)
        defer { buffer.deallocate() }
        var numbers = [Int32](repeating: -1, count: Int(OD_LINK_FDS_MAX))
        while true {
            var count: UInt32 = 0
            var cut: UInt32 = 0
            let length = od_link_recv(socket, buffer.baseAddress, buffer.count, &numbers, &count, &cut)
            if length == -Int64(EINTR) || length == -Int64(EBADMSG) { continue }
            guard length > 0 else { return }
            let descriptors = numbers[..<Int(count)].map(Descriptor.init)
            if length >= MemoryLayout<od_frame>.size, let head = buffer.baseAddress?.loadUnaligned(as: od_frame.self) {
                version.store(head.version, ordering: .relaxed)
            }
            let isCut = cut & OD_CUT_FDS.rawValue != 0
            if isCut { decline(socket, buffer) }
            receive(KeeperReport(UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]), isCut ? [] : descriptors))
            if isCut { receive(KeeperReport(.cut)) }
        }
    }

    /// Descriptors did not arrive: if they were a run's, the keeper goes on reading its streams.
    private static func decline(_ socket: Int32, _ buffer: UnsafeMutableRawBufferPointer) {
        let head = buffer.loadUnaligned(as: od_frame.self)
        let kind = UInt32(head.kind)
        guard kind == OD_SLOT.rawValue || kind == OD_SPAWNED.rawValue else { return }
        transmit(socket, OD_DECLINE, slot: head.slot)
    }

    // MARK: what the engine says

    /// - Returns: the number that welcome and list repeat. A keeper that dies may take both with it.
    @discardableResult func hello() -> UInt64 {
        let number = state.withLock { $0.requests.number() }
        tell(OD_HELLO, seq: number)
        return number
    }

    /// The answer to a pulse.
    func beat(_ number: UInt64) { tell(OD_BEAT, seq: number) }

    /// - Returns: nil, or the errno with which it could not even be asked.
    func spawn(_ order: SpawnOrder, _ grant: SpawnGrant = SpawnGrant()) -> Int32? {
        do throws(Errno) {
            let frame = try SpawnFrame(order, grant)
            return begin(.spawn(order.id, body: frame.body, frame.descriptors))
        } catch {
            return error.number
        }
    }

    /// Asks the keeper to hold a living process of a keeper that is gone.
    ///
    /// - Parameter streams: pipe and spool of stdout and stderr in the order of `od_slot_fd`, or none.
    func adopt(_ process: ProcessRecord, since: Instant?, streams: [Descriptor]) {
        var adopt = od_adopt()
        adopt.instance = process.id.instance
        adopt.run = process.id.run
        adopt.start_ticks = process.ticks
        adopt.started = since?.nanoseconds ?? 0
        adopt.pid = process.pid
        _ = begin(.adopt(process.id, body: bytes(of: adopt), streams))
    }

    /// Signals the whole tree of a run.
    ///
    /// - Parameters:
    ///   - slot: where the keeper has it; nil: it is said as soon as a keeper has it.
    ///   - first: only its first process.
    func signal(slot: UInt32?, _ id: RunID, _ number: Int32, first: Bool = false) {
        let request = state.withLock { $0.requests.add(.signal(id, number, first: first)) }
        if let slot { transmit(request, .signal(id, number, first: first), slot: slot) }
    }

    /// Signals the main process of a run, once: what is lost with a keeper is not said again.
    func signalMain(slot: UInt32, _ id: RunID, _ number: Int32) {
        var signal = od_signal()
        signal.run = id.run
        signal.signal = number
        signal.scope = OD_SCOPE_MAIN.rawValue
        tell(OD_SIGNAL, slot: slot, seq: state.withLock { $0.requests.number() }, body: bytes(of: signal))
    }

    /// The exit numbered `exitNumber` is stored.
    func acknowledge(slot: UInt32, exitNumber: UInt64) { tell(OD_ACK, slot: slot, seq: exitNumber) }

    /// The streams of the run are read to their end.
    func release(slot: UInt32) { tell(OD_RELEASE, slot: slot) }

    /// The streams of the run were not taken: the keeper reads them.
    func decline(slot: UInt32) { tell(OD_DECLINE, slot: slot) }

    /// - Parameter descriptor: stays the caller's.
    func store(key: UInt64, descriptor: Int32) {
        let copy = od_pump_duplicate(descriptor)
        guard copy >= 0 else { return tell(OD_STORE, body: bytes(of: od_key(key: key)), descriptors: [descriptor]) }
        _ = begin(.store(key: key, Descriptor(copy)))
    }

    func drop(key: UInt64) { tell(OD_DROP, body: bytes(of: od_key(key: key))) }

    /// Asks the keeper to become other executables.
    ///
    /// - Returns: the number of the request.
    func reexec(keeper: String, engine: String) -> UInt64 {
        let paths = [keeper, engine].nulTerminated
        let number = state.withLock { $0.requests.number() }
        tell(OD_REEXEC, seq: number, body: bytes(of: od_reexec(length: UInt32(paths.count))) + paths)
        return number
    }

    /// Asks the keeper to end.
    func leave() { tell(OD_LEAVE) }

    // MARK: what is unanswered

    func answered(_ number: UInt64) -> Requests.Request? { state.withLock { $0.requests.remove(number) } }

    /// The keeper has listed the run: whether somebody waited for its spawn or adoption.
    func isListed(_ id: RunID) -> Bool { state.withLock { $0.requests.remove(beginning: id) } }

    /// Runs whose spawn is not answered.
    var unansweredSpawns: Set<RunID> { state.withLock { $0.requests.spawns } }

    /// Says again what is unanswered up to a number, oldest first.
    ///
    /// - Parameter slot: where the keeper has a run; a signal to one that it has not is dropped.
    func repeatRequests(upTo number: UInt64, slot: (RunID) -> UInt32?) {
        for (number, request) in state.withLock({ $0.requests.unanswered(upTo: number) }) {
            if case .signal(let id, _, _) = request {
                guard let slot = slot(id) else {
                    _ = answered(number)
                    continue
                }
                transmit(number, request, slot: slot)
            } else {
                transmit(number, request)
            }
        }
    }

    /// Sends what is to be answered, and remembers it until it is.
    ///
    /// - Returns: nil, or the errno for which it will not be sent at all.
    private func begin(_ request: Requests.Request) -> Int32? {
        let (isFull, number) = state.withLock { state in (state.requests.isFull, state.requests.add(request)) }
        if isFull, case .spawn = request { return ENOBUFS }
        let errno = transmit(number, request)
        guard let errno, !Self.isGone(errno) else { return nil }
        _ = answered(number)
        return errno
    }

    @discardableResult
    private func transmit(_ number: UInt64, _ request: Requests.Request, slot: UInt32 = 0) -> Int32? {
        switch request {
        case .spawn(_, let body, let descriptors):
            return Self.transmit(
                socket, OD_SPAWN, seq: number, body: body, descriptors: descriptors.map(\.lent))
        case .adopt(_, let body, let descriptors):
            return Self.transmit(
                socket, OD_ADOPT, seq: number, body: body, descriptors: descriptors.map(\.lent))
        case .store(let key, let descriptor):
            return Self.transmit(
                socket, OD_STORE, seq: number, body: bytes(of: od_key(key: key)), descriptors: [descriptor.lent])
        case .signal(let id, let signalNumber, let first):
            var signal = od_signal()
            signal.run = id.run
            signal.signal = signalNumber
            signal.scope = (first ? OD_SCOPE_MAIN : OD_SCOPE_TREE).rawValue
            return Self.transmit(socket, OD_SIGNAL, slot: slot, seq: number, body: bytes(of: signal))
        }
    }

    /// The other end is closed: the next keeper will be asked.
    private static func isGone(_ errno: Int32) -> Bool {
        [EPIPE, ECONNRESET, ENOTCONN, EBADF].contains(errno)
    }

    private func tell(
        _ kind: od_kind, slot: UInt32 = 0, seq: UInt64 = 0, body: [UInt8] = [], descriptors: [Int32] = []
    ) {
        Self.transmit(socket, kind, slot: slot, seq: seq, body: body, descriptors: descriptors)
    }

    @discardableResult
    private static func transmit(
        _ socket: Int32, _ kind: od_kind, slot: UInt32 = 0, seq: UInt64 = 0, body: [UInt8] = [],
        descriptors: [Int32] = []
    ) -> Int32? {
        guard socket >= 0 else { return EPIPE }
        let head = od_frame(version: UInt16(OD_LINK_VERSION), kind: UInt16(kind.rawValue), slot: slot, seq: seq)
        let frame = bytes(of: head) + body
        while true {
            let result = od_link_send(socket, frame, frame.count, descriptors, UInt32(descriptors.count))
            if result == -EINTR { continue }
            return result < 0 ? -result : nil
        }
    }
}

/// The memory of a C struct.
private func bytes<T>(of value: T) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}
