import Themes

/// A frame with texts in its upper and lower edge.
package struct Box: Hashable, Sendable {
    package var title: StyledText
    package var right: StyledText
    package var bottomLeft: StyledText
    package var bottomRight: StyledText
    package var focused: Bool

    package init(
        title: StyledText = "", right: StyledText = "", bottomLeft: StyledText = "", bottomRight: StyledText = "",
        focused: Bool = false
    ) {
        self.title = title
        self.right = right
        self.bottomLeft = bottomLeft
        self.bottomRight = bottomRight
        self.focused = focused
    }

    /// Draws the frame and answers what is inside of it. Too small for a frame, it draws none and has no inside.
    @discardableResult
    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) -> Rect {
        guard area.width >= 2, area.height >= 2 else { return Rect(x: area.x, y: area.y, width: 0, height: 0) }
        let style = Style(focused ? .frameFocused : .frame)
        let (right, bottom) = (area.right - 1, area.bottom - 1)
        let across = Cell(glyphs.horizontal, style: style)
        let down = Cell(glyphs.vertical, style: style)
        canvas.fill(Rect(x: area.x, y: area.y, width: area.width, height: 1), with: across)
        canvas.fill(Rect(x: area.x, y: bottom, width: area.width, height: 1), with: across)
        canvas.fill(Rect(x: area.x, y: area.y, width: 1, height: area.height), with: down)
        canvas.fill(Rect(x: right, y: area.y, width: 1, height: area.height), with: down)
        canvas.put(Cell(glyphs.topLeft, style: style), x: area.x, y: area.y)
        canvas.put(Cell(glyphs.topRight, style: style), x: right, y: area.y)
        canvas.put(Cell(glyphs.bottomLeft, style: style), x: area.x, y: bottom)
        canvas.put(Cell(glyphs.bottomRight, style: style), x: right, y: bottom)
        let heading = focused ? Style(.frameFocused, .bold) : Style(.heading)
        edge(title, self.right, heading: heading, on: &canvas, area, area.y, glyphs)
        edge(bottomLeft, bottomRight, heading: Style(.dim), on: &canvas, area, bottom, glyphs)
        return area.inset(columns: 1, rows: 1)
    }

    /// One text at the left and one at the right of an edge, each between blanks, a piece of line beside them.
    /// The left one has the right of way; the right one takes what is left, or goes.
    private func edge(
        _ left: StyledText, _ right: StyledText, heading: Style, on canvas: inout Canvas, _ area: Rect, _ y: Int,
        _ glyphs: Glyphs
    ) {
        var start = area.x + 2
        let end = area.right - 2
        start += label(left, at: start, width: end - start, heading, on: &canvas, y, glyphs)
        let room = end - start - (left.isEmpty ? 0 : 1)
        let wanted = min(right.width + 2, room)
        label(right, at: end - wanted, width: wanted, Style(.dim), on: &canvas, y, glyphs)
    }

    /// Answers the columns used; text of which less than two columns could be seen is left out.
    @discardableResult
    private func label(
        _ text: StyledText, at x: Int, width: Int, _ style: Style, on canvas: inout Canvas, _ y: Int, _ glyphs: Glyphs
    ) -> Int {
        guard !text.isEmpty, width >= min(4, text.width + 2) else { return 0 }
        let cells = text.cells(style).cut(to: width - 2, ellipsis: glyphs.ellipsis, style: style)
        let blank = Cell(" ", style: style)
        return canvas.draw([blank] + cells + [blank], x: x, y: y, width: width)
    }
}
