import Support
import Testing
import Themes
import Widgets

/// The pictures in the README of the widgets are the goldens.
@Suite struct PictureTests {
    /// A widget, what it is for, and the golden that shows it.
    static let pictures: [(widget: String, purpose: String, golden: String)] = [
        ("Box", "a frame with texts in its edges", "box"),
        ("Table", "rows under headings; columns give way by priority", "table-60"),
        ("Menu", "two columns, one row marked", "menu"),
        ("Tabs", "pages, one of them chosen; scrolled where they do not fit", "tabs"),
        ("KeyBar", "the keys that work now", "keybar"),
        ("TextField", "a line of text being edited, here in a `Dialog`", "dialog-field"),
        ("Dialog", "a question with the choice that does nothing first", "dialog"),
        ("LogPane", "lines with time, origin and level; wrapped or cut", "log-cut"),
        ("ScrollBar", "what part of a list is in view", "scrollbar"),
        ("StageStrip", "the stages of a deploy, and its instances", "stages"),
        ("HealthBadge", "what a health check says", "health"),
        ("Sparkline", "samples in a row or a few", "sparkline"),
        ("Graph", "samples with scale, time and peak", "graph"),
        ("Gauge", "a share of a limit", "gauge"),
    ]

    static let mark = "<!-- Pictures: OD_RECORD=1 swift test --filter PictureTests -->\n"

    @Test func theReadmeShowsTheGoldens() throws {
        let text = try #require(goldenText("../Widgets/README.md"))
        let start = try #require(text.firstRange(of: Self.mark)).upperBound
        let sections = try Self.pictures.map { widget, purpose, name in
            let canvas = try #require(goldenText("Widgets/\(name).canvas"), "\(name)")
            let rows = canvas.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("--- ") }
            return "**\(widget)**: \(purpose)\n\n```\n" + rows.joined(separator: "\n") + "\n```\n"
        }
        golden("../Widgets/README.md", text[..<start] + "\n" + sections.joined(separator: "\n"))
    }

    @Test func aKeyBar() {
        let canvas = drawn(60, 1) { KeyBar(KeyBarTests.bar.keys).draw(on: &$0, in: $0.bounds) }
        golden("Widgets/keybar.canvas", canvas.golden)
    }
}
