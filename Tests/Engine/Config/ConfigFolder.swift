import Glibc

/// A folder of its own for a test, removed when the test is over.
final class ConfigFolder {
    let path: String

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/od-config-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, let real = realpath(template, nil) else { throw NoFolder() }
        defer { free(real) }
        path = String(cString: real)
    }

    struct NoFolder: Error {}

    deinit { remove(path) }

    /// Writes a file, makes its folders, and gives its absolute path.
    @discardableResult
    func write(_ name: String, _ text: String = "", executable: Bool = false) -> String {
        write(name, bytes: Array(text.utf8), executable: executable)
    }

    @discardableResult
    func write(_ name: String, bytes: [UInt8], executable: Bool = false) -> String {
        let file = path + "/" + name
        for (index, character) in file.enumerated().dropFirst(path.count) where character == "/" {
            mkdir(String(file.prefix(index)), 0o755)
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, executable ? 0o755 : 0o644)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return file
    }

    func folder(_ name: String) -> String {
        mkdir(path + "/" + name, 0o755)
        return path + "/" + name
    }

    private func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
                if name == "." || name == ".." { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    remove(path + "/" + name)
                } else {
                    unlink(path + "/" + name)
                }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}
