import Core
import Glibc
import Synchronization

/// The engine's own log: `engine.log` in the home, which is standard error of this process.
enum Log {
    private static let file = Mutex<TurningFile?>(nil)

    /// Makes `path` the standard error and output of this process.
    static func open(_ path: String) {
        file.withLock {
            let file = TurningFile(path: path, descriptors: [1, 2], limit: Defaults.engineLogSize)
            file.open()
            $0 = file
        }
    }

    /// One line, with time and level in front; on standard error as it is while no file was opened.
    ///
    /// - Parameter level: by whose fault it is. `error`: we cannot do our own work; `warn`: an app, a client, a file or
    ///   the machine is not as it should be; `info`: what happens.
    static func write(_ text: String, _ level: LogLevel = .info) {
        let line = Array("\(Clock.now().wall) \(level.rawValue) \(text)\n".utf8)
        file.withLock {
            if let file = $0 { file.write(line) } else { _ = Glibc.write(2, line, line.count) }
        }
    }
}

/// A file that never grows beyond `limit` bytes by what is written here: a full one is renamed to `NAME.old`, over the
/// one before.
struct TurningFile: Sendable {
    let path: String
    /// Which descriptors of this process are the file.
    let descriptors: [Int32]
    let limit: Int

    /// Begins with a new file when the old one is full.
    func open() {
        var status = stat()
        if lstat(path, &status) == 0, status.st_size >= limit { rename(path, path + ".old") }
        redirect()
    }

    /// Appends, after a turn when `line` would not fit. Judged by the size of the file, not by what we wrote: the last
    /// words of the runtime go there too. What cannot be written is lost: there is nobody to tell. Half a line is none.
    func write(_ line: [UInt8]) {
        var status = stat()
        if fstat(descriptors[0], &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
            Int(status.st_size) + line.count > limit, rename(path, path + ".old") == 0
        {
            redirect()
        }
        let written = Glibc.write(descriptors[0], line, line.count)
        guard written > 0, written < line.count, fstat(descriptors[0], &status) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return }
        ftruncate(descriptors[0], status.st_size - off_t(written))
    }

    private func redirect() {
        // A FIFO in its place would let us wait for a reader for ever.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let file = Glibc.open(path, flags, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return }
        for descriptor in descriptors { dup2(file, descriptor) }
    }
}
