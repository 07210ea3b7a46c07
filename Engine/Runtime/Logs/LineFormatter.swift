import CKernel
import Core

/// Makes lines of a stream into records of a log file, from one buffer into another. Allocates nothing.
///
/// A record is one line of the file:
///
/// - text: `TIME out LINE`, and `TIME out+ LINE` for a line that goes on in the next record of the stream.
/// - json: `{"timestamp":…,"message":"LINE"}`, with `"metadata":{"partial":true}` when it goes on. Bytes that are no UTF-8
///   become U+FFFD, and `"metadata":{"base64":"…"}` has all bytes of the line.
struct LineFormatter {
    let type: LogType
    /// What comes before the line; for text without the blank.
    let head: [UInt8]
    /// The same with the blank.
    private let lineHead: [UInt8]

    init(type: LogType, head: [UInt8]) {
        self.type = type
        self.head = head
        lineHead = type == .json ? head : head + [UInt8(ascii: " ")]
    }

    /// How far it came.
    struct Result: Hashable {
        /// Bytes of the input that are in the output.
        var taken = 0
        var length = 0
        /// There was no room for the next record.
        var isFull = false
    }

    /// Formats the lines that `input` begins with, as many as go into `output`.
    ///
    /// - Parameter closesTail: also what is behind the last newline.
    func format(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, closesTail: Bool
    ) -> Result {
        var result = Result()
        while result.taken < input.count {
            formatSimple(input, output, &result)
            guard result.taken < input.count else { break }
            let rest = UnsafeRawBufferPointer(rebasing: input[result.taken...])
            let reach = min(rest.count, LogBounds.line + 1)
            let end = Int(od_pump_first(rest.baseAddress, reach, LogBounds.newline))
            let length: Int
            if end >= 0 {
                length = end
            } else if rest.count > LogBounds.line {
                length = Self.cut(rest, LogBounds.line)
            } else if closesTail {
                length = rest.count
            } else {
                break
            }
            var record = RecordWriter(UnsafeMutableRawBufferPointer(rebasing: output[result.length...]))
            put(UnsafeRawBufferPointer(rebasing: rest[..<length]), isPartial: end < 0, &record)
            guard record.fits else {
                result.isFull = true
                break
            }
            result.length += record.count
            result.taken += length + (end >= 0 ? 1 : 0)
        }
        return result
    }

    /// Lines that are records as they are: nearly all of them, without looking at each here.
    private func formatSimple(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer, _ result: inout Result
    ) {
        let tail: StaticString = type == .json ? "\"}\n" : "\n"
        let rest = UnsafeRawBufferPointer(rebasing: input[result.taken...])
        let room = UnsafeMutableRawBufferPointer(rebasing: output[result.length...])
        let made = lineHead.withUnsafeBufferPointer { head in
            var form = od_record_form()
            form.head = head.baseAddress
            form.head_length = head.count
            form.tail = tail.utf8Start
            form.tail_length = tail.utf8CodeUnitCount
            form.most = LogBounds.line
            form.escapes = type == .json ? 1 : 0
            return od_format_simple(&form, rest.baseAddress, rest.count, room.baseAddress, room.count)
        }
        result.taken += made.taken
        result.length += made.length
    }

    /// Where a line, of more than `most` bytes, is cut so that no character is.
    private static func cut(_ line: UnsafeRawBufferPointer, _ most: Int) -> Int {
        (most - 3...most).last { line[$0] & 0xC0 != 0x80 } ?? most
    }

    private func put(_ line: UnsafeRawBufferPointer, isPartial: Bool, _ record: inout RecordWriter) {
        record.put(head)
        switch type {
        case .raw, .text:
            record.put(isPartial ? "+ " : " ")
            record.put(line)
            record.put("\n")
        case .json:
            let isValid = record.putEscaped(line)
            record.put("\"")
            if isPartial || !isValid {
                record.put(",\"metadata\":{")
                if isPartial { record.put(isValid ? "\"partial\":true" : "\"partial\":true,") }
                if !isValid {
                    record.put("\"base64\":\"")
                    record.putBase64(line)
                    record.put("\"")
                }
                record.put("}")
            }
            record.put("}\n")
        }
    }
}

/// Puts bytes one after the other into a buffer; what does not fit is left out, and `fits` says so.
struct RecordWriter {
    private let output: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private(set) var fits = true

    init(_ output: UnsafeMutableRawBufferPointer) {
        self.output = output
    }

    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let room = room(bytes.count) else { return }
        room.copyMemory(from: bytes)
    }

    mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { put($0) }
    }

    mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func room(_ length: Int) -> UnsafeMutableRawBufferPointer? {
        guard fits, length <= output.count - count else {
            fits = false
            return nil
        }
        defer { count += length }
        return UnsafeMutableRawBufferPointer(rebasing: output[count..<(count + length)])
    }

    // MARK: JSON (RFC 8259)

    /// As the inside of a JSON string. False when there were bytes that are no UTF-8.
    mutating func putEscaped(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var isValid = true
        var at = 0
        while at < bytes.count, fits {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
            let end = at + od_plain_length(rest.baseAddress, rest.count)
            if end > at { put(UnsafeRawBufferPointer(rebasing: bytes[at..<end])) }
            guard end < bytes.count else { break }
            let length = Self.characterLength(bytes, end)
            if bytes[end] < 0x80 {
                putEscape(bytes[end])
            } else if length > 0 {
                put(UnsafeRawBufferPointer(rebasing: bytes[end..<(end + length)]))
            } else {
                put("\u{FFFD}")
                isValid = false
            }
            at = end + max(length, 1)
        }
        return isValid
    }

    private mutating func putEscape(_ byte: UInt8) {
        switch byte {
        case 0x22: put("\\\"")
        case 0x5C: put("\\\\")
        case 0x09: put("\\t")
        case 0x0A: put("\\n")
        case 0x0D: put("\\r")
        default:
            put("\\u00")
            guard let room = room(2) else { return }
            room[0] = Self.digit(byte >> 4)
            room[1] = Self.digit(byte & 0x0F)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Bytes of the well-formed character at `at` (Unicode, table 3-7); 0 when there is none.
    private static func characterLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        let first = bytes[at]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF }
            if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF }
            if first == 0xF4 { second = 0x80...0x8F }
        default: return 0
        }
        guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return 0 }
        for place in at + 2..<max(at + 2, at + length) where bytes[place] & 0xC0 != 0x80 { return 0 }
        return length
    }

    // MARK: base64 (RFC 4648)

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    mutating func putBase64(_ bytes: UnsafeRawBufferPointer) {
        guard let room = room((bytes.count + 2) / 3 * 4) else { return }
        let alphabet = Self.alphabet.utf8Start
        var to = 0
        for at in stride(from: 0, to: bytes.count, by: 3) {
            let left = bytes.count - at
            let word =
                UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            room[to] = alphabet[Int(word >> 18)]
            room[to + 1] = alphabet[Int(word >> 12 & 63)]
            room[to + 2] = left > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "=")
            room[to + 3] = left > 2 ? alphabet[Int(word & 63)] : UInt8(ascii: "=")
            to += 4
        }
    }
}

/// Where records are made before they go into a file; made when the first is needed.
final class RecordBuffer {
    /// The longest piece of a line with every byte escaped, and in base64, and what stands around it.
    private static let size = LogBounds.line * 6 + LogBounds.line * 4 / 3 + 4096

    private static let page = 4096

    private(set) lazy var memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Self.size + Self.page, alignment: Self.page)
    private var isUsed = false

    /// Room for what is written at an offset of a file. It begins within a page where the file's bytes do: so the
    /// kernel copies whole pages to whole pages, which takes it less time.
    func prefix(_ most: Int, at offset: UInt64) -> UnsafeMutableRawBufferPointer {
        isUsed = true
        let start = Int(offset % UInt64(Self.page))
        return UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + min(most, Self.size)])
    }

    var count: Int { Self.size }

    deinit {
        if isUsed { memory.deallocate() }
    }
}
