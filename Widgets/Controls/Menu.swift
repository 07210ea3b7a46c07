import Themes

/// A list of two columns that scrolls: keys and what they do, commands and their descriptions.
package struct Menu: Hashable, Sendable {
    /// A row: what is on the left, and what is said of it.
    package struct Item: Hashable, Sendable {
        package var name: StyledText
        package var detail: StyledText

        package init(_ name: StyledText, _ detail: StyledText = "") {
            self.name = name
            self.detail = detail
        }
    }

    package var items: [Item]
    package var selected: Int?
    /// The first item in view; see `Scroll`.
    package var offset: Int
    /// Shown when there are no items.
    package var placeholder: StyledText

    package init(items: [Item], selected: Int? = nil, offset: Int = 0, placeholder: StyledText = "") {
        self.items = items
        self.selected = selected
        self.offset = offset
        self.placeholder = placeholder
    }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        Table(
            columns: [
                // Never more than half of the width: the details are what is read.
                Table.Column("", .content(maximum: max(1, area.width / 2)), priority: 1),
                Table.Column("", .flexible(minimum: 0)),
            ],
            rows: items.map { item in
                Table.Row([
                    StyledText(item.name.runs.map { StyledText.Run($0.text, $0.style ?? Style(.key)) }), item.detail,
                ])
            },
            selected: selected, offset: offset, showsHeader: false, gap: 2, placeholder: placeholder
        ).draw(on: &canvas, in: area, glyphs: glyphs)
    }
}
