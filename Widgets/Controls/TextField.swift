package import Themes

/// A line of text being edited. The cursor stands before a character, or at the end.
package struct TextField: Hashable, Sendable {
    /// Characters that fit; what is more is not taken.
    package static let capacity = 4096

    private var characters: [Character]
    /// 0 … number of characters.
    package private(set) var cursor: Int

    package init(_ text: String = "") {
        characters = Array(Text.sanitize(text).prefix(Self.capacity))
        cursor = characters.count
    }

    package var text: String { String(characters) }
    package var isEmpty: Bool { characters.isEmpty }

    /// Typed or pasted text at the cursor; controls in it are taken out.
    package mutating func insert(_ text: String) {
        let room = Self.capacity - characters.count
        let new = Array(Text.sanitize(text).prefix(room))
        // A mark that is typed alone joins the character before it, so the cursor is found by what stands behind it.
        let behind = characters[cursor...]
        let before = Array(String(characters[..<cursor] + new))
        characters = before + behind
        cursor = before.count
    }

    /// Backspace
    package mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    /// Delete
    package mutating func deleteForward() {
        guard cursor < characters.count else { return }
        characters.remove(at: cursor)
    }

    /// ^u
    package mutating func deleteToStart() {
        characters.removeFirst(cursor)
        cursor = 0
    }

    /// ^k
    package mutating func deleteToEnd() { characters.removeLast(characters.count - cursor) }

    /// ^w: blanks before the cursor and the word before them.
    package mutating func deleteWord() {
        let start = wordStart
        characters.removeSubrange(start..<cursor)
        cursor = start
    }

    /// The arrows, alone and with control; Home and End.
    package mutating func moveLeft() { cursor = max(0, cursor - 1) }
    package mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
    package mutating func moveToStart() { cursor = 0 }
    package mutating func moveToEnd() { cursor = characters.count }
    package mutating func moveWordLeft() { cursor = wordStart }

    /// To the end of the word under or after the cursor.
    package mutating func moveWordRight() {
        while cursor < characters.count, characters[cursor] == " " { cursor += 1 }
        while cursor < characters.count, characters[cursor] != " " { cursor += 1 }
    }

    /// Draws one row in which the cursor is in view, shown reversed where `focused`.
    package func draw(
        on canvas: inout Canvas, in area: Rect, style: Style = .text, focused: Bool = true, glyphs: Glyphs
    ) {
        guard !area.isEmpty else { return }
        canvas.clipped(to: area.split(top: 1).0) { canvas in
            canvas.clear(area, style: style)
            let before = Text.width(String(characters[..<cursor]))
            let under = cursor < characters.count ? max(1, Text.width(String(characters[cursor]))) : 1
            let skipped = max(0, before + under - area.width)
            let cells = Array(Cells(text, style: style)).dropping(columns: skipped)
            canvas.draw(cells, x: area.x, y: area.y, width: area.width)
            guard focused else { return }
            let place = Rect(x: area.x + before - skipped, y: area.y, width: under, height: 1)
            canvas.restyle(place, adding: .reverse)
        }
    }

    private var wordStart: Int {
        var start = cursor
        while start > 0, characters[start - 1] == " " { start -= 1 }
        while start > 0, characters[start - 1] != " " { start -= 1 }
        return start
    }
}
