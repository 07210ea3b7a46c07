import Support
import Testing
import Themes
import Widgets

@Suite struct SanitizeTests {
    @Test(arguments: [
        ("plain text", "plain text"),
        ("a\tb", "a       b"), ("12345678\tb", "12345678        b"), ("日\tb", "日      b"),
        ("line\r\n", "line"), ("one\r\ntwo\n", "one two"), ("\u{2028}a\u{2029}b\u{85}", " a b"),
        ("10%\r20%", "10% 20%"),
        ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{9B}31mred\u{9B}m", "red"), ("\u{1B}[?1049hx", "x"),
        ("\u{1B}[>0;1 qx", "x"),
        ("\u{1B}]0;title\u{07}x", "x"), ("\u{1B}]52;c;aGk=\u{1B}\\x", "x"), ("\u{9D}0;title\u{9C}x", "x"),
        ("\u{1B}Pdcs\u{1B}\\x\u{1B}_apc\u{07}y\u{1B}^pm\u{9C}z\u{1B}Xsos\u{07}", "xyz"),
        ("\u{1B}(Bx\u{1B}#8y\u{1B}cz\u{1B}7\u{1B}=", "xyz"), ("a\u{1B}", "a"), ("a\u{1B}[", "a["),
        ("a\u{1B}[1;", "a[1;"),
        ("a\u{1B}(", "a"), ("a\u{1B}\u{7}b", "ab"), ("\u{1B}[3日", "[3日"), ("\u{1B}é", "é"), ("\u{9B}1\n", "1"),
        ("\u{1B}]0;open", "]0;open"), ("\u{1B}]a\u{1B}]b", "]a]b"),
        ("a\u{7}\u{8}\u{0}\u{7F}b", "ab"), ("\u{80}\u{99}\u{9C}a", "a"),
        ("\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}\u{61C}x", "x"),
        ("👩\u{200D}👩\u{200D}👧", "👩"), ("👩\u{200D}❤\u{FE0F}\u{200D}👨!", "👩!"), ("👍🏽", "👍"), ("🏽", "🏽"), ("a🏽", "a🏽"),
        ("⚠\u{FE0F}", "⚠"), ("🇩🇪", "DE"), ("1\u{FE0F}\u{20E3}", "1"), ("🏴\u{E0067}\u{E007F}", "🏴"),
        ("a\u{200D}👩", "a👩"), ("👩\u{200D}a👩", "👩a👩"), ("क\u{200D}ष", "कष"),
        ("\u{301}a\u{301}\u{302}", "a\u{301}"), ("\t\u{301}a", "        a"), ("\u{378}\u{FFFF}", "\u{FFFD}\u{FFFD}"),
        ("a\u{AD}b\u{FEFF}", "ab"), ("\u{E000}", "\u{E000}"), ("שלום", "שלום"),
    ])
    func cleans(text: String, clean: String) {
        #expect(Text.sanitize(text) == clean)
        #expect(Text.sanitize(Array(text.utf8)) == clean)
    }

    @Test func bytesThatAreNoText() {
        #expect(Text.sanitize([0x61, 0x9B, 0x33, 0x31, 0x6D, 0x62] as [UInt8]) == "a\u{FFFD}31mb")
        #expect(Text.sanitize([0xC0, 0xAF, 0x61] as [UInt8]) == "\u{FFFD}\u{FFFD}a")
        #expect(Text.sanitize([0xED, 0xA0, 0x80] as [UInt8]).allSatisfy { $0 == "\u{FFFD}" })
        #expect(Text.sanitize([0x61, 0x62] as [UInt8]) == "ab")
    }

    @Test func longTextIsCut() {
        let long = String(repeating: "x", count: Text.limit + 1)
        #expect(Text.sanitize(long) == String(repeating: "x", count: Text.limit) + "…")
        #expect(Text.sanitize(long, limit: .max) == long)
        #expect(Text.sanitize(Array(long.utf8), limit: .max) == long)
        #expect(Text.sanitize("aé日", limit: 4) == "a…")
        #expect(Text.sanitize("abc", limit: 0) == "…")
        #expect(Text.sanitize("abc", limit: -1) == "…")
        #expect(Text.sanitize("abc".dropFirst(), limit: 2) == "bc")
    }

    /// Each of these starts a string that never ends; reading to the end for each would take minutes.
    @Test func openStringsTakeLinearTime() {
        let text = String(repeating: "\u{1B}]", count: 500_000)
        let time = ContinuousClock().measure { #expect(Text.sanitize(text, limit: .max).count == 500_000) }
        #expect(time < .seconds(60))
    }

    @Test func keepsWeightAndColour() {
        func styles(_ codes: String) -> Style? { Text.styled("\u{1B}[\(codes)mx").runs.last?.style }
        #expect(styles("31") == Style(.logRed))
        #expect(styles("1;32") == Style(.logGreen, .bold))
        #expect(styles("2;4;7;33") == Style(.logYellow, [.dim, .underline, .reverse]))
        #expect(styles("34;22;24;27") == Style(.logBlue))
        #expect(styles("1;2;22;21") == Style(.text, .underline))
        #expect(styles("4:3") == Style(.text, .underline))
        #expect(styles("4;4:0") == nil)
        #expect(styles("31;39") == nil)
        #expect(styles("31;") == nil)
        #expect(styles("") == nil)
        #expect(styles("35;41;100;5;999") == Style(.logMagenta))
        #expect(styles("30") == Style(.dim))
        #expect(styles("90") == Style(.dim))
        #expect(styles("37") == Style(.text))
        #expect(styles("96") == Style(.logCyan))
        #expect(styles("38;5;1") == Style(.logRed))
        #expect(styles("38;5;8") == Style(.dim))
        #expect(styles("38;5;12") == Style(.logBlue))
        #expect(styles("38;5;208") == Style(.logYellow))
        #expect(styles("38;5;999") == nil)
        #expect(styles("38;5;236;1") == Style(.dim, .bold))
        #expect(styles("38;5;255") == Style(.text))
        #expect(styles("38;2;250;10;10;4") == Style(.logRed, .underline))
        #expect(styles("38:2::10:250:10") == Style(.logGreen))
        #expect(styles("38:2:10:10:250") == Style(.logBlue))
        #expect(styles("38:5:5") == Style(.logMagenta))
        #expect(styles("48;2;1;2;3;31") == Style(.logRed))
        #expect(styles("58:5:1;32") == Style(.logGreen))
        #expect(styles("38") == nil)
        #expect(styles("38;5") == nil)
        #expect(styles("38;2;1") == nil)
        #expect(styles("38;9;1;31") == Style(.logRed))
        #expect(styles("99999999999999999999999") == nil)
        #expect(styles("?31") == nil)
    }

    @Test func runsChangeWhereStylesDo() {
        let text = Text.styled("a\u{1B}[1mb\u{1B}[31mc\u{1B}[0md")
        #expect(
            text.runs == [
                .init("a"), .init("b", Style(.text, .bold)), .init("c", Style(.logRed, .bold)), .init("d"),
            ])
        #expect(Text.styled("plain") == "plain")
        #expect(Text.styled(Array("plain".utf8)) == "plain")
    }
}

/// For any bytes: nothing that acts on a terminal gets through, and the width is that of the cells.
@Suite struct SanitizeProperties {
    static let pieces: [[UInt8]] =
        [
            "a", " ", "\t", "\r", "\n", "\u{1B}", "\u{1B}[", "31m", "\u{1B}]0;", "\u{7}", "\u{1B}\\", "\u{9B}",
            "\u{9C}", "\u{9D}",
            "\u{90}", "\u{85}", "\u{7F}", "\u{8}", "日", "é", "e\u{301}", "\u{302}", "\u{200D}", "👩", "❤\u{FE0F}", "🏽",
            "🇩", "🇪",
            "\u{202E}", "\u{2066}", "\u{2028}", "\u{378}", "\u{E0001}", "\u{1160}", "가", "\u{FEFF}", "\u{AD}",
            "; 38;5;1m", "x",
        ].map { Array($0.utf8) } + [
            [0x80], [0x9B], [0xC3], [0xE2, 0x80], [0xF0, 0x9F], [0xFF], [0xED, 0xA0, 0x80], [0],
        ]

    static func bytes(_ seed: UInt64) -> [UInt8] {
        var random = Seeded(seed: seed)
        if seed % 4 == 0 {
            return (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        }
        return (0..<Int.random(in: 0...30, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
    }

    static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        let isControl = value < 0x20 || (0x7F..<0xA0).contains(value)
        let isBidi =
            [0x61C, 0x200E, 0x200F].contains(value) || (0x202A...0x202E).contains(value)
            || (0x2066...0x2069).contains(value)
        return !isControl && !isBidi && value != 0x2028 && value != 0x2029 && value != 0x200D
            && !(0xFE00...0xFE0F).contains(value)
    }

    @Test func nothingHarmfulSurvives() {
        for seed in UInt64(0)..<4000 {
            let bytes = Self.bytes(seed)
            let clean = Text.sanitize(bytes)
            #expect(clean.unicodeScalars.allSatisfy(Self.isHarmless), "seed \(seed)")
            #expect(Text.sanitize(clean) == clean, "seed \(seed)")
            #expect(Text.styled(bytes).plain == clean, "seed \(seed)")

            let cells = Array(Cells(clean))
            #expect(Text.width(clean) == cells.reduce(0) { $0 + Int($1.width) }, "seed \(seed)")
            let scalars = cells.reduce(0) { $0 + ($1.combining == nil ? 1 : 2) }
            #expect(scalars == clean.unicodeScalars.count, "seed \(seed)")
        }
    }

    /// A canvas keeps the promise even for text that was not cleaned.
    @Test func aCanvasTakesGlyphsOnly() {
        for seed in UInt64(0)..<2000 {
            let text = String(decoding: Self.bytes(seed), as: UTF8.self)
            var canvas = Canvas(size: Size(width: 40, height: 1))
            let used = canvas.text(text, x: 0, y: 0, width: 40)
            #expect(used == min(Text.width(text), used) && used <= 40)
            #expect(canvas.rows[0].unicodeScalars.allSatisfy(Self.isHarmless), "seed \(seed)")
            let output = ANSI.render(canvas, theme: .dark, depth: .full)
            #expect(output.unicodeScalars.allSatisfy { $0 == "\n" || Self.isHarmless($0) }, "seed \(seed)")
        }
    }
}
