import Core

// More of a log than the buffer has: pages of what came before and behind, and matches in the files.
extension State {
    /// What follows the log that is shown, under a new number.
    mutating func reopenLog() -> [Command] {
        log.reopen(stream: log.stream + 1)
        return log.commands
    }

    /// A page of what came before.
    mutating func wantOlder() -> [Command] {
        guard mayWish, !log.pages.isAtStart else { return [] }
        log.pages.wish = .older
        return [read(last: LogPages.size, before: log.pages.before(log.buffer))]
    }

    /// The very first lines of the log. Nothing when they are here, or cannot be asked for now.
    mutating func wantStart() -> [Command]? {
        guard mayWish, !log.pages.isAtStart else { return nil }
        log.pages.wish = .start
        return [read(first: LogPages.size, since: WallTime(milliseconds: 0))]
    }

    /// A page of what came behind, where that was not kept.
    mutating func wantNewer() -> [Command] {
        guard mayWish else { return [] }
        log.pages.wish = .newer
        return [read(first: LogPages.size, resume: log.pages.behind)]
    }

    /// The next line with the text that is searched, outside of the buffer. Nothing when all was looked at.
    mutating func wantMatch(older: Bool) -> [Command]? {
        guard mayWish, let text = log.search?.text, log.pages.missing[older] != text,
            older ? !log.pages.isAtStart : log.held != nil
        else { return nil }
        log.pages.wish = .match(older: older)
        let filter = LogFilter(
            pattern: text, isLiteral: true, ignoresCase: text.utf8.contains { (0x41...0x5A).contains($0) } ? nil : true)
        say(.info, "searching the files")
        return [
            older
                ? read(last: 1, before: log.pages.before(log.buffer), filter: filter)
                : read(first: 1, resume: log.pages.behind, filter: filter)
        ]
    }

    private var mayWish: Bool { log.pages.wish == nil && log.process != nil && !log.isOpening && link == .live }

    private func read(
        last: Int? = nil, first: Int? = nil, before: [LogRequest.Position]? = nil,
        resume: [LogRequest.Position] = [], since: WallTime? = nil, filter: LogFilter? = nil
    ) -> Command {
        .readLogs(
            stream: log.stream,
            LogRequest(
                targets: [log.target ?? ""], lines: LogPages.size, since: since, resume: resume, merged: true,
                last: last, first: first, before: before, filter: filter, times: true))
    }

    /// The answer to what was asked for last.
    mutating func takePage(_ chunks: [LogChunk]) -> [Command] {
        guard let wish = log.pages.wish else { return [] }
        log.pages.wish = nil
        var page = LogBuffer()
        for chunk in chunks { page.append(chunk) }
        let lines = (page.first..<page.end).map { page[$0] } + page.partial
        switch wish {
        case .past: log.stand(lines, chunks)
        case .older:
            log.pages.isAtStart = lines.count < LogPages.size
            if lines.isEmpty { say(.info, "this is the beginning of the log") } else { log.prepend(lines) }
        case .newer:
            log.goOn(chunks, isEnd: lines.count < LogPages.size)
        case .match(let older):
            return found(chunks, older: older)
        case .start where lines.isEmpty:
            say(.info, "this is the beginning of the log")
        case .start:
            show(lines, chunks)
            log.pages.isAtStart = true
        case .window:
            show(lines, chunks)
        }
        return []
    }

    /// Another part of the log, from its first line on.
    private mutating func show(_ lines: [LogBuffer.Line], _ chunks: [LogChunk]) {
        log.jump(lines, chunks)
        let (rows, columns) = (layout.logRows, layout.logColumns)
        log.scroll(to: min(rows, log.count) - 1, rows: rows, columns: columns)
    }

    private mutating func found(_ chunks: [LogChunk], older: Bool) -> [Command] {
        toasts.removeAll { $0.text == "searching the files" }
        guard let hit = chunks.last(where: { !$0.bytes.isEmpty }) else {
            say(.info, "no line \(older ? "before" : "behind") has \(log.search?.text ?? "")")
            log.pages.missing[older] = log.search?.text
            return []
        }
        let file = LogFileKey(process: hit.process, channel: hit.channel)
        log.pages.wish = .window(file, hit.offset)
        let start = LogRequest.Position(process: hit.process, channel: hit.channel, offset: hit.offset)
        return [read(first: LogPages.size, resume: [start], since: hit.time)]
    }

    mutating func pageFailed(_ failure: Failure) {
        if log.pages.wish == .past { log.failure = failure }
        log.pages.wish = nil
        log.isOpening = false
        say(failure)
    }
}

extension LogReader {
    /// What the log's lines are asked for by.
    var target: String? {
        process.map { isWhole ? "\($0.namespace)/\($0.name)" : $0.target }
    }

    /// What makes the engine send it.
    var commands: [Command] {
        guard let until, let target else {
            guard isWhole, let process else { return [.followLogs(stream: stream, process)] }
            return [.followApp(stream: stream, process)]
        }
        // What is written now is not wanted.
        let request = LogRequest(
            targets: [target], lines: Self.tail, until: until, merged: true, last: Self.tail, times: true)
        return [.followLogs(stream: stream, nil), .readLogs(stream: stream, request)]
    }

    /// The last lines up to a moment; nothing comes behind them.
    mutating func stand(_ lines: [LogBuffer.Line], _ chunks: [LogChunk]) {
        isOpening = false
        failure = nil
        for chunk in chunks { pages.came(chunk) }
        pages.isAtStart = lines.count < Self.tail
        replace(lines, held: nil)
        follow()
    }

    /// Lines that follow those of the buffer.
    ///
    /// - Parameter isEnd: there are no more: what is written now is followed again.
    mutating func goOn(_ chunks: [LogChunk], isEnd: Bool) {
        let before = buffer.end
        for chunk in chunks {
            buffer.append(chunk)
            pages.went(on: chunk)
        }
        added(before..<buffer.end)
        if isEnd { follow() } else { bottom = buffer.first < before ? before : bottom }
    }

    /// Another part of the log, which begins with a match.
    mutating func jump(_ lines: [LogBuffer.Line], _ chunks: [LogChunk]) {
        pages.forgetRests()
        for chunk in chunks { pages.went(on: chunk) }
        pages.isAtStart = false
        pages.missing = [:]
        replace(lines, held: 0)
        pausedAt = buffer.end
        bottom = buffer.first
        if let line = search?.lines.first { search?.current = line }
    }
}
