package import Core

/// The last lines of a log: a ring of bytes and a ring of lines. Bytes are kept as the app wrote them; only lines that
/// are drawn are decoded.
///
/// Lines have numbers that rise from 0 and never change, so that a reader keeps its place while lines come and go.
package struct LogBuffer: Sendable {
    /// A line, or the beginning of one, as it was written.
    package struct Line: Hashable, Sendable {
        package var channel: LogChunk.Channel
        package var bytes: [UInt8]
        /// Which file it is of, where it begins there, and when it was written (milliseconds since 1970, 0 for unknown).
        package var process: UInt32 = 0
        package var offset: UInt64 = 0
        package var time: Int64 = 0
        /// Words of ours about the log.
        package var isNote = false

        /// What the app has said: of a record of ours its message, else all of it.
        var said: [UInt8] { LogRecord.message(of: bytes) ?? bytes }

        /// Its file.
        var file: LogFileKey { LogFileKey(process: process, channel: channel) }
    }

    /// Lines kept; the oldest are dropped.
    package static let maxLines = 20_000
    /// Bytes kept; the oldest lines are dropped.
    package static let maxBytes = 2 << 20
    /// A longer line is cut into several.
    package static let maxLineBytes = 16 << 10

    private struct Place: Sendable {
        /// Position since the beginning of time; its remainder by `maxBytes` is the index in `bytes`.
        var start: Int
        var length: Int32
        var channel: LogChunk.Channel
        var process: UInt32
        var offset: UInt64
        var time: Int64
        var isNote: Bool
    }

    /// A line whose newline has not come yet.
    private struct Open: Sendable {
        var bytes: [UInt8]
        var offset: UInt64
        var time: Int64
    }

    private var bytes: [UInt8] = []
    /// The place of line n is at n modulo `maxLines`.
    private var places: [Place] = []
    private var writePosition = 0
    /// Numbers of the oldest line that is kept and of the next that will come.
    package private(set) var first = 0
    package private(set) var end = 0
    /// The beginnings of lines whose newline has not come yet.
    private var open: [LogFileKey: Open] = [:]

    package init() {}

    package var count: Int { end - first }

    /// Whether a chunk fits without a line being dropped.
    package func hasRoom(for chunk: [UInt8]) -> Bool {
        let used = first < end ? writePosition - places[first % Self.maxLines].start : 0
        let held = open.values.reduce(0) { $0 + $1.bytes.count }
        // A line may leave a gap at the end of the ring, where it does not fit.
        return used + held + chunk.count + Self.maxLineBytes <= Self.maxBytes
            && count + Self.newlines(in: chunk) + chunk.count / Self.maxLineBytes + 1 <= Self.maxLines
    }

    /// How many lines end in the chunk.
    package static func newlines(in chunk: [UInt8]) -> Int { chunk.count { $0 == 0x0A } }

    /// The unfinished lines, which a prompt or a progress bar is.
    package var partial: [Line] {
        open.sorted { $0.key < $1.key }.map { key, line in
            Line(
                channel: key.channel, bytes: line.bytes, process: key.process, offset: line.offset, time: line.time)
        }
    }

    /// Adds what an app wrote to one of its channels, cut at any byte.
    package mutating func append(_ chunk: [UInt8], channel: LogChunk.Channel) {
        append(LogChunk(stream: 0, process: 0, channel: channel, offset: 0, bytes: chunk))
    }

    /// The same with what is known of the bytes.
    package mutating func append(_ chunk: LogChunk) {
        guard !chunk.bytes.isEmpty else { return }
        let file = LogFileKey(process: chunk.process, channel: chunk.channel)
        let time = chunk.time?.milliseconds ?? 0
        guard !chunk.isNote else { return append(note: chunk, file) }
        let before = open.removeValue(forKey: file) ?? Open(bytes: [], offset: chunk.offset, time: time)
        var line = Line(
            channel: chunk.channel, bytes: [], process: chunk.process, offset: before.offset, time: before.time)
        var rest = before.bytes + chunk.bytes
        var start = 0
        func next(_ at: Int) {
            line.offset = before.offset + UInt64(at)
            line.time = time
        }
        while let newline = Self.newline(in: rest, from: start) {
            put(rest[start..<newline], line)
            start = newline + 1
            next(start)
        }
        while rest.count - start > Self.maxLineBytes {
            put(rest[start..<start + Self.maxLineBytes], line)
            start += Self.maxLineBytes
            next(start)
        }
        rest.removeFirst(start)
        if !rest.isEmpty { open[file] = Open(bytes: rest, offset: line.offset, time: line.time) }
    }

    /// What stands before it has no end.
    private mutating func append(note: LogChunk, _ file: LogFileKey) {
        var line = Line(channel: file.channel, bytes: [], process: file.process)
        if let open = open.removeValue(forKey: file) {
            (line.offset, line.time) = (open.offset, open.time)
            put(open.bytes[...], line)
        }
        (line.offset, line.time, line.isNote) = (note.offset, note.time?.milliseconds ?? 0, true)
        put(note.bytes.last == 0x0A ? note.bytes.dropLast() : note.bytes[...], line)
    }

    /// Goes on with the unfinished lines of another.
    mutating func takeOpen(from other: LogBuffer) { open = other.open }

    /// Adds a whole line.
    mutating func append(_ line: Line) { put(line.bytes[...], line) }

    /// The line with a number in `first..<end`.
    package subscript(number: Int) -> Line {
        let place = places[number % Self.maxLines]
        let start = place.start % Self.maxBytes
        return Line(
            channel: place.channel, bytes: Array(bytes[start..<start + Int(place.length)]), process: place.process,
            offset: place.offset, time: place.time, isNote: place.isNote)
    }

    /// Numbers of the lines of `range` in which `pattern` occurs.
    package func matches(_ pattern: LogPattern, in range: Range<Int>) -> [Int] {
        bytes.withUnsafeBufferPointer { all in
            range.clamped(to: first..<end).filter { number in
                let place = places[number % Self.maxLines]
                let start = place.start % Self.maxBytes
                return pattern.first(in: UnsafeBufferPointer(rebasing: all[start..<start + Int(place.length)])) != nil
            }
        }
    }

    /// - Parameter facts: of the line, but for its bytes.
    private mutating func put(_ bytes: ArraySlice<UInt8>, _ facts: Line) {
        var line = bytes.last == 0x0D ? bytes.dropLast() : bytes
        while line.count > Self.maxLineBytes {
            store(line.prefix(Self.maxLineBytes), facts)
            line = line.dropFirst(Self.maxLineBytes)
        }
        store(line, facts)
    }

    /// A line lies in one piece: where it would cross the end of the ring it starts at the ring's beginning.
    private mutating func store(_ line: ArraySlice<UInt8>, _ facts: Line) {
        let room = Self.maxBytes - writePosition % Self.maxBytes
        if line.count > room { skip(room) }
        let index = writePosition % Self.maxBytes
        evict(for: line.count)
        if index == bytes.count {
            bytes += line
        } else {
            let overlap = min(line.count, bytes.count - index)
            bytes.replaceSubrange(index..<index + overlap, with: line.prefix(overlap))
            bytes += line.dropFirst(overlap)
        }
        let place = Place(
            start: writePosition, length: Int32(line.count), channel: facts.channel, process: facts.process,
            offset: facts.offset, time: facts.time, isNote: facts.isNote)
        if places.count < Self.maxLines { places.append(place) } else { places[end % Self.maxLines] = place }
        writePosition += line.count
        end += 1
    }

    private mutating func skip(_ count: Int) {
        evict(for: count)
        if bytes.count < Self.maxBytes { bytes += repeatElement(0, count: Self.maxBytes - bytes.count) }
        writePosition += count
    }

    private mutating func evict(for count: Int) {
        while first < end,
            end - first >= Self.maxLines
                || places[first % Self.maxLines].start < writePosition + count - Self.maxBytes
        {
            first += 1
        }
    }

    private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { all in
            var index = start
            while index < all.count {
                if all[index] == 0x0A { return index }
                index += 1
            }
            return nil
        }
    }
}

/// One of the files that a log is made of.
package struct LogFileKey: Hashable, Comparable, Sendable {
    package var process: UInt32
    package var channel: LogChunk.Channel

    package init(process: UInt32, channel: LogChunk.Channel) {
        self.process = process
        self.channel = channel
    }

    package static func < (a: LogFileKey, b: LogFileKey) -> Bool {
        (a.process, a.channel.rawValue) < (b.process, b.channel.rawValue)
    }
}

/// What to look for in log lines. Without a capital letter the case does not matter (ASCII).
package struct LogPattern: Hashable, Sendable {
    private let needle: [UInt8]
    private let ignoresCase: Bool

    /// nil for an empty text.
    package init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        needle = Array(text.utf8)
        ignoresCase = !needle.contains { (0x41...0x5A).contains($0) }
    }

    /// Where it occurs first at or after `start`.
    package func first(in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        let head = needle[0]
        let last = bytes.count - needle.count
        var index = start
        while index <= last {
            if fold(bytes[index]) == head, matchesTail(bytes, index) { return index }
            index += 1
        }
        return nil
    }

    private func matchesTail(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        var offset = 1
        while offset < needle.count {
            if fold(bytes[start + offset]) != needle[offset] { return false }
            offset += 1
        }
        return true
    }

    @inline(__always)
    private func fold(_ byte: UInt8) -> UInt8 {
        ignoresCase && byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
