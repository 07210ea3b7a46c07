internal import Core
import Glibc

/// Who decides what is in a config that nobody has named. It says what is run as this user, and one lies quickly in a
/// folder like /tmp: whoever is neither we nor root, nor called sudo(8), may have had no hand in it.
enum ConfigTrust {
    /// - Throws: `OD2010` when somebody else may have put it there: the folder that holds the name, or a link of that
    ///   name, is another's. What the link leads to is looked at when it is read.
    static func checkPlace(of file: String) throws(Failure) {
        var folder = stat()
        var name = stat()
        guard lstat(file, &name) == 0, stat(FilePath.directory(of: file), &folder) == 0 else { return }
        if let other = stranger(folder) { throw foreign(file, "its folder belongs to user \(other)") }
        // In a folder with the sticky bit nobody renames or replaces what is another's.
        if folder.st_mode & S_ISVTX == 0, let others = writers(folder) {
            throw foreign(file, "\(others) may write to its folder")
        }
        if name.st_mode & S_IFMT == S_IFLNK, let other = stranger(name) {
            throw foreign(file, "the link belongs to user \(other)")
        }
    }

    /// The bytes of a file that is ours or root's; nil when it cannot be read. Judged is what is read, whatever the name
    /// leads to by then.
    ///
    /// - Throws: `OD2010` when it is another's, or anybody may write to it.
    static func read(_ file: String, limit: Int) throws(Failure) -> [UInt8]? {
        let descriptor = FilePath.open(file)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        if let other = stranger(facts) { throw foreign(file, "it belongs to user \(other)") }
        if let others = writers(facts) { throw foreign(file, "\(others) may write to it") }
        return FilePath.read(descriptor, limit: limit)
    }

    /// Its owner, when that is neither we nor root nor who became root by sudo(8), who works in his own folders.
    private static func stranger(_ facts: stat) -> uid_t? {
        [0, geteuid(), sudoer("SUDO_UID")].contains(facts.st_uid) ? nil : facts.st_uid
    }

    /// Who may write to it beside its owner. People share folders with their groups; root runs nothing of a group.
    private static func writers(_ facts: stat) -> String? {
        if facts.st_mode & S_IWOTH != 0 { return "anybody" }
        guard geteuid() == 0, facts.st_mode & S_IWGRP != 0 else { return nil }
        return [0, sudoer("SUDO_GID")].contains(facts.st_gid) ? nil : "group \(facts.st_gid)"
    }

    private static func sudoer(_ variable: String) -> UInt32? {
        geteuid() == 0 ? getenv(variable).flatMap { UInt32(String(cString: $0)) } : nil
    }

    private static func foreign(_ file: String, _ why: String) -> Failure {
        Failure(
            .configForeign, "‘\(file)’ is not taken unasked", why: why + ", and it says what is run as you",
            next: "read it; then od up \(file)")
    }
}
