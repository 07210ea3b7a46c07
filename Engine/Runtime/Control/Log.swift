import Core
import Glibc

/// The engine's own log: `engine.log` in the home, which is standard error of this process.
enum Log {
    /// Bytes after which a new engine begins the file anew; the one before it is kept as `engine.log.old`.
    private static let maxSize = 1 << 20

    /// Makes `path` the standard error and output of this process.
    static func open(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_size > maxSize { rename(path, path + ".old") }
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        dup2(file, 1)
        dup2(file, 2)
        close(file)
    }

    /// One line, with the time in front.
    static func write(_ text: String) {
        let line = Array("\(Clock.now().wall) \(text)\n".utf8)
        _ = Glibc.write(2, line, line.count)
    }
}
