package import Core

/// How the logs of an app are written, as its config says; nil is "not said".
package struct LogConfig: Hashable, Sendable {
    package var type: LogType?
    package var dateFormat: String?
    package var flush: LogFlush?
    package var file: String?
    package var isDisabled: Bool?
    package var crashLines: Int?

    package init() {}
}

extension ConfigKeys {
    /// How the logs of an app are written.
    static let logs: [ConfigKey<AppConfig>] = [
        ConfigKey(
            "logFile", .text, \.logs.file, "one file for stdout and stderr, for those that have none of their own"),
        ConfigKey("disableLogs", .flag, \.logs.isDisabled, "nothing that the app says is kept"),
        ConfigKey("logType", .word, \.logs.type, "raw: the app's bytes; text: a time in front; json: a record a line"),
        ConfigKey(
            "logDateFormat", .dateFormat, \.logs.dateFormat,
            "the time of text logs, like YYYY-MM-DD HH:mm:ss.SSS Z; default: ISO 8601; makes logType text"),
        ConfigKey("logFlush", .word, \.logs.flush, "how soon output is in the file and on the disk; default: batch"),
        ConfigKey(
            "crashLogs", .whole(0...Defaults.maxCrashLogLines), \.logs.crashLines,
            "last lines of each stream that are kept of a run that crashed; default: \(Defaults.crashLogLines)"),
    ]
}

extension ConfigValue where T == String {
    /// A `LogDateFormat`.
    static var dateFormat: ConfigValue<String> {
        ConfigValue(
            type: "text", expected: "a format of 1 to \(LogDateFormat.longest) bytes, like YYYY-MM-DD HH:mm:ss",
            schema: .pattern("^[^\\u0000-\\u001f]{1,\(LogDateFormat.longest)}$")
        ) { node in
            node.scalarText.flatMap { LogDateFormat.isValid($0) ? $0 : nil }
        }
    }
}

extension LogSettings {
    /// A log file that a config names, absolute; `NULL`, as PM2 has it, is no file.
    static func place(_ path: String, in directory: String) -> String {
        path == "NULL" ? Kernel.nowhere : FilePath.absolute(path, in: directory)
    }

    /// What was not said is the default; nil when nothing was. Paths start at `directory`.
    init?(_ said: LogConfig, in directory: String) {
        guard said != LogConfig() else { return nil }
        self.init(
            type: said.type ?? (said.dateFormat == nil ? .raw : .text), dateFormat: said.dateFormat,
            flush: said.flush ?? .batch, file: said.file.map { Self.place($0, in: directory) },
            isDisabled: said.isDisabled ?? false, crashLines: said.crashLines ?? Defaults.crashLogLines)
    }
}
