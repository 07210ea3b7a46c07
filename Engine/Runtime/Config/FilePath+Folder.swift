import Glibc

extension FilePath {
    /// Names in a folder, in no order, without `.` and `..`: `most` of them at most.
    ///
    /// - Throws: why it cannot be opened.
    package static func names(in folder: String, most: Int = .max) throws(Errno) -> [String] {
        guard let directory = opendir(folder) else { throw Errno(errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < most, let entry = readdir(directory) {
            // In its place: an entry is as long as its name, so a copy of all 256 bytes may reach beyond the memory
            // that it lies in.
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
