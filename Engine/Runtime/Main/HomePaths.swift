import CKernel
import Glibc

/// The places below a home directory.
struct HomePaths: Hashable, Sendable {
    /// Absolute.
    let path: String

    init(_ path: String) {
        self.path = path
    }

    var database: String { path + "/state.db" }
    var engineLog: String { path + "/engine.log" }
    private var enginePid: String { path + "/engine.pid" }
    private var keeperPid: String { path + "/keeper.pid" }

    func writePidFiles(keeper: Int32) {
        Self.replace(enginePid, "\(getpid())\n")
        Self.replace(keeperPid, "\(keeper)\n")
    }

    func removePidFiles() {
        unlink(enginePid)
        unlink(keeperPid)
    }

    /// Replaces a small file as a whole: a reader never sees half of it.
    private static func replace(_ path: String, _ text: String) {
        let new = path + ".new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        let bytes = Array(text.utf8)
        let written = write(file, bytes, bytes.count)
        close(file)
        if written == bytes.count { rename(new, path) } else { unlink(new) }
    }
}
