import Glibc

/// Paths as text, and the few questions that we ask the file system. No path is resolved through symbolic links:
/// what the user named is what is run and shown.
package enum FilePath {
    /// `path` itself when it is absolute, else below `directory`; `.`, `..` and double slashes are taken out.
    package static func absolute(_ path: String, in directory: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : directory + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The last part: `app.js` of `/srv/app.js`.
    package static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The folder of an absolute path.
    package static func directory(of path: String) -> String {
        absolute("..", in: path)
    }

    /// `js` of `/srv/app.js`, in lower case; empty when there is none.
    package static func fileExtension(of path: String) -> String {
        let name = name(of: path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The directory in which this process runs; `/` when it was removed.
    package static func currentDirectory() -> String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// What a path leads to.
    package enum Kind: Hashable, Sendable {
        case file, directory, other
    }

    /// What is at `path`, through symbolic links; nil when nothing is there, or nothing we may see.
    package static func kind(of path: String) -> Kind? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Whether it is a file that this user may execute.
    package static func isExecutable(_ path: String) -> Bool {
        kind(of: path) == .file && access(path, X_OK) == 0
    }

    /// At most `limit` bytes from the start of a file; nil when it cannot be read.
    package static func read(_ path: String, limit: Int) -> [UInt8]? {
        let file = open(path)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return read(file, limit: limit)
    }

    /// To be read, without waiting for the other end of a pipe; -1 when that cannot be.
    static func open(_ path: String) -> Int32 { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }

    /// At most `limit` bytes of an open file from where it stands.
    static func read(_ file: Int32, limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let room = min(limit - bytes.count, 1 << 16)
            let part = [UInt8](unsafeUninitializedCapacity: room) {
                $1 = max(0, Glibc.read(file, $0.baseAddress, room))
            }
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }
}
