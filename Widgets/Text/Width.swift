package import Themes

/// Text as it takes its place on a screen: columns, cutting, cleaning.
package enum Text {
    /// What a code point does on a screen.
    enum Kind {
        case narrow, wide
        /// Goes into the cell before it.
        case combining
        /// Takes no place and is left out: controls, bidi controls, joiners, variation selectors.
        case hidden
        /// Not assigned: nobody knows its width, so it is shown as U+FFFD.
        case unknown
    }

    static func kind(of scalar: Unicode.Scalar) -> Kind {
        let value = scalar.value
        if value < 0x300 {
            return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? .hidden : .narrow
        }
        // Arrows, technical signs, frames, blocks and braille: what our own screens are made of.
        if (0x2190..<0x231A).contains(value) || (0x2500..<0x25FD).contains(value) || (0x2800..<0x2900).contains(value) {
            return .narrow
        }
        if CodePoints.contains(value, in: CodePoints.combining) { return .combining }
        if CodePoints.contains(value, in: CodePoints.hidden) { return .hidden }
        if scalar.properties.generalCategory == .unassigned { return .unknown }
        return CodePoints.contains(value, in: CodePoints.wide) ? .wide : .narrow
    }

    /// Columns of one code point: 0, 1 or 2.
    package static func width(_ scalar: Unicode.Scalar) -> Int {
        switch kind(of: scalar) {
        case .narrow, .unknown: 1
        case .wide: 2
        case .combining, .hidden: 0
        }
    }

    /// Columns that `text` takes on a canvas.
    package static func width(_ text: some StringProtocol) -> Int {
        let text = String(text)
        if let columns = text.plainColumns { return columns }
        return Cells(text).reduce(0) { $0 + Int($1.width) }
    }

    /// `text` in at most `width` columns; what is cut off is marked by `ellipsis` at the end.
    package static func cut(_ text: some StringProtocol, to width: Int, ellipsis: String = "…") -> String {
        let cells = Array(Cells(text))
        guard cells.columns > width else { return String(text) }
        return cells.cut(to: width, ellipsis: ellipsis, style: .text).text
    }
}

/// The cells of a text, glyph by glyph; wide ones without their second half.
///
/// Nothing gets through that could act on a terminal: what is not a glyph is left out, whatever the text was.
/// Of several combining marks on a letter the first is kept.
package struct Cells: Sequence, IteratorProtocol {
    private var scalars: String.UnicodeScalarView.Iterator
    private var ahead: Unicode.Scalar?
    private let style: Style

    package init(_ text: some StringProtocol, style: Style = .text) {
        scalars = String(text).unicodeScalars.makeIterator()
        self.style = style
    }

    /// The next cell, with the marks that are put onto it; nil at the end.
    package mutating func next() -> Cell? {
        while let scalar = ahead ?? scalars.next() {
            ahead = nil
            switch Text.kind(of: scalar) {
            case .combining, .hidden: continue
            case .narrow: return completed(Cell(scalar, style: style))
            case .wide: return completed(Cell(scalar, width: 2, style: style))
            case .unknown: return completed(Cell("\u{FFFD}", style: style))
            }
        }
        return nil
    }

    /// Takes the marks that follow; what comes after them is kept for the next turn.
    private mutating func completed(_ base: Cell) -> Cell {
        var cell = base
        while let scalar = scalars.next() {
            if scalar.value >= 0x20, scalar.value < 0x7F {
                ahead = scalar
                break
            }
            guard Text.width(scalar) == 0 else {
                ahead = scalar
                break
            }
            if cell.combining == nil, Text.kind(of: scalar) == .combining { cell.combining = scalar }
        }
        return cell
    }
}
