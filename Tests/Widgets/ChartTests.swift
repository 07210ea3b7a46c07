import Support
import Testing
import Themes
import Widgets

@Suite struct ChartTests {
    @Test func sparklines() {
        let wave = (0..<40).map { Double($0 * $0 % 17) }
        let canvas = drawn(24, 8) { canvas in
            for (set, x) in [(Glyphs.unicode, 0), (Glyphs.ascii, 12)] {
                Sparkline(wave).draw(on: &canvas, in: Rect(x: x, y: 0, width: 10, height: 1), glyphs: set)
                Sparkline([0, 25, 50, 75, 100, 150, -3], maximum: 100)
                    .draw(on: &canvas, in: Rect(x: x, y: 1, width: 10, height: 1), glyphs: set)
                Sparkline([1, .nan, .nan, .nan, 2, .infinity]).draw(
                    on: &canvas, in: Rect(x: x, y: 2, width: 10, height: 1), glyphs: set)
                Sparkline(wave, maximum: 16).draw(on: &canvas, in: Rect(x: x, y: 3, width: 10, height: 3), glyphs: set)
                Sparkline([0, 0, 0]).draw(on: &canvas, in: Rect(x: x, y: 6, width: 10, height: 1), glyphs: set)
                Sparkline([]).draw(on: &canvas, in: Rect(x: x, y: 7, width: 10, height: 1), glyphs: set)
            }
        }
        golden("Widgets/sparkline.canvas", canvas.golden)
    }

    /// The value of a column is the number of its dots.
    @Test(arguments: [(0.0, "⡀"), (0.25, "⡀"), (0.5, "⡄"), (0.75, "⡆"), (1.0, "⡇")])
    func braille(value: Double, glyph: String) {
        let canvas = drawn(1, 1) { Sparkline([value], maximum: 1).draw(on: &$0, in: $0.bounds, glyphs: .unicode) }
        #expect(canvas.rows == [glyph])
    }

    @Test func theNewestSamplesAreShown() {
        let canvas = drawn(1, 1) { Sparkline([9, 9, 9, 0, 9]).draw(on: &$0, in: $0.bounds, glyphs: .unicode) }
        #expect(canvas.rows == ["⣸"])
    }

    @Test(arguments: [
        (0.0, "░░░░░░░░░░"), (0.001, "▓░░░░░░░░░"), (0.5, "▓▓▓▓▓░░░░░"), (0.999, "▓▓▓▓▓▓▓▓▓░"), (1.0, "▓▓▓▓▓▓▓▓▓▓"),
        (7.0, "▓▓▓▓▓▓▓▓▓▓"),
        (-1.0, "░░░░░░░░░░"), (.nan, "░░░░░░░░░░"),
    ])
    func bars(part: Double, bar: String) {
        #expect(drawn(10, 1) { Bar(part).draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == [bar])
    }

    @Test func barsAreColouredByHeight() {
        let roles = [0.2, 0.6, 0.9].map { part in
            drawn(10, 1) { Bar(part).draw(on: &$0, in: $0.bounds, glyphs: .ascii) }[0, 0].style.role
        }
        #expect(roles == [.graphLow, .graphMiddle, .graphHigh])
        let own = drawn(4, 1) { Bar(0.9, style: Style(.accent)).draw(on: &$0, in: $0.bounds, glyphs: .ascii) }
        #expect(own.golden == "###-\n--- 4x1\n0: 0-2 accent, 3 frame\n")
    }
}
