import Core
import Glibc

/// The socket of the machine's own daemon for those who are not root: `/run/opendaemon/od.sock`, which only members of a
/// group can reach. Who may connect there is decided by the file system; the listener must be root's.
enum SystemDoor {
    /// Connects without waiting; no door, or nobody behind it, is `refused`.
    static func dial() throws(Failure) -> Dialed {
        let path = Defaults.systemDoor
        guard let socket = Descriptor(socket(AF_UNIX, Home.socketType, 0)) else { throw .noSocket(path, .last) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(path)/od.sock".utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result != 0 {
            switch errno {
            case ENOENT, ECONNREFUSED: return .refused
            case EAGAIN, EINTR, EINPROGRESS: return .busy
            case EACCES, EPERM: throw .noMember
            default: throw .noSocket(path, .last)
            }
        }
        guard let peer = PeerCredentials(of: socket.number), peer.uid == 0 else {
            throw .notOurs("it does not belong to root")
        }
        return .connected(socket.release())
    }
}

extension ConnectOptions {
    /// Who is not root talks to the machine's own daemon through its door, and never starts it.
    var usesDoor: Bool { home == Defaults.systemHome && geteuid() != 0 && remote == nil }

    /// Connects to the daemon, if one runs, without waiting.
    func dial() throws(Failure) -> Dialed {
        usesDoor ? try SystemDoor.dial() : try Home.dial(home)
    }
}

extension Failure {
    /// The file system let him not in.
    static var noMember: Failure {
        Failure(
            .foreignSocket, "you may not talk to the machine's own daemon",
            why: "only root and members of the group \(Defaults.systemGroup) may",
            next:
                "as root: usermod -aG \(Defaults.systemGroup) \(ConnectOptions.variable("USER") ?? "USER"); then log in anew"
        )
    }
}
