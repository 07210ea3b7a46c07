import Glibc

/// The tree as it lies on the disk, without what a build makes.
struct Project {
    /// Absolute, without links.
    let root: String
    /// Paths below the root of all regular files, in order.
    let files: [String]

    /// The project that this file belongs to.
    static let here = Project(root: folder(of: #filePath, up: 3))

    init(root: String) {
        self.root = root
        files = Self.list(root, "").sorted()
    }

    /// Names directly below the root.
    /// Without the traces of programs that were built with coverage, which write where they stand.
    var topLevel: [String] { Self.entries(root).map(\.name).filter { !$0.hasSuffix(".profraw") } }

    /// The text of a file; bytes that are no UTF-8 are replaced.
    func text(_ path: String) -> String {
        guard let file = fopen("\(root)/\(path)", "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func files(below folder: String = "", ending: [String]) -> [String] {
        files.filter { path in path.hasPrefix(folder) && ending.contains { path.hasSuffix($0) } }
    }

    func sources(_ ending: [String] = [".swift", ".c", ".h"]) -> [Source] {
        files(ending: ending).map { Source(path: $0, text: text($0)) }
    }

    private static func folder(of path: String, up levels: Int) -> String {
        guard let real = realpath(path, nil) else { return "." }
        defer { free(real) }
        return String(cString: real).split(separator: "/").dropLast(levels).reduce("") { $0 + "/" + $1 }
    }

    /// Links are not followed; what starts with a dot in the root is a tool's own, but for our own dot files.
    private static func list(_ root: String, _ folder: String) -> [String] {
        entries(folder.isEmpty ? root : "\(root)/\(folder)").flatMap { entry -> [String] in
            let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
            if [".git", ".build", "__pycache__", ".swiftpm"].contains(entry.name) { return [] }
            if entry.kind == DT_DIR { return list(root, path) }
            return entry.kind == DT_REG ? [path] : []
        }
    }

    private static func entries(_ path: String) -> [(name: String, kind: Int)] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var result: [(name: String, kind: Int)] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
            if name != ".", name != ".." { result.append((name, Int(entry.pointee.d_type))) }
        }
        return result
    }
}
