import Support
import Testing
import Themes
import Widgets

@Suite struct WidthTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("●◐✖■▸", 5),
        ("⣀⣿", 2),
        ("😀", 2), ("⚡", 2), ("⚠", 1), ("⚠\u{FE0F}", 1), ("\u{200B}", 0), ("a\u{AD}b", 2), ("\u{202E}abc", 3),
        ("\u{7F}\u{85}\u{1B}", 0), ("\u{E000}", 1), ("\u{378}", 1), ("\u{1100}\u{1161}", 2), ("\u{301}x", 1),
        ("𠀀", 2), ("🇩🇪", 2), ("ส้", 1), ("\u{FEFF}", 0), ("가\u{11A8}", 2),
    ])
    func widths(text: String, columns: Int) {
        #expect(Text.width(text) == columns)
    }

    @Test func widthOfOneCodePoint() {
        #expect(Text.width("a" as Unicode.Scalar) == 1)
        #expect(Text.width("日" as Unicode.Scalar) == 2)
        #expect(Text.width("\u{301}" as Unicode.Scalar) == 0)
        #expect(Text.width("\u{378}" as Unicode.Scalar) == 1)
        #expect(Text.width("\u{10FFFF}" as Unicode.Scalar) == 1)
    }

    /// The tables against the language's own data: they part when one of them knows a newer Unicode.
    @Test func tablesAreCurrent() {
        for scalar in (UInt32(0)..<0x2_0000).compactMap(Unicode.Scalar.init) {
            let width = Text.width(scalar)
            switch scalar.properties.generalCategory {
            case .control, .format, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator:
                #expect(width == 0, "\(scalar.value)")
            case .unassigned:
                #expect(width == (scalar.properties.isDefaultIgnorableCodePoint ? 0 : 1), "\(scalar.value)")
            default:
                #expect(width > 0 || scalar.properties.isDefaultIgnorableCodePoint || isJamo(scalar), "\(scalar.value)")
            }
        }
    }

    /// Vowels and final consonants that stand in the cell of the consonant before them.
    private func isJamo(_ scalar: Unicode.Scalar) -> Bool {
        (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value)
    }

    @Test func cutting() {
        #expect(Text.cut("process", to: 7) == "process")
        #expect(Text.cut("process", to: 6) == "proce…")
        #expect(Text.cut("日本語", to: 4) == "日…")
        #expect(Text.cut("日本語", to: 5) == "日本…")
        #expect(Text.cut("process", to: 1) == "…")
        #expect(Text.cut("process", to: 0) == "")
        #expect(Text.cut("process", to: 6, ellipsis: "~") == "proce~")
        #expect(Text.cut("process", to: 2, ellipsis: "...") == "pr")
        #expect(Text.cut("process".dropFirst(2), to: 3) == "oc…")
    }

    @Test func oneMarkForACell() {
        let cells = Array(Cells("a\u{301}\u{302}b\u{200D}\u{301}"))
        #expect(cells.map(\.scalar) == ["a", "b"])
        #expect(cells.map(\.combining) == ["\u{301}", "\u{301}"])
        #expect(Array(Cells("\u{378}")).map(\.scalar) == ["\u{FFFD}"])
    }

    @Test func cellsAreSmallAndTrivial() {
        #expect(MemoryLayout<Cell>.stride <= 16)
        #expect(_isPOD(Cell.self))
    }
}

@Suite struct StyledTextTests {
    @Test func joins() {
        var text: StyledText = "a\(1)"
        text += StyledText("b", .error, .bold)
        #expect((text + "c").plain == "a1bc")
        #expect(text.runs == [.init("a1"), .init("b", Style(.error, .bold))])
        #expect(text.width == 3)
        #expect(!text.isEmpty)
        #expect(StyledText().isEmpty)
        #expect(("" as StyledText) == StyledText())
    }
}
