import Themes

/// How much of a long list is in view, and where: the right edge of a pane.
package struct ScrollBar: Hashable, Sendable {
    /// Rows in all, and those in view.
    package var count: Int
    package var visible: Int
    /// The first one in view.
    package var offset: Int

    package init(count: Int, visible: Int, offset: Int) {
        self.count = count
        self.visible = visible
        self.offset = offset
    }

    /// The rows of a bar of `height` rows that stand for what is in view; nil when all is. It touches an end only where
    /// the list does.
    package func thumb(height: Int) -> Range<Int>? {
        guard count > visible, visible > 0, height > 0 else { return nil }
        let length = max(1, height * visible / count)
        let (room, last) = (height - length, count - visible)
        var start = max(0, min(offset, last)) * room / last
        if offset > 0, start == 0, room > 1 { start = 1 }
        return start..<start + length
    }

    /// Draws in the first column of `area`; nothing when all is in view.
    ///
    /// - Parameter isOnFrame: the line of a frame is there already, and keeps its colour.
    package func draw(on canvas: inout Canvas, in area: Rect, isOnFrame: Bool = false, glyphs: Glyphs) {
        guard let thumb = thumb(height: area.height) else { return }
        let (column, _) = area.split(left: 1)
        if !isOnFrame { canvas.fill(column, with: Cell(glyphs.track, style: Style(.frame))) }
        let shown = Rect(x: column.x, y: column.y + thumb.lowerBound, width: column.width, height: thumb.count)
        canvas.fill(shown, with: Cell(glyphs.thumb, style: Style(.accent)))
    }
}

extension Rect {
    /// The right line of a frame around this rectangle: where a scroll bar goes.
    package var rightEdge: Rect { Rect(x: right, y: y, width: isEmpty ? 0 : 1, height: height) }
}
