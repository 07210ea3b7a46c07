import Testing
import Themes
import Widgets

/// A canvas put down on another, and tabs with something behind their titles.
struct LayingTests {
    @Test func aCanvasIsLaidOnAnother() {
        var part = Canvas(size: Size(width: 4, height: 2))
        part.text("a\u{65E5}b", x: 0, y: 0, style: Style(.accent, .bold))
        var whole = Canvas(size: Size(width: 6, height: 3))
        whole.text("xxxxxx", x: 0, y: 1)
        whole.lay(part, x: 1, y: 1)
        #expect(whole.rows == ["", "xa日bx", ""])
        #expect(whole[1, 1].style == Style(.accent, .bold) && whole[3, 1].width == 0)
        // What lies outside is cut off, a torn sign is a blank.
        whole.lay(part, x: 4, y: 2)
        whole.lay(part, x: -2, y: -1)
        #expect(whole.rows[2] == "    a")
    }

    @Test func tailsHaveColoursOfTheirOwn() {
        var tabs = Tabs(["one", "two"], selected: 1, isNumbered: false)
        #expect(tabs.width == 8)
        tabs.tails = [StyledText(" 5", .online), StyledText(" lost", .error)]
        #expect(tabs.width == 15)
        var canvas = Canvas(size: Size(width: 20, height: 1))
        tabs.draw(on: &canvas, in: canvas.bounds, glyphs: .unicode)
        #expect(canvas.rows == ["one 5  two lost"])
        #expect(canvas[4, 0].style.role == .online && canvas[11, 0].style.role == .error)
        // Fewer tails than titles are no harm.
        tabs.tails = [""]
        #expect(tabs.places(in: canvas.bounds).map(\.width) == [3, 3])
    }
}
