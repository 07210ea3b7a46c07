internal import FoundationEssentials
import Glibc
import Interface
import Themes

/// What the user has arranged, and the themes that he made: files of the home. None of them is needed; one that cannot
/// be read is left out and said so.
struct Preferences {
    static let file = "ui.json"
    /// A longer file is none of ours.
    static let maxBytes = 64 << 10

    var settings = Settings()
    var themes = Theme.builtIns
    /// What is wrong with those that he has made and that cannot be had, by name.
    var brokenThemes: [String: String] = [:]
    /// Where the user's own themes come from; asked again while the dashboard is open.
    var userThemes: UserThemes
    var keys = Keys.standard
    /// What was wrong, for people.
    var notes: [String] = []

    static func load(from home: String) -> Preferences {
        let folders = UserFolders(home: home)
        var preferences = Preferences(userThemes: UserThemes(folders: folders.paths))
        switch read(home + "/" + file) {
        case .success(let bytes?):
            if let settings = try? JSONDecoder().decode(Settings.self, from: Data(bytes)) {
                preferences.settings = settings
            } else {
                preferences.notes.append("\(file) is damaged: everything is as at first")
            }
        case .success(nil): break
        case .failure(let error): preferences.notes.append("\(file) cannot be read: \(error.text)")
        }
        let (themes, mistakes) = preferences.userThemes.load()
        preferences.themes += themes
        preferences.notes += mistakes
        preferences.brokenThemes = preferences.userThemes.broken
        let (keys, others) = UserKeys.load(from: folders.paths)
        preferences.keys = keys
        preferences.notes += others
        return preferences
    }

    /// Replaces the file as a whole: written aside, synced, renamed. Answers what went wrong, nil when nothing did.
    static func save(_ settings: Settings, in home: String) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(settings) else { return nil }
        let (path, aside) = ("\(home)/\(file)", "\(home)/.\(file).\(getpid())")
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        var descriptor = open(aside, flags, 0o600)
        // Who only looks at other machines has no home here yet.
        if descriptor < 0, errno == ENOENT, mkdir(home, 0o700) == 0 { descriptor = open(aside, flags, 0o600) }
        guard descriptor >= 0 else { return "\(file) cannot be written: \(FileError.last.text)" }
        let isWritten = writeAll(Array(data) + [0x0A], to: descriptor) && fsync(descriptor) == 0
        let error = FileError.last
        close(descriptor)
        if isWritten, rename(aside, path) == 0 { return nil }
        let reason = isWritten ? FileError.last : error
        unlink(aside)
        return "\(file) cannot be written: \(reason.text)"
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A small regular file; nil when there is none.
    static func read(_ path: String) -> Result<[UInt8]?, FileError> {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? .success(nil) : .failure(.last) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return .failure(.last) }
        guard facts.st_mode & S_IFMT == S_IFREG else { return .failure(FileError(text: "it is no regular file")) }
        guard facts.st_size <= maxBytes else { return .failure(FileError(text: "it is too large")) }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + length, $0.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(.last) }
            if count == 0 { break }
            length += count
        }
        return .success(Array(bytes[..<length]))
    }

    struct FileError: Error {
        var text: String
        static var last: FileError { FileError(text: String(cString: strerror(errno))) }
    }
}
