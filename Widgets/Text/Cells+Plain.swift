import Themes

extension String {
    /// Columns of printable ASCII, of which most text is; nil for any other.
    var plainColumns: Int? {
        let bytes = utf8
        let plain = bytes.withContiguousStorageIfAvailable { $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
        return plain == true ? bytes.count : nil
    }
}

extension Array where Element == Cell {
    /// Adds the cells of a text, until they take so many columns or one more than that.
    mutating func add(_ text: String, _ style: Style, upTo columns: Int = .max) {
        if text.plainColumns != nil {
            for byte in text.utf8.prefix(Swift.max(0, columns)) { append(Cell(Unicode.Scalar(byte), style: style)) }
            return
        }
        var used = 0
        for cell in Cells(text, style: style) where used < columns {
            append(cell)
            used += Int(cell.width)
        }
    }
}
