/// How grave a line of a log is, from the mildest to the gravest.
public enum LogLevel: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case trace, debug, info, warn, error, fatal

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Reads out of a line how grave it is, whoever wrote it: JSON (pino, bunyan, winston, zap), logfmt, `[WARN]`,
/// `WARNING:root:`, syslog's `<11>`, glog's `W0412`. Only the beginning of a line is looked at.
extension LogLevel {
    /// A part of a line.
    private typealias Text = Slice<UnsafeBufferPointer<UInt8>>

    /// Bytes that are looked at; those of words outside of JSON and logfmt.
    static let reach = 512
    static let wordReach = 96

    /// The level that the line names; nil when it names none.
    package init?(readFrom line: [UInt8]) {
        guard let level = line.withUnsafeBufferPointer({ LogLevel(readFrom: $0) }) else { return nil }
        self = level
    }

    /// The same for bytes that lie elsewhere.
    package init?(readFrom line: UnsafeBufferPointer<UInt8>) {
        let said = Self.message(in: line)?.withUnsafeBufferPointer { Self.read(text: $0[...]) }
        let text = line.dropFirst(Self.textHead(of: line)).prefix(Self.reach)
        guard let level = said ?? Self.read(text: text) else { return nil }
        self = level
    }

    private static func read(text: Text) -> LogLevel? {
        let start = text.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? text.endIndex
        return start < text.endIndex ? read(text[start...]) : nil
    }

    /// The bytes of `2026-05-01T12:00:00.000Z out `, which a log of the type `text` has in front of each line; `out#3`
    /// where several instances write it, and `out+` where the line goes on in the next. 0 for other lines.
    package static func textHead(of line: UnsafeBufferPointer<UInt8>) -> Int {
        guard line.count >= 29, line[4] == UInt8(ascii: "-"), line[10] == UInt8(ascii: "T"),
            line[23] == UInt8(ascii: "Z"), line[24] == 0x20,
            ["out", "err"].contains(String(decoding: line[25..<28], as: UTF8.self))
        else { return 0 }
        var rest = line[28...]
        if rest.first == UInt8(ascii: "#") { rest = rest.dropFirst().drop { isDigit($0) } }
        if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return rest.first == 0x20 ? rest.startIndex + 1 : 0
    }

    private static let jsonHead = Array("{\"timestamp\":\"".utf8)
    private static let jsonEscape = Array("u001b".utf8)
    private static let jsonMessage = Array(",\"message\":\"".utf8)

    /// The beginning of what the app wrote, of a line in a log of the type `json`: quotes without their backslashes, and
    /// escape characters as such; nil for other lines.
    private static func message(in line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard line.starts(with: jsonHead), let place = find(jsonMessage, in: line.prefix(reach)) else { return nil }
        var rest = line[(place + jsonMessage.count)...].prefix(reach)
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else if rest.starts(with: jsonEscape) {
                text.append(escape)
                rest = rest.dropFirst(jsonEscape.count)
            }
        }
        return text
    }

    private static func read(_ bytes: Text) -> LogLevel? {
        if bytes.first == UInt8(ascii: "{") { return json(bytes) }
        if bytes.first == UInt8(ascii: "<"), let level = syslog(bytes.dropFirst()) { return level }
        return glog(bytes) ?? redis(bytes) ?? logfmt(bytes) ?? word(bytes.prefix(wordReach))
    }

    private static let keys: [[UInt8]] = ["level", "severity", "lvl"].map { Array($0.utf8) }
    /// Keys of JSON by which loggers call it; the last are those of ECS, python-json-logger and Serilog.
    package static let names = ["level", "severity", "lvl", "log.level", "levelname", "Level", "@l"]
    private static let quoted: [[UInt8]] = names.map { [0x22] + Array($0.utf8) + [0x22] }
    private static let assigned: [[UInt8]] = keys.map { $0 + [0x3D] }

    /// `"level":30` or `"level":"warn"`: behind a key in quotes, a colon and what follows.
    private static func json(_ bytes: Text) -> LogLevel? {
        for key in quoted {
            guard let place = find(key, in: bytes) else { continue }
            let rest = bytes[(place + key.count)...].drop { $0 == 0x20 || $0 == 0x3A || $0 == 0x22 }
            let value = rest.prefix { isLetter($0) || isDigit($0) }
            if let number = Int(String(decoding: value, as: UTF8.self)) { return pino(number) }
            return named(value)
        }
        return nil
    }

    /// Of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
    package static func pino(_ number: Int) -> LogLevel {
        switch number {
        case 60...: .fatal
        case 50...: .error
        case 40...: .warn
        case 30...: .info
        case 20...: .debug
        default: .trace
        }
    }

    /// RFC 5424: severity is the priority modulo 8, 0 the gravest.
    private static func syslog(_ bytes: Text) -> LogLevel? {
        let digits = bytes.prefix { isDigit($0) }
        guard (1...3).contains(digits.count), bytes.dropFirst(digits.count).first == UInt8(ascii: ">"),
            let number = Int(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return [.fatal, .fatal, .fatal, .error, .warn, .info, .info, .debug][number % 8]
    }

    /// A letter, month and day, a blank: `E0412 12:00:00`.
    private static func glog(_ bytes: Text) -> LogLevel? {
        let head = Array(bytes.prefix(6))
        guard head.count == 6, head[1...4].allSatisfy(isDigit), head[5] == 0x20 else { return nil }
        switch head[0] {
        case UInt8(ascii: "I"): return .info
        case UInt8(ascii: "W"): return .warn
        case UInt8(ascii: "E"): return .error
        case UInt8(ascii: "F"): return .fatal
        default: return nil
        }
    }

    /// `1:M 22 Nov 2026 10:00:00.000 # text`: process and role, the time, and a mark for the level.
    private static func redis(_ bytes: Text) -> LogLevel? {
        let rest = bytes.prefix(wordReach).drop { isDigit($0) }
        guard rest.startIndex > bytes.startIndex, rest.first == 0x3A,
            rest.dropFirst().first.map({ redisRoles.contains($0) }) == true
        else { return nil }
        let fields = rest.split(separator: 0x20, maxSplits: 6)
        guard fields.count > 5, fields[0].count == 2, fields[5].count == 1 else { return nil }
        return fields[5].first.flatMap { redisMarks[$0] }
    }

    /// A child that saves, a replica, a master, a sentinel.
    private static let redisRoles = Set("CSMX".utf8)
    private static let redisMarks: [UInt8: LogLevel] = [
        UInt8(ascii: "."): .debug, UInt8(ascii: "-"): .debug, UInt8(ascii: "*"): .info, UInt8(ascii: "#"): .warn,
    ]

    /// `level=warn` at the start or behind a blank.
    private static func logfmt(_ bytes: Text) -> LogLevel? {
        for key in assigned {
            guard let place = find(key, in: bytes) else { continue }
            guard place == bytes.startIndex || bytes[place - 1] == 0x20 else { continue }
            return named(bytes[(place + key.count)...].drop { $0 == 0x22 }.prefix { isLetter($0) })
        }
        return nil
    }

    private static let escape: UInt8 = 0x1B

    /// A word in capitals; a small one only between brackets, before a colon, or in a colour of its own.
    private static func word(_ bytes: Text) -> LogLevel? {
        var index = bytes.startIndex
        var coloured = bytes.endIndex
        while index < bytes.endIndex {
            guard isLetter(bytes[index]) else {
                if bytes[index] == escape {
                    index = endOfColour(bytes, index)
                    coloured = index
                } else {
                    index += 1
                }
                continue
            }
            let word = bytes[index...].prefix { isLetter($0) || isDigit($0) || $0 == 0x5F }
            let before = index > bytes.startIndex ? bytes[index - 1] : 0x20
            let after = word.endIndex < bytes.endIndex ? bytes[word.endIndex] : 0x20
            let isMarked =
                before == UInt8(ascii: "[") || after == UInt8(ascii: ":") || after == UInt8(ascii: "]")
                || coloured == index && after == escape
            if isMarked || word.allSatisfy({ $0 < 0x61 }), let level = named(word) { return level }
            index = word.endIndex
        }
        return nil
    }

    /// Behind `ESC [ 33 m` and the like (ECMA-48): loggers colour their levels.
    private static func endOfColour(_ bytes: Text, _ start: Int) -> Int {
        let rest = bytes[(start + 1)...]
        guard rest.first == UInt8(ascii: "[") else { return start + 1 }
        let end = rest.dropFirst().firstIndex { (0x40...0x7E).contains($0) }
        return end.map { $0 + 1 } ?? bytes.endIndex
    }

    private static let words: [String: LogLevel] = [
        "trace": .trace, "silly": .trace, "trce": .trace, "debug": .debug, "verbose": .debug, "dbg": .debug,
        "dbug": .debug,
        "info": .info, "notice": .info, "information": .info, "http": .info,
        "warn": .warn, "warning": .warn, "wrn": .warn,
        "error": .error, "err": .error, "severe": .error, "fail": .error,
        "fatal": .fatal, "critical": .fatal, "crit": .fatal, "panic": .fatal, "emerg": .fatal, "alert": .fatal,
        "dpanic": .fatal,
    ]

    /// The level that goes by a name of the trade: `warning`, `ERR`, `critical`.
    package init?(named name: String) {
        guard let level = Self.words[name.lowercased()] else { return nil }
        self = level
    }

    private static func named(_ word: Text) -> LogLevel? {
        guard (3...11).contains(word.count) else { return nil }
        return LogLevel(named: String(decoding: word, as: UTF8.self))
    }

    private static func find(_ needle: [UInt8], in bytes: Text) -> Int? {
        var index = bytes.startIndex
        while index + needle.count <= bytes.endIndex {
            if bytes[index] == needle[0], bytes[index..<index + needle.count].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
