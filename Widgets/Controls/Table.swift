package import Themes

/// Rows under headings: a pane of the dashboard, or a list printed by a command.
package struct Table: Hashable, Sendable {
    /// Where the text of a column begins.
    package enum Alignment: Hashable, Sendable { case left, right }

    /// A column: its heading, how wide it is, and how its cells are set.
    package struct Column: Hashable, Sendable {
        /// In cells of the terminal.
        package enum Width: Hashable, Sendable {
            case fixed(Int)
            /// As wide as its title and its widest cell, up to a maximum.
            case content(maximum: Int)
            /// At least `minimum`; what all columns leave is shared out by weight.
            case flexible(minimum: Int, weight: Int = 1)
        }

        package var title: StyledText
        package var width: Width
        package var alignment: Alignment
        /// When there is not room for all, columns with the lowest priority vanish first.
        package var priority: Int

        package init(_ title: StyledText, _ width: Width, _ alignment: Alignment = .left, priority: Int = 0) {
            self.title = title
            self.width = width
            self.alignment = alignment
            self.priority = priority
        }

        /// Its part in what is shared out.
        fileprivate var weight: Int { if case .flexible(_, let weight) = width { max(0, weight) } else { 0 } }
    }

    /// A row of cells.
    package struct Row: Hashable, Sendable {
        /// One for each column; missing ones are blank.
        package var cells: [StyledText]
        /// For texts without a style of their own.
        package var style: Style

        package init(_ cells: [StyledText], style: Style = .text) {
            self.cells = cells
            self.style = style
        }
    }

    /// Where a column is drawn.
    package struct Place: Hashable, Sendable {
        /// Index in `columns`.
        package var column: Int
        package var x: Int
        package var width: Int
    }

    package var columns: [Column]
    package var rows: [Row]
    package var selected: Int?
    /// The first row in view; see `Scroll`.
    package var offset: Int
    /// Whether the pane has the focus: the selected row looks different.
    package var focused: Bool
    package var showsHeader: Bool
    /// Blank columns between columns.
    package var gap: Int
    /// Shown in place of the rows when there are none.
    package var placeholder: StyledText

    package init(
        columns: [Column], rows: [Row], selected: Int? = nil, offset: Int = 0, focused: Bool = true,
        showsHeader: Bool = true, gap: Int = 1, placeholder: StyledText = ""
    ) {
        self.columns = columns
        self.rows = rows
        self.selected = selected
        self.offset = offset
        self.focused = focused
        self.showsHeader = showsHeader
        self.gap = gap
        self.placeholder = placeholder
    }

    /// Rows and header in full: the height for a command that prints everything.
    package var height: Int { (showsHeader ? 1 : 0) + (rows.isEmpty && !placeholder.isEmpty ? 1 : rows.count) }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        canvas.clipped(to: area) { canvas in
            let places = places(in: area)
            let (head, body) = area.split(top: showsHeader ? 1 : 0)
            if showsHeader {
                draw(Row(columns.map(\.title), style: Style(.heading)), at: places, y: head.y, on: &canvas, glyphs)
            }
            if rows.isEmpty { canvas.text(placeholder, x: body.x, y: body.y, style: Style(.dim), cut: glyphs.cut) }
            for index in rows.indices.clamped(to: max(0, offset)..<max(0, offset) + body.height) {
                let y = body.y + index - max(0, offset)
                draw(rows[index], at: places, y: y, on: &canvas, glyphs)
                if index == selected {
                    let line = Rect(x: area.x, y: y, width: area.width, height: 1)
                    canvas.restyle(line, role: focused ? .selection : .selectionUnfocused)
                }
            }
        }
    }

    private func draw(_ row: Row, at places: [Place], y: Int, on canvas: inout Canvas, _ glyphs: Glyphs) {
        for place in places where place.column < row.cells.count {
            let text = row.cells[place.column]
            let right = columns[place.column].alignment == .right
            let indent = right ? max(0, place.width - text.width) : 0
            canvas.text(
                text, x: place.x + indent, y: y, width: place.width - indent, style: row.style, cut: glyphs.cut)
        }
    }
}

extension Table {
    /// The columns that there is room for, and where they are; also for clicks on the header.
    package func places(in area: Rect) -> [Place] {
        let wanted = columns.indices.map { natural($0) }
        var kept = Array(columns.indices)
        while kept.count > 1, needed(kept, wanted) > area.width, let last = leastImportant(kept) {
            kept.removeAll { $0 == last }
        }
        var rest = max(0, area.width - needed(kept, wanted))
        var weights = kept.reduce(0) { $0 + columns[$1].weight }
        var x = area.x
        return kept.map { index in
            let weight = columns[index].weight
            let share = weight > 0 ? rest * weight / weights : 0
            rest -= share
            weights -= weight
            let width = wanted[index] + share
            let place = Place(column: index, x: x, width: max(0, min(width, area.right - x)))
            x += width + gap
            return place
        }
    }

    /// The width before anything is shared out.
    private func natural(_ index: Int) -> Int {
        switch columns[index].width {
        case .fixed(let width), .flexible(let width, _): return max(0, width)
        case .content(let maximum):
            let cells = rows.lazy.map { index < $0.cells.count ? $0.cells[index].width : 0 }
            return min(maximum, max(showsHeader ? columns[index].title.width : 0, cells.max() ?? 0))
        }
    }

    private func needed(_ kept: [Int], _ wanted: [Int]) -> Int {
        kept.reduce(gap * (kept.count - 1)) { $0 + wanted[$1] }
    }

    /// Of the lowest priority the one farthest right.
    private func leastImportant(_ kept: [Int]) -> Int? {
        kept.reversed().min { columns[$0].priority < columns[$1].priority }
    }
}
