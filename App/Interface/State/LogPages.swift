import Core

/// Where the lines of a log stand in their files, so that what comes before and behind them can be asked for.
struct LogPages: Hashable, Sendable {
    /// What is asked for, until the answer comes.
    enum Wish: Hashable, Sendable {
        case older, newer
        /// The first lines of all.
        case start
        /// What stands at the moment that is looked back at.
        case past
        /// The next line with the text that is searched, before or behind what is in the buffer.
        case match(older: Bool)
        /// The lines from a match on.
        case window(LogFileKey, UInt64)
    }

    /// Lines that are asked for at a time.
    static let size = 1000

    /// Behind the last byte of each file that came.
    private var ends: [LogFileKey: UInt64] = [:]
    /// Where each file goes on behind the buffer, when what came there was not kept.
    private var rests: [LogFileKey: UInt64] = [:]
    var wish: Wish?
    /// Texts that no line has before the buffer (true), or behind it (false).
    var missing: [Bool: String] = [:]
    /// There is nothing before the buffer.
    var isAtStart = false

    /// A chunk was read, whether it is kept or not.
    mutating func came(_ chunk: LogChunk) {
        ends[LogFileKey(process: chunk.process, channel: chunk.channel)] = chunk.end
    }

    /// It is not kept.
    mutating func left(_ chunk: LogChunk) {
        let file = LogFileKey(process: chunk.process, channel: chunk.channel)
        rests[file] = min(rests[file] ?? .max, chunk.offset)
    }

    mutating func left(_ line: LogBuffer.Line) {
        rests[line.file] = min(rests[line.file] ?? .max, line.offset)
    }

    /// The lines behind the buffer have come.
    mutating func went(on chunk: LogChunk) {
        let file = LogFileKey(process: chunk.process, channel: chunk.channel)
        rests[file] = chunk.end
        ends[file] = max(ends[file] ?? 0, rests[file] ?? 0)
    }

    /// Another part of the log is shown: it begins and ends here.
    mutating func moved(to position: LogChunk) {
        let file = LogFileKey(process: position.process, channel: position.channel)
        rests[file] = position.offset
        ends[file] = max(ends[file] ?? 0, position.offset)
    }

    /// Nothing is known of what was left out.
    mutating func forgetRests() { rests = [:] }

    /// Where the first line of each file stands that is in the buffer; of a file without one, where it goes on.
    func before(_ buffer: LogBuffer) -> [LogRequest.Position] {
        var positions = ends.merging(rests) { _, rest in rest }
        var seen: Set<LogFileKey> = []
        for number in buffer.first..<buffer.end {
            let line = buffer[number]
            if seen.insert(line.file).inserted { positions[line.file] = line.offset }
        }
        for line in buffer.partial where seen.insert(line.file).inserted { positions[line.file] = line.offset }
        return Self.list(positions)
    }

    /// Where the files go on behind the buffer.
    var behind: [LogRequest.Position] { Self.list(ends.merging(rests) { _, rest in rest }) }

    private static func list(_ positions: [LogFileKey: UInt64]) -> [LogRequest.Position] {
        positions.sorted { $0.key < $1.key }.map {
            LogRequest.Position(process: $0.key.process, channel: $0.key.channel, offset: $0.value)
        }
    }
}
