import Glibc

/// The name of the engine's listening socket in its home. Somebody may remove it: then no client finds the engine, and
/// none may start another, since the keeper holds the lock.
struct HomeSocket: Sendable {
    /// The key under which the keeper holds a socket that was made anew, for the engines that follow.
    static let key = UInt64(UInt8(ascii: "N")) << 56

    /// What was found.
    enum Look: Sendable {
        case there
        /// It was gone, and this listens in its place.
        case made(Descriptor)
        /// The home was moved or removed, or is another's now.
        case homeless
    }

    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64

        init?(_ directory: Int32, _ name: String) {
            var facts = stat()
            guard fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
            device = UInt64(facts.st_dev)
            inode = UInt64(facts.st_ino)
        }
    }

    private static let name = "od.sock"
    private static let lock = "engine.lock"

    private let home: String
    /// The lock by which the home is ours: in a home that was removed and made anew it is another.
    private let own: Identity

    /// nil when the home has no lock, as in tests. Blocks.
    init?(home: String) {
        guard let directory = Self.open(home), let own = Identity(directory.lent, Self.lock) else { return nil }
        self.home = home
        self.own = own
    }

    /// Makes the socket anew when nothing has its name. Blocks.
    func renew() throws(Errno) -> Look {
        guard let directory = Self.open(home), Identity(directory.lent, Self.lock) == own else { return .homeless }
        guard faccessat(directory.lent, Self.name, F_OK, AT_SYMLINK_NOFOLLOW) != 0, errno == ENOENT else {
            return .there
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { throw Errno(errno) }
        let made = Descriptor(number)
        // Before listen(2) nobody can connect.
        guard Self.bind(number, in: directory.lent) == 0, fchmodat(directory.lent, Self.name, 0o600, 0) == 0,
            listen(number, Server.backlog) == 0
        else { throw Errno(errno) }
        return .made(made)
    }

    private static func open(_ home: String) -> Descriptor? {
        let directory = Glibc.open(home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return directory < 0 ? nil : Descriptor(directory)
    }

    private static func bind(_ socket: Int32, in directory: Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(directory)/\(name)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
