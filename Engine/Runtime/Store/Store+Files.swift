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
        try checkSize(of: file, path)
        for companion in [path + "-wal", path + "-shm"] where chmod(companion, 0o600) != 0 && errno != ENOENT {
            throw refusal(of: companion)
        }
    }

    /// SQLite takes a file of less than a page as empty, and would write over what is left of it. Pages that a journal
    /// beside it has are the exception: SQLite brings them back.
    private static func checkSize(of file: Int32, _ path: String) throws {
        var info = stat()
        guard fstat(file, &info) == 0 else { throw refusal(of: path) }
        guard info.st_size > 0, info.st_size < pageSize else { return }
        for companion in [path + "-wal", path + "-journal"] {
            var other = stat()
            if stat(companion, &other) == 0, other.st_size > 0 { return }
        }
        throw DatabaseError(
            resultCode: .SQLITE_NOTADB, message: "\(info.st_size) bytes are less than a page of \(pageSize)")
    }

    /// Of a new database, as SQLite makes it.
    private static let pageSize = 4096

    /// Writes all that `-wal` has into the file itself, so that a copy of the file alone is whole. Best effort: who reads
    /// meanwhile is not waited for, and the next opening finds `-wal` as it is.
    package func settle() {
        _ = try? reading { try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)").count }
    }

    private static func refusal(of path: String) -> DatabaseError {
        let reason = String(cString: strerror(errno))
        return DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "\(path): \(reason)")
    }
}
