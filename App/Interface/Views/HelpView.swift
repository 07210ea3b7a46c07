import Core
import Themes
import Widgets

/// The page of keys, made from the key table; those that have no effect just now are dim.
enum HelpView {
    struct Line {
        var name: String
        var text: String
        var isKey: Bool
        var isOff = false
        var isSign = false
    }

    private static let width = 110
    /// Columns of the keys.
    private static let keys = 15

    static func draw(_ state: State, on canvas: inout Canvas, _ glyphs: Glyphs) {
        let place = place(of: state.size)
        let lines = lines(state, glyphs)
        canvas.clear(place)
        let shown = rows(of: state.size)
        let top = min(state.help?.top ?? 0, max(0, lines.count - shown))
        let filter = state.help?.filter ?? ""
        let position = lines.count > shown ? "\(top + 1)-\(min(lines.count, top + shown)) of \(lines.count)" : ""
        let inside = Box(
            title: "Keys", right: StyledText(filter.isEmpty ? "" : "/" + Text.sanitize(filter)),
            bottomLeft: "Esc closes \(glyphs.separator) / finds", bottomRight: StyledText(position), focused: true
        ).draw(on: &canvas, in: place, glyphs: glyphs)
        Menu(
            items: lines.map { line in
                Menu.Item(
                    StyledText(line.name, line.isOff ? .dim : line.isKey ? .key : line.isSign ? .text : .heading),
                    StyledText(line.text, line.isOff ? .dim : .text))
            },
            offset: top, placeholder: "no key matches"
        ).draw(on: &canvas, in: inside, glyphs: glyphs)
        ScrollBar(count: lines.count, visible: inside.height, offset: top)
            .draw(on: &canvas, in: inside.rightEdge, isOnFrame: true, glyphs: glyphs)
    }

    /// Rows of keys that fit.
    static func rows(of size: Size) -> Int { max(1, place(of: size).height - 2) }

    /// Headings and keys, as far as they match what is looked for.
    static func lines(_ state: State, _ glyphs: Glyphs = .unicode) -> [Line] {
        let words = (state.help?.filter ?? "").lowercased().split(separator: " ")
        return keys(state, words) + signs(state, words, glyphs)
    }

    /// What the signs of the list and of the first line mean.
    private static func signs(_ state: State, _ words: [Substring], _ glyphs: Glyphs) -> [Line] {
        let signs = HeaderView.order.map { status in
            Line(
                name: status.mark(glyphs).plain, text: "\(status.rawValue): \(status.meaning)", isKey: false,
                isSign: true)
        }
        .filter { line in words.allSatisfy { "signs \(line.text)".lowercased().contains($0) } }
        return signs.isEmpty ? [] : [Line(name: "Signs", text: "", isKey: false)] + signs
    }

    private static func keys(_ state: State, _ words: [Substring]) -> [Line] {
        Binding.Section.allCases.flatMap { section -> [Line] in
            let keys = state.keys.bindings(at: .panes)
                .filter { $0.section == section && !(state.isReadOnly && $0.action.changes) }
                .map {
                    Line(
                        name: $0.keys.map(\.name).joined(separator: " "), text: $0.text, isKey: true,
                        isOff: !state.isAvailable($0.action))
                }
                .filter { line in words.allSatisfy { "\(line.name) \(line.text)".lowercased().contains($0) } }
            let room = place(of: state.size).width - 2 - Self.keys - 2
            return keys.isEmpty
                ? [] : [Line(name: section.rawValue, text: "", isKey: false)] + keys.flatMap { wrapped($0, room) }
        }
    }

    /// What is too long goes on in a line without a key.
    private static func wrapped(_ line: Line, _ room: Int) -> [Line] {
        StyledText(line.text).wrapped(to: room).enumerated().map {
            Line(
                name: $0.offset == 0 ? line.name : "", text: $0.element.plain, isKey: $0.offset == 0,
                isOff: line.isOff)
        }
    }

    private static func place(of size: Size) -> Rect {
        let screen = Rect(x: 0, y: 0, width: size.width, height: max(0, size.height - 1))
        return screen.centered(Size(width: width, height: screen.height))
    }
}
