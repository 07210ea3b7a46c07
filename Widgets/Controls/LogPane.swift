package import Themes

/// One line of a log, ready to be drawn: its texts went through `Text.styled` or `Text.sanitize`.
package struct LogLine: Hashable, Sendable {
    /// How bad a line is, by what it says of itself.
    package enum Level: Int, Comparable, Hashable, Sendable, CaseIterable {
        case debug, info, warning, error

        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        /// `D I W E`
        package var letter: String { ["D", "I", "W", "E"][rawValue] }

        package var style: Style {
            switch self {
            case .debug: Style(.dim)
            case .info: Style(.info)
            case .warning: Style(.warning)
            case .error: Style(.error)
            }
        }
    }

    /// As shown, `09:24:17.112`; empty for none.
    package var time: String
    /// Who wrote it, `api#0`; empty for none.
    package var prefix: StyledText
    package var level: Level?
    package var text: StyledText

    package init(time: String = "", prefix: StyledText = "", level: Level? = nil, text: StyledText) {
        self.time = time
        self.prefix = prefix
        self.level = level
        self.text = text
    }

    /// What stands before the text, with a blank behind it.
    fileprivate var lead: [Cell] {
        var lead: [Cell] = []
        if !time.isEmpty { lead += Array(Cells(time + " ", style: Style(.dim))) }
        if !prefix.isEmpty { lead += (prefix + " ").cells(Style(.accent)) }
        if let level { lead += Array(Cells(level.letter + " ", style: level.style)) }
        return lead
    }
}

/// Whether a log moves with what is written.
package enum Follow: Hashable, Sendable {
    case following
    /// The view stands still; so many lines have come since.
    case paused(new: Int)

    /// `follow ●` or `paused, +123 new`
    package func label(_ glyphs: Glyphs) -> StyledText {
        switch self {
        case .following: "follow " + StyledText(glyphs.online, .online)
        case .paused(let new): StyledText(new > 0 ? "paused, +\(new) new" : "paused", .warning)
        }
    }
}

/// Lines of a log, the last one at the bottom; at the top when there are too few to fill the pane.
package struct LogPane: Hashable, Sendable {
    /// Only the last ones that fit are drawn: a window that ends with the last line in view is enough.
    package var lines: [LogLine]
    /// Long lines go on in the next row; else they are cut and `column` scrolls them.
    package var wraps: Bool
    /// First column of the texts in view, when not wrapped.
    package var column: Int
    /// Marked wherever it occurs; letters A-Z match in both cases unless it has a capital.
    package var search: String
    /// The index of the line on which the search stands.
    package var current: Int?
    /// Shown when there are no lines.
    package var placeholder: StyledText

    package init(
        lines: [LogLine], wraps: Bool = false, column: Int = 0, search: String = "", current: Int? = nil,
        placeholder: StyledText = ""
    ) {
        self.lines = lines
        self.wraps = wraps
        self.column = column
        self.search = search
        self.current = current
        self.placeholder = placeholder
    }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        guard !area.isEmpty else { return }
        var rows: [[Cell]] = []
        for index in lines.indices.reversed() {
            rows = self.rows(index, width: area.width, glyphs) + rows
            if rows.count >= area.height { break }
        }
        canvas.clipped(to: area) { canvas in
            if lines.isEmpty { canvas.text(placeholder, x: area.x, y: area.y, style: Style(.dim), cut: glyphs.cut) }
            for (offset, row) in rows.suffix(area.height).enumerated() {
                canvas.draw(row, x: area.x, y: area.y + offset, width: area.width)
            }
        }
    }

    /// One line as rows; rows after the first are indented as far as the text of the first, where that leaves room.
    private func rows(_ index: Int, width: Int, _ glyphs: Glyphs) -> [[Cell]] {
        let lead = lines[index].lead
        // A line may be long: what is far right of the pane is not looked at.
        let needed = wraps ? .max : max(0, column) + width + search.unicodeScalars.count + 1
        var text = lines[index].text.cells(.text, upTo: needed)
        mark(&text, current: index == current)
        guard wraps else {
            let shown = text.dropping(columns: column)
            return [(lead + shown).cut(to: width, ellipsis: glyphs.ellipsis, style: Style(.dim))]
        }
        let indent = lead.columns * 2 <= width ? lead.columns : 0
        let blanks = Array(repeating: Cell.blank, count: indent)
        var rows: [[Cell]] = []
        var row = lead.prefix(columns: width)
        var left = width - row.columns
        for cell in text {
            if Int(cell.width) > left {
                rows.append(row)
                row = blanks
                left = width - indent
            }
            row.append(cell)
            left -= Int(cell.width)
        }
        return rows + [row]
    }

    private func mark(_ cells: inout [Cell], current: Bool) {
        let needle = Array(Cells(search)).map(\.scalar)
        guard !needle.isEmpty, cells.count >= needle.count else { return }
        let isExact = needle.contains { ("A"..."Z").contains($0) }
        let hay = isExact ? cells.map(\.scalar) : cells.map(\.scalar.lowercased)
        for start in 0...(hay.count - needle.count) where hay[start...].starts(with: needle) {
            for place in start..<start + needle.count {
                cells[place].style = Style(.match, current ? [.bold, .underline] : [])
            }
        }
    }
}

extension Unicode.Scalar {
    /// ASCII letters small, all else as it is: one code point stays one.
    fileprivate var lowercased: Unicode.Scalar {
        ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) + 0x20) : self
    }
}
