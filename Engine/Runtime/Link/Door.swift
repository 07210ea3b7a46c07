import CKernel
import Core
import Glibc

/// The second socket of the machine's own daemon, for members of a group: `/run/opendaemon/od.sock`, 0660, in a directory
/// of its own that nobody else may enter. Whoever may connect there may do what root's `od` can.
enum Door {
    /// The key under which the keeper holds the listening socket, so that it stays open while engines change.
    static let key = UInt64(UInt8(ascii: "D")) << 56

    private struct Trouble: Error, CustomStringConvertible {
        let description: String

        init(_ what: String) {
            description = "\(what): \(Errno(errno))"
        }
    }

    /// Whether this engine has one: it is root's, in the system's home.
    static func belongs(to home: String) -> Bool { home == Defaults.systemHome && geteuid() == 0 }

    /// Makes directory and socket and listens; what an earlier daemon left there is replaced. Blocks.
    ///
    /// - Returns: the listening socket; nil without the group, which is how an administrator says that he wants no door.
    static func open() throws -> Int32? {
        guard let entry = getgrnam(Defaults.systemGroup) else { return nil }
        let group = entry.pointee.gr_gid
        if mkdir(Defaults.systemDoor, 0o750) != 0, errno != EEXIST { throw Trouble("mkdir \(Defaults.systemDoor)") }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = Glibc.open(Defaults.systemDoor, flags)
        guard directory >= 0 else { throw Trouble(Defaults.systemDoor) }
        defer { close(directory) }
        var status = stat()
        guard fstat(directory, &status) == 0, status.st_uid == 0 else {
            errno = EPERM
            throw Trouble("\(Defaults.systemDoor) is not root's")
        }
        guard fchown(directory, 0, group) == 0, fchmod(directory, 0o750) == 0 else { throw Trouble("fchmod") }
        return try listen(in: directory, group: group)
    }

    private static func listen(in directory: Int32, group: gid_t) throws -> Int32 {
        if unlinkat(directory, "od.sock", 0) != 0, errno != ENOENT { throw Trouble("unlink od.sock") }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(AF_UNIX, type, 0)
        guard socket >= 0 else { throw Trouble("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("/proc/self/fd/\(directory)/od.sock".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        od_signs_refuse_rights(socket)
        // Before listen(2) nobody can connect.
        guard bound == 0, fchownat(directory, "od.sock", 0, group, AT_SYMLINK_NOFOLLOW) == 0,
            fchmodat(directory, "od.sock", 0o660, 0) == 0, Glibc.listen(socket, Server.backlog) == 0
        else {
            let trouble = Trouble("od.sock")
            close(socket)
            throw trouble
        }
        return socket
    }
}
