extension Canvas {
    /// Neighbouring cells of one row.
    package struct Change: Hashable, Sendable {
        package var x: Int
        package var y: Int
        package var cells: ArraySlice<Cell>
    }

    /// What must be written to turn a screen that shows `old` into this one. Starts and ends between glyphs, never
    /// within a wide one. Everything when the sizes differ or there is no `old`.
    package func changes(from old: Canvas?) -> [Change] {
        guard let old, old.size == size else { return (0..<size.height).map { Change(x: 0, y: $0, cells: row($0)) } }
        var changes: [Change] = []
        for y in 0..<size.height {
            let (new, before) = (row(y), old.row(y))
            guard new != before else { continue }
            var x = 0
            while let start = (x..<size.width).first(where: { differs(from: old, $0, y) }) {
                let end = (start..<size.width).first { !differs(from: old, $0, y) } ?? size.width
                changes.append(change(from: start, to: end, y))
                x = end
            }
        }
        return changes
    }

    /// The cells of a row.
    func row(_ y: Int) -> ArraySlice<Cell> { cells[y * size.width..<(y + 1) * size.width] }

    /// The second half of a glyph differs with the first, though it always looks the same.
    private func differs(from old: Canvas, _ x: Int, _ y: Int) -> Bool {
        self[x, y] != old[x, y] || self[x, y].width == 0 && self[x - 1, y] != old[x - 1, y]
    }

    private func change(from start: Int, to end: Int, _ y: Int) -> Change {
        Change(x: start, y: y, cells: cells[y * size.width + start..<y * size.width + end])
    }
}
