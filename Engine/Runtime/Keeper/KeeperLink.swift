import CKernel
import Core
import Glibc

/// The engine's end of the link to the keeper (keeper.h). NIO has neither SEQPACKET nor SCM_RIGHTS: a thread of its own
/// receives; sending is done by the one who calls, on the control loop. The keeper never waits, so its socket is never
/// full for long.
final class KeeperLink: Sendable {
    private let socket: Int32

    /// - Parameter socket: descriptor OD_FD_LINK as the keeper gave it.
    init(socket: Int32) {
        self.socket = socket
    }

    /// Receives until the keeper is gone, on a thread of its own. `closed` is the last call.
    func listen(
        _ receive: @escaping @Sendable (KeeperFrame) -> Void, closed: @escaping @Sendable () -> Void
    ) throws {
        try Thread.start("od-keeper-link") { [socket] in
            Self.receiveAll(socket, receive)
            closed()
        }
    }

    private static func receiveAll(_ socket: Int32, _ receive: (KeeperFrame) -> Void) {
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
            let isCut = cut & OD_CUT_FDS.rawValue != 0
            if isCut { decline(socket, buffer) }
            receive(KeeperFrame(UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]), isCut ? [] : descriptors))
            if isCut { receive(.cut) }
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

    func hello() { Self.transmit(socket, OD_HELLO) }

    /// - Returns: nil, or the errno with which it could not even be asked.
    func spawn(_ order: SpawnOrder) -> Int32? {
        let body = ([order.program, order.cwd] + order.arguments + order.environment).nulTerminated
        var spawn = od_spawn()
        spawn.instance = order.id.instance
        spawn.run = order.id.run
        spawn.argc = UInt32(order.arguments.count)
        spawn.envc = UInt32(order.environment.count)
        spawn.length = UInt32(body.count)
        let inline = MemoryLayout<od_frame>.size + MemoryLayout<od_spawn>.size + body.count <= Int(OD_FRAME_MAX)
        if inline {
            return Self.transmit(socket, OD_SPAWN, body: bytes(of: spawn) + body)
        }
        spawn.memfd = 1
        let memory = od_sealed_file(body, body.count)
        guard memory >= 0 else { return -memory }
        defer { od_close(memory) }
        return Self.transmit(socket, OD_SPAWN, body: bytes(of: spawn), descriptor: memory)
    }

    /// Signals the whole tree of the run in `slot`.
    func signal(slot: UInt32, run: UInt64, _ number: Int32) {
        var signal = od_signal()
        signal.run = run
        signal.signal = number
        signal.scope = OD_SCOPE_TREE.rawValue
        Self.transmit(socket, OD_SIGNAL, slot: slot, body: bytes(of: signal))
    }

    /// The exit numbered `exitNumber` is stored.
    func acknowledge(slot: UInt32, exitNumber: UInt64) {
        Self.transmit(socket, OD_ACK, slot: slot, seq: exitNumber)
    }

    /// The streams of the run are read to their end.
    func release(slot: UInt32) { Self.transmit(socket, OD_RELEASE, slot: slot) }

    /// The streams of the run were not taken: the keeper reads them.
    func decline(slot: UInt32) { Self.transmit(socket, OD_DECLINE, slot: slot) }

    func store(key: UInt64, descriptor: Int32) {
        Self.transmit(socket, OD_STORE, body: bytes(of: od_key(key: key)), descriptor: descriptor)
    }

    func drop(key: UInt64) { Self.transmit(socket, OD_DROP, body: bytes(of: od_key(key: key))) }

    /// Asks the keeper to end.
    func leave() { Self.transmit(socket, OD_LEAVE) }

    @discardableResult
    private static func transmit(
        _ socket: Int32, _ kind: od_kind, slot: UInt32 = 0, seq: UInt64 = 0, body: [UInt8] = [],
        descriptor: Int32? = nil
    ) -> Int32? {
        let head = od_frame(version: UInt16(OD_LINK_VERSION), kind: UInt16(kind.rawValue), slot: slot, seq: seq)
        let frame = bytes(of: head) + body
        var descriptors = [descriptor ?? -1]
        while true {
            let result = od_link_send(socket, frame, frame.count, &descriptors, descriptor == nil ? 0 : 1)
            if result == -EINTR { continue }
            return result < 0 ? -result : nil
        }
    }
}

/// The memory of a C struct.
private func bytes<T>(of value: T) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}

extension [String] {
    /// All strings, each followed by a NUL.
    fileprivate var nulTerminated: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reduce(0) { $0 + $1.utf8.count + 1 })
        for string in self {
            bytes += string.utf8
            bytes.append(0)
        }
        return bytes
    }
}
