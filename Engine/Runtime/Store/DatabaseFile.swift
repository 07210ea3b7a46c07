import GRDB
import Glibc

/// An open state.db, and which file it is.
struct DatabaseFile: Sendable {
    /// Which file stands at a path.
    struct Identity: Hashable, Sendable {
        private var device: UInt64
        private var inode: UInt64

        /// nil when there is none.
        init?(_ path: String) {
            var facts = stat()
            guard lstat(path, &facts) == 0 else { return nil }
            device = UInt64(facts.st_dev)
            inode = UInt64(facts.st_ino)
        }
    }

    /// Another file stands where it was.
    struct Replaced: Error {}

    let queue: DatabaseQueue
    let identity: Identity?

    /// Opens the file at a path and brings its schema up to date; a missing one is made, with its directory.
    init(_ path: String) throws {
        try Store.makePrivate(path)
        var configuration = Configuration()
        configuration.label = "state.db"
        configuration.busyMode = .timeout(Store.busyTimeout)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try Schema.prepare($0) }
        identity = Identity(path)
    }

    /// A copy of this one at the path from which it was removed; this one is closed.
    func restored(at path: String) throws -> DatabaseFile {
        let copy = path + ".new"
        unlink(copy)
        try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        let file = Glibc.open(copy, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw DatabaseError(resultCode: .SQLITE_IOERR) }
        // What is left of the log must not be taken for the copy's.
        for companion in [path + "-wal", path + "-shm"] { unlink(companion) }
        guard rename(copy, path) == 0 else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        // Before the copy is opened: closing removes the log, by its name.
        try queue.close()
        return try DatabaseFile(path)
    }
}
