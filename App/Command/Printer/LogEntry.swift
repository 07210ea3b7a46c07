internal import Core
internal import FoundationEssentials
internal import Widgets

/// A line of a log as programs want it: what its logger said in JSON or logfmt is read out of it.
struct LogEntry: Encodable, Hashable {
    /// Bytes of a line in which a level is looked for, and of one in which places are marked.
    static let levelReach = 512
    static let markReach = 16 << 10

    enum Source: String, Encodable, Hashable, Sendable { case stdout, stderr }

    /// What the line says itself, else when it was written; ISO 8601.
    var timestamp: WallTime?
    /// What the line names; without a name `info`.
    var level: LogLevel
    /// What the line says, else the process that writes the log now if it had started by then.
    var pid: Int32?
    var processName: String
    var instanceId: Int?
    var namespace: String?
    var message: String
    var source: Source
    /// All else that the line says.
    var metadata: [String: LogValue]?

    /// The message is longer than what its first record had of it. Bytes that are no UTF-8 come as `base64`.
    mutating func replace(_ bytes: [UInt8]) {
        let text = bytes.last == 0x0D ? bytes.dropLast() : bytes[...]
        message = String(decoding: text, as: UTF8.self)
        var rest = metadata ?? [:]
        rest["partial"] = nil
        rest["base64"] = Array(message.utf8) == Array(text) ? nil : .text(Base64.encoded(bytes))
        metadata = rest.isEmpty ? nil : rest
    }

    /// - Parameter time: when it was written, as far as it is known.
    init(_ line: [UInt8], of file: LogStreamResult.File?, label: String, channel: LogChunk.Channel, time: WallTime?) {
        // The head of our own text format, if there is one.
        let head = line.withUnsafeBufferPointer { LogLevel.textHead(of: $0) }
        let text = Array(line[head...])
        let fields = LogFields(text)
        let headTime = head > 0 ? WallTime(String(decoding: line[..<24], as: UTF8.self)) : nil
        timestamp = fields.time ?? headTime ?? time
        // The writer of our own entries does not look into lines.
        let named = fields.processName == nil ? nil : fields.message.flatMap { LogLevel(readFrom: Array($0.utf8)) }
        level = named ?? fields.level ?? LogLevel(readFrom: text) ?? .info
        message = fields.message ?? String(decoding: text, as: UTF8.self)
        metadata = fields.rest.isEmpty ? nil : fields.rest
        processName = fields.processName ?? file?.name ?? label
        instanceId = fields.instance ?? file?.instance
        namespace = file?.namespace
        let isError = head > 0 ? line[25] == UInt8(ascii: "e") : channel == .error
        source = fields.source ?? (isError ? .stderr : .stdout)
        if let said = fields.pid {
            pid = said
        } else if let now = file?.pid, let started = file?.started, let time, time >= started {
            pid = now
        }
    }
}

/// A value of JSON.
enum LogValue: Codable, Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([LogValue])
    case object([String: LogValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([LogValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: LogValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }

    /// A text, or anything that reads as one.
    var asText: String? {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        default: nil
        }
    }
}

/// What a line of JSON or logfmt says. Of other lines: nothing.
struct LogFields: Hashable {
    var message: String?
    var level: LogLevel?
    var time: WallTime?
    var pid: Int32?
    /// Of an entry that we wrote ourselves.
    var processName: String?
    var instance: Int?
    var source: LogEntry.Source?
    /// Under the names that the line gives them.
    var rest: [String: LogValue] = [:]

    /// Keys by which loggers call the same: pino, bunyan, winston, zap, logrus, structlog, Logstash, and our own.
    private static let messages = ["message", "msg"]
    private static let levels = LogLevel.names
    private static let times = ["timestamp", "time", "ts", "@timestamp"]

    init(_ line: [UInt8]) {
        guard let object = Self.json(line) ?? Logfmt.fields(of: line) else { return }
        rest = object
        message = takeFirst(Self.messages) { $0.asText }
        level = takeFirst(Self.levels) { value in
            if case .integer(let number) = value { return LogLevel.pino(Int(clamping: number)) }
            return value.asText.flatMap { LogLevel(named: $0) }
        }
        time = takeFirst(Self.times, Self.time)
        pid = takeFirst(["pid"]) { if case .integer(let number) = $0 { Int32(exactly: number) } else { nil } }
        if case .text(let name)? = rest["processName"], let said = rest["source"]?.asText.flatMap(LogEntry.Source.init)
        {
            processName = name
            source = said
            if case .integer(let number)? = rest["instanceId"] { instance = Int(number) }
            for key in ["processName", "instanceId", "namespace", "source"] { rest[key] = nil }
            if case .object(let said)? = rest.removeValue(forKey: "metadata") {
                rest.merge(said) { mine, _ in mine }
            }
        }
    }

    private static func json(_ line: [UInt8]) -> [String: LogValue]? {
        guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return nil }
        return try? JSONDecoder().decode([String: LogValue].self, from: Data(line))
    }

    private mutating func takeFirst<T>(_ keys: [String], _ read: (LogValue) -> T?) -> T? {
        for key in keys {
            guard let value = rest[key], let result = read(value) else { continue }
            rest[key] = nil
            return result
        }
        return nil
    }

    /// ISO 8601, or since 1970 in seconds (zap) or milliseconds (pino).
    private static func time(_ value: LogValue) -> WallTime? {
        let milliseconds = 100_000_000_000.0
        let yearTenThousand: Int64 = 253_402_300_800_000
        switch value {
        case .text(let text): return WallTime(text)
        case .integer(let number) where number > 0 && number < yearTenThousand:
            return WallTime(milliseconds: Double(number) < milliseconds ? number * 1000 : number)
        case .number(let number) where number > 0 && number < Double(yearTenThousand):
            return WallTime(milliseconds: Int64(number < milliseconds ? number * 1000 : number))
        default: return nil
        }
    }
}

/// `ts=2026-01-01T00:00:00Z level=warn msg="slow query" ms=812`
enum Logfmt {
    /// nil for a line that is something else: one that has no level or message, or words without a value.
    static func fields(of line: [UInt8]) -> [String: LogValue]? {
        var fields: [String: LogValue] = [:]
        var rest = line[...]
        while let start = rest.firstIndex(where: { $0 != 0x20 }) {
            rest = rest[start...]
            let key = rest.prefix { $0 != 0x3D && $0 != 0x20 && $0 != 0x22 }
            rest = rest[key.endIndex...]
            guard !key.isEmpty, rest.first == 0x3D else { return nil }
            rest = rest.dropFirst()
            guard let value = value(&rest) else { return nil }
            fields[String(decoding: key, as: UTF8.self)] = value
        }
        return ["level", "lvl", "severity", "msg", "message"].contains { fields[$0] != nil } ? fields : nil
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) -> LogValue? {
        guard rest.first == 0x22 else {
            let word = String(decoding: rest.prefix { $0 != 0x20 }, as: UTF8.self)
            rest = rest.drop { $0 != 0x20 }
            return Int64(word).map { .integer($0) } ?? Double(word).map { .number($0) } ?? .text(word)
        }
        var text: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst(), byte != 0x22 {
            guard byte == 0x5C else {
                text.append(byte)
                continue
            }
            guard let escaped = rest.popFirst() else { return nil }
            text.append(escaped == UInt8(ascii: "n") ? 0x0A : escaped == UInt8(ascii: "t") ? 0x09 : escaped)
        }
        return .text(String(decoding: text, as: UTF8.self))
    }
}
