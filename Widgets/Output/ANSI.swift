package import Themes

/// Canvases as text for a terminal that scrolls: what commands print. The dashboard has a backend of its own.
package enum ANSI {
    /// Each row as a line, without blanks at its end. At depth `.none` attributes (bold, reverse) are still sent: for a
    /// pipe or a terminal without them take `plain`.
    package static func render(_ canvas: Canvas, theme: Theme, depth: ColorDepth) -> String {
        let pens = Pens(theme, depth: depth)
        var output = ""
        for y in 0..<canvas.size.height {
            var pen = Pen.plain
            for cell in trimmed(canvas.row(y), pens) where cell.width > 0 {
                let next = pens[cell.style]
                if next != pen { output += sequence(next) }
                pen = next
                output.unicodeScalars.append(cell.scalar)
                if let mark = cell.combining { output.unicodeScalars.append(mark) }
            }
            output += pen == .plain ? "\n" : "\u{1B}[0m\n"
        }
        return output
    }

    /// Each row as a line, without any escape sequence.
    package static func plain(_ canvas: Canvas) -> String {
        canvas.rows.map { $0 + "\n" }.joined()
    }

    /// The sequence that sets a pen, whatever was set before.
    package static func sequence(_ pen: Pen) -> String {
        var codes = ["0"]
        let names: [(Style.Attributes, String)] = [(.bold, "1"), (.dim, "2"), (.underline, "4"), (.reverse, "7")]
        for (attribute, code) in names where pen.attributes.contains(attribute) { codes.append(code) }
        codes += code(pen.foreground, base: 30) + code(pen.background, base: 40)
        return "\u{1B}[" + codes.joined(separator: ";") + "m"
    }

    private static func code(_ color: Color, base: Int) -> [String] {
        switch color {
        case .standard: []
        case .palette(let index) where index < 8: ["\(base + Int(index))"]
        case .palette(let index) where index < 16: ["\(base + 60 + Int(index) - 8)"]
        case .palette(let index): ["\(base + 8);5;\(index)"]
        case .rgb(let rgb): ["\(base + 8);2;\(rgb.red);\(rgb.green);\(rgb.blue)"]
        }
    }

    /// Without the blanks at the end that leave no trace.
    private static func trimmed(_ row: ArraySlice<Cell>, _ pens: Pens) -> ArraySlice<Cell> {
        let last = row.lastIndex { cell in
            let pen = pens[cell.style]
            let isInvisible = pen.background == .standard && pen.attributes.isDisjoint(with: [.reverse, .underline])
            return cell.scalar != " " || cell.combining != nil || !isInvisible
        }
        return row.prefix(upTo: last.map { $0 + 1 } ?? row.startIndex)
    }
}
