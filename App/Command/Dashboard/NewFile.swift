import Core
import Glibc

/// A file that is written once, for its owner only.
enum NewFile {
    /// Writes a file that was not there; answers its length in bytes. What cannot be written as a whole is removed.
    ///
    /// - Parameter path: `~/` is the user's home; relative ones start at the present folder.
    static func write(_ text: String, to path: String) -> Result<Int, Failure> {
        let home = getenv("HOME").map { String(cString: $0) } ?? ""
        let place = path.hasPrefix("~/") && !home.isEmpty ? home + path.dropFirst() : path
        let file = open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let isThere = errno == EEXIST
            return .failure(
                Failure(
                    .fileNotWritten, "\(path) was not written",
                    why: isThere ? "there is a file of that name" : String(cString: strerror(errno)),
                    next: isThere ? "S and another name" : "S and another place"))
        }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let why = String(cString: strerror(errno))
                unlink(place)
                return .failure(
                    Failure(.fileNotWritten, "\(path) was not written", why: why, next: "S and another place"))
            }
            rest = rest.dropFirst(count)
        }
        return .success(text.utf8.count)
    }
}
