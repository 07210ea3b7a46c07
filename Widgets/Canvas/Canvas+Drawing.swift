package import Themes

/// What becomes of text that is longer than its place.
package enum Cut: Hashable, Sendable {
    /// It ends where its place ends.
    case clip
    /// Its last column or columns are the mark: `…`, or another by the glyphs in use.
    case mark(String)

    package static let ellipsis = Cut.mark("…")
}

extension Canvas {
    /// Fills `rect` with a glyph; of a wide one every second column starts a new one.
    package mutating func fill(_ rect: Rect, with cell: Cell) {
        let area = clip.intersection(rect)
        for y in area.y..<area.bottom {
            for x in stride(from: area.x, to: area.right, by: max(1, Int(cell.width))) { put(cell, x: x, y: y) }
        }
    }

    /// Blanks in `style`.
    package mutating func clear(_ rect: Rect, style: Style = .text) { fill(rect, with: Cell(" ", style: style)) }

    /// Draws text in at most `width` columns (up to the clip's right edge when nil); answers the columns used.
    @discardableResult
    package mutating func text(
        _ text: some StringProtocol, x: Int, y: Int, width: Int? = nil, style: Style = .text, cut: Cut = .clip
    ) -> Int {
        var cells: [Cell] = []
        cells.add(String(text), style)
        return draw(cells, x: x, y: y, width: width ?? clip.right - x, cut: cut, style: style)
    }

    /// Draws styled text in at most `width` columns; `style` is for its runs without one. Answers the columns used.
    @discardableResult
    package mutating func text(
        _ text: StyledText, x: Int, y: Int, width: Int? = nil, style: Style = .text, cut: Cut = .clip
    ) -> Int {
        draw(text.cells(style), x: x, y: y, width: width ?? clip.right - x, cut: cut, style: style)
    }

    /// Puts another canvas down with its first cell at a place.
    package mutating func lay(_ other: Canvas, x: Int, y: Int) {
        for row in 0..<other.size.height {
            for column in 0..<other.size.width { put(other[column, row], x: x + column, y: y + row) }
        }
    }

    /// Sets the role of every cell of `rect` and adds attributes.
    package mutating func restyle(_ rect: Rect, role: Role, adding attributes: Style.Attributes = []) {
        restyle(rect) { style in
            style.role = role
            style.attributes.formUnion(attributes)
        }
    }

    /// Adds attributes to every cell of `rect`.
    package mutating func restyle(_ rect: Rect, adding attributes: Style.Attributes) {
        restyle(rect) { $0.attributes.formUnion(attributes) }
    }

    /// Draws cells from `x` on, as many as fit in `width` columns.
    @discardableResult
    mutating func draw(_ cells: [Cell], x: Int, y: Int, width: Int, cut: Cut = .clip, style: Style = .text) -> Int {
        let shown =
            switch cut {
            case .clip: cells.prefix(columns: width)
            case .mark(let mark): cells.cut(to: width, ellipsis: mark, style: style)
            }
        var column = x
        for cell in shown {
            put(cell, x: column, y: y)
            column += Int(cell.width)
        }
        return column - x
    }
}
