import GRDB
import Glibc

extension Store {
    /// Makes the file and its directory for our eyes only, and takes the rights of others from a file that has them.
    /// SQLite gives `-wal` and `-shm` the mode of the file, so this comes before it.
    static func makePrivate(_ path: String) throws {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if !directory.isEmpty, mkdir(directory, 0o700) != 0, errno != EEXIST { throw refusal(of: directory) }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw refusal(of: path) }
        defer { close(file) }
        guard fchmod(file, 0o600) == 0 else { throw refusal(of: path) }
        for companion in [path + "-wal", path + "-shm"] where chmod(companion, 0o600) != 0 && errno != ENOENT {
            throw refusal(of: companion)
        }
    }

    private static func refusal(of path: String) -> DatabaseError {
        let reason = String(cString: strerror(errno))
        return DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "\(path): \(reason)")
    }
}
