package import Themes

/// Text in pieces, each with a style of its own or that of the place where it is drawn.
package struct StyledText: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// A piece of text in one style.
    package struct Run: Hashable, Sendable {
        package var text: String
        /// Nil takes the style of the place.
        package var style: Style?

        package init(_ text: String, _ style: Style? = nil) {
            self.text = text
            self.style = style
        }
    }

    package var runs: [Run]

    package init(_ runs: [Run]) { self.runs = runs }

    package init(_ text: String = "", _ style: Style? = nil) {
        runs = text.isEmpty ? [] : [Run(text, style)]
    }

    package init(_ text: String, _ role: Role, _ attributes: Style.Attributes = []) {
        self.init(text, Style(role, attributes))
    }

    package init(stringLiteral value: String) { self.init(value) }

    package static func + (a: StyledText, b: StyledText) -> StyledText { StyledText(a.runs + b.runs) }

    package static func += (a: inout StyledText, b: StyledText) { a.runs += b.runs }

    package var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

    /// The text without its styles.
    package var plain: String { runs.map(\.text).joined() }

    /// Columns that it takes on a canvas.
    package var width: Int { runs.reduce(0) { $0 + Text.width($1.text) } }

    /// Its first cells, enough for `columns`; `style` is for the runs that have none.
    func cells(_ style: Style, upTo columns: Int = .max) -> [Cell] {
        var (cells, used) = ([Cell](), 0)
        for run in runs {
            let start = cells.count
            cells.add(run.text, run.style ?? style, upTo: columns - used)
            used += cells[start...].reduce(0) { $0 + Int($1.width) }
            if used >= columns { return cells }
        }
        return cells
    }
}
