import Core
import Glibc

extension Home {
    /// Refuses a home whose path leads through a folder in which others can rename what is ours, because anybody may
    /// write to it or because it is theirs: keeper and engine come back to the path, and would find the home of
    /// somebody else there. `/tmp` is not one: its sticky bit (inode(7)) leaves renaming to the owner.
    ///
    /// - Parameters:
    ///   - path: absolute, as it was given.
    ///   - directory: the home that was opened by it; nil before that. Then the folders above the place where it lies
    ///     are looked at, else those of `path` that exist.
    static func checkAncestors(of path: String, _ directory: Int32? = nil) throws(Failure) {
        for folder in ancestors(of: directory.map(place) ?? path) {
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
            if status.st_mode & 0o002 != 0, status.st_mode & UInt32(S_ISVTX) == 0 {
                throw .homeAmongOthers(path, folder, "mode \(String(status.st_mode & 0o7777, radix: 8))")
            }
            if status.st_uid != 0, status.st_uid != geteuid(), !isOutside(status.st_uid) {
                throw .homeAmongOthers(path, folder, "it belongs to user \(status.st_uid)")
            }
        }
    }

    /// In a user namespace (user_namespaces(7)) root's own folders can seem to be nobody's: all users that have no
    /// number there share one.
    private static func isOutside(_ uid: UInt32) -> Bool {
        guard uid == 65_534, let map = Descriptor(Glibc.open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC)) else {
            return false
        }
        var block = [UInt8](repeating: 0, count: 256)
        let count = read(map.number, &block, block.count)
        let numbers = String(decoding: block.prefix(max(count, 0)), as: UTF8.self).split { $0 == " " || $0 == "\n" }
        return numbers != ["0", "0", "4294967295"]
    }

    /// `/`, `/a`, `/a/b` of `/a/b/c`.
    private static func ancestors(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" && path.index(after: $0) != path.endIndex }.map { index in
            index == path.startIndex ? "/" : String(path[..<index])
        }
    }

    /// Where an open directory lies, without links; `/` when it cannot be told.
    private static func place(of directory: Int32) -> String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(directory)", &target, target.count)
        guard count > 0, target[0] == CChar(UInt8(ascii: "/")) else { return "/" }
        return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Failure {
    static func homeAmongOthers(_ path: String, _ folder: String, _ why: String) -> Failure {
        Failure(
            .homeUnsafe, "the home \(path) is not safe",
            why: "others can rename what is in \(folder) (\(why))",
            next: "choose a home below a folder of your own: od --home DIR, or set OD_HOME")
    }
}
