import CKernel
import Glibc

/// A frame as it came, with the descriptors that it brought; they are closed with it.
final class Frame {
    let head: od_frame
    let bytes: [UInt8]
    private(set) var fds: [Int32]

    init(_ bytes: [UInt8], fds: [Int32]) throws {
        guard bytes.count >= MemoryLayout<od_frame>.size else { throw Trouble("a frame of \(bytes.count) bytes") }
        head = bytes.withUnsafeBytes { $0.loadUnaligned(as: od_frame.self) }
        self.bytes = Array(bytes.dropFirst(MemoryLayout<od_frame>.size))
        self.fds = fds
    }

    deinit {
        dropDescriptors()
    }

    func dropDescriptors() {
        for fd in fds { close(fd) }
        fds = []
    }

    var kind: UInt32 { UInt32(head.kind) }
    var slot: UInt32 { head.slot }
    var seq: UInt64 { head.seq }

    func body<Body: BitwiseCopyable>(_: Body.Type) throws -> Body {
        guard bytes.count >= MemoryLayout<Body>.size else { throw Trouble("a body of \(bytes.count) bytes") }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: Body.self) }
    }

    var run: od_slot {
        get throws { try body(od_slot.self) }
    }

    var refusal: od_refused {
        get throws { try body(od_refused.self) }
    }
}

/// A run as the engine sees it.
struct Run {
    let frame: Frame
    let slot: UInt32
    let facts: od_slot

    init(_ frame: Frame) throws {
        self.frame = frame
        slot = frame.slot
        facts = try frame.run
    }

    var pid: Int32 { facts.pid }
    var out: Int32 { frame.fds[Int(OD_FD_OUT.rawValue)] }
    var error: Int32 { frame.fds[Int(OD_FD_ERR.rawValue)] }
    var outSpool: Int32 { frame.fds[Int(OD_FD_OUT_SPOOL.rawValue)] }
    var errorSpool: Int32 { frame.fds[Int(OD_FD_ERR_SPOOL.rawValue)] }

    /// Reads stdout until its end.
    func readOut(within limit: Int32 = patience) throws -> String { try Self.readToEnd(out, limit) }

    /// Reads lines of stdout until one is `last`; without it.
    func readOut(until last: String, within limit: Int32 = patience) throws -> [Substring] {
        var text = ""
        let deadline = now() + Int64(limit)
        while !text.hasSuffix(last + "\n") {
            guard isReadable(out, within: Int32(max(deadline - now(), 0))) else {
                throw Trouble("no \(last) in: \(text)")
            }
            let more = readAll(out)
            guard !more.isEmpty else { throw Trouble("end before \(last) in: \(text)") }
            text += String(decoding: more, as: UTF8.self)
        }
        return lines(text).dropLast()
    }

    static func readToEnd(_ fd: Int32, _ limit: Int32) throws -> String {
        var bytes: [UInt8] = []
        let deadline = now() + Int64(limit)
        while true {
            guard isReadable(fd, within: Int32(max(deadline - now(), 0))) else { throw Trouble("no end of stream") }
            let more = readAll(fd)
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }
}

/// The pids that a probe announced.
func announcedPids(_ lines: [Substring]) -> [Int32] {
    lines.compactMap { $0.hasPrefix("pid ") ? Int32($0.dropFirst(4)) : nil }
}

/// An engine that the keeper started: a probe that has given us its end of the link and waits for orders.
final class PlayedEngine {
    let pid: Int32
    /// OD_ENGINE_STARTS as the keeper set it.
    let starts: Int32
    private(set) var link: Int32
    /// OD_PULSE is answered and not shown.
    var beats = true
    /// Of the link, as it says in its frames.
    var version = UInt16(OD_LINK_VERSION)
    private let orders: Int32

    init(_ connection: Int32) throws {
        orders = connection
        var fds = [Int32](repeating: -1, count: Int(OD_LINK_FDS_MAX))
        var hello: (Int32, Int32) = (0, 0)
        var count: UInt32 = 0
        var cut: UInt32 = 0
        let length = od_link_recv(connection, &hello, 8, &fds, &count, &cut)
        guard length == 8, count == 1 else { throw Trouble("an engine that says \(length) bytes") }
        (pid, starts) = hello
        link = fds[0]
    }

    deinit {
        close(link)
        close(orders)
    }

    /// The keeper is gone, this is a link to another one.
    func replaceLink(_ fd: Int32) {
        close(link)
        link = fd
    }

    func send(_ kind: od_kind, slot: UInt32, seq: UInt64, body: [UInt8], fds: [Int32]) throws {
        let head = od_frame(version: version, kind: UInt16(kind.rawValue), slot: slot, seq: seq)
        try send(bytesOf(head) + body, fds: fds)
    }

    func send(_ bytes: [UInt8], fds: [Int32] = []) throws {
        let result = od_link_send(link, bytes, bytes.count, fds, UInt32(fds.count))
        guard result == 0 else { throw Trouble("send: \(result)") }
    }

    /// The next frame; nil when none comes within the limit.
    func receive(within limit: Int32) throws -> Frame? {
        let deadline = now() + Int64(limit)
        while let frame = try receiveAny(within: Int32(max(deadline - now(), 0))) {
            guard beats, frame.kind == OD_PULSE.rawValue else { return frame }
            try send(OD_BEAT, slot: 0, seq: frame.seq, body: [], fds: [])
        }
        return nil
    }

    private func receiveAny(within limit: Int32) throws -> Frame? {
        guard isReadable(link, within: limit) else { return nil }
        var buffer = [UInt8](repeating: 0, count: Int(OD_FRAME_MAX))
        var fds = [Int32](repeating: -1, count: Int(OD_LINK_FDS_MAX))
        var count: UInt32 = 0
        var cut: UInt32 = 0
        let length = od_link_recv(link, &buffer, buffer.count, &fds, &count, &cut)
        guard length > 0, cut == 0 else { throw Trouble("recv: \(length), cut \(cut)") }
        return try Frame(Array(buffer.prefix(Int(length))), fds: Array(fds.prefix(Int(count))))
    }

    /// Tells the probe to exit.
    func exit(_ code: Int32) {
        _ = withUnsafeBytes(of: code) { Glibc.write(orders, $0.baseAddress, $0.count) }
    }

    /// Waits for word of a SIGTERM.
    func sawTermination(within limit: Int32 = patience) -> Bool {
        var word: Int32 = 0
        return isReadable(orders, within: limit) && read(orders, &word, 4) == 4 && word == SIGTERM
    }
}
