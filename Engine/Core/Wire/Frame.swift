/// A frame of the client protocol: type (1 byte), length of the payload (4 bytes, big endian), payload.
public enum Frame {
    public enum Kind: UInt8, Sendable, Hashable {
        /// JSON-RPC 2.0.
        case request = 0x01
        case response = 0x02
        case notification = 0x03
        /// A `LogChunk`.
        case log = 0x04
        /// Empty; answered by an empty one.
        case heartbeat = 0x05
        case challenge = 0x06
        case challengeResponse = 0x07
    }

    public static let headerLength = 5
    /// The longest payload before `daemon.hello` was answered, bytes.
    package static let maxFirstPayload = 64 << 10
    /// Longer frames are refused and the connection closed.
    public static let maxPayload = 10 << 20

    /// Why bytes are no frame.
    public enum Malformed: Error, Hashable, Sendable {
        case unknownKind(UInt8)
        case tooLong(Int)
    }

    /// The five bytes before a payload of `length` bytes.
    public static func header(_ kind: Kind, length: Int) -> [UInt8] {
        let size = UInt32(length)
        return [
            kind.rawValue, UInt8(size >> 24), UInt8(size >> 16 & 0xFF), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF),
        ]
    }

    /// Reads a header; `bytes` has at least five elements.
    public static func parseHeader(_ bytes: some RandomAccessCollection<UInt8>) throws(Malformed) -> (
        kind: Kind, length: Int
    ) {
        let head = Array(bytes.prefix(headerLength))
        guard let kind = Kind(rawValue: head[0]) else { throw .unknownKind(head[0]) }
        let length = head[1...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= maxPayload else { throw .tooLong(length) }
        return (kind, length)
    }
}

/// Bytes of one log file as they stream to a client, in a frame of kind `log`.
///
/// Layout, big endian: stream (4), process id (4), channel (1), flags (1), file offset of the first byte (8), with flag
/// 4 when it was written (8, milliseconds since 1970), bytes. Flags: 1 `caughtUp`, 2 `last`, 4 `time`, 8 `isNote`,
/// 16 `isOutdated`,
/// 32 `isEmptied`.
public struct LogChunk: Hashable, Sendable {
    public enum Channel: UInt8, Hashable, Sendable, Codable, CaseIterable {
        case out = 1
        case error = 2
    }

    /// Number of the stream in this connection, from the answer to `log.stream`.
    public var stream: UInt32
    /// `InstanceInfo.id` of the (first) instance that writes this file.
    public var process: UInt32
    public var channel: Channel
    /// What is in the file up to now has been sent; chunks that follow are new.
    public var caughtUp: Bool
    /// The stream ends here: not followed, or the app was deleted.
    public var last: Bool
    /// There are other files than when the stream was opened: it is to be opened again. What is new was written at `time`
    /// or later. Such a chunk is about no file.
    public var isOutdated: Bool
    /// The bytes are words of ours, a line that begins with `[od]`, and not of the file, which goes on at `offset`.
    public var isNote: Bool
    /// The file was emptied (`log.flush`): what came before `offset` is gone. Such a chunk has no bytes, and is no place
    /// to go on from.
    public var isEmptied: Bool
    public var offset: UInt64
    /// When the bytes were written, exact to a batch of the writer; only when `LogRequest.times` asked.
    public var time: WallTime?
    public var bytes: [UInt8]

    public init(
        stream: UInt32, process: UInt32, channel: Channel, caughtUp: Bool = false, last: Bool = false,
        isOutdated: Bool = false, isNote: Bool = false, isEmptied: Bool = false, offset: UInt64, time: WallTime? = nil,
        bytes: [UInt8]
    ) {
        self.stream = stream
        self.process = process
        self.channel = channel
        self.caughtUp = caughtUp
        self.last = last
        self.isOutdated = isOutdated
        self.isNote = isNote
        self.isEmptied = isEmptied
        self.offset = offset
        self.time = time
        self.bytes = bytes
    }

    /// Where the file goes on after this chunk.
    public var end: UInt64 { isNote ? offset : offset + UInt64(bytes.count) }

    public static let headerLength = 18
    private static let timeLength = 8

    public var encoded: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.headerLength + bytes.count)
        append(UInt64(stream), 4, to: &result)
        append(UInt64(process), 4, to: &result)
        result.append(channel.rawValue)
        let said: UInt8 = (isNote ? 8 : 0) | (isOutdated ? 16 : 0) | (isEmptied ? 32 : 0)
        result.append((caughtUp ? 1 : 0) | (last ? 2 : 0) | (time != nil ? 4 : 0) | said)
        append(offset, 8, to: &result)
        if let time { append(UInt64(bitPattern: time.milliseconds), Self.timeLength, to: &result) }
        result += bytes
        return result
    }

    /// nil for what is no chunk.
    public init?(_ payload: [UInt8]) {
        guard payload.count >= Self.headerLength, let channel = Channel(rawValue: payload[8]) else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { payload[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let start = Self.headerLength + (payload[9] & 4 != 0 ? Self.timeLength : 0)
        guard payload.count >= start else { return nil }
        let time = start > Self.headerLength ? Int64(bitPattern: number(Self.headerLength..<start)) : nil
        self.init(
            stream: UInt32(number(0..<4)), process: UInt32(number(4..<8)), channel: channel,
            caughtUp: payload[9] & 1 != 0, last: payload[9] & 2 != 0,
            isOutdated: payload[9] & 16 != 0, isNote: payload[9] & 8 != 0, isEmptied: payload[9] & 32 != 0,
            offset: number(10..<18),
            time: time.map { WallTime(milliseconds: $0) }, bytes: Array(payload[start...]))
    }

    private func append(_ value: UInt64, _ width: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: (width - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(value >> UInt64(shift) & 0xFF))
        }
    }
}
