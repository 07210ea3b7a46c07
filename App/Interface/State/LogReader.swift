package import Core
import Widgets

/// The log of one process as it is read: which lines, from where, what is searched.
package struct LogReader: Sendable {
    /// A text that is looked for, and the lines where it occurs.
    package struct Search: Hashable, Sendable {
        package var text: String
        package var pattern: LogPattern
        /// Numbers of matching lines, ascending; those that left the buffer are dropped.
        package var lines: [Int]
        /// The line that n and N move from; nil until one was visited.
        package var current: Int?

        /// Forgets lines that left the buffer and looks at new ones.
        mutating func update(from buffer: LogBuffer, new: Range<Int>) {
            lines.removeFirst(lines.partitioningIndex { $0 >= buffer.first })
            lines += buffer.matches(pattern, in: new)
        }
    }

    /// Lines asked for when a log is opened.
    package static let tail = 1000
    /// What stands before lines that were written to stderr.
    package static let errorLead = "err"
    /// Columns that left and right scroll by.
    package static let sideStep = 8

    /// Number of the stream that feeds it; chunks of other streams are late.
    package internal(set) var stream = 0
    package internal(set) var process: InstanceName?
    package internal(set) var buffer = LogBuffer()
    /// The number of the line at the bottom; nil follows the end.
    package internal(set) var bottom: Int?
    /// `buffer.end` when it stopped to follow, for "+n new".
    package internal(set) var pausedAt = 0
    package internal(set) var column = 0
    package internal(set) var wraps = false
    package internal(set) var search: Search?
    package internal(set) var onlyMatches = false { didSet { sift() } }
    /// Lines that are less grave are not shown.
    package private(set) var level: LevelFilter?
    /// Numbers of the lines to show; nil for all.
    private var sifted: [Int]?
    /// Waiting for the first bytes.
    package internal(set) var isOpening = false
    package internal(set) var failure: Failure?
    /// Lines that came while it stood still and would have pushed out what is read. They are not kept: when it follows
    /// again, the log is opened anew. nil while none came.
    package private(set) var held: Int?

    package init() {}

    package var follows: Bool { bottom == nil }

    /// Lines that came since it stopped to follow.
    package var newLines: Int { follows ? 0 : buffer.end - pausedAt + (held ?? 0) }

    /// What came meanwhile was not kept, and is wanted now.
    var wantsReopening: Bool { follows && held != nil }

    /// How many lines there are to show.
    package var count: Int { sifted?.count ?? buffer.count }
    /// Some lines are left out.
    package var isSifted: Bool { sifted != nil }

    /// The number of the line at `index` of those to show.
    package func number(at index: Int) -> Int {
        sifted?[index] ?? buffer.first + index
    }

    /// The index of the first line to show whose number is not less than `number`.
    package func index(of number: Int) -> Int {
        sifted?.partitioningIndex { $0 >= number } ?? min(max(0, number - buffer.first), buffer.count)
    }

    /// Which lines pass both the search, where only matches are shown, and the level.
    private mutating func sift() {
        switch (onlyMatches ? search?.lines ?? [] : nil, level?.lines) {
        case (let found?, let grave?):
            let grave = Set(grave)
            sifted = found.filter(grave.contains)
        case (let found, let grave): sifted = found ?? grave
        }
    }

    /// Shows only lines of a level, and graver ones; all when nil.
    mutating func show(from level: LogLine.Level?) {
        self.level = level.map { LevelFilter($0, buffer) }
        sift()
    }

    /// Begins with another process, or with none. Wrapping and level stay as they were.
    mutating func open(_ name: InstanceName?, stream number: Int) {
        let (wrapped, asked) = (wraps, level?.level)
        self = LogReader()
        wraps = wrapped
        show(from: asked)
        process = name
        stream = number
        isOpening = name != nil
    }

    /// Begins anew with the same process; the search goes on.
    mutating func reopen(stream number: Int) {
        buffer = LogBuffer()
        search?.lines = []
        search?.current = nil
        show(from: level?.level)
        held = nil
        stream = number
        isOpening = true
    }

    mutating func append(_ chunk: LogChunk) {
        isOpening = false
        guard follows || held == nil && buffer.hasRoom(for: chunk.bytes) else {
            held = (held ?? 0) + LogBuffer.newlines(in: chunk.bytes)
            return
        }
        let before = buffer.end
        buffer.append(chunk.bytes, channel: chunk.channel)
        search?.update(from: buffer, new: before..<buffer.end)
        level?.update(from: buffer, new: before..<buffer.end)
        if isSifted { sift() }
    }

    /// The index of the line at the bottom of a page; -1 where there are no lines.
    package func lastShown(rows: Int, columns: Int) -> Int {
        guard let bottom else { return count - 1 }
        return min(count - 1, max(index(of: bottom), firstBottom(rows: rows, columns: columns)))
    }

    /// Scrolls so that the line at `index` is at the bottom, as far as the page stays full. The end is followed.
    mutating func scroll(to index: Int, rows: Int, columns: Int) {
        let target = max(index, firstBottom(rows: rows, columns: columns))
        guard target < count - 1 else { return follow() }
        if follows { pausedAt = buffer.end }
        bottom = number(at: target)
    }

    /// The index of the last line of the very first page.
    private func firstBottom(rows: Int, columns: Int) -> Int {
        guard wraps else { return min(rows, count) - 1 }
        var used = 0
        for index in 0..<count {
            used += rowsTaken(by: buffer[number(at: index)], columns: columns)
            if used > rows { return max(0, index - 1) }
        }
        return count - 1
    }

    /// Rows of a line that is wrapped.
    private func rowsTaken(by line: LogBuffer.Line, columns: Int) -> Int {
        let lead = line.channel == .error ? Self.errorLead.count + 1 : 0
        let room = max(1, columns - lead)
        return max(1, (Text.styled(line.bytes).width + room - 1) / room)
    }

    mutating func follow() {
        bottom = nil
    }

    /// Searches as the text is typed; an empty text ends the search.
    mutating func find(_ text: String) {
        guard let pattern = LogPattern(text) else {
            search = nil
            onlyMatches = false
            return
        }
        let lines = buffer.matches(pattern, in: buffer.first..<buffer.end)
        search = Search(text: text, pattern: pattern, lines: lines, current: nil)
        sift()
    }

    /// The next matching line after the current one (or the one before), around the end; nil when there is none.
    mutating func visit(next: Bool, from shown: Int) -> Int? {
        guard var search, !search.lines.isEmpty else { return nil }
        let lines = search.lines
        let target: Int
        if let current = search.current {
            let index = lines.partitioningIndex { $0 >= current }
            let isThere = index < lines.count && lines[index] == current
            let step = next ? (isThere ? index + 1 : index) : index - 1
            target = lines[(step + lines.count) % lines.count]
        } else {
            let index = lines.partitioningIndex { $0 >= shown }
            target = next ? lines[index % lines.count] : lines[(index + lines.count - 1) % lines.count]
        }
        search.current = target
        self.search = search
        return target
    }
}

extension Array {
    /// The first index whose element satisfies `belongsAfter`, in an array where all that do come last.
    func partitioningIndex(_ belongsAfter: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
