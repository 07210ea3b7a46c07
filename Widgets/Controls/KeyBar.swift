import Themes

/// The keys that work now, in one row. Keys that do not fit are left out, those of the lowest priority first.
package struct KeyBar: Hashable, Sendable {
    /// A key, what it does, and how important it is to say so.
    package struct Key: Hashable, Sendable {
        package var key: String
        package var label: String
        package var priority: Int

        package init(_ key: String, _ label: String, priority: Int = 0) {
            self.key = key
            self.label = label
            self.priority = priority
        }

        fileprivate var text: StyledText { StyledText(key, .key) + StyledText(" " + label, .dim) }
    }

    /// Where a key is drawn, for clicks.
    package struct Place: Hashable, Sendable {
        /// Index in `keys`.
        package var key: Int
        package var x: Int
        package var width: Int
    }

    /// Columns between keys.
    private static let gap = 2

    package var keys: [Key]

    package init(_ keys: [Key]) { self.keys = keys }

    /// The keys that there is room for, in their order.
    package func places(in area: Rect) -> [Place] {
        var kept = Array(keys.indices)
        let widths = keys.map(\.text.width)
        while kept.reduce(-Self.gap, { $0 + widths[$1] + Self.gap }) > area.width,
            let last = kept.reversed().min(by: { keys[$0].priority < keys[$1].priority })
        {
            kept.removeAll { $0 == last }
        }
        var x = area.x
        return kept.map { index in
            defer { x += widths[index] + Self.gap }
            return Place(key: index, x: x, width: widths[index])
        }
    }

    package func draw(on canvas: inout Canvas, in area: Rect) {
        canvas.clipped(to: area) { canvas in
            for place in places(in: area) { canvas.text(keys[place.key].text, x: place.x, y: area.y) }
        }
    }
}
