/// Columns and rows.
package struct Size: Hashable, Sendable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
    }
}

/// A rectangle of cells; (0, 0) is the upper left corner of the canvas.
package struct Rect: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    package var right: Int { x + width }
    package var bottom: Int { y + height }
    package var isEmpty: Bool { width == 0 || height == 0 }

    /// Without `columns` at the left and right and `rows` at the top and bottom.
    package func inset(columns: Int = 0, rows: Int = 0) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }

    /// The upper `rows` rows, and what is below them.
    package func split(top rows: Int) -> (Rect, Rect) {
        let first = min(max(0, rows), height)
        return (
            Rect(x: x, y: y, width: width, height: first),
            Rect(x: x, y: y + first, width: width, height: height - first)
        )
    }

    /// The left `columns` columns, and what is right of them.
    package func split(left columns: Int) -> (Rect, Rect) {
        let first = min(max(0, columns), width)
        return (
            Rect(x: x, y: y, width: first, height: height),
            Rect(x: x + first, y: y, width: width - first, height: height)
        )
    }

    /// The part that both have; empty when they do not meet.
    package func intersection(_ other: Rect) -> Rect {
        let (left, top) = (max(x, other.x), max(y, other.y))
        return Rect(
            x: left, y: top, width: min(right, other.right) - left, height: min(bottom, other.bottom) - top)
    }

    /// Whether the cell lies in it.
    package func contains(x column: Int, y row: Int) -> Bool {
        column >= x && column < right && row >= y && row < bottom
    }
}
