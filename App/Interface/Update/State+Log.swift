import Core

extension State {
    /// What the log stream brought; a stream that was left is not listened to.
    mutating func takeLog(_ message: Message) -> [Command] {
        switch message {
        case .logOpened(log.stream):
            log.failure = nil
        case .logChunk(log.stream, let chunk):
            log.append(chunk)
        case .logFailed(log.stream, let failure):
            log.isOpening = false
            log.failure = failure
            // There is a daemon again: this is how the stream of the last one ended.
            if failure.code == .connectionLost, case .live = link { return goOnWithLog() }
        case .logPage(log.stream, let chunks):
            return takePage(chunks)
        case .logPageFailed(log.stream, let failure):
            pageFailed(failure)
        default:
            break
        }
        return []
    }

    /// The stream has ended with the daemon, and there is another: what is read stays until the end is followed.
    mutating func goOnWithLog() -> [Command] {
        guard !log.follows else { return reopenLog() }
        log.lose()
        return []
    }

    /// Goes to the next match, or the one before, and shows it.
    ///
    /// Behind the last one the search goes on in the files, and at their end with the first one again.
    mutating func visitMatch(next: Bool) -> [Command] {
        let isEdge = next ? log.search?.isLast == true : log.search?.isFirst == true
        if isEdge, let commands = wantMatch(older: !next) { return commands }
        guard let line = log.visit(next: next, from: bottomLine) else {
            if let commands = wantMatch(older: true) ?? wantMatch(older: false) { return commands }
            say(.info, "no line has \(log.search?.text ?? "")")
            return []
        }
        reveal(line)
        return []
    }

    /// While a search is typed: the last match that can be seen or lies above.
    mutating func showMatch() {
        guard let lines = log.search?.lines, !lines.isEmpty else { return }
        let index = lines.partitioningIndex { $0 > bottomLine }
        let line = lines[max(0, index - 1)]
        log.search?.current = line
        reveal(line)
    }

    mutating func toggleOnlyMatches() {
        let line = bottomLine
        log.onlyMatches.toggle()
        if !log.follows {
            log.scroll(to: log.index(of: line), rows: layout.logRows, columns: layout.logColumns)
        }
    }

    /// The number of the line at the bottom of the log pane.
    private var bottomLine: Int {
        let index = log.lastShown(rows: layout.logRows, columns: layout.logColumns)
        return index < 0 ? 0 : log.number(at: index)
    }

    /// Scrolls so that a line is on the screen, in the middle if it was not.
    private mutating func reveal(_ line: Int) {
        let (rows, columns) = (layout.logRows, layout.logColumns)
        let index = log.index(of: line)
        let bottom = log.lastShown(rows: rows, columns: columns)
        let isShown = index <= bottom && index > bottom - (log.wraps ? 1 : rows)
        if !isShown { log.scroll(to: index + rows / 2, rows: rows, columns: columns) }
    }
}
