import Themes

extension Array where Element == Cell {
    /// Columns that these cells take.
    var columns: Int { reduce(0) { $0 + Int($1.width) } }

    /// The glyphs as text.
    var text: String {
        var text = String.UnicodeScalarView()
        for cell in self where cell.width > 0 {
            text.append(cell.scalar)
            if let mark = cell.combining { text.append(mark) }
        }
        return String(text)
    }

    /// At most `width` columns of these cells from the left.
    func prefix(columns width: Int) -> [Cell] {
        var left = width
        return Array(
            prefix { cell in
                left -= Int(cell.width)
                return left >= 0
            })
    }

    /// What is right of the first `width` columns; half of a wide glyph is a blank.
    func dropping(columns width: Int) -> [Cell] {
        var (start, passed) = (0, 0)
        while passed < width, start < count {
            passed += Int(self[start].width)
            start += 1
        }
        let torn = start > 0 && passed > width ? [Cell(" ", style: self[start - 1].style)] : []
        return torn + self[start...]
    }

    /// These cells if they fit in `width` columns, else as many as fit before `ellipsis`.
    func cut(to width: Int, ellipsis: String, style: Style) -> [Cell] {
        guard columns > width else { return self }
        let mark = [Cell](Cells(ellipsis, style: style))
        guard mark.columns <= width else { return prefix(columns: width) }
        return prefix(columns: width - mark.columns) + mark
    }

    /// In rows of at most `width` columns, broken at blanks where there are some, else within a word.
    func wrapped(to width: Int) -> [[Cell]] {
        var rows: [[Cell]] = []
        var start = 0
        repeat {
            var (end, used) = (start, 0)
            while end < count, used + Int(self[end].width) <= width {
                used += Int(self[end].width)
                end += 1
            }
            if end < count {
                // A blank just behind the row is as good a place as one in it.
                let blank = self[start...end].lastIndex { $0.scalar == " " && $0.width == 1 } ?? start
                end = blank > start ? blank : Swift.max(end, start + 1)
            }
            rows.append(Array(self[start..<end]))
            start = end
            while start < count, self[start].scalar == " " { start += 1 }
        } while start < count
        return rows
    }
}
