import Themes

/// A share of a limit in one row: what it is of, a bar, and the figures. Without room for a bar of some columns there
/// are only the words.
package struct Gauge: Hashable, Sendable {
    /// Columns of the shortest bar that says something.
    private static let shortest = 4

    package var label: StyledText
    /// 0…1, as of `Bar`.
    package var part: Double
    /// Behind the bar: `212M of 512M`.
    package var text: StyledText
    /// Columns that the label takes, so that gauges below each other are in line.
    package var labelWidth: Int
    /// Columns that the text takes, at least; for the same reason.
    package var textWidth: Int

    package init(label: StyledText, part: Double, text: StyledText = "", labelWidth: Int? = nil, textWidth: Int = 0) {
        self.label = label
        self.part = part
        self.text = text
        self.labelWidth = labelWidth ?? label.width
        self.textWidth = textWidth
    }

    /// Draws in the first row of `area`.
    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        let row = area.split(top: 1).0
        let wanted = max(textWidth, text.width)
        let isBarred = row.width >= labelWidth + wanted + 2 + Self.shortest
        let places = row.columns(.fixed(labelWidth), isBarred ? .weight(1) : .fixed(0), .fixed(wanted), gap: 1)
        canvas.clipped(to: row) { canvas in
            let cut = glyphs.cut
            canvas.text(label, x: row.x, y: row.y, width: places[0].width, style: Style(.dim), cut: cut)
            if isBarred { Bar(part).draw(on: &canvas, in: places[1], glyphs: glyphs) }
            let start = isBarred ? places[2].x : places[0].right + 1
            canvas.text(text, x: start, y: row.y, width: row.right - start, cut: cut)
        }
    }
}
