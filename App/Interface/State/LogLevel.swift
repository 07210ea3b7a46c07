import Core
package import Widgets

/// Reads out of a line how grave it is, whoever wrote it: JSON (pino, bunyan, winston, zap), logfmt, `[WARN]`,
/// `WARNING:root:`, syslog's `<11>`, glog's `W0412`. Only the beginning of a line is looked at.
package enum LogLevel {
    /// Bytes that are looked at; those of words outside of JSON and logfmt.
    static let reach = 512
    static let wordReach = 96

    package static func of(_ line: [UInt8]) -> LogLine.Level? {
        let bytes = line.prefix(reach)
        let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.endIndex
        guard start < bytes.endIndex else { return nil }
        if bytes[start] == UInt8(ascii: "{") { return json(bytes[start...]) }
        if bytes[start] == UInt8(ascii: "<"), let level = syslog(bytes[(start + 1)...]) { return level }
        return glog(bytes[start...]) ?? logfmt(bytes[start...]) ?? word(bytes[start...].prefix(wordReach))
    }

    private static let keys: [[UInt8]] = ["level", "severity", "lvl"].map { Array($0.utf8) }

    /// `"level":30` or `"level":"warn"`: behind a key in quotes, a colon and what follows.
    private static func json(_ bytes: ArraySlice<UInt8>) -> LogLine.Level? {
        for key in keys {
            guard let place = find([0x22] + key + [0x22], in: bytes) else { continue }
            let rest = bytes[(place + key.count + 2)...].drop { $0 == 0x20 || $0 == 0x3A || $0 == 0x22 }
            let value = rest.prefix { isLetter($0) || isDigit($0) }
            if let number = Int(String(decoding: value, as: UTF8.self)) { return pino(number) }
            return named(value)
        }
        return nil
    }

    /// Of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
    private static func pino(_ number: Int) -> LogLine.Level {
        number >= 50 ? .error : number >= 40 ? .warning : number >= 30 ? .info : .debug
    }

    /// RFC 5424: severity is the priority modulo 8, 0 the gravest.
    private static func syslog(_ bytes: ArraySlice<UInt8>) -> LogLine.Level? {
        let digits = bytes.prefix { isDigit($0) }
        guard (1...3).contains(digits.count), bytes.dropFirst(digits.count).first == UInt8(ascii: ">"),
            let number = Int(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return [.error, .error, .error, .error, .warning, .info, .info, .debug][number % 8]
    }

    /// A letter, month and day, a blank: `E0412 12:00:00`.
    private static func glog(_ bytes: ArraySlice<UInt8>) -> LogLine.Level? {
        let head = Array(bytes.prefix(6))
        guard head.count == 6, head[1...4].allSatisfy(isDigit), head[5] == 0x20 else { return nil }
        switch head[0] {
        case UInt8(ascii: "I"): return .info
        case UInt8(ascii: "W"): return .warning
        case UInt8(ascii: "E"), UInt8(ascii: "F"): return .error
        default: return nil
        }
    }

    /// `level=warn` at the start or behind a blank.
    private static func logfmt(_ bytes: ArraySlice<UInt8>) -> LogLine.Level? {
        for key in keys {
            guard let place = find(key + [0x3D], in: bytes) else { continue }
            guard place == bytes.startIndex || bytes[place - 1] == 0x20 else { continue }
            return named(bytes[(place + key.count + 1)...].drop { $0 == 0x22 }.prefix { isLetter($0) })
        }
        return nil
    }

    /// A word in capitals; a small one only between brackets or before a colon.
    private static func word(_ bytes: ArraySlice<UInt8>) -> LogLine.Level? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard isLetter(bytes[index]) else {
                index += 1
                continue
            }
            let word = bytes[index...].prefix { isLetter($0) || isDigit($0) || $0 == 0x5F }
            let before = index > bytes.startIndex ? bytes[index - 1] : 0x20
            let after = word.endIndex < bytes.endIndex ? bytes[word.endIndex] : 0x20
            let isMarked = before == UInt8(ascii: "[") || after == UInt8(ascii: ":") || after == UInt8(ascii: "]")
            if isMarked || word.allSatisfy({ $0 < 0x61 }), let level = named(word) { return level }
            index = word.endIndex
        }
        return nil
    }

    private static let names: [String: LogLine.Level] = [
        "trace": .debug, "debug": .debug, "verbose": .debug, "silly": .debug, "dbg": .debug,
        "info": .info, "notice": .info, "information": .info, "http": .info,
        "warn": .warning, "warning": .warning, "wrn": .warning,
        "error": .error, "err": .error, "fatal": .error, "critical": .error, "crit": .error, "panic": .error,
        "severe": .error, "emerg": .error, "alert": .error, "dpanic": .error,
    ]

    private static func named(_ word: ArraySlice<UInt8>) -> LogLine.Level? {
        guard (3...11).contains(word.count) else { return nil }
        return names[String(decoding: word, as: UTF8.self).lowercased()]
    }

    private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
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

/// The lines of a log that are grave enough. Lines that do not say belong to the line before them on their channel, as
/// those of a stack trace do; before the first that says, everything is `info`.
package struct LevelFilter: Hashable, Sendable {
    package let level: LogLine.Level
    /// Numbers of the lines, ascending.
    package private(set) var lines: [Int] = []
    private var last: [LogLine.Level] = [.info, .info]

    init(_ level: LogLine.Level, _ buffer: LogBuffer) {
        self.level = level
        update(from: buffer, new: buffer.first..<buffer.end)
    }

    /// Forgets lines that left the buffer and looks at new ones.
    mutating func update(from buffer: LogBuffer, new: Range<Int>) {
        lines.removeFirst(lines.partitioningIndex { $0 >= buffer.first })
        for number in new.clamped(to: buffer.first..<buffer.end) {
            let line = buffer[number]
            let channel = line.channel == .error ? 1 : 0
            if let said = LogLevel.of(line.bytes) { last[channel] = said }
            if last[channel] >= level { lines.append(number) }
        }
    }
}
