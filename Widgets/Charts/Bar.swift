package import Themes

/// How much of something is done or used.
package struct Bar: Hashable, Sendable {
    /// 0…1; outside of it, it is full or empty.
    package var part: Double
    /// Of the full cells; by how full the bar is when nil.
    package var style: Style?

    package init(_ part: Double, style: Style? = nil) {
        self.part = part.isNaN ? 0 : min(1, max(0, part))
        self.style = style
    }

    /// Fills every row of `area`. Only nothing is drawn as empty, and only all as full.
    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        var cells = Int((part * Double(area.width)).rounded())
        if part > 0, part < 1, area.width > 1 { cells = min(area.width - 1, max(1, cells)) }
        let (full, empty) = area.split(left: cells)
        canvas.fill(full, with: Cell(glyphs.full, style: style ?? Style(Role(part: part))))
        canvas.fill(empty, with: Cell(glyphs.empty, style: Style(.frame)))
    }
}

extension Role {
    /// For a value that fills its scale by `part`: up to a half, up to 85 %, more.
    init(part: Double) { self = part > 0.85 ? .graphHigh : part > 0.5 ? .graphMiddle : .graphLow }
}
