import CNcurses
import Testing

/// What goes to the terminal, in as few bytes as say it.
struct FrameTests {
    private func squeezed(_ text: String) -> String {
        var bytes = text.utf8.map { CChar(bitPattern: $0) }
        let length = od_frame_squeeze(&bytes, bytes.count)
        return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""),
        ("plain ● text", "plain ● text"),
        ("\u{1B}[39;49m\u{1B}[m x", "\u{1B}[m x"),
        ("a\u{1B}[38;2;255;255;255m\u{1B}[48;2;47;79;143mb", "a\u{1B}[38;2;255;255;255;48;2;47;79;143mb"),
        ("\u{1B}[39;49m\u{1B}[m\u{1B}[31m\u{1B}[1mx", "\u{1B}[m\u{1B}[31;1mx"),
        ("\u{1B}[31m\u{1B}[0m\u{1B}[m", "\u{1B}[m"),
        // What stands between two of them is written in the first one's colour.
        ("\u{1B}[31m \u{1B}[m", "\u{1B}[31m \u{1B}[m"),
        ("\u{1B}[31m\u{1B}[2;3H\u{1B}[m", "\u{1B}[31m\u{1B}[2;3H\u{1B}[m"),
        ("\u{1B}(B\u{1B}[m", "\u{1B}(B\u{1B}[m"),
        // Others that end in m, and what is torn.
        ("\u{1B}[>4;2m\u{1B}[m", "\u{1B}[>4;2m\u{1B}[m"),
        ("\u{1B}[31m\u{1B}[3", "\u{1B}[31m\u{1B}[3"),
        ("\u{1B}", "\u{1B}"), ("\u{1B}[", "\u{1B}["),
    ])
    func sequencesOfColoursAreJoined(text: String, expected: String) {
        #expect(squeezed(text) == expected)
    }

    @Test func noSequenceHasMoreNumbersThanATerminalTakes() {
        let text = (1...9).map { "\u{1B}[38;5;\($0)m" }.joined()
        let groups = ["38;5;1;38;5;2;38;5;3;38;5;4", "38;5;5;38;5;6;38;5;7;38;5;8", "38;5;9"]
        #expect(squeezed(text) == groups.map { "\u{1B}[\($0)m" }.joined())
    }
}
