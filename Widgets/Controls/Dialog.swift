import Themes

/// A question or a message in the middle of the screen.
package struct Dialog: Hashable, Sendable {
    package var title: StyledText
    /// Broken at blanks where they are too long; what does not fit is counted in the last row.
    package var lines: [StyledText]
    /// A field below the lines, with this text before it.
    package var field: TextField?
    package var fieldLabel: String
    package var buttons: [String]
    /// Index of the button that Enter presses.
    package var chosen: Int
    /// Columns that the text may take.
    package var maximumWidth: Int

    package init(
        title: StyledText, lines: [StyledText], field: TextField? = nil, fieldLabel: String = "",
        buttons: [String] = [], chosen: Int = 0, maximumWidth: Int = 72
    ) {
        self.title = title
        self.lines = lines
        self.field = field
        self.fieldLabel = fieldLabel
        self.buttons = buttons
        self.chosen = chosen
        self.maximumWidth = maximumWidth
    }

    /// Draws the dialog over what is there and answers its place, frame and all.
    @discardableResult
    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) -> Rect {
        let text = wrapped(to: max(1, min(maximumWidth, area.width - 4)))
        let controls = (field == nil ? 0 : 1) + (buttons.isEmpty ? 0 : 1)
        let blank = controls > 0 && !text.isEmpty ? 1 : 0
        let place = area.centered(
            Size(width: width(text) + 4, height: text.count + blank + controls + 2))
        canvas.clipped(to: place) { canvas in
            canvas.clear(place, style: Style(.dialog))
            let frame = Box(title: title, focused: true).draw(on: &canvas, in: place, glyphs: glyphs)
            let inside = frame.inset(columns: 1)
            let (upper, lower) = inside.split(top: max(0, inside.height - controls))
            draw(text, on: &canvas, in: upper, glyphs)
            draw(controlsOn: &canvas, in: lower, glyphs)
        }
        return place
    }

    private func wrapped(to width: Int) -> [[Cell]] {
        lines.flatMap { $0.cells(Style(.dialog)).wrapped(to: width) }
    }

    private func width(_ text: [[Cell]]) -> Int {
        let field = field.map { _ in Text.width(fieldLabel) + 1 + 40 } ?? 0
        return max(text.map(\.columns).max() ?? 0, title.width + 2, labels.columns, min(field, maximumWidth))
    }

    private func draw(_ text: [[Cell]], on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let fits = text.count <= area.height
        for (row, cells) in text.prefix(fits ? area.height : max(0, area.height - 1)).enumerated() {
            canvas.draw(cells, x: area.x, y: area.y + row, width: area.width, cut: glyphs.cut, style: Style(.dialog))
        }
        guard !fits, area.height > 0 else { return }
        let more = "\(glyphs.ellipsis) \(text.count - area.height + 1) more lines"
        canvas.text(more, x: area.x, y: area.bottom - 1, width: area.width, style: Style(.dim), cut: glyphs.cut)
    }

    private func draw(controlsOn canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let (upper, lower) = area.split(top: field == nil ? 0 : 1)
        if let field {
            let used = canvas.text(fieldLabel, x: upper.x, y: upper.y, style: Style(.dialog))
            let (_, place) = upper.split(left: used == 0 ? 0 : used + 1)
            field.draw(on: &canvas, in: place, style: Style(.dialog, .underline), glyphs: glyphs)
        }
        // Buttons at the right, as far from the text as from a hasty Enter.
        let labels = labels
        guard labels.columns > lower.width else {
            canvas.draw(labels, x: lower.right - labels.columns, y: lower.y, width: lower.width)
            return
        }
        // The chosen button is always in view: nobody presses what he does not see.
        let last = labels.lastIndex { $0.style.role == .buttonChosen } ?? 0
        let skipped = max(0, Array(labels[...last]).columns - lower.width)
        canvas.draw(labels.dropping(columns: skipped), x: lower.x, y: lower.y, width: lower.width)
    }

    /// `[ Cancel ]  [ Stop ]`: brackets, so that the chosen one is told from others without colours too.
    private var labels: [Cell] {
        var cells: [Cell] = []
        for (index, label) in buttons.enumerated() {
            let style = index == chosen ? Style(.buttonChosen) : Style(.button)
            cells += (index > 0 ? [Cell(" "), Cell(" ")] : []) + Array(Cells("[ \(label) ]", style: style))
        }
        return cells
    }
}
