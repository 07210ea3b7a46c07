import Interface
import Testing

struct KeyReaderTests {
    private func characters(_ text: String) -> [KeyReader.Raw] { text.unicodeScalars.map { .character($0) } }

    @Test func charactersAndControls() {
        var reader = KeyReader()
        let inputs = reader.take(characters("q\u{3}\u{9}\r\u{7F}\u{C}é"), at: 0)
        #expect(
            inputs == [
                .key("q"), .key(.control("c")), .key(.tab), .key(.enter), .key(.backspace), .key(.control("l")),
                .key("é"),
            ])
    }

    @Test func escapeAloneActs() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}"), at: 0) == [.key(.escape)])
        #expect(reader.take(characters("q"), at: 1000) == [.key("q")])
    }

    @Test func altAndALetterIsNoKey() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}q"), at: 0).isEmpty)
        #expect(reader.take(characters("r"), at: 1) == [.key("r")])
    }

    @Test func anUnknownSequenceIsDroppedWhole() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}[1;5R\u{1B}Oqr"), at: 0) == [.key("r")])
    }

    @Test func anArrowThatASlowLinkToreApartActsAsEscapeAtMost() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}"), at: 0) == [.key(.escape)])
        #expect(reader.take(characters("["), at: 30).isEmpty)
        #expect(reader.take(characters("D"), at: 60).isEmpty)
        #expect(reader.take(characters("D"), at: 90) == [.key("D")])
    }

    @Test func twoEscapesAreTwo() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}"), at: 0) == [.key(.escape)])
        #expect(reader.take(characters("\u{1B}"), at: 20) == [.key(.escape)])
        #expect(reader.take(characters("q"), at: 40) == [.key("q")])
        #expect(reader.take(characters("\u{1B}\u{1B}"), at: 400) == [.key(.escape), .key(.escape)])
    }

    @Test func aSequenceThatDoesNotEndIsForgotten() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}[1;"), at: 0).isEmpty)
        #expect(reader.take(characters("q"), at: 1000) == [.key("q")])
    }

    @Test func aPasteIsText() {
        var reader = KeyReader()
        #expect(reader.take([.pasteBegins] + characters("qX\r"), at: 0).isEmpty)
        #expect(reader.take(characters("\u{1B}") + [.key(.up), .pasteEnds], at: 10) == [.paste("qX\r\u{1B}")])
        #expect(reader.take(characters("q"), at: 20) == [.key("q")])
    }

    @Test func aPasteIsBoundedAndEnds() {
        var reader = KeyReader()
        let long = String(repeating: "ab", count: KeyReader.maxPaste)
        #expect(
            reader.take([.pasteBegins] + characters(long) + [.pasteEnds], at: 0)
                == [.paste(String(long.prefix(KeyReader.maxPaste)))])
        #expect(reader.take([.pasteBegins], at: 0).isEmpty)
        #expect(reader.take(characters("q"), at: 5000) == [.key("q")])
    }

    @Test func manyCharactersAtOnceAreAPaste() {
        var reader = KeyReader()
        let text = "rm -rf / and many other words q"
        #expect(reader.take(characters(text), at: 0) == [.paste(text)])
        // A key that is held is not.
        let held = String(repeating: "j", count: 40)
        #expect(reader.take(characters(held), at: 100) == Array(repeating: .key("j"), count: 40))
    }

    @Test func theTerminalSaysWhetherItShowsFramesWhole() {
        var reader = KeyReader()
        #expect(reader.take(characters("\u{1B}[?2026;2$y\u{1B}[?62;22c"), at: 0) == [.sync(true), .here])
        #expect(reader.take(characters("\u{1B}[?2026;0$y\u{1B}[?62;22c"), at: 0) == [.sync(false), .here])
    }

    @Test func keysWithoutANameDoNothing() {
        var reader = KeyReader()
        #expect(reader.take([.unknown, .key(.function(1)), .pasteEnds], at: 0) == [.key(.function(1))])
    }

    @Test func mouseReports() {
        var reader = KeyReader()
        let inputs = reader.take(
            characters("\u{1B}[<0;12;5M\u{1B}[<0;12;5m\u{1B}[<64;300;1M\u{1B}[<69;1;1Mq\u{1B}[<2;1;1M\u{1B}[<35;1;1M"),
            at: 0)
        #expect(
            inputs == [
                .mouse(Mouse(.press, x: 11, y: 4)), .mouse(Mouse(.release, x: 11, y: 4)),
                .mouse(Mouse(.wheelUp, x: 299, y: 0)), .mouse(Mouse(.wheelDown, x: 0, y: 0)), .key("q"),
            ])
        #expect(reader.take(characters("\u{1B}[<0;0;5M\u{1B}[<0;5M\u{1B}[<;;M"), at: 10).isEmpty)
    }

    @Test func theBackgroundOfTheTerminal() {
        var reader = KeyReader()
        #expect(
            reader.take(characters("\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{1B}\\q"), at: 0) == [
                .ground("rgb:1e1e/1e1e/1e1e"), .key("q"),
            ])
        #expect(reader.take(characters("\u{1B}]11;rgb:f/f/f\u{7}\u{1B}]52;c;x\u{7}"), at: 10) == [.ground("rgb:f/f/f")])
        #expect(reader.take(characters("\u{1B}]11;rgb:"), at: 20).isEmpty)
        #expect(reader.take(characters("f/f/f\u{7}"), at: 300) == [.ground("rgb:f/f/f")], "torn apart")
        #expect(reader.take(characters("\u{1B}]11;" + String(repeating: "x", count: 300)), at: 400).count == 47)
        #expect(reader.take(characters("\u{1B}]11;"), at: 500).isEmpty)
        #expect(reader.take(characters("q"), at: 3000) == [.key("q")], "a string that does not end is forgotten")
    }

    /// What the key does is drawn, and the terminal is asked whether it has read that.
    @Test func anAnswerRightBehindEscapeIsNoSecondEscape() {
        var reader = KeyReader()
        #expect(reader.take([.character("\u{1B}")], at: 0) == [.key(.escape)])
        let answer = "\u{1B}[?1;2c".unicodeScalars.map { KeyReader.Raw.character($0) }
        #expect(reader.take(answer, at: 5) == [.here])
        #expect(reader.take([.character("\u{1B}")], at: 9) == [.key(.escape)])
        #expect(reader.take([.character("\u{1B}")], at: 12) == [.key(.escape)], "somebody presses it twice")
    }
}
