/// The records of a log of the type `json`: what the app said stands in the last of their fields.
enum LogRecord {
    /// In this order, as the writer of logs puts them; only what begins so is a record.
    private static let keys = [
        "{\"timestamp\":", ",\"level\":", ",\"pid\":", ",\"processName\":", ",\"instanceId\":", ",\"source\":",
    ].map { Array($0.utf8) }
    private static let message = Array(",\"message\":\"".utf8)
    /// Bytes in which the message begins.
    private static let reach = 512

    /// Nil for what is no such record: the file may have been of another type before.
    static func message(of line: [UInt8]) -> [UInt8]? {
        guard line.starts(with: keys[0]) else { return nil }
        var at = 0
        for key in keys + [message] {
            guard let place = place(of: key, in: line, from: at) else { return nil }
            at = place + key.count
        }
        return text(line, from: at)
    }

    private static func place(of key: [UInt8], in line: [UInt8], from start: Int) -> Int? {
        let end = min(line.count, reach) - key.count
        guard start <= end else { return nil }
        return (start...end).first { line[$0] == key[0] && line[$0...].starts(with: key) }
    }

    /// The inside of a JSON string (RFC 8259) up to its quote; what is cut off before it goes to its end.
    private static func text(_ line: [UInt8], from start: Int) -> [UInt8] {
        var (bytes, at) = ([UInt8](), start)
        while at < line.count, line[at] != UInt8(ascii: "\"") {
            guard line[at] == UInt8(ascii: "\\"), at + 1 < line.count else {
                bytes.append(line[at])
                at += 1
                continue
            }
            let escaped = line[at + 1]
            at += 2
            switch escaped {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                let code = UInt32(String(decoding: line[at...].prefix(4), as: UTF8.self), radix: 16) ?? 0xFFFD
                bytes += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
                at += 4
            default: bytes.append(escaped)
            }
        }
        return bytes
    }
}
