internal import ArgumentParser
internal import Core
import Glibc
internal import OpenDaemon

struct Bridge: Verb {
    static let configuration = CommandConfiguration(
        commandName: "bridge",
        abstract: "Copies the daemon's protocol between its socket and stdin and stdout.",
        usage: "od bridge [OPTIONS]",
        discussion: """
            What od --host runs at the far end of ssh; programs may use it too. It starts nothing unless --start is \
            given. When stdin ends, answers that are due are still copied. od help protocol describes the bytes.
            """)

    @OptionGroup var globals: Globals

    @Flag(help: "Start the daemon when none runs.")
    var start = false

    func run(_ session: Session) async throws {
        guard isatty(0) == 0, session.remote == nil else {
            throw Failure(
                .usage, "od bridge is for programs", why: "its stdin carries frames, not what people type",
                next: "od --host user@server VERB")
        }
        let options = ConnectOptions(home: session.home, start: start ? .ifNeeded : .never, client: Product.client)
        let socket: Int32
        do {
            socket = try await OpenDaemon.socket(options)
        } catch {
            // Who is at the other end reads frames, and people read what is on stderr.
            Output(descriptor: 1).write(bytes: Self.frame(error))
            throw error
        }
        await ScreenThread.run { Copier.copy(input: 0, output: 1, socket: socket) }
    }

    /// A response to no request, as the engine itself refuses a client.
    static func frame(_ error: any Error) -> [UInt8] {
        let failure = error as? Failure ?? Failure(.bug, "od bridge failed", why: "\(error)", next: "report this")
        let json = Array(JSONText.of(RPCResponse<Nothing>(id: nil, error: RPCError(failure))).utf8)
        return Frame.header(.response, length: json.count) + json
    }
}

/// Copies bytes both ways until the socket ends. Blocks.
enum Copier {
    /// One direction: it reads again when all that it has read is written, so that a slow reader slows the writer.
    private struct Way {
        let from: Int32
        let to: Int32
        /// Bytes that are written at once.
        let limit: Int
        var bytes: ArraySlice<UInt8> = []
        var hasEnded = false

        static let block = 64 << 10

        mutating func read() {
            var block = [UInt8](repeating: 0, count: Self.block)
            let count = Glibc.read(from, &block, block.count)
            if count > 0 { bytes = block[..<count] } else if count == 0 || !isPassing { hasEnded = true }
        }

        /// False when nobody reads any more.
        mutating func write() -> Bool {
            let count = bytes.withUnsafeBytes { Glibc.write(to, $0.baseAddress, min($0.count, limit)) }
            if count > 0 { bytes = bytes.dropFirst(count) }
            return count > 0 || isPassing
        }

        private var isPassing: Bool { errno == EAGAIN || errno == EINTR }
    }

    /// - Parameter socket: closed at the end.
    static func copy(input: Int32, output: Int32, socket: Int32) {
        defer { close(socket) }
        signal(SIGPIPE, SIG_IGN)
        // Neither way may block the other: the socket does not block, and a pipe with room takes this much at once.
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        var up = Way(from: input, to: socket, limit: Way.block)
        var down = Way(from: socket, to: output, limit: Int(PIPE_BUF))
        var isShut = false
        while !down.hasEnded || !down.bytes.isEmpty {
            if up.hasEnded, up.bytes.isEmpty, !isShut {
                isShut = true
                shutdown(socket, Int32(SHUT_WR))
            }
            var polls = [
                pollfd(fd: up.bytes.isEmpty && !up.hasEnded ? input : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: up.bytes.isEmpty ? -1 : socket, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: down.bytes.isEmpty && !down.hasEnded ? socket : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: down.bytes.isEmpty ? -1 : output, events: Int16(POLLOUT), revents: 0),
            ]
            guard poll(&polls, 4, -1) >= 0 || errno == EINTR else { return }
            if polls[0].revents != 0 { up.read() }
            // A socket that takes nothing more has ended on the other way too, once that is read.
            if polls[1].revents != 0, !up.write() { (up.bytes, up.hasEnded) = ([], true) }
            if polls[2].revents != 0 { down.read() }
            if polls[3].revents != 0, !down.write() { return }
        }
    }
}
