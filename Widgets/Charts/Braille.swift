/// The dots of a braille glyph: two columns of four.
enum Braille {
    /// Dots that one column holds.
    static let height = 4

    /// The dots of the left and of the right column, each from below: 7 3 2 1 and 8 6 5 4 (Unicode, Braille Patterns).
    private static let columns: [[UInt32]] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]]

    /// The glyph with these dots, each column's counted from below from 0; nil when there are none.
    static func glyph(_ left: Range<Int>, _ right: Range<Int>) -> Unicode.Scalar? {
        var dots: UInt32 = 0
        for (column, shown) in zip(columns, [left, right]) {
            for dot in column[shown.clamped(to: 0..<height)] { dots |= dot }
        }
        return dots == 0 ? nil : Unicode.Scalar(0x2800 + dots)
    }
}
