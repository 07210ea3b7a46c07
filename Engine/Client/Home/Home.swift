import Core
import Glibc

/// The directory of one daemon, opened and found safe: ours, and closed to others.
///
/// Everything in it is reached through the descriptor, so that what was checked is what is used.
struct Home: ~Copyable, Sendable {
    static let socketName = "od.sock"
    static let lockName = "engine.lock"

    /// Absolute.
    let path: String
    let directory: Descriptor

    /// Opens the home and checks it; nil when there is none and it is not to be made.
    ///
    /// A home that others may only read is closed to them; one that others may write is refused, because what they
    /// have put there cannot be told from what is ours.
    static func open(_ path: String, create: Bool) throws(Failure) -> Home? {
        let path = absolute(path)
        try checkAncestors(of: path)
        if create { try makeDirectories(path) }
        guard let directory = Descriptor(Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            let error = SystemError.last
            if error.number == ENOENT, !create { return nil }
            if error.number == ENOTDIR { throw .homeIsNoDirectory(path) }
            throw .homeNotMade(path, error)
        }
        try check(directory.number, path)
        try checkAncestors(of: path, directory.number)
        return Home(path: path, directory: directory)
    }

    /// `path` from the root; nothing else about it is changed.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let pointer = getcwd(nil, 0) else { return path }
        defer { free(pointer) }
        return String(cString: pointer) + "/" + path
    }

    /// Makes the directory and the missing ones above it, all of them 0700.
    private static func makeDirectories(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let error = SystemError.last
        if error.number == ENOTDIR { throw .homeIsNoDirectory(path) }
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard error.number == ENOENT, !parent.isEmpty else { throw .homeNotMade(path, error) }
        try makeDirectories(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .homeNotMade(path, .last) }
    }

    private static func check(_ directory: Int32, _ path: String) throws(Failure) {
        var status = stat()
        guard fstat(directory, &status) == 0 else { throw .homeNotMade(path, .last) }
        guard status.st_uid == geteuid() else { throw .homeOfAnother(path, status.st_uid) }
        guard status.st_mode & 0o022 == 0 else { throw .homeOpen(path, status.st_mode & 0o777) }
        if status.st_mode & 0o777 != 0o700, fchmod(directory, 0o700) != 0 { throw .homeNotMade(path, .last) }
    }

    /// Refuses a network file system. Asked before a daemon is started: one that runs has passed it.
    borrowing func checkDisk() throws(Failure) {
        if let type = FileSystem.networkType(of: directory.number) { throw .homeIsRemote(path, type) }
    }

    /// The lock that says who may start the daemon; the keeper holds it for as long as it lives.
    ///
    /// - Returns: nil when another process holds it.
    borrowing func takeLock() throws(Failure) -> Descriptor? {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        guard let lock = Descriptor(openat(directory.number, Self.lockName, flags, 0o600)) else {
            throw .homeFile(path + "/" + Self.lockName, .last)
        }
        // A umask may have taken away what the next starter needs.
        _ = fchmod(lock.number, 0o600)
        if flock(lock.number, LOCK_EX | LOCK_NB) == 0 { return lock }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw .homeFile(path + "/" + Self.lockName, .last) }
        return nil
    }
}
