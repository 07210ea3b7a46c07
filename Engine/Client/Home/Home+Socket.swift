import CKernel
import Core
import Glibc

/// What came of connecting to the daemon's socket.
enum Dialed: Hashable, Sendable {
    /// The caller owns the descriptor.
    case connected(Int32)
    /// No socket, or nobody listens on it.
    case refused
    /// Somebody listens and has more callers than he takes at once.
    case busy
}

// Sockets are named through the open directory: a path below /proc/self/fd is short, whatever the home's path is.
extension Home {
    /// Connects to the daemon of a home that may not exist. For those who were connected before.
    static func dial(_ path: String) throws(Failure) -> Dialed {
        guard let home = try open(path, create: false) else { return .refused }
        return try home.dial()
    }

    /// Connects without waiting. The listener must be of our own user or root.
    borrowing func dial() throws(Failure) -> Dialed {
        guard let socket = Descriptor(socket(AF_UNIX, Self.socketType, 0)) else { throw .noSocket(path, .last) }
        let result = withAddress { connect(socket.number, $0, $1) }
        if result != 0 {
            switch errno {
            case ENOENT, ECONNREFUSED: return .refused
            case EAGAIN, EINTR, EINPROGRESS: return .busy
            case ENOTSOCK, EPROTOTYPE, EACCES: throw .notASocket(path + "/" + Self.socketName)
            default: throw .noSocket(path, .last)
            }
        }
        guard let peer = PeerCredentials(of: socket.number), peer.isTrusted else {
            throw .notOurs("it belongs to another user")
        }
        return .connected(socket.release())
    }

    /// Makes the socket and listens. Only for who holds the lock: a socket that nobody listens on is a dead daemon's.
    borrowing func listen() throws(Failure) -> Descriptor {
        try removeStaleSocket()
        guard let socket = Descriptor(socket(AF_UNIX, Self.socketType, 0)) else { throw .noSocket(path, .last) }
        guard withAddress({ bind(socket.number, $0, $1) }) == 0 else { throw .noSocket(path, .last) }
        od_signs_refuse_rights(socket.number)
        // Before listen(2) nobody can connect, so that no umask games are needed.
        guard fchmodat(directory.number, Self.socketName, 0o600, 0) == 0,
            Glibc.listen(socket.number, CInt(Defaults.clientBacklog)) == 0
        else { throw .noSocket(path, .last) }
        return socket
    }

    /// Takes the socket away again when nothing came of the start.
    borrowing func removeSocket() {
        _ = unlinkat(directory.number, Self.socketName, 0)
    }

    private borrowing func removeStaleSocket() throws(Failure) {
        let file = path + "/" + Self.socketName
        var status = stat()
        guard fstatat(directory.number, Self.socketName, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return }
            throw .homeFile(file, .last)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else { throw .notASocket(file) }
        guard unlinkat(directory.number, Self.socketName, 0) == 0 || errno == ENOENT else {
            throw .homeFile(file, .last)
        }
    }

    static var socketType: Int32 {
        Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    }

    private borrowing func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("/proc/self/fd/\(directory.number)/\(Self.socketName)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Who made the other end of a unix socket (SO_PEERCRED).
struct PeerCredentials: Hashable, Sendable {
    let pid: Int32
    let uid: UInt32

    /// nil when the kernel does not tell.
    init?(of socket: Int32) {
        var credentials: [UInt32] = [0, 0, 0]
        var length = socklen_t(12)
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, length == 12 else { return nil }
        pid = Int32(bitPattern: credentials[0])
        uid = credentials[1]
    }

    var isTrusted: Bool { uid == geteuid() || uid == 0 }
}
