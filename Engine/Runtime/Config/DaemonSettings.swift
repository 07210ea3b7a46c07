package import Core

/// What the daemon is told about itself, in a file of its home; nil is "not said", for which the default holds.
package struct DaemonSettings: Hashable, Sendable {
    /// The name of the file, in the home.
    package static let file = "config.yaml"

    /// Bytes of the old log files of all apps together; 0: any number.
    package var logsMaxTotal: Int?

    package init() {}

    /// Reads and checks the file of a home; a home without one says nothing. Blocks.
    ///
    /// - Throws: all mistakes at once, with their places: `OD2002` and those beside it, or that it cannot be read.
    package static func read(home: String) throws(Failure) -> DaemonSettings {
        let path = home + "/" + file
        guard FilePath.kind(of: path) != nil else { return DaemonSettings() }
        return try decode(try ConfigFile.text(of: path, shown: path), shown: path)
    }

    /// - Parameter shown: the file's name in errors.
    static func decode(_ text: String, shown: String) throws(Failure) -> DaemonSettings {
        let root: ConfigNode
        do {
            root = try ConfigFormat(file: file, text: text).parse(text)
        } catch {
            throw Failure([error], file: shown)
        }
        var settings = DaemonSettings()
        // Nothing but comments.
        if case .null = root.value { return settings }
        var reader = ConfigReader()
        reader.read(root, by: ConfigKeys.daemonFile, into: &settings)
        guard reader.problems.isEmpty else { throw Failure(reader.problems, file: shown) }
        return settings
    }
}

extension ConfigKeys {
    /// The top level of the daemon's own file.
    package static let daemonFile: [ConfigKey<DaemonSettings>] = [
        ConfigKey("daemon", type: "map", schema: .keys(daemon), "settings of the daemon itself") {
            node, reader, settings in reader.read(node, by: daemon, into: &settings)
        }
    ]

    /// `daemon`.
    package static let daemon: [ConfigKey<DaemonSettings>] = [
        ConfigKey(
            "logsMaxTotal", .size, \.logsMaxTotal,
            "bytes of the old log files of all apps together; 0: any number; default: 20G")
    ]
}
