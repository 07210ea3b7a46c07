import Core
import Widgets

/// What goes to the clipboard: text without frames and without control characters.
extension State {
    /// Bytes that are copied at most: terminals take no more.
    static let maxCopy = 64 << 10

    /// `y`: the name in the list and beside it; in the log the line that was found, else the last one in view.
    mutating func copyOne() -> [Command] {
        guard focus == .log else {
            if focus == .page, case .why(let name)? = page?.subject { return copy([shortName(name)]) }
            return copy(list.selected.map { [shortName($0)] } ?? [])
        }
        let shown = shownLines
        let found = log.search?.current.flatMap { shown.contains($0) ? $0 : nil } ?? shown.last
        return copy(found.map { [text(of: $0)] } ?? [])
    }

    /// `Y`: all that the pane shows.
    mutating func copyAll() -> [Command] {
        switch focus {
        case .list:
            copy(list.order.map { shortName($0) })
        case .detail:
            copy(
                DetailView.lines(self, width: Self.maxColumns).map { line in
                    switch line {
                    case .text(let text): text.plain
                    case .graph(let label, _, _, let text): " \(label) \(text.plain)"
                    case .chart: ""
                    }
                })
        case .page: copy(page.map { PageView.lines($0, self, width: Self.maxColumns).map(\.plain) } ?? [])
        case .log: copy(shownLines.map { text(of: $0) })
        }
    }

    /// Wide enough for details in one line each.
    private static let maxColumns = 10_000

    /// Numbers of the lines on the screen.
    private var shownLines: [Int] {
        let (rows, columns) = (layout.logRows, layout.logColumns)
        let last = log.lastShown(rows: rows, columns: columns)
        return last < 0 ? [] : (max(0, last + 1 - rows)...last).map { log.number(at: $0) }
    }

    private func text(of line: Int) -> String { Text.sanitize(log.buffer[line].bytes) }

    private mutating func copy(_ lines: [String]) -> [Command] {
        let text = lines.joined(separator: "\n")
        guard !text.isEmpty else { return [] }
        guard text.utf8.count <= Self.maxCopy else {
            say(.warning, "too long for the clipboard: \(Format.bytes(UInt64(text.utf8.count)))", command: "od logs")
            return []
        }
        let what = lines.count == 1 ? "\(text.utf8.count) bytes" : "\(lines.count) lines, \(text.utf8.count) bytes"
        say(.success, "copied \(what), if the terminal allows it")
        return [.copy(text)]
    }
}
