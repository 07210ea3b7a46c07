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

    /// The same for what is to be read, without having been named: by `load` with the folder, which judges what it reads.
    ///
    /// - Throws: `OD2010` when somebody else decides what is in it.
    package static func trusted(in directory: String) throws(Failure) -> String? {
        guard let file = find(in: directory) else { return nil }
        try ConfigTrust.checkPlace(of: file)
        _ = try ConfigTrust.read(file, limit: 0)
        return file
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
        let place = try locate(path, in: directory)
        return ConfigDraft.reading(try tree(place), file: place.file, shown: place.shown)
    }

    /// A config: its absolute path, how it is called in errors, and whether somebody has named it.
    struct Place {
        var file: String
        var shown: String
        var isNamed = true
    }

    /// A folder means the config in it.
    static func locate(_ path: String, in directory: String) throws(Failure) -> Place {
        let file = FilePath.absolute(path, in: directory)
        guard FilePath.kind(of: file) == .directory else { return Place(file: file, shown: path) }
        guard let found = try trusted(in: file) else { throw absent(in: path, file) }
        let name = FilePath.name(of: found)
        let shown = path == "." ? name : path.hasSuffix("/") ? path + name : "\(path)/\(name)"
        return Place(file: found, shown: shown, isNamed: false)
    }

    /// What a file says, in its own keys, whatever it is written in.
    static func tree(_ place: Place) throws(Failure) -> ConfigNode {
        let (file, shown) = (place.file, place.shown)
        let text = try text(of: place)
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

    /// The failure of a command that needs a config where there is none. A Procfile is one only when it is named: every
    /// second folder has one for somebody else.
    ///
    /// - Parameters:
    ///   - shown: the folder as the user named it.
    ///   - directory: the same, absolute.
    private static func absent(in shown: String, _ directory: String) -> Failure {
        let procfile = FilePath.absolute("Procfile", in: directory)
        let hasProcfile = FilePath.kind(of: procfile) == .file
        let named = shown == "." ? "Procfile" : procfile
        return Failure(
            .configAbsent, "there is no config in ‘\(shown)’",
            why: "looked for \(namesInWords)" + (hasProcfile ? "; its Procfile is one when it is named" : ""),
            next: hasProcfile
                ? "name \(named), or let od init make a config of it"
                : "name a file, or start a program with od start FILE")
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

    static func text(of place: Place) throws(Failure) -> String {
        let (file, shown) = (place.file, place.shown)
        guard let kind = FilePath.kind(of: file) else {
            throw Failure(
                .scriptMissing, "there is no ‘\(shown)’", why: "looked for \(file)", next: "check the name of the file")
        }
        let limit = ConfigLimits.bytes + 1
        guard kind == .file,
            let bytes = place.isNamed
                ? FilePath.read(file, limit: limit) : try ConfigTrust.read(file, limit: limit)
        else {
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
