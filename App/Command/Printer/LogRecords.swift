internal import Core
internal import FoundationEssentials

/// Makes what an app wrote out of the records of a log of the type `text` or `json`: bytes that were replaced come back,
/// and the pieces of a long line become one line again.
///
/// Whoever wrote is told apart, so that lines of instances that share a file never mix. Lines that are no records stay
/// as they are: the file may have been of another type before.
struct LogRecords {
    /// A line of the app.
    struct Line: Hashable {
        /// The record with its beginning.
        var record: [UInt8]
        var bytes: [UInt8]
        /// It has its end.
        var isWhole = true
        /// It was made out of several records.
        var isJoined = false
    }

    /// No record is longer.
    static let longestRecord = 1 << 20
    /// Bytes of a line that are kept until its end comes; a longer one comes in pieces.
    static let longestLine = 16 << 20
    /// Bytes of a record in which its head ends.
    private static let reach = 512

    /// The parts of a record.
    private struct Record {
        /// Who wrote it, as the record says it.
        var writer: [UInt8]
        var bytes: [UInt8]
        /// The line goes on in the next record of the writer.
        var isPartial: Bool
    }

    private let type: LogType
    /// Words in the time that look like the name of a stream.
    private let decoys: Int
    private let joins: Bool
    private var open: [[UInt8]: Line] = [:]

    /// nil for a log whose bytes are those of the app.
    ///
    /// - Parameter joins: records follow each other as they were written, none is left out.
    init?(of file: LogStreamResult.File, joins: Bool) {
        guard let type = file.type, type != .raw else { return nil }
        self.type = type
        self.joins = joins
        let stamp = file.dateFormat.map { LogDateFormat($0).text(of: WallTime(milliseconds: 0), offset: 0) } ?? []
        decoys = Self.streams(in: stamp + Array(" out ".utf8)).count - 1
    }

    /// The lines that are complete with one more line of the file, which comes without its newline.
    mutating func add(_ line: ArraySlice<UInt8>) -> [Line] {
        guard let record = type == .json ? Self.json(line) : text(line) else {
            return [Line(record: Array(line), bytes: Array(line))]
        }
        guard joins else { return [Line(record: Array(line), bytes: record.bytes)] }
        var whole = open.removeValue(forKey: record.writer) ?? Line(record: Array(line), bytes: [])
        whole.isJoined = !whole.bytes.isEmpty
        whole.bytes += record.bytes
        whole.isWhole = !record.isPartial
        guard record.isPartial, whole.bytes.count < Self.longestLine else { return [whole] }
        open[record.writer] = whole
        return []
    }

    /// Lines whose end has not come.
    mutating func finish() -> [Line] {
        defer { open = [:] }
        return open.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    // MARK: text

    /// `TIME out#1+ LINE`
    private func text(_ line: ArraySlice<UInt8>) -> Record? {
        let found = Self.streams(in: line.prefix(Self.reach))
        guard found.count > decoys else { return nil }
        let mark = line.dropFirst(found[decoys].lowerBound).prefix(found[decoys].count)
        return Record(
            writer: mark.filter { $0 != UInt8(ascii: "+") }, bytes: Array(line[mark.endIndex...]),
            isPartial: mark.dropLast().last == UInt8(ascii: "+"))
    }

    /// Where ` out `, ` err#2+ ` and the like stand.
    private static func streams(in bytes: some BidirectionalCollection<UInt8>) -> [Range<Int>] {
        let bytes = Array(bytes)
        return bytes.indices.dropLast(4).compactMap { start in
            let name = bytes[(start + 1)..<(start + 4)]
            guard bytes[start] == 0x20, name.elementsEqual("out".utf8) || name.elementsEqual("err".utf8) else {
                return nil
            }
            var end = start + 4
            if bytes[end] == UInt8(ascii: "#") {
                end += 1
                while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            }
            if end < bytes.count, bytes[end] == UInt8(ascii: "+") { end += 1 }
            return end < bytes.count && bytes[end] == 0x20 ? start..<(end + 1) : nil
        }
    }

    // MARK: JSON

    private static let head = Array("{\"timestamp\":\"".utf8)
    private static let message = Array(",\"message\":\"".utf8)
    private static let partial = Array("\"partial\":true".utf8)
    private static let base64 = Array("\"base64\":\"".utf8)

    private static func json(_ line: ArraySlice<UInt8>) -> Record? {
        guard line.starts(with: head), let time = line.dropFirst(head.count).firstIndex(of: UInt8(ascii: "\"")),
            let start = find(message, in: line.prefix(reach))
        else { return nil }
        var rest = line[(start + message.count)...]
        guard time < start, let bytes = text(&rest) else { return nil }
        var record = Record(writer: Array(line[time..<start]), bytes: bytes, isPartial: find(partial, in: rest) != nil)
        if let place = find(base64, in: rest) {
            let text = rest[(place + base64.count)...].prefix { $0 != UInt8(ascii: "\"") }
            guard let said = Data(base64Encoded: Data(text)) else { return nil }
            record.bytes = Array(said)
        }
        return record
    }

    /// The inside of a JSON string (RFC 8259), up to its quote; nil for what is none.
    private static func text(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return bytes }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                let digits = rest.prefix(4)
                guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
                    return nil
                }
                rest = rest.dropFirst(4)
                bytes += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
            case let other?: bytes.append(other)
            case nil: return nil
            }
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var rest = bytes
        while let at = rest.firstIndex(of: needle[0]) {
            if rest[at...].starts(with: needle) { return at }
            rest = rest[(at + 1)...]
        }
        return nil
    }
}
