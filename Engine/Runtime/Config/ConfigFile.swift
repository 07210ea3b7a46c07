package import Core
import Glibc

/// Finding and reading config files.
package enum ConfigFile {
    /// The names that are looked for in a folder, in this order.
    package static let ownNames = [
        "opendaemon.config.json", "opendaemon.config.yaml", "opendaemon.config.yml", "opendaemon.config.toml",
        ".opendaemonrc", ConfigFormat.packageFile,
    ]

    /// The same, with the programs that go before them, and PM2's behind.
    package static let names = ConfigScript.names + ownNames + PM2File.names

    /// The same for people.
    package static let namesInWords =
        (ConfigScript.names + ownNames).joined(separator: ", ")
        + ", then for PM2's (ecosystem.config.js, process.json …)"

    /// Whether a word of the command line means a config file: by its name or extension.
    package static func isConfig(_ path: String) -> Bool {
        ["yaml", "yml", "json", "toml"].contains(FilePath.fileExtension(of: path))
            || FilePath.name(of: path) == ".opendaemonrc" || PM2File.isConfigScript(path) || Procfile.isOne(path)
    }

    /// The config of a folder, absolute; nil when it has none.
    ///
    /// - Parameter isOurs: not one of another program.
    package static func find(in directory: String, isOurs: Bool = false) -> String? {
        (isOurs ? ConfigScript.names + ownNames : names).lazy.map { FilePath.absolute($0, in: directory) }.first {
            FilePath.kind(of: $0) == .file
                && (FilePath.name(of: $0) != ConfigFormat.packageFile || ConfigFormat.hasField($0))
        }
    }

    /// The same for what is to be read, without having been named.
    ///
    /// - Throws: `OD2010` when somebody else decides what is in it: a config says what is run as this user, and one lies
    ///   quickly in a folder like /tmp.
    package static func trusted(in directory: String) throws(Failure) -> String? {
        guard let file = find(in: directory) else { return nil }
        var facts = stat()
        guard stat(file, &facts) == 0 else { return file }
        let owners: Set = [0, geteuid(), sudoer ?? geteuid()]
        let why =
            !owners.contains(facts.st_uid)
            ? "it belongs to user \(facts.st_uid)" : facts.st_mode & S_IWOTH != 0 ? "anybody may write to it" : nil
        guard let why else { return file }
        throw Failure(
            .configForeign, "‘\(file)’ is not taken unasked", why: why + ", and it says what is run as you",
            next: "read it; then od up \(file)")
    }

    /// Who became root by sudo(8) works in his own folders.
    private static var sudoer: uid_t? {
        geteuid() == 0 ? getenv("SUDO_UID").flatMap { uid_t(String(cString: $0)) } : nil
    }

    /// Reads and checks a config.
    ///
    /// - Parameter path: as the user named it, absolute or relative to `directory`; a folder means the config in it, `-`
    ///   what comes on stdin, YAML or JSON, as if it were a file of `directory`.
    package static func load(_ path: String, in directory: String) throws(Failure) -> Config {
        try read(path, in: directory).whole()
    }

    /// The same, with its mistakes beside what could be read; throws for what is no config at all.
    static func read(_ path: String, in directory: String) throws(Failure) -> ConfigReading {
        if path == "-" { return try fromInput(in: directory) }
        let (file, shown) = try locate(path, in: directory)
        return ConfigDraft.reading(try tree(file, shown: shown), file: file, shown: shown)
    }

    /// The absolute path of a config, and how it is called in errors. A folder means the config in it.
    static func locate(_ path: String, in directory: String) throws(Failure) -> (file: String, shown: String) {
        let file = FilePath.absolute(path, in: directory)
        guard FilePath.kind(of: file) == .directory else { return (file, path) }
        guard let found = try trusted(in: file) else { throw absent(in: path) }
        let name = FilePath.name(of: found)
        return (found, path == "." ? name : path.hasSuffix("/") ? path + name : "\(path)/\(name)")
    }

    /// What a file says, in its own keys, whatever it is written in.
    static func tree(_ file: String, shown: String) throws(Failure) -> ConfigNode {
        let text = try text(of: file, shown: shown)
        if ConfigScript.isOne(file) { return try ConfigScript.evaluate(file, shown: shown) }
        do {
            if Procfile.isOne(file) {
                let variables = FilePath.absolute(".env", in: FilePath.directory(of: file))
                let bytes = FilePath.read(variables, limit: ConfigLimits.bytes)
                return try Procfile.parse(text, environment: bytes.map { String(decoding: $0, as: UTF8.self) })
            }
            return try ConfigFormat(file: file, text: text).parse(text)
        } catch {
            throw Failure([error], file: shown)
        }
    }

    /// The failure of a command that needs a config where there is none.
    package static func absent(in directory: String) -> Failure {
        Failure(
            .configAbsent, "there is no config in ‘\(directory)’", why: "looked for \(namesInWords)",
            next: "name a file, or start a program with od start FILE")
    }

    private static func fromInput(in directory: String) throws(Failure) -> ConfigReading {
        var bytes: [UInt8] = []
        while bytes.count <= ConfigLimits.bytes {
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = 0
                repeat { count = Glibc.read(0, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
                count = max(0, count)
            }
            if part.isEmpty { break }
            bytes += part
        }
        let file = FilePath.absolute(inputName, in: directory)
        let tree = try ConfigDraft.parse(try text(bytes, shown: inputName), file: file, shown: inputName)
        return ConfigDraft.reading(tree, file: file, shown: inputName)
    }

    /// How stdin is called in errors.
    package static let inputName = "(stdin)"

    static func text(of file: String, shown: String) throws(Failure) -> String {
        guard let kind = FilePath.kind(of: file) else {
            throw Failure(
                .scriptMissing, "there is no ‘\(shown)’", why: "looked for \(file)", next: "check the name of the file")
        }
        guard kind == .file, let bytes = FilePath.read(file, limit: ConfigLimits.bytes + 1) else {
            let why = kind == .file ? "this user may not read \(file)" : "\(file) is no regular file"
            throw Failure(
                .scriptMissing, "‘\(shown)’ cannot be read", why: why, next: "check the name and the permissions")
        }
        return try text(bytes, shown: shown)
    }

    private static func text(_ bytes: [UInt8], shown: String) throws(Failure) -> String {
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
