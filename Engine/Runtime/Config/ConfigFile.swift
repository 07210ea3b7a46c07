package import Core
import Glibc

/// Finding and reading config files.
package enum ConfigFile {
    /// The names that are looked for in a folder, in this order.
    package static let names = [
        "opendaemon.config.json", "opendaemon.config.yaml", "opendaemon.config.yml", ".opendaemonrc",
    ]

    /// Whether a word of the command line means a config file: by its name or extension.
    package static func isConfig(_ path: String) -> Bool {
        ["yaml", "yml", "json"].contains(FilePath.fileExtension(of: path)) || FilePath.name(of: path) == ".opendaemonrc"
    }

    /// The config of a folder, absolute; nil when it has none.
    package static func find(in directory: String) -> String? {
        names.lazy.map { FilePath.absolute($0, in: directory) }.first { FilePath.kind(of: $0) == .file }
    }

    /// Reads and checks a config.
    ///
    /// - Parameter path: as the user named it, absolute or relative to `directory`; a folder means the config in it.
    package static func load(_ path: String, in directory: String) throws(Failure) -> Config {
        var file = FilePath.absolute(path, in: directory)
        var shown = path
        if FilePath.kind(of: file) == .directory {
            guard let found = find(in: file) else { throw absent(in: path) }
            let name = FilePath.name(of: found)
            shown = path == "." ? name : path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            file = found
        }
        return try ConfigDraft.decode(try text(of: file, shown: shown), file: file, shown: shown)
    }

    /// The failure of a command that needs a config where there is none.
    package static func absent(in directory: String) -> Failure {
        Failure(
            .configAbsent, "there is no config in ‘\(directory)’", why: "looked for \(names.joined(separator: ", "))",
            next: "name a file, or start a program with od start FILE")
    }

    private static func text(of file: String, shown: String) throws(Failure) -> String {
        guard let kind = FilePath.kind(of: file) else {
            throw Failure(
                .scriptMissing, "there is no ‘\(shown)’", why: "looked for \(file)", next: "check the name of the file")
        }
        guard kind == .file, let bytes = FilePath.read(file, limit: ConfigLimits.bytes + 1) else {
            let why = kind == .file ? "this user may not read \(file)" : "\(file) is no regular file"
            throw Failure(
                .scriptMissing, "‘\(shown)’ cannot be read", why: why, next: "check the name and the permissions")
        }
        guard bytes.count <= ConfigLimits.bytes else {
            throw Failure(
                [
                    ConfigProblem(
                        .configSyntax, at: ConfigMark(line: 1, column: 1), "longer than \(ConfigLimits.bytes >> 20) MB")
                ],
                file: shown)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let good = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\u{FFFD}" }
            let line = good.utf8.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
            throw Failure(
                [ConfigProblem(.configSyntax, at: ConfigMark(line: line, column: 1), "this line is no UTF-8")],
                file: shown)
        }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }
}
