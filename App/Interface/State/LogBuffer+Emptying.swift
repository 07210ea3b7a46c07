import Core

extension LogBuffer {
    /// The lines that stay when a file was emptied: those of other files, and what came since.
    ///
    /// - Parameter offset: where the file begins now.
    /// - Returns: nil when none goes.
    func without(_ file: LogFileKey, before offset: UInt64) -> (lines: [Line], partial: [Line])? {
        func stays(_ line: Line) -> Bool { line.file != file || line.offset >= offset }
        let all = (first..<end).map { self[$0] }
        let (lines, partial) = (all.filter(stays), self.partial.filter(stays))
        return lines.count == all.count && partial.count == self.partial.count ? nil : (lines, partial)
    }
}

extension LogReader {
    /// A file was emptied, by whomever: its lines go, and the end is followed.
    mutating func emptied(_ file: LogFileKey, before offset: UInt64) {
        guard let (lines, partial) = buffer.without(file, before: offset) else { return }
        replace(lines, held: held)
        for line in partial {
            buffer.append(
                LogChunk(
                    stream: 0, process: line.process, channel: line.channel, offset: line.offset,
                    time: line.time > 0 ? WallTime(milliseconds: line.time) : nil, bytes: line.bytes))
        }
        pages.missing = [:]
        bottom = nil
    }
}
