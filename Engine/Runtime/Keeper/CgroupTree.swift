import CKernel
import Core
import Glibc

/// Where cgroups of version 2 can be made, by what /proc tells.
package enum CgroupPlace {
    /// What a service manager has delegated keeps daemon and apps apart: the daemon is in a cgroup of this name below,
    /// because a cgroup that distributes resources holds no processes itself.
    package static let daemon = "od-daemon"

    /// The directory below which apps have theirs: this process's own cgroup, or the one around the daemon's.
    package static func ofApps(mountinfo: String, membership: String) -> String? {
        directory(mountinfo: mountinfo, membership: membership).map {
            $0.hasSuffix("/" + daemon) ? String($0.dropLast(daemon.utf8.count + 1)) : $0
        }
    }

    /// Moves this process into the daemon's own cgroup. Nothing happens where that is not possible.
    package static func enter() {
        guard let mounts = CgroupTree.text("/proc/self/mountinfo"), let own = CgroupTree.text("/proc/self/cgroup"),
            let place = directory(mountinfo: mounts, membership: own), access(place + "/cgroup.procs", W_OK) == 0,
            mkdir("\(place)/\(daemon)", 0o755) == 0 || errno == EEXIST
        else { return }
        let list = open("\(place)/\(daemon)/cgroup.procs", O_WRONLY | O_CLOEXEC)
        guard list >= 0 else { return }
        _ = write(list, "0", 1)
        close(list)
    }

    /// The directory of this process's own cgroup; nil without version 2, or when it lies outside of what is mounted.
    ///
    /// - Parameter mountinfo: the text of /proc/self/mountinfo.
    /// - Parameter membership: the text of /proc/self/cgroup.
    package static func directory(mountinfo: String, membership: String) -> String? {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let own = String(line.dropFirst(3))
        guard !own.split(separator: "/").contains("..") else { return nil }
        for mount in mountinfo.split(separator: "\n") {
            // proc_pid_mountinfo(5): the type comes after a lone dash, root and mount point are the 4th and 5th field.
            let fields = mount.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count, fields[dash + 1] == "cgroup2",
                dash > 4
            else { continue }
            let (root, point) = (unescaped(fields[3]), unescaped(fields[4]))
            if root == "/" { return point + (own == "/" ? "" : own) }
            if own == root { return point }
            if own.hasPrefix(root + "/") { return point + own.dropFirst(root.utf8.count) }
        }
        return nil
    }

    /// Spaces and the like are written as a backslash and three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The cgroups of this home's runs: one directory for the keeper at hand, one leaf for each run, named INSTANCE.RUN.
///
/// No controller is ever enabled: a leaf only says who belongs to a run, and ends all of them at once. What is empty is
/// removed: a leaf when its run is gone, those of earlier keepers at the start.
package struct CgroupTree: Sendable {
    private let path: String
    /// Leaves that could not be removed yet: the kernel counts a process for a moment after its end.
    private var leftovers: [String] = []
    /// So many are remembered; others wait for the next start.
    private static let mostLeftovers = 4096

    /// Makes the directory. nil where that is not possible or of no use.
    ///
    /// - Parameter parent: the directory of our own cgroup.
    /// - Parameter home: the home's path; with `holder`, which keeper it is, the name of the directory.
    package init?(in parent: String, home: String, holder: String) {
        let family = "od-" + Self.tag(home) + "-"
        path = "\(parent)/\(family)\(Self.tag(holder))"
        // A process is moved by whoever may write the list of where it comes from, too.
        guard access(parent + "/cgroup.procs", W_OK) == 0, mkdir(path, 0o755) == 0 || errno == EEXIST else {
            return nil
        }
        guard access(path + "/cgroup.kill", W_OK) == 0, Self.text(path + "/cgroup.type") == "domain\n" else {
            rmdir(path)
            return nil
        }
        for name in Self.directories(parent) where name.hasPrefix(family) {
            Self.sweep("\(parent)/\(name)", keep: path)
        }
    }

    /// Directories of a home's cgroups that are there: below `parent`, by name.
    package static func families(of home: String, in parent: String) -> [String] {
        directories(parent).filter { $0.hasPrefix("od-" + tag(home) + "-") }.sorted()
    }

    private static func tag(_ text: String) -> String { String(od_tag(text, UInt64(text.utf8.count)), radix: 16) }

    /// A directory for a run, open; it may be there already.
    package mutating func leaf(instance: UInt64, run: UInt64) throws(Errno) -> Int32 {
        if !leftovers.isEmpty { leftovers.removeAll { rmdir($0) == 0 || errno == ENOENT } }
        let leaf = "\(path)/\(instance).\(run)"
        guard mkdir(leaf, 0o755) == 0 || errno == EEXIST else { throw Errno(errno) }
        let directory = open(leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else {
            let error = errno
            rmdir(leaf)
            throw Errno(error)
        }
        return directory
    }

    /// Nothing of the run lives, or nothing ever did.
    package mutating func remove(instance: UInt64, run: UInt64) {
        let leaf = "\(path)/\(instance).\(run)"
        if rmdir(leaf) != 0, errno == EBUSY, leftovers.count < Self.mostLeftovers { leftovers.append(leaf) }
    }

    /// All runs are gone, and so are we soon.
    package func close() { Self.sweep(path, keep: nil) }

    /// Removes what is empty: the leaves, and the directory itself unless it is `keep`.
    private static func sweep(_ directory: String, keep: String?) {
        for leaf in directories(directory) { rmdir("\(directory)/\(leaf)") }
        if directory != keep { rmdir(directory) }
    }

    private static func directories(_ path: String) -> [String] {
        let names = (try? FilePath.names(in: path)) ?? []
        return names.filter { FilePath.kind(of: "\(path)/\($0)") == .directory }
    }

    /// A small file of the kernel's.
    package static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { Glibc.close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }
}
