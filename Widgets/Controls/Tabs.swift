import Themes

/// Titles of pages in one row, one of them chosen. What does not fit is scrolled past; arrows say that there is more.
package struct Tabs: Hashable, Sendable {
    /// Where a tab is drawn, for clicks.
    package struct Place: Hashable, Sendable {
        /// Index in `titles`.
        package var tab: Int
        package var x: Int
        package var width: Int
    }

    /// Columns between tabs, and of an arrow with its blank.
    private static let gap = 2

    package var titles: [String]
    /// What stands behind the titles, in its own colours; as many as there are titles, or none.
    package var tails: [StyledText] = []
    package var selected: Int
    /// Each has the digit in front that chooses it; only the first nine have one.
    package var isNumbered: Bool

    package init(_ titles: [String], selected: Int, isNumbered: Bool = true) {
        self.titles = titles
        self.selected = selected
        self.isNumbered = isNumbered
    }

    /// The columns of all tabs beside each other.
    package var width: Int { labels.reduce(-Self.gap) { $0 + $1.width + Self.gap } }

    /// The tabs that there is room for, the selected one among them.
    package func places(in area: Rect) -> [Place] {
        guard !titles.isEmpty else { return [] }
        let widths = labels.map(\.width)
        let (last, chosen) = (titles.count - 1, max(0, min(selected, titles.count - 1)))
        var first = 0
        while first < chosen, needed(widths[first...chosen], first: first, isLast: chosen == last) > area.width {
            first += 1
        }
        var (x, places) = (area.x + (first > 0 ? Self.gap : 0), [Place]())
        for tab in first...last {
            let end = area.right - (tab < last ? Self.gap : 0)
            guard x + widths[tab] <= end || tab == first, x < end else { break }
            places.append(Place(tab: tab, x: x, width: min(widths[tab], end - x)))
            x += widths[tab] + Self.gap
        }
        return places
    }

    /// Draws in the first row of `area`.
    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        let row = area.split(top: 1).0
        let (labels, places) = (labels, places(in: row))
        canvas.clipped(to: row) { canvas in
            for place in places {
                canvas.text(labels[place.tab], x: place.x, y: row.y, width: place.width, cut: glyphs.cut)
            }
            guard let first = places.first, let last = places.last else { return }
            let arrow = Style(.dim)
            if first.tab > 0 { canvas.text(glyphs.left, x: row.x, y: row.y, style: arrow) }
            if last.tab < titles.count - 1 { canvas.text(glyphs.right, x: row.right - 1, y: row.y, style: arrow) }
        }
    }

    private func needed(_ widths: ArraySlice<Int>, first: Int, isLast: Bool) -> Int {
        widths.reduce(-Self.gap) { $0 + $1 + Self.gap } + (first > 0 ? Self.gap : 0) + (isLast ? 0 : Self.gap)
    }

    private var labels: [StyledText] {
        titles.enumerated().map { index, title in
            let style = index == selected ? Style(.accent, [.bold, .underline]) : Style(.dim)
            let number = isNumbered && index < 9 ? StyledText("\(index + 1) ", .key) : ""
            return number + StyledText(title, style) + (index < tails.count ? tails[index] : "")
        }
    }
}
