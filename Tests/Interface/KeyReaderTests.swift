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
        #expect(reader.take(characters("\u{1B}[?2026;2$y\u{1B}[?62;22c"), at: 0) == [.sync(true)])
        #expect(reader.take(characters("\u{1B}[?2026;0$y\u{1B}[?62;22c"), at: 0) == [.sync(false)])
    }

    @Test func keysWithoutANameDoNothing() {
        var reader = KeyReader()
        #expect(reader.take([.unknown, .key(.function(1)), .pasteEnds], at: 0) == [.key(.function(1))])
    }
}
