import Support
import Testing
import Themes
import Widgets

/// A canvas on which something was drawn.
func drawn(_ width: Int, _ height: Int, _ draw: (inout Canvas) -> Void) -> Canvas {
    var canvas = Canvas(size: Size(width: width, height: height))
    draw(&canvas)
    return canvas
}

/// No glyph is torn: each wide one is followed by its second half, and no half stands alone.
func isWhole(_ canvas: Canvas) -> Bool {
    (0..<canvas.size.height).allSatisfy { y in
        (0..<canvas.size.width).allSatisfy { x in
            switch canvas[x, y].width {
            case 0: x > 0 && canvas[x - 1, y].width == 2 && canvas[x - 1, y].style == canvas[x, y].style
            case 1: true
            default: x + 1 < canvas.size.width && canvas[x + 1, y].width == 0
            }
        }
    }
}

@Suite struct CanvasLineTests {
    @Test func rowsAreTexts() {
        let canvas = drawn(6, 2) { canvas in
            canvas.text(StyledText("a", .accent) + "b世", x: 1, y: 0, width: 5)
        }
        #expect(canvas.lines.map(\.plain) == [" ab世 ", "      "])
        #expect(canvas.lines[0].runs.map(\.style) == [.text, Style(.accent), .text])
        #expect(canvas.lines.allSatisfy { $0.width == 6 })
    }
}

@Suite struct GeometryTests {
    let area = Rect(x: 2, y: 1, width: 10, height: 4)

    @Test func splitting() {
        #expect(area.split(top: 1).0 == Rect(x: 2, y: 1, width: 10, height: 1))
        #expect(area.split(top: 1).1 == Rect(x: 2, y: 2, width: 10, height: 3))
        #expect(area.split(top: 9).1.isEmpty)
        #expect(area.split(left: 3).1 == Rect(x: 5, y: 1, width: 7, height: 4))
        #expect(area.split(left: -3).0.isEmpty)
    }

    @Test func cuttingAndMeeting() {
        #expect(area.inset(columns: 1, rows: 1) == Rect(x: 3, y: 2, width: 8, height: 2))
        #expect(area.inset(columns: 6).isEmpty)
        #expect(area.intersection(Rect(x: 0, y: 0, width: 4, height: 9)) == Rect(x: 2, y: 1, width: 2, height: 4))
        #expect(area.intersection(Rect(x: 50, y: 0, width: 4, height: 9)).isEmpty)
        #expect(area.contains(x: 11, y: 4) && !area.contains(x: 12, y: 4) && !area.contains(x: 1, y: 1))
        #expect(Size(width: -1, height: -2) == Size(width: 0, height: 0))
        #expect(area.right == 12 && area.bottom == 5)
    }

    @Test func sharing() {
        let row = Rect(x: 1, y: 0, width: 10, height: 2)
        #expect(row.columns(.fixed(3), .weight(1), .weight(1)).map(\.width) == [3, 3, 4])
        #expect(row.columns(.weight(2), .weight(1), gap: 1).map { $0.x } == [1, 8])
        #expect(row.columns(.fixed(8), .fixed(8), .weight(1)).map(\.width) == [8, 2, 0])
        #expect(row.columns(.weight(0), .fixed(-2)).map(\.width) == [0, 0])
        #expect(row.columns().isEmpty)
        #expect(area.rows(.fixed(1), .weight(1), .fixed(1)).map { $0.y } == [1, 2, 4])
        #expect(area.rows(.fixed(1), .weight(1), .fixed(1)).map(\.height) == [1, 2, 1])
        #expect(
            Rect(x: 0, y: 0, width: 0, height: 0).rows(.weight(1), .fixed(2), gap: 3).map(\.isEmpty) == [true, true])
    }

    @Test func centring() {
        #expect(area.centered(Size(width: 4, height: 2)) == Rect(x: 5, y: 2, width: 4, height: 2))
        #expect(area.centered(Size(width: 40, height: 20)) == area)
    }

    @Test(arguments: [
        (0, 3, 10, 4, 0), (0, 4, 10, 4, 1), (5, 2, 10, 4, 2), (9, 9, 10, 4, 6), (9, 2, 3, 4, 0), (0, 5, 10, 0, 0),
    ])
    func scrolling(offset: Int, selected: Int, count: Int, visible: Int, first: Int) {
        #expect(Scroll.offset(offset, showing: selected, count: count, visible: visible) == first)
    }

    @Test func scrollingWithoutSelection() {
        #expect(Scroll.offset(3, showing: nil, count: 10, visible: 4) == 3)
        #expect(Scroll.offset(9, showing: nil, count: 10, visible: 4) == 6)
        #expect(Scroll.offset(-2, showing: nil, count: 10, visible: 4) == 0)
    }
}

@Suite struct CanvasTests {
    @Test func textIsClippedAndCut() {
        let canvas = drawn(8, 4) { canvas in
            #expect(canvas.text("process", x: 5, y: 0) == 3)
            #expect(canvas.text("process", x: 0, y: 1, width: 4) == 4)
            #expect(canvas.text("process", x: 0, y: 2, width: 4, cut: .ellipsis) == 4)
            #expect(canvas.text("a" + StyledText("bc", .error), x: 0, y: 3, style: Style(.dim)) == 3)
            #expect(canvas.text("out", x: 0, y: 9, width: 8) == 3)
            #expect(canvas.text("out", x: -2, y: 0) == 3)
            #expect(canvas.text("out", x: 9, y: 0) == 0)
            #expect(canvas.text("out", x: 0, y: 0, width: -4) == 0)
        }
        #expect(canvas.rows == ["t    pro", "proc", "pro…", "abc"])
        #expect(canvas[0, 3].style == Style(.dim) && canvas[1, 3].style == Style(.error))
    }

    @Test func wideGlyphsAreWholeOrBlank() {
        #expect(drawn(5, 1) { $0.text("日本語", x: 0, y: 0) }.rows == ["日本"])
        #expect(drawn(5, 1) { $0.fill($0.bounds, with: Cell("日", width: 2)) }.rows == ["日日"])
        let edge = drawn(4, 1) { $0.put(Cell("日", width: 2, style: Style(.error)), x: 3, y: 0) }
        #expect(edge[3, 0] == Cell(" ", style: Style(.error)))
        let left = drawn(4, 1) { canvas in
            canvas.text("日本", x: 0, y: 0)
            canvas.put(Cell("x"), x: 1, y: 0)
            canvas.put(Cell("y"), x: 2, y: 0)
        }
        #expect(left.rows == [" xy"] && isWhole(left))
        let over = drawn(5, 1) { canvas in
            canvas.text("日本", x: 0, y: 0)
            canvas.put(Cell("語", width: 2), x: 1, y: 0)
        }
        #expect(over.rows == [" 語"] && isWhole(over))
        #expect(drawn(2, 1) { $0.put(Cell("x", width: 0), x: 0, y: 0) } == drawn(2, 1) { _ in })
    }

    @Test func aClipRectangleIsKept() {
        let canvas = drawn(6, 3) { canvas in
            canvas.clipped(to: Rect(x: 1, y: 1, width: 3, height: 1)) { canvas in
                canvas.fill(canvas.bounds, with: Cell("#"))
                canvas.clipped(to: Rect(x: 2, y: 0, width: 9, height: 9)) { $0.text("abcdef", x: 0, y: 1) }
                canvas.restyle(canvas.bounds, role: .match, adding: .bold)
                canvas.restyle(canvas.bounds, adding: .underline)
            }
            canvas.text("x", x: 5, y: 2)
        }
        #expect(canvas.golden == "\n #cd\n     x\n--- 6x3\n1: 1-3 match+bold+underline\n")
    }

    @Test func clearing() {
        let canvas = drawn(3, 1) { canvas in
            canvas.text("abc", x: 0, y: 0)
            canvas.clear(Rect(x: 1, y: 0, width: 1, height: 1), style: Style(.dim, [.reverse, .dim]))
        }
        #expect(canvas.golden == "a c\n--- 3x1\n0: 1 dim+reverse+dim\n")
    }

    @Test func nothingHappensOnACanvasWithoutCells() {
        let canvas = drawn(0, 0) { canvas in
            canvas.text("x", x: 0, y: 0)
            canvas.fill(canvas.bounds, with: .blank)
        }
        #expect(canvas.rows.isEmpty && canvas.changes(from: nil).isEmpty && canvas.golden == "--- 0x0\n")
    }

    /// Whatever is drawn in whatever order, no glyph is torn.
    @Test func noGlyphIsEverTorn() {
        for seed in UInt64(0)..<1000 {
            var random = Seeded(seed: seed)
            let canvas = drawn(7, 2) { canvas in
                for _ in 0..<12 { scribble(on: &canvas, &random) }
            }
            #expect(isWhole(canvas), "seed \(seed)")
        }
    }
}

func scribble(on canvas: inout Canvas, _ random: inout Seeded) {
    let (x, y) = (Int.random(in: -2...8, using: &random), Int.random(in: -1...2, using: &random))
    let clip = Rect(x: .random(in: 0...4, using: &random), y: 0, width: .random(in: 0...7, using: &random), height: 2)
    let text = ["日本", "a", "語x", "é", "   ", "e\u{301}日"].randomElement(using: &random) ?? ""
    canvas.clipped(to: clip) { canvas in
        canvas.text(text, x: x, y: y, style: Style([.text, .error].randomElement(using: &random) ?? .text))
        if Bool.random(using: &random) { canvas.restyle(Rect(x: x, y: y, width: 2, height: 1), role: .match) }
    }
}

@Suite struct ChangesTests {
    @Test func onlyWhatDiffers() {
        let old = drawn(10, 3) { $0.text("same line", x: 0, y: 0) }
        let new = drawn(10, 3) { canvas in
            canvas.text("sane lime", x: 0, y: 0)
            canvas.text("x", x: 9, y: 2)
        }
        let changes = new.changes(from: old)
        #expect(changes.map { [$0.x, $0.y, $0.cells.count] } == [[2, 0, 1], [7, 0, 1], [9, 2, 1]])
        #expect(new.changes(from: new).isEmpty)
        #expect(new.changes(from: nil).map(\.cells.count) == [10, 10, 10])
        #expect(new.changes(from: drawn(9, 3) { _ in }).count == 3)
    }

    @Test func stylesCountToo() {
        let old = drawn(3, 1) { $0.text("abc", x: 0, y: 0) }
        let new = drawn(3, 1) { $0.text("a" + StyledText("b", .error) + "c", x: 0, y: 0) }
        #expect(new.changes(from: old).map(\.x) == [1])
    }

    /// Writing the changes over the old screen gives the new one, and no change starts or ends within a glyph.
    @Test func theyAreEnoughAndWhole() {
        for seed in UInt64(0)..<1000 {
            var random = Seeded(seed: seed)
            let old = drawn(7, 2) { canvas in for _ in 0..<6 { scribble(on: &canvas, &random) } }
            var new = old
            for _ in 0..<2 { scribble(on: &new, &random) }
            var screen = old
            for change in new.changes(from: old) {
                #expect(change.cells.first?.width != 0, "seed \(seed)")
                #expect(change.cells.last?.width != 2, "seed \(seed)")
                for (offset, cell) in change.cells.enumerated() { screen.put(cell, x: change.x + offset, y: change.y) }
            }
            #expect(screen == new, "seed \(seed)")
        }
    }
}

@Suite struct ANSITests {
    let canvas = drawn(12, 3) { canvas in
        canvas.text("ok " + StyledText("bad", .errored) + " 日e\u{301}", x: 0, y: 0)
        canvas.text("    ", x: 0, y: 1, style: Style(.selection))
        canvas.text("x  ", x: 0, y: 2, style: Style(.dim))
    }

    @Test func plain() {
        #expect(ANSI.plain(canvas) == "ok bad 日e\u{301}\n\nx\n")
    }

    @Test func colours() {
        let full = ANSI.render(canvas, theme: .dark, depth: .full)
        #expect(full.hasPrefix("ok \u{1B}[0;1;38;2;255;123;133mbad\u{1B}[0m 日e\u{301}\n"))
        #expect(full.hasSuffix("\n\u{1B}[0;38;2;154;165;184mx\u{1B}[0m\n"))
        #expect(full.contains("48;2;47;79;143m    \u{1B}[0m\n"))
        #expect(ANSI.render(canvas, theme: .terminal, depth: .full).hasPrefix("ok \u{1B}[0;1;31mbad"))
    }

    @Test func withoutColoursOnlyAttributes() {
        #expect(
            ANSI.render(canvas, theme: .dark, depth: .none)
                == "ok \u{1B}[0;1mbad\u{1B}[0m 日e\u{301}\n\u{1B}[0;7m    \u{1B}[0m\nx\n")
    }

    @Test func sequences() {
        #expect(ANSI.sequence(.plain) == "\u{1B}[0m")
        let all = Pen(
            foreground: .palette(3), background: .palette(12), attributes: [.bold, .dim, .underline, .reverse])
        #expect(ANSI.sequence(all) == "\u{1B}[0;1;2;4;7;33;104m")
        #expect(ANSI.sequence(Pen(foreground: .palette(9), background: .palette(200))) == "\u{1B}[0;91;48;5;200m")
        #expect(ANSI.sequence(Pen(background: .rgb(RGB(0x010203)))) == "\u{1B}[0;48;2;1;2;3m")
    }
}
