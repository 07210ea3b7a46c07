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

        /// It stands on the first, or on the last of the lines; also when there are none.
        var isFirst: Bool { current == lines.first }
        var isLast: Bool { current == lines.last }

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
    /// `09:24:17.112`
    package static let timeWidth = 12
    /// Columns that left and right scroll by.
    package static let sideStep = 8

    /// Number of the stream that feeds it; chunks of other streams are late.
    package internal(set) var stream = 0
    package internal(set) var process: InstanceName?
    /// The lines of all instances of its app.
    package internal(set) var isWhole = false
    /// Numbers of the instances by the ids that their lines have, also of those that went meanwhile.
    package internal(set) var instances: [UInt32: Int] = [:]
    /// Times stand in front of the lines.
    package internal(set) var showsTimes = false
    /// Lines of JSON are shown as a message and its fields.
    package internal(set) var isPretty = false
    /// Only what was written up to then; nil: all, and what comes.
    package internal(set) var until: WallTime?
    package internal(set) var buffer = LogBuffer()
    /// How far each file was read, and how far the buffer goes where what came later was not kept.
    var pages = LogPages()
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

    /// Begins with another process, or with none. How lines look stays as it was.
    mutating func open(_ name: InstanceName?, stream number: Int) {
        var fresh = LogReader()
        (fresh.wraps, fresh.showsTimes, fresh.isPretty, fresh.isWhole) = (wraps, showsTimes, isPretty, isWhole)
        fresh.until = until
        fresh.show(from: level?.level)
        self = fresh
        process = name
        stream = number
        isOpening = name != nil
        if until != nil, isOpening { pages.wish = .past }
    }

    /// Begins anew with the same process; the search goes on.
    mutating func reopen(stream number: Int) {
        replace([], held: nil)
        pages = LogPages()
        if until != nil { pages.wish = .past }
        stream = number
        isOpening = true
    }

    /// Its files were emptied: the lines go, and what comes is read on.
    mutating func empty() {
        replace([], held: held)
        pages = LogPages()
        bottom = nil
    }

    /// Its stream has ended, and what came since is to be had from another one.
    mutating func lose() {
        failure = nil
        held = held ?? 0
    }

    /// Shows other lines of the same log.
    ///
    /// - Parameter held: lines that come after them are known to be there.
    mutating func replace(_ lines: [LogBuffer.Line], held: Int?) {
        buffer = LogBuffer()
        for line in lines { buffer.append(line) }
        self.held = held
        if let text = search?.text { find(text) }
        show(from: level?.level)
    }

    /// Puts lines in front; as many of the last ones are let go as there is no room for.
    mutating func prepend(_ lines: [LogBuffer.Line]) {
        var joined = LogBuffer()
        for line in lines { joined.append(line) }
        let (shift, bottomLine, current) = (joined.end - buffer.first, bottom, search?.current)
        var dropped = 0
        for number in buffer.first..<buffer.end {
            let line = buffer[number]
            if dropped == 0, joined.hasRoom(for: line.bytes) {
                joined.append(line)
            } else {
                dropped += 1
                pages.left(line)
            }
        }
        for line in buffer.partial where dropped > 0 { pages.left(line) }
        if dropped == 0 { joined.takeOpen(from: buffer) }
        held = dropped > 0 || held != nil ? (held ?? 0) + dropped : nil
        buffer = joined
        if let text = search?.text { find(text) }
        search?.current = current.map { $0 + shift }
        show(from: level?.level)
        bottom = bottomLine.map { min($0 + shift, joined.end - 1) }
        pausedAt += shift
    }

    mutating func append(_ chunk: LogChunk) {
        isOpening = false
        if chunk.isEmptied {
            return emptied(LogFileKey(process: chunk.process, channel: chunk.channel), before: chunk.offset)
        }
        pages.came(chunk)
        guard follows && held == nil || held == nil && buffer.hasRoom(for: chunk.bytes) else {
            if !chunk.bytes.isEmpty { pages.left(chunk) }
            held = (held ?? 0) + LogBuffer.newlines(in: chunk.bytes)
            return
        }
        guard !chunk.bytes.isEmpty else { return }
        let before = buffer.end
        buffer.append(chunk)
        added(before..<buffer.end)
    }

    /// Lines have come at the end of the buffer.
    mutating func added(_ new: Range<Int>) {
        search?.update(from: buffer, new: new)
        level?.update(from: buffer, new: new)
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

    /// The first line is on the screen.
    func isAtTop(rows: Int, columns: Int) -> Bool {
        lastShown(rows: rows, columns: columns) <= firstBottom(rows: rows, columns: columns)
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
        let time = showsTimes ? Self.timeWidth + 1 : 0
        let lead = (line.channel == .error ? Self.errorLead.count + 1 : 0) + time
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
