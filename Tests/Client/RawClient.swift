import Core
import FoundationEssentials
import Glibc
import Testing

/// A client that writes what it likes.
struct RawClient: ~Copyable {
    let socket: Int32

    init(_ home: String) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let descriptor = socket
        try #require(withAddress(home + "/od.sock") { Glibc.connect(descriptor, $0, $1) } == 0)
    }

    deinit { close(socket) }

    /// Writes no more, and goes on reading.
    func shutWriting() { shutdown(socket, Int32(SHUT_WR)) }

    /// False when the other end has closed.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    func send(request json: String) {
        write(Frame.header(.request, length: json.utf8.count) + Array(json.utf8))
    }

    func sayHello() {
        send(
            request: #"{"jsonrpc":"2.0","id":1,"method":"daemon.hello","params":"#
                + #"{"magic":"opendaemon","version":1,"client":"raw"}}"#)
    }

    /// The next frame, as its kind and its JSON; nil when the server has closed.
    func read() async -> (kind: Frame.Kind, json: String)? {
        guard let header = await read(5), let parsed = try? Frame.parseHeader(header) else { return nil }
        guard let payload = await read(parsed.length) else { return nil }
        return (parsed.kind, String(decoding: payload, as: UTF8.self))
    }

    /// The bytes of the next frame, and its kind.
    func readBytes() async -> (kind: Frame.Kind, payload: [UInt8])? {
        guard let header = await read(5), let parsed = try? Frame.parseHeader(header) else { return nil }
        return await read(parsed.length).map { (parsed.kind, $0) }
    }

    /// The error in the next frame.
    func readError() async -> RPCError? {
        guard let frame = await read() else { return nil }
        return try? JSONDecoder().decode(RPCResponse<Nothing>.self, from: Data(frame.json.utf8)).error
    }

    func isClosed() async -> Bool { await read(1) == nil }

    /// nil at the end, and when nothing comes for a long time.
    func read(_ count: Int) async -> [UInt8]? {
        let end = ContinuousClock.now + .seconds(60)
        var bytes: [UInt8] = []
        while bytes.count < count {
            var block = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(socket, &block, block.count, Int32(MSG_DONTWAIT))
            if got > 0 {
                bytes += block[..<got]
            } else if got < 0, errno == EAGAIN, ContinuousClock.now < end {
                try? await Task.sleep(for: .milliseconds(1))
            } else {
                return nil
            }
        }
        return bytes
    }
}
