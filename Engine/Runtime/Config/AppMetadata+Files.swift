package import Core
import FoundationEssentials

extension AppMetadata {
    private struct Package: Decodable {
        var version: String?
    }

    /// Bytes of a file that are read, and folders that are looked through upwards.
    private static let most = 256 << 10
    private static let depth = 32
    /// Characters of a commit that are shown, and of any text that is kept.
    private static let commitLength = 7
    private static let textLength = 200

    /// What the files around a script say: the package.json nearest above it within its repository, and .git. Nothing is
    /// executed. nil when there is nothing.
    ///
    /// - Parameter directory: absolute.
    package static func found(near directory: String) -> AppMetadata? {
        var metadata = AppMetadata()
        var folder = directory
        for _ in 0..<depth {
            if metadata.version == nil, let bytes = FilePath.read(folder + "/package.json", limit: most) {
                metadata.version = (try? JSONDecoder().decode(Package.self, from: Data(bytes)))?.version.flatMap(clean)
            }
            if let git = gitFolder(folder) {
                read(git, into: &metadata)
                break
            }
            if folder == "/" { break }
            folder = FilePath.directory(of: folder)
        }
        return metadata.text == nil ? nil : metadata
    }

    /// gitrepository-layout(5): a folder, or in a worktree a file that says where it is.
    private static func gitFolder(_ folder: String) -> String? {
        let path = folder + "/.git"
        switch FilePath.kind(of: path) {
        case .directory: return path
        case .file:
            let text = line(path) ?? ""
            return text.hasPrefix("gitdir: ") ? FilePath.absolute(String(text.dropFirst(8)), in: folder) : nil
        default: return nil
        }
    }

    private static func read(_ git: String, into metadata: inout AppMetadata) {
        guard let head = line(git + "/HEAD") else { return }
        guard head.hasPrefix("ref: ") else {
            metadata.commit = commit(head)
            return
        }
        let name = String(head.dropFirst(5))
        metadata.branch = name.hasPrefix("refs/heads/") ? clean(String(name.dropFirst(11))) : nil
        guard !name.split(separator: "/").contains("..") else { return }
        // A worktree has its branches in the repository that it belongs to.
        let common = line(git + "/commondir").map { FilePath.absolute($0, in: git) } ?? git
        let packed = FilePath.read(common + "/packed-refs", limit: most).map { String(decoding: $0, as: UTF8.self) }
        let listed = packed?.split(separator: "\n").first { $0.hasSuffix(" " + name) }.map(String.init)
        metadata.commit = (line("\(common)/\(name)") ?? listed).flatMap(commit)
    }

    private static func commit(_ text: String) -> String? {
        let digits = text.prefix { $0.isHexDigit }
        return digits.count >= 40 ? String(digits.prefix(commitLength)) : nil
    }

    private static func line(_ path: String) -> String? {
        FilePath.read(path, limit: 4096).map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
    }

    private static func clean(_ text: String) -> String? {
        let plain = String(text.filter { !$0.isNewline }.prefix(textLength))
        return plain.isEmpty ? nil : plain
    }
}

extension AppMetadata {
    /// What the config says, and for the rest what the files around the script do; nil when nothing does.
    ///
    /// - Parameter directories: where its words may be files: the config's folder, the app's own.
    init?(_ app: AppConfig, in directories: [String]) {
        // What the user named first and is a file of a project: a script, a program, the script of `node app.js`.
        let words =
            ((app.script ?? "").split(separator: " ", maxSplits: Self.words).map(String.init) + (app.args ?? []))
            .prefix(Self.words)
        let files = words.flatMap { word in directories.map { FilePath.absolute(word, in: $0) } }
        let file = files.first { !Self.isOfSystem($0) && FilePath.kind(of: $0) == .file }
        self = (file.map(FilePath.directory) ?? directories.last).flatMap(Self.found) ?? AppMetadata()
        version = app.version ?? version
        description = app.description
        if text == nil, description == nil { return nil }
    }

    /// Words of a command that may be the script: the options of its interpreter come before.
    private static let words = 64

    private static func isOfSystem(_ path: String) -> Bool {
        ["/usr/", "/bin/", "/sbin/", "/etc/", "/dev/"].contains(where: path.hasPrefix)
    }
}
