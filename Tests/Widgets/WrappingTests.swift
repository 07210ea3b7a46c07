import Testing
import Themes
import Widgets

/// Styled text in lines.
struct WrappingTests {
    @Test(arguments: [
        ("short", 10, ["short"]), ("", 3, [""]), ("one two three", 8, ["one two", "  three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]), ("    abcdefgh", 6, ["    ab", "  cdef", "  gh"]),
        ("abc     ", 4, ["abc "]), ("日本語", 5, ["日本", "  語"]), ("ab", 0, ["a", "b"]),
    ])
    func breaks(text: String, width: Int, lines: [String]) {
        #expect(StyledText(text).wrapped(to: width, indent: 2).map(\.plain) == lines)
    }

    @Test func stylesGoOnInTheNextLine() {
        let lines = (StyledText("see ", .dim) + StyledText("one two", .error)).wrapped(to: 7)
        #expect(lines == [StyledText("see ", .dim) + StyledText("one", .error), StyledText("two", .error)])
    }

    @Test func textWithoutAStyleTakesThatOfItsPlace() {
        #expect(
            StyledText("one two").wrapped(to: 3, style: Style(.dim)) == [
                StyledText("one", .dim), StyledText("two", .dim),
            ])
    }
}
