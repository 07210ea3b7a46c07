import Themes
import Widgets

/// The palette and the picker of themes: a line to type in, and what fits it.
enum ChooserView {
    private static let width = 100
    private static let height = 20
    /// Of the themes, which leave the rest of the screen to be looked at.
    private static let themesWidth = 26

    static func draw(_ open: Chooser, _ state: State, on canvas: inout Canvas, _ glyphs: Glyphs) {
        let place = place(of: state.size, open.purpose)
        canvas.clear(place)
        let inside = Box(
            title: StyledText(title(open.purpose, state)),
            right: StyledText(open.choices.isEmpty ? "" : "\(open.marked + 1) of \(open.choices.count)"),
            bottomLeft: open.purpose == .themes ? "" : "Enter takes \(glyphs.separator) Esc goes back", focused: true
        ).draw(on: &canvas, in: place, glyphs: glyphs)
        let (line, body) = inside.split(top: 1)
        let used = canvas.text(StyledText(" : ", .accent), x: line.x, y: line.y, width: line.width)
        TextField(open.text).draw(on: &canvas, in: line.split(left: used).1, glyphs: glyphs)
        table(open, state).draw(on: &canvas, in: body, glyphs: glyphs)
        ScrollBar(count: open.choices.count, visible: body.height, offset: open.top)
            .draw(on: &canvas, in: body.rightEdge, isOnFrame: true, glyphs: glyphs)
    }

    private static func title(_ purpose: Chooser.Purpose, _ state: State) -> String {
        switch purpose {
        case .themes: "Colours"
        case .commands: "Commands"
        case .signals: "Signal to \(state.title(state.list.targets))"
        }
    }

    private static func table(_ open: Chooser, _ state: State) -> Table {
        let isWide = state.size.width >= 80
        let columns =
            open.purpose == .themes
            ? [Table.Column("", .flexible(minimum: 8)), Table.Column("", .fixed(6))]
            : [
                Table.Column("", .flexible(minimum: 10, weight: 3), priority: 3),
                Table.Column("", .fixed(8), priority: isWide ? 2 : 1),
                Table.Column("", .content(maximum: commandWidth(open.purpose, state.size)), priority: 1),
            ]
        let page = rows(of: state.size, open.purpose)
        let rows = open.choices.dropFirst(open.top).prefix(page).map { choice in
            Table.Row([
                " " + marked(choice),
                keys(choice, state),
                StyledText(Text.sanitize(choice.command), .dim),
            ])
        }
        return Table(
            columns: columns, rows: rows, selected: open.choices.isEmpty ? nil : open.marked - open.top,
            showsHeader: false,
            placeholder: StyledText(
                " nothing is called so" + (open.purpose == .themes ? "" : ": fewer letters find more"), .warning))
    }

    /// The keys of a line; of a theme what there is to know.
    private static func keys(_ choice: Chooser.Choice, _ state: State) -> StyledText {
        guard case .theme(let name) = choice.deed else { return StyledText(choice.keys, .key) }
        if state.look.broken[name] != nil { return StyledText("broken", .warning) }
        return StyledText(name == state.look.chosen ? "chosen" : "", .dim)
    }

    /// The title with the letters that were typed in colour.
    private static func marked(_ choice: Chooser.Choice) -> StyledText {
        let places = Set(choice.places)
        var text = StyledText()
        for (index, scalar) in choice.title.unicodeScalars.enumerated() {
            text +=
                places.contains(index)
                ? StyledText(String(Character(scalar)), .accent, .bold) : StyledText(String(Character(scalar)))
        }
        return text
    }

    /// What a signal does is worth more than its command line.
    private static func commandWidth(_ purpose: Chooser.Purpose, _ size: Size) -> Int {
        size.width >= (purpose == .signals ? 120 : 80) ? 34 : 0
    }

    /// Rows of lines that fit.
    static func rows(of size: Size, _ purpose: Chooser.Purpose) -> Int { max(1, place(of: size, purpose).height - 3) }

    /// Which row a place of the screen is in, from 0.
    static func row(at mouse: Mouse, of size: Size, _ purpose: Chooser.Purpose) -> Int? {
        let inside = place(of: size, purpose).inset(columns: 1, rows: 1)
        guard inside.contains(x: mouse.x, y: mouse.y), mouse.y > inside.y else { return nil }
        return mouse.y - inside.y - 1
    }

    private static func place(of size: Size, _ purpose: Chooser.Purpose) -> Rect {
        let screen = Rect(x: 0, y: 0, width: size.width, height: max(0, size.height - 1))
        let wanted = purpose == .themes ? themesWidth : width
        let height = purpose == .signals ? min(height, SignalMenu.count + 3) : height
        var place = screen.centered(
            Size(width: min(wanted, size.width - 4), height: min(height, max(5, screen.height - 4), screen.height)))
        if purpose == .themes { place.x = max(0, screen.right - place.width - 2) }
        return place
    }
}
