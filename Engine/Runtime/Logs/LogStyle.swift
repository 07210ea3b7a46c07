import CKernel
package import Core

/// How the lines of one file are written, ready for the pump.
package struct LogStyle: Hashable, Sendable {
    package var type: LogType
    package var flush: LogFlush
    /// nil: ISO 8601, UTC.
    var dateFormat: LogDateFormat?

    package init(type: LogType = .raw, flush: LogFlush = .batch, dateFormat: String? = nil) {
        self.type = type
        self.flush = flush
        self.dateFormat = dateFormat.map(LogDateFormat.init)
    }

    package init(_ settings: LogSettings) {
        self.init(type: settings.type, flush: settings.flush, dateFormat: settings.dateFormat)
    }

    /// What the records of a moment begin with, up to who wrote. Records in JSON always have ISO 8601.
    func stamp(_ milliseconds: Int64) -> [UInt8] {
        let time = WallTime(milliseconds: milliseconds)
        switch type {
        case .raw: return []
        case .json: return Array("{\"timestamp\":\"\(time)".utf8)
        case .text:
            guard let dateFormat else { return Array(time.description.utf8) }
            return dateFormat.text(of: time, offset: Int(od_zone_offset(milliseconds / 1000)))
        }
    }
}

/// Who wrote a record, as it says it: the part between the time and the line.
struct RecordLabel: Hashable {
    private let text: [UInt8]
    private let json: [UInt8]

    init(_ writer: LogOrigin, _ channel: LogChunk.Channel) {
        let isOut = channel == .out
        text = Array(" \(isOut ? "out" : "err")\(writer.isShared ? "#\(writer.instance)" : "")".utf8)
        json = Self.json(
            level: isOut ? "info" : "error", writer.pid, writer.name, writer.instance, isOut ? "stdout" : "stderr")
    }

    /// Of what we say ourselves.
    static let own = RecordLabel(
        text: Array(" err".utf8), json: json(level: "warn", 0, "od", 0, "stderr"))

    private init(text: [UInt8], json: [UInt8]) {
        (self.text, self.json) = (text, json)
    }

    /// Names of apps have no byte that JSON would have to escape (`AppName`).
    private static func json(level: String, _ pid: Int32, _ name: String, _ instance: Int, _ source: String) -> [UInt8]
    {
        Array(
            "\",\"level\":\"\(level)\",\"pid\":\(pid),\"processName\":\"\(name)\",\"instanceId\":\(instance),\"source\":\"\(source)\",\"message\":\""
                .utf8)
    }

    func bytes(of type: LogType) -> [UInt8] {
        switch type {
        case .raw: []
        case .text: text
        case .json: json
        }
    }
}
