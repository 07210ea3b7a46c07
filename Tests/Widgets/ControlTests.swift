import Support
import Testing
import Themes
import Widgets

/// Both sets of glyphs, and how their goldens are called.
let glyphSets: [(name: String, glyphs: Glyphs)] = [("unicode", .unicode), ("ascii", .ascii)]

@Suite struct BoxTests {
    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        let glyphs = glyphSets[set].glyphs
        let canvas = drawn(44, 12) { canvas in
            let box = Box(
                title: "Processes 24", right: "filter api · sort CPU", bottomLeft: "1 marked", bottomRight: "4/24",
                focused: true)
            let inside = box.draw(on: &canvas, in: Rect(x: 0, y: 0, width: 44, height: 4), glyphs: glyphs)
            canvas.fill(inside, with: Cell("x"))
            Box(title: "Log api#0 · " + StyledText("follow", .online), right: "level ≥ info · wrap off · 812 lines/s")
                .draw(on: &canvas, in: Rect(x: 0, y: 4, width: 44, height: 2), glyphs: glyphs)
            Box(title: "A title that is too long for its box", right: "gone")
                .draw(on: &canvas, in: Rect(x: 0, y: 6, width: 20, height: 2), glyphs: glyphs)
            Box(right: "right only").draw(on: &canvas, in: Rect(x: 22, y: 6, width: 20, height: 2), glyphs: glyphs)
            for width in 0..<9 {
                Box(title: "日本語").draw(
                    on: &canvas, in: Rect(x: width * (width + 1) / 2, y: 8, width: width, height: 2), glyphs: glyphs)
            }
            Box().draw(on: &canvas, in: Rect(x: 0, y: 10, width: 44, height: 1), glyphs: glyphs)
        }
        golden(set == 0 ? "Widgets/box.canvas" : "Widgets/box-ascii.canvas", canvas.golden)
    }

    @Test func tooSmallHasNoInside() {
        var canvas = Canvas(size: Size(width: 5, height: 5))
        #expect(Box().draw(on: &canvas, in: Rect(x: 1, y: 1, width: 1, height: 5), glyphs: .unicode).isEmpty)
        #expect(Box().draw(on: &canvas, in: Rect(x: 1, y: 1, width: 2, height: 2), glyphs: .unicode).isEmpty)
    }
}

@Suite struct TableTests {
    static let columns = [
        Table.Column("NAME", .flexible(minimum: 8), priority: 9),
        Table.Column("ST", .fixed(2), priority: 8),
        Table.Column("CPU%", .fixed(5), .right, priority: 7),
        Table.Column("MEM", .fixed(5), .right, priority: 6),
        Table.Column("RST", .fixed(3), .right, priority: 4),
        Table.Column("UPTIME", .flexible(minimum: 6), priority: 5),
    ]
    static let rows = [
        Table.Row(["api", StyledText("●", .online), "41.2", "812M", "3", "2d 1h"]),
        Table.Row(["a-very-long-name-of-a-worker", StyledText("◐", .starting), "-", "12M", "0", "4s health…"]),
        Table.Row(
            ["メーラー", StyledText("✖", .errored), "", "", "17", StyledText("exit 1", .errored)], style: Style(.dim)),
        Table.Row(["cron", StyledText("■", .stopped)]),
    ]

    @Test(arguments: [60, 40, 24, 12, 5])
    func columnsVanishByPriority(width: Int) {
        let canvas = drawn(width, 6) { canvas in
            Table(columns: Self.columns, rows: Self.rows, selected: 1).draw(
                on: &canvas, in: canvas.bounds, glyphs: .unicode)
        }
        golden("Widgets/table-\(width).canvas", canvas.golden)
    }

    @Test func scrolledAndWithoutFocus() {
        let canvas = drawn(40, 3) { canvas in
            Table(columns: Self.columns, rows: Self.rows, selected: 2, offset: 2, focused: false)
                .draw(on: &canvas, in: canvas.bounds, glyphs: .ascii)
        }
        golden("Widgets/table-scrolled.canvas", canvas.golden)
    }

    @Test func withoutRows() {
        let table = Table(columns: Self.columns, rows: [], placeholder: "no processes; od start app.js starts one")
        let canvas = drawn(30, 3) { table.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }
        #expect(canvas.rows == ["NAME     ST  CPU%   MEM UPTIME", "no processes; od start app.js…", ""])
        #expect(table.height == 2)
        #expect(Table(columns: [], rows: Self.rows, showsHeader: false).height == 4)
    }

    /// A list as a command prints it: columns as wide as what is in them.
    @Test func asACommandPrintsIt() {
        let columns = [
            Table.Column("id", .content(maximum: 4), .right), Table.Column("name", .content(maximum: 12)),
            Table.Column("", .content(maximum: 6)),
        ]
        let table = Table(
            columns: columns, rows: [Table.Row(["0", "api"]), Table.Row(["11", "a-name-beyond-all"])], gap: 2)
        let canvas = drawn(40, table.height) { table.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }
        #expect(canvas.rows == ["id  name", " 0  api", "11  a-name-beyo…"])
        #expect(table.places(in: canvas.bounds).map(\.width) == [2, 12, 0])
    }

    @Test func whatIsLeftIsSharedByWeight() {
        let columns = [
            Table.Column("a", .flexible(minimum: 1, weight: 3)), Table.Column("b", .flexible(minimum: 1, weight: 0)),
            Table.Column("c", .flexible(minimum: 1)),
        ]
        #expect(
            Table(columns: columns, rows: []).places(in: Rect(x: 0, y: 0, width: 13, height: 1)).map(\.width) == [
                7, 1, 3,
            ])
    }

    @Test func placesAreThoseOfTheDrawing() {
        let table = Table(columns: Self.columns, rows: Self.rows)
        let places = table.places(in: Rect(x: 3, y: 0, width: 24, height: 5))
        #expect(places.map(\.column) == [0, 1, 2, 3])
        #expect(places.map(\.x) == [3, 13, 16, 22])
        #expect(places.map(\.width) == [9, 2, 5, 5])
        #expect(table.places(in: Rect(x: 0, y: 0, width: 0, height: 0)).map(\.width) == [0])
        #expect(Table(columns: [], rows: []).places(in: Rect(x: 0, y: 0, width: 9, height: 9)).isEmpty)
    }
}

@Suite struct TextFieldTests {
    @Test func editing() {
        var field = TextField("one two")
        field.insert(" three")
        #expect(field.text == "one two three" && field.cursor == 13)
        field.deleteWord()
        #expect(field.text == "one two ")
        field.deleteWord()
        #expect(field.text == "one ")
        field.moveLeft()
        field.insert("日\u{1B}[31m\n")
        #expect(field.text == "one日 " && field.cursor == 4)
        field.deleteBackward()
        field.deleteForward()
        #expect(field.text == "one")
        field.deleteForward()
        field.moveToStart()
        field.moveLeft()
        field.deleteBackward()
        field.moveRight()
        field.deleteToStart()
        #expect(field.text == "ne" && field.cursor == 0)
        field.moveToEnd()
        field.moveRight()
        field.moveLeft()
        field.deleteToEnd()
        #expect(field.text == "n" && !field.isEmpty)
    }

    @Test func words() {
        var field = TextField("one  two")
        field.moveWordLeft()
        #expect(field.cursor == 5)
        field.moveWordLeft()
        field.moveWordLeft()
        #expect(field.cursor == 0)
        field.moveWordRight()
        #expect(field.cursor == 3)
        field.moveWordRight()
        field.moveWordRight()
        #expect(field.cursor == 8)
    }

    @Test func marksJoinWhatIsBeforeThem() {
        var field = TextField("e")
        field.insert("\u{301}")
        #expect(field.text == "e" && field.cursor == 1)
        field.insert("a\u{301}")
        #expect(field.text == "ea\u{301}" && field.cursor == 2)
    }

    @Test func isBounded() {
        var field = TextField(String(repeating: "x", count: TextField.capacity + 5))
        field.insert("more")
        #expect(field.text.count == TextField.capacity)
    }

    @Test func theCursorIsInView() {
        func canvas(_ field: TextField, _ width: Int, focused: Bool = true) -> Canvas {
            drawn(width, 1) {
                field.draw(on: &$0, in: $0.bounds, style: Style(.accent), focused: focused, glyphs: .unicode)
            }
        }
        var field = TextField("日本語 text")
        #expect(canvas(field, 6).golden == " text\n--- 6x1\n0: 0-4 accent, 5 accent+reverse\n")
        #expect(canvas(field, 20).golden.contains("11 accent+reverse"))
        field.moveToStart()
        #expect(canvas(field, 6).golden == "日本語\n--- 6x1\n0: 0-1 accent+reverse, 2-5 accent\n")
        #expect(canvas(field, 6, focused: false).golden == "日本語\n--- 6x1\n0: 0-5 accent\n")
    }
}

@Suite struct KeyBarTests {
    static let bar = KeyBar([
        .init("Enter", "open", priority: 5), .init("/", "filter", priority: 4), .init("r", "restart", priority: 3),
        .init("?", "help", priority: 9), .init("q", "quit", priority: 9),
    ])

    @Test(arguments: [
        (60, "Enter open  / filter  r restart  ? help  q quit"), (40, "Enter open  / filter  ? help  q quit"),
        (30, "Enter open  ? help  q quit"),
        (20, "? help  q quit"), (10, "? help"), (3, ""), (0, ""),
    ])
    func whatFits(width: Int, text: String) {
        #expect(drawn(width, 1) { Self.bar.draw(on: &$0, in: $0.bounds) }.rows == [text])
    }

    @Test func places() {
        let places = Self.bar.places(in: Rect(x: 2, y: 0, width: 20, height: 1))
        #expect(places.map { [$0.key, $0.x, $0.width] } == [[3, 2, 6], [4, 10, 6]])
    }

    @Test func keysStandOut() {
        #expect(
            drawn(6, 1) { KeyBar([.init("q", "quit")]).draw(on: &$0, in: $0.bounds) }.golden
                == "q quit\n--- 6x1\n0: 0 key, 1-5 dim\n")
    }
}

@Suite struct MenuTests {
    @Test func twoColumns() {
        let menu = Menu(
            items: [
                .init("Enter", "open"), .init("ctrl-alt-shift-x", "a long key"),
                .init(StyledText("q", .accent), "quit"), .init("only"),
            ],
            selected: 1)
        golden("Widgets/menu.canvas", drawn(24, 4) { menu.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.golden)
    }

    @Test func withoutItems() {
        let menu = Menu(items: [], placeholder: "no such key")
        #expect(drawn(24, 1) { menu.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == ["no such key"])
    }
}
