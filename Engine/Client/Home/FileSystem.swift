import Glibc

/// Which file systems keep what other machines can reach: locks and sockets do not work there as they must.
enum FileSystem {
    /// Types of /proc/self/mountinfo. FUSE appears as `fuse.NAME`; most of what is built on it is local.
    static let network: Set<String> = [
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "coda", "gfs2", "ocfs2", "lustre",
        "ncpfs", "gpfs", "vboxsf", "orangefs", "pvfs2", "beegfs", "fuse.sshfs", "fuse.rclone", "fuse.s3fs",
        "fuse.gcsfuse", "fuse.glusterfs", "fuse.ceph", "fuse.davfs", "fuse.curlftpfs", "fuse.juicefs",
    ]

    /// The type of the network file system that holds an open directory; nil for a file system of this machine, and
    /// when it cannot be told (no /proc, or a device number of its own for each subvolume).
    static func networkType(of directory: Int32) -> String? {
        var status = stat()
        guard fstat(directory, &status) == 0, let mounts = read("/proc/self/mountinfo") else { return nil }
        return type(ofDevice: UInt64(status.st_dev), in: mounts).flatMap { network.contains($0) ? $0 : nil }
    }

    /// The type of the file system on `device`, from the text of /proc/self/mountinfo (proc(5)): the third field is
    /// `major:minor`, the type follows a lone `-`.
    static func type(ofDevice device: UInt64, in mountinfo: String) -> String? {
        let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
        let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
        for line in mountinfo.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "\(major):\(minor)" else { continue }
            guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            return String(fields[dash + 1])
        }
        return nil
    }

    private static func read(_ path: String) -> String? {
        guard let file = Descriptor(open(path, O_RDONLY | O_CLOEXEC)) else { return nil }
        // A machine has some hundred mounts; what is beyond the bound is not looked at.
        let bound = 1 << 20
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < bound {
            let count = Glibc.read(file.number, &block, block.count)
            guard count > 0 else { break }
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
