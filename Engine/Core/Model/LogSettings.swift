/// What a line looks like in a log file.
public enum LogType: String, Hashable, Sendable, Codable, CaseIterable {
    /// The bytes of the app, as they are.
    case raw
    /// `TIME out LINE`.
    case text
    /// One JSON object a line: time, stream, instance and the text.
    case json
}

/// When the output of an app reaches its file and the disk.
public enum LogFlush: String, Hashable, Sendable, Codable, CaseIterable {
    /// As soon as it is there, and to the disk after each batch.
    case immediate
    /// Within 20 ms, and to the disk every second.
    case batch
    /// Every second, or when half of the spool is full; and to the disk every 10 seconds.
    case interval
}

/// How the logs of an app are written.
public struct LogSettings: Hashable, Sendable, Codable {
    public var type: LogType
    /// How `text` writes the time (`LogDateFormat`); nil: ISO 8601 with milliseconds, UTC.
    public var dateFormat: String?
    public var flush: LogFlush
    /// Where both streams go that have no file of their own; absolute.
    public var file: String?
    /// Nothing is kept.
    public var isDisabled: Bool
    /// Lines of each stream that are kept of a run that crashed; 0: none.
    public var crashLines: Int

    public init(
        type: LogType = .raw, dateFormat: String? = nil, flush: LogFlush = .batch, file: String? = nil,
        isDisabled: Bool = false, crashLines: Int = Defaults.crashLogLines
    ) {
        self.type = type
        self.dateFormat = dateFormat
        self.flush = flush
        self.file = file
        self.isDisabled = isDisabled
        self.crashLines = crashLines
    }

    private enum CodingKeys: String, CodingKey {
        case type, dateFormat, flush, file, isDisabled, crashLines
    }

    /// What is missing is the default: records of versions that knew less.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            type: try values.decodeIfPresent(LogType.self, forKey: .type) ?? .raw,
            dateFormat: try values.decodeIfPresent(String.self, forKey: .dateFormat),
            flush: try values.decodeIfPresent(LogFlush.self, forKey: .flush) ?? .batch,
            file: try values.decodeIfPresent(String.self, forKey: .file),
            isDisabled: try values.decodeIfPresent(Bool.self, forKey: .isDisabled) ?? false,
            crashLines: try values.decodeIfPresent(Int.self, forKey: .crashLines) ?? Defaults.crashLogLines)
    }

    /// The keys of a config, by the paths of an `AppSpec`.
    static let keys = [
        "logs.type": "logType", "logs.dateFormat": "logDateFormat", "logs.flush": "logFlush", "logs.file": "logFile",
        "logs.isDisabled": "disableLogs", "logs.crashLines": "crashLogs",
    ]

    /// The first setting that no engine takes, and what it must be.
    var problem: (key: String, wanted: String)? {
        if let file, !file.hasPrefix("/") { return ("logFile", "an absolute path") }
        if let file, file.utf8.contains(0) { return ("logFile", "without NUL bytes") }
        if let dateFormat, !LogDateFormat.isValid(dateFormat) {
            return ("logDateFormat", "1 to \(LogDateFormat.longest) bytes in one line")
        }
        guard (0...Defaults.maxCrashLogLines).contains(crashLines) else {
            return ("crashLogs", "0 to \(Defaults.maxCrashLogLines) lines")
        }
        return nil
    }
}
