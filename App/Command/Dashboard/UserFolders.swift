internal import Engine
import Glibc

/// Where users keep what they write for the dashboard: `$XDG_CONFIG_HOME/od` (`~/.config/od` where that is not set, by
/// the XDG Base Directory Specification), and the home of the daemon.
struct UserFolders: Sendable {
    /// Those that come first count.
    let paths: [String]

    init(home: String, variable: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
        // The specification has relative paths ignored.
        let own = variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        let config = own ?? variable("HOME").flatMap { $0.hasPrefix("/") ? $0 + "/.config" : nil }
        paths = (config.map { [$0 + "/od"] } ?? []) + [home]
    }

    /// The names in a folder that end in `suffix`, in order; none where it cannot be read. Hidden ones are left out.
    static func names(in folder: String, endingIn suffix: String) -> [String] {
        ((try? FilePath.names(in: folder)) ?? [])
            .filter { $0.hasSuffix(suffix) && $0 != suffix && !$0.hasPrefix(".") }
            .sorted()
    }
}

/// What a file looks like from outside: another one means that it was changed, or replaced by another.
struct FileStamp: Hashable, Sendable {
    private let device, inode, size, seconds, nanoseconds: Int

    /// nil where there is no file.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = Int(truncatingIfNeeded: facts.st_dev)
        inode = Int(truncatingIfNeeded: facts.st_ino)
        size = Int(facts.st_size)
        seconds = facts.st_mtim.tv_sec
        nanoseconds = facts.st_mtim.tv_nsec
    }
}
