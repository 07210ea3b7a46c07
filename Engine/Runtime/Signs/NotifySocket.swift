import CKernel
import Core
import Glibc

/// The sockets of sd_notify(3), one for each run that is to have one.
///
/// The name of a socket is no secret: /proc/net/unix shows it to all. So, where the daemon is a person's, it is a file
/// in the daemon's home, which nobody else can reach. Root's apps may become another user before they speak; for them
/// it has an abstract name, and those who flood it are held back (`SignLoop.strangerRest`).
struct NotifySocket {
    let descriptor: Descriptor
    /// As NOTIFY_SOCKET has it.
    let name: String

    /// A new one. Throws the errno with which it cannot be made.
    init(home: String, _ id: RunID, isRoot: Bool = geteuid() == 0) throws(Errno) {
        let folder = Self.folder(home)
        let path = "\(folder)/\(id.instance).\(id.run)"
        let hasPath = !isRoot && path.utf8.count < Int(OD_SIGNS_NAME_MAX)
        if hasPath {
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Errno(errno) }
            // Of a start that came to nothing.
            unlink(path)
        }
        try self.init(Descriptor(try Errno.check(hasPath ? od_signs_notify(path) : od_signs_notify(nil))))
    }

    /// One that there is.
    init(_ descriptor: Descriptor) throws(Errno) {
        var name = [CChar](repeating: 0, count: Int(OD_SIGNS_NAME_MAX))
        _ = try Errno.check(od_signs_name(descriptor.lent, &name))
        self.descriptor = descriptor
        self.name = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    /// Nobody will speak to it any more.
    func remove() {
        if name.hasPrefix("/") { unlink(name) }
    }

    /// Removes what engines left behind that died, but for the sockets of living runs.
    static func sweep(home: String, keeping living: Set<String>) {
        let folder = folder(home)
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append("\(folder)/\(name)") }
        }
        for name in names where !living.contains(name) { unlink(name) }
    }

    private static func folder(_ home: String) -> String { home + "/notify" }
}
