import Core
import Glibc
import Interface
import Support
import Testing
import Themes
import Widgets

/// Every view at every size, in every theme and both sets of glyphs.
struct ExtremeTests {
    /// Ways to all views; each begins at the main one.
    static let views: [[Key]] = [
        [], ["?"], [.enter], ["l"], ["z"], [":"], ["C"], ["R"], ["s"], ["t", "*"], ["/"], ["P"], ["P", "P"],
        ["P", "P", "P"], ["#"], ["+", "+", "+"], [.tab, "-", "-"], [.tab, .tab, "+", "+", "/"], ["l", "w", "T", "p"],
    ]

    private static let isLong = getenv("OD_LONG").map { String(cString: $0) } == "1"

    /// Sizes that people have, sizes that nobody has, and those of a storm: all sixty with `OD_LONG=1`.
    private static let sizes: [(Int, Int)] = {
        var random = Seeded(seed: 60)
        let storm = (0..<(isLong ? 60 : 12)).map { _ in
            (Int.random(in: 1...240, using: &random), Int.random(in: 1...70, using: &random))
        }
        return [(40, 10), (20, 5), (20, 4), (19, 4), (1, 1), (0, 0), (2, 40), (300, 2), (300, 80)] + storm
    }()

    @Test(arguments: views.indices) func everyRowIsAsWideAsTheScreen(index: Int) {
        var scene = ScreenTests().busy(120, 40)
        scene.log("日本語\u{1B}[31m red\u{1B}]52;c;x\u{7}\n" + String(repeating: "x", count: 3000) + "\n")
        for key in Self.views[index] { scene.press(key) }
        for (width, height) in Self.sizes {
            scene.send(.resized(width: width, height: height))
            for glyphs in [Glyphs.unicode, .ascii] {
                let canvas = scene.state.view(glyphs: glyphs)
                let isWhole = (0..<height).allSatisfy { y in
                    (0..<width).reduce(0) { $0 + Int(canvas[$1, y].width) } == width
                }
                #expect(canvas.size == Size(width: width, height: height) && isWhole, "\(width)x\(height)")
            }
        }
        // After the storm the screen is that of one who has never seen it.
        scene.send(.resized(width: 120, height: 40))
        var calm = ScreenTests().busy(120, 40)
        calm.log("日本語\u{1B}[31m red\u{1B}]52;c;x\u{7}\n" + String(repeating: "x", count: 3000) + "\n")
        for key in Self.views[index] { calm.press(key) }
        let (after, fresh) = (scene.state.view(glyphs: .unicode).rows, calm.state.view(glyphs: .unicode).rows)
        #expect(zip(after, fresh).count { $0 != $1 } <= 1, "more than the footer differs")
    }

    /// A theme changes colours, never signs: and without colours nothing but attributes is told.
    @Test(arguments: Theme.builtIns) func everyTheme(theme: Theme) {
        for keys in Self.isLong ? Self.views : Array(Self.views.prefix(8)) {
            var scene = ScreenTests().busy(80, 24)
            for key in keys { scene.press(key) }
            let canvas = scene.state.view(glyphs: .unicode)
            let plain = ANSI.plain(canvas)
            for depth in ColorDepth.allCases {
                let text = ANSI.render(canvas, theme: theme, depth: depth)
                #expect(stripped(text) == plain, "\(theme.name) \(depth)")
                if depth == .none { #expect(!text.contains(";3") && !text.contains(";4;3")) }
            }
        }
    }

    /// Without the sequences of colours and attributes, and without blanks at the ends of rows.
    private func stripped(_ text: String) -> String {
        var rest = text[...]
        var plain = ""
        while let escape = rest.firstIndex(of: "\u{1B}") {
            plain += rest[..<escape]
            rest = rest[escape...].drop { $0 != "m" }.dropFirst()
        }
        return (plain + rest).split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }
}
