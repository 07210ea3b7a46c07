import Core
import Themes
import Widgets

/// The log of the process that is shown.
enum LogView {
    static func draw(
        _ state: State, on canvas: inout Canvas, in area: Rect, _ kind: Layout.Kind, _ glyphs: Glyphs
    ) {
        let inside = kind == .framed ? box(state, glyphs).draw(on: &canvas, in: area, glyphs: glyphs) : area
        let log = state.log
        let last = log.lastShown(rows: inside.height, columns: inside.width)
        let first = max(0, last + 1 - inside.height)
        let names = log.isWhole ? labels(state) : [:]
        var lines = last < 0 ? [] : (first...last).map { line(log.buffer[log.number(at: $0)], state, names) }
        if log.follows, !log.isSifted { lines += log.buffer.partial.map { line($0, state, names) } }
        let current = log.search?.current.map { log.index(of: $0) - first }
        LogPane(
            lines: lines, wraps: log.wraps, column: log.column, search: log.search?.text ?? "", current: current,
            placeholder: placeholder(state)
        ).draw(on: &canvas, in: inside, glyphs: glyphs)
    }

    /// The instances of the app whose log is shown, by their ids.
    private static func labels(_ state: State) -> [UInt32: String] {
        let width = state.log.instances.values.map { "#\($0)".count }.max() ?? 0
        return state.log.instances.mapValues { number in
            "#\(number)" + String(repeating: " ", count: width - "#\(number)".count)
        }
    }

    private static func line(_ line: LogBuffer.Line, _ state: State, _ names: [UInt32: String]) -> LogLine {
        let name = names[line.process].map { StyledText($0, .accent) } ?? ""
        let error = line.channel == .error ? StyledText(LogReader.errorLead, .warning) : ""
        let lead = name.isEmpty || error.isEmpty ? name + error : name + " " + error
        let time = state.log.showsTimes ? clock(line.time, state.utcOffset) : ""
        if line.isNote { return LogLine(time: time, prefix: name, text: StyledText(Text.sanitize(line.bytes), .dim)) }
        let said = line.said
        let pretty = state.log.isPretty ? PrettyLine.text(said).map { Text.styled($0) } : nil
        let level = LogLine.Level(readFrom: said).flatMap { $0 >= .warning ? $0 : nil }
        return LogLine(time: time, prefix: lead, level: level, text: pretty ?? Text.styled(said))
    }

    /// `09:24:17.112`, blank where nobody knows.
    static func clock(_ milliseconds: Int64, _ utcOffset: Int) -> String {
        guard milliseconds > 0 else { return String(repeating: " ", count: LogReader.timeWidth) }
        let local = WallTime(milliseconds: milliseconds + Int64(utcOffset) * 1000).description
        return String(local.dropFirst(11).prefix(LogReader.timeWidth))
    }

    private static func box(_ state: State, _ glyphs: Glyphs) -> Box {
        let log = state.log
        let until = log.until.map { "until \(state.clock(of: $0))" }
        let follow = log.follows ? Follow.following : .paused(new: log.newLines)
        var right: [String] = []
        if let search = log.search { right.append("/\(Text.sanitize(search.text)) " + place(search)) }
        if log.onlyMatches { right.append("only matches") }
        if let level = log.level?.level { right.append("level \(level.name) and above") }
        if log.wraps { right.append("wrap") }
        if log.pages.wish != nil { right.append("reading the files") }
        if log.column > 0 { right.append("from column \(log.column + 1)") }
        return Box(
            title: StyledText(State.Pane.log.title(state) + " \(glyphs.separator) ")
                + (until.map { StyledText($0, .warning) } ?? follow.label(glyphs)),
            right: StyledText(right.joined(separator: " \(glyphs.separator) ")),
            bottomRight: StyledText(
                (log.isSifted ? "\(log.count) of " : "")
                    + (log.buffer.count == 1 ? "1 line" : "\(log.buffer.count) lines")),
            focused: state.focus == .log)
    }

    /// `3 of 17`
    private static func place(_ search: LogReader.Search) -> String {
        guard !search.lines.isEmpty else { return "not found" }
        guard let current = search.current else { return "\(search.lines.count) lines" }
        return "\(search.lines.partitioningIndex { $0 >= current } + 1) of \(search.lines.count)"
    }

    private static func placeholder(_ state: State) -> StyledText {
        let log = state.log
        if let failure = log.failure { return StyledText("\(failure.code.rawValue) \(failure.what): \(failure.why)") }
        if log.process == nil { return "no process is selected" }
        if log.onlyMatches { return "no line matches: \(state.keys.name(of: .onlyMatches)) shows all lines" }
        if log.level != nil, log.buffer.count > 0 {
            return "no line is so grave: \(state.keys.name(of: .level)) shows others"
        }
        return log.isOpening ? "reading the log" : "it has written nothing yet"
    }
}

extension LogLine.Level {
    /// `warning`
    var name: String { "\(self)" }
}
