import CKernel
import Core
import Glibc

/// A running ssh whose stdin and stdout are one end of a socket pair: for the link it is a socket like any other.
///
/// Its stderr is a pipe that is read only when it has failed; what does not fit into the pipe is lost. Passwords are
/// asked on the terminal itself.
final class RemoteShell: Sendable {
    /// Our end; the link owns it.
    let socket: Int32
    private let pid: pid_t
    private let errors: Int32

    private init(socket: Int32, pid: pid_t, errors: Int32) {
        self.socket = socket
        self.pid = pid
        self.errors = errors
    }

    deinit { close(errors) }

    static func start(_ words: [String]) throws(Failure) -> RemoteShell {
        var pair: [Int32] = [-1, -1]
        var pipe: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw .noShell(words[0], .last) }
        guard Glibc.pipe(&pipe) == 0 else {
            let error = SystemError.last
            for number in pair { close(number) }
            throw .noShell(words[0], error)
        }
        for number in pipe {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            _ = fcntl(number, F_SETFL, O_NONBLOCK)
        }
        let gifts = [(pair[1], 0), (pair[1], 1), (pipe[1], 2)].map { od_gift(descriptor: $0.0, number: $0.1) }
        let argv = words.map { strdup($0) }
        defer { for word in argv { free(word) } }
        let pid = od_program_spawn(words[0], argv + [nil], environ, gifts, gifts.count)
        close(pair[1])
        close(pipe[1])
        guard pid > 0 else {
            close(pair[0])
            close(pipe[0])
            throw .noShell(words[0], SystemError(number: -pid))
        }
        return RemoteShell(socket: pair[0], pid: pid, errors: pipe[0])
    }

    /// Milliseconds that a shell may take to end after its connection has.
    private static let farewell = 3000

    /// Waits for its end, which it is helped to when it does not come, and says how it was. To be called once; blocks.
    func end() -> (exit: Exit, text: String) {
        var status: Int32 = 0
        for _ in 0..<(Self.farewell / 10) {
            if waitpid(pid, &status, WNOHANG) != 0 { return (Exit(waitStatus: status), text()) }
            usleep(10_000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        return (Exit(waitStatus: status), text())
    }

    private func text() -> String {
        var bytes = [UInt8](repeating: 0, count: 8 << 10)
        let count = Glibc.read(errors, &bytes, bytes.count)
        // What another machine says is shown on a terminal: control characters do not belong there.
        return String(decoding: bytes.prefix(max(0, count)).filter { $0 == 0x0A || $0 >= 0x20 }, as: UTF8.self)
    }
}

// A connection to another machine.
extension Link {
    /// Starts ssh and says hello through it.
    ///
    /// - Throws: `Failure`: OD5013 or OD5004 from ssh and what it says, and what `establish` throws.
    func establishRemote(asks: Bool) async throws -> HelloResult {
        guard let remote = options.remote else { throw Failure.lost }
        let words = remote.arguments(starts: options.start == .ifNeeded, asks: asks)
        let shell = try RemoteShell.start(words)
        self.shell = shell
        do {
            return try await establish(shell.socket, within: asks ? Defaults.loginDeadline : options.pulse.patience)
        } catch let failure as Failure where failure == .lost {
            self.shell = nil
            let (exit, text) = try await Blocking.run { shell.end() }
            throw exit.isSuccess
                ? Failure.remoteSilent(remote.destination) : .remote(remote.destination, exit, says: text)
        } catch {
            reap()
            throw error
        }
    }

    /// The connection is over, and its shell ends with it.
    func reap() {
        guard let shell else { return }
        self.shell = nil
        Task { _ = try? await Blocking.run { shell.end() } }
    }
}
