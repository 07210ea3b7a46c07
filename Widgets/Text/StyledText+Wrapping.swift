package import Themes

extension StyledText {
    /// In lines of at most `width` columns, broken at blanks where there are some, else within a word; one line at
    /// least. `style` is for the runs without one.
    ///
    /// - Parameter indent: columns of blanks before each line but the first, where that leaves room.
    package func wrapped(to width: Int, indent: Int = 0, style: Style = .text) -> [StyledText] {
        let cells = cells(style)
        let width = max(1, width)
        guard cells.columns > width else { return [self] }
        var head = cells.wrapped(to: width)[0]
        // The blanks that the text begins with are no place to break it.
        if head.allSatisfy({ $0.scalar == " " }) { head = cells.prefix(columns: width) }
        let rest = Array(cells.dropFirst(head.count).drop { $0.scalar == " " })
        guard !rest.isEmpty else { return [Self.text(of: head)] }
        let gap = indent * 2 <= width ? indent : 0
        let blanks = StyledText(String(repeating: " ", count: gap))
        return [Self.text(of: head)] + rest.wrapped(to: width - gap).map { blanks + Self.text(of: $0) }
    }

    /// Cells of one style are a run.
    static func text(of cells: [Cell]) -> StyledText {
        var text = StyledText()
        var start = 0
        for index in cells.indices where index + 1 == cells.count || cells[index + 1].style != cells[index].style {
            text.runs.append(Run(Array(cells[start...index]).text, cells[index].style))
            start = index + 1
        }
        return text
    }
}
