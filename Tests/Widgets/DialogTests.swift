import Support
import Testing
import Themes
import Widgets

@Suite struct DialogTests {
    static let question = Dialog(
        title: "Stop all?",
        lines: [
            "24 processes run. They can go on in the background: od attaches to them again.", "",
            StyledText("api", .accent) + " is being deployed.",
        ],
        buttons: ["Cancel", "Detach", "Stop all"], chosen: 0)

    @Test(arguments: glyphSets.indices)
    func asks(set: Int) {
        let canvas = drawn(60, 12) { canvas in
            canvas.fill(canvas.bounds, with: Cell("日", width: 2))
            Self.question.draw(on: &canvas, in: canvas.bounds, glyphs: glyphSets[set].glyphs)
        }
        #expect(isWhole(canvas))
        golden(set == 0 ? "Widgets/dialog.canvas" : "Widgets/dialog-ascii.canvas", canvas.golden)
    }

    @Test func withAField() {
        let canvas = drawn(60, 9) { canvas in
            Dialog(
                title: "Delete", lines: ["Type the name of the project."], field: TextField("shop"), fieldLabel: "name",
                buttons: ["Cancel", "Delete"], chosen: 1
            )
            .draw(on: &canvas, in: canvas.bounds, glyphs: .unicode)
        }
        golden("Widgets/dialog-field.canvas", canvas.golden)
    }

    @Test func tooLittleRoom() {
        let canvas = drawn(24, 6) { Self.question.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }
        golden("Widgets/dialog-small.canvas", canvas.golden)
        let place = drawnPlace(Size(width: 80, height: 24))
        #expect(place == Rect(x: 2, y: 8, width: 75, height: 8))
    }

    func drawnPlace(_ size: Size) -> Rect {
        var canvas = Canvas(size: size)
        return Self.question.draw(on: &canvas, in: canvas.bounds, glyphs: .unicode)
    }

    @Test func theChosenButtonIsInView() {
        var dialog = Self.question
        for (chosen, row) in [(0, "[ Cancel ]  [ Detach"), (1, "Cancel ]  [ Detach ]"), (2, "ach ]  [ Stop all ]")] {
            dialog.chosen = chosen
            #expect(drawn(24, 6) { dialog.draw(on: &$0, in: $0.bounds, glyphs: .ascii) }.rows[4].contains(row))
        }
        dialog.chosen = 9
        #expect(drawn(24, 6) { dialog.draw(on: &$0, in: $0.bounds, glyphs: .ascii) }.rows[4].contains("[ Cancel ]"))
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("one two three", 8, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]), ("日本語 日", 5, ["日本", "語 日"]), ("a   b", 1, ["a", "b"]), ("", 5, [""]),
        ("ab   ", 3, ["ab"]), (" ab", 9, [" ab"]),
    ])
    func linesAreBrokenAtBlanks(text: String, width: Int, rows: [String]) {
        let dialog = Dialog(title: "", lines: [StyledText(text)], maximumWidth: width)
        let canvas = drawn(30, rows.count + 2) { dialog.draw(on: &$0, in: $0.bounds, glyphs: .ascii) }
        let inside = canvas.rows.dropFirst().dropLast().map { row in
            String(row.drop { $0 != "|" }.dropFirst(2).prefix { $0 != "|" }.dropLast())
        }
        #expect(inside.count == rows.count)
        #expect(zip(inside, rows).allSatisfy { $0.hasPrefix($1) }, "\(inside)")
    }

    @Test func aQuestionWithoutLines() {
        let canvas = drawn(20, 5) { canvas in
            Dialog(title: "Sure?", lines: [], buttons: ["No"]).draw(on: &canvas, in: canvas.bounds, glyphs: .ascii)
        }
        #expect(canvas.rows == ["", "    +- Sure? -+", "    |  [ No ] |", "    +---------+", ""])
    }

    @Test func aMessageHasNoButtons() {
        let canvas = drawn(20, 4) { Dialog(title: "", lines: ["done"]).draw(on: &$0, in: $0.bounds, glyphs: .ascii) }
        #expect(canvas.rows == ["      +------+", "      | done |", "      +------+", ""])
    }
}
