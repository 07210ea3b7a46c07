import Core

/// What the app said, out of a record in JSON as `LineFormatter` writes it.
enum RecordText {
    private static let head = Array("{\"timestamp\":\"".utf8)
    private static let key = Array(",\"message\":\"".utf8)

    /// The bytes of the line, without its carriage return; nil for a line that is no record of ours.
    static func message(of line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard line.starts(with: head), let start = LogNeedle.find(key, in: line) else { return nil }
        var rest = line[(start + key.count)...]
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                if text.last == UInt8(ascii: "\r") { text.removeLast() }
                return text
            case UInt8(ascii: "\\"): guard unescape(&rest, &text) else { return nil }
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What stands behind a backslash (RFC 8259). False: nothing that we write.
    private static func unescape(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>, _ text: inout [UInt8]) -> Bool {
        switch rest.popFirst() {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let digits = String(decoding: rest.prefix(4), as: UTF8.self)
            guard digits.utf8.count == 4, let code = UInt8(digits, radix: 16) else { return false }
            rest = rest.dropFirst(4)
            text.append(code)
        case let byte?: text.append(byte)
        case nil: return false
        }
        return true
    }
}
