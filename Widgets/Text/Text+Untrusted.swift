extension Text {
    /// Bytes of one untrusted text that are looked at; what is behind them is shown as `…`.
    package static let limit = 16_384

    /// Untrusted text (names, paths, output of programs) as text that only shows glyphs: for a screen, a title, a
    /// clipboard or a terminal.
    ///
    /// Escape sequences are taken out whole, other controls too; tabs and line ends become blanks (those at the end
    /// nothing), invalid UTF-8 and unassigned code points U+FFFD, emoji sequences their first emoji, flags the letters
    /// of their country. `limit` is in bytes; printers that must show everything pass `.max`.
    package static func sanitize(_ text: some StringProtocol, limit: Int = limit) -> String {
        styled(text, limit: limit).plain
    }

    /// The same for bytes of which nobody knows whether they are text.
    package static func sanitize(_ bytes: some Collection<UInt8>, limit: Int = limit) -> String {
        styled(bytes, limit: limit).plain
    }

    /// Like `sanitize`, and keeps what the program says by SGR sequences about weight and colour: bold, dim, underline,
    /// reverse and six hues. All other sequences are taken out.
    package static func styled(_ text: some StringProtocol, limit: Int = limit) -> StyledText {
        guard text.utf8.count <= limit else { return styled(text.utf8, limit: limit) }
        let text = String(text)
        return isPlain(text.utf8) ? StyledText(text) : clean(text, isCut: false)
    }

    /// The same for bytes.
    package static func styled(_ bytes: some Collection<UInt8>, limit: Int = limit) -> StyledText {
        let isCut = bytes.count > limit
        var head = isCut ? Array(bytes.prefix(max(0, limit))) : []
        // A character that the cut went through would look like invalid UTF-8: at most its first three bytes are here.
        for _ in 0..<3 where head.last.map({ $0 >= 0x80 }) ?? false { head.removeLast() }
        let text = isCut ? String(decoding: head, as: UTF8.self) : String(decoding: bytes, as: UTF8.self)
        return isPlain(text.utf8) && !isCut ? StyledText(text) : clean(text, isCut: isCut)
    }

    /// Most text is printable ASCII and stays as it is.
    private static func isPlain(_ bytes: String.UTF8View) -> Bool { bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

    private static func clean(_ text: String, isCut: Bool) -> StyledText {
        var sanitizer = Sanitizer(text)
        return sanitizer.read() + StyledText(isCut ? "…" : "")
    }
}
