package import Themes

/// One place of the screen: a code point (with at most one combining mark), how many columns it takes, and its style.
/// A glyph two columns wide is followed by a cell of width 0. Trivially copyable: no reference counting on the way to
/// the screen.
package struct Cell: Hashable, Sendable {
    package var scalar: Unicode.Scalar
    package var combining: Unicode.Scalar?
    /// 1 or 2; 0 for the second half of a wide glyph.
    package var width: UInt8
    package var style: Style

    package init(_ scalar: Unicode.Scalar, combining: Unicode.Scalar? = nil, width: UInt8 = 1, style: Style = .text) {
        self.scalar = scalar
        self.combining = combining
        self.width = width
        self.style = style
    }

    package static let blank = Cell(" ")
}

/// A grid of cells on which views draw. Drawing outside of it, or of the clip rectangle, is cut off.
package struct Canvas: Hashable, Sendable {
    package let size: Size
    package private(set) var cells: [Cell]
    /// Where drawing has an effect; within the bounds.
    package private(set) var clip: Rect

    package init(size: Size) {
        self.size = size
        cells = Array(repeating: .blank, count: size.width * size.height)
        clip = Rect(x: 0, y: 0, width: size.width, height: size.height)
    }

    package var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

    /// The cell at a place inside the canvas.
    package subscript(x: Int, y: Int) -> Cell { cells[y * size.width + x] }

    /// Whatever `draw` does stays inside of `rect`.
    package mutating func clipped(to rect: Rect, _ draw: (inout Canvas) -> Void) {
        let outer = clip
        clip = outer.intersection(rect)
        draw(&self)
        clip = outer
    }

    /// Puts one glyph. A wide one that does not fit into the clip rectangle becomes a blank; a wide one that loses a
    /// half to this glyph becomes blank in its other half.
    package mutating func put(_ cell: Cell, x: Int, y: Int) {
        guard cell.width > 0, clip.contains(x: x, y: y) else { return }
        guard cell.width == 2 else { return set(cell, x, y) }
        guard x + 1 < clip.right else { return set(Cell(" ", style: cell.style), x, y) }
        set(cell, x, y)
        set(Cell(" ", style: cell.style), x + 1, y)
        cells[y * size.width + x] = cell
        cells[y * size.width + x + 1].width = 0
    }

    private mutating func set(_ cell: Cell, _ x: Int, _ y: Int) {
        let index = y * size.width + x
        // Halves may lie outside of the clip rectangle: a torn glyph is worse than a blank.
        if cells[index].width == 0 { cells[index - 1] = Cell(" ", style: cells[index - 1].style) }
        if cells[index].width == 2 { cells[index + 1] = Cell(" ", style: cells[index + 1].style) }
        cells[index] = cell
    }

    /// Changes the style of every cell of `rect`, which keeps its glyphs. A wide glyph has one style: that of its left
    /// half.
    package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
        let area = clip.intersection(rect)
        for y in area.y..<area.bottom {
            for index in y * size.width + area.x..<y * size.width + area.right where cells[index].width > 0 {
                change(&cells[index].style)
                if cells[index].width == 2 { cells[index + 1].style = cells[index].style }
            }
        }
    }
}
