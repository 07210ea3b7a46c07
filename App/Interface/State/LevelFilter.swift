package import Core
package import Widgets

extension LogLine.Level {
    /// The levels of the world in the four that the pane tells apart.
    package init(_ level: LogLevel) {
        switch level {
        case .trace, .debug: self = .debug
        case .info: self = .info
        case .warn: self = .warning
        case .error, .fatal: self = .error
        }
    }

    /// The level that a line names; nil when it names none.
    package init?(readFrom line: [UInt8]) {
        guard let level = LogLevel(readFrom: line) else { return nil }
        self.init(level)
    }
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
            if let said = LogLine.Level(readFrom: line.said) { last[channel] = said }
            if last[channel] >= level { lines.append(number) }
        }
    }
}
