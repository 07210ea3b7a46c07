extension Canvas {
    /// Its rows as texts of as many columns, for places that take lines: a page that is scrolled.
    package var lines: [StyledText] {
        (0..<size.height).map { y in StyledText.text(of: Array(cells[y * size.width..<(y + 1) * size.width])) }
    }
}
