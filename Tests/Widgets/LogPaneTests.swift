import Support
import Testing
import Themes
import Widgets

@Suite struct LogPaneTests {
    static let lines = [
        LogLine(time: "09:24:17.112", prefix: "api#0", level: .info, text: "GET /orders 200 3ms"),
        LogLine(
            time: "09:24:17.590", prefix: StyledText("api#1", .logBlue), level: .warning,
            text: "slow query 812ms  select * from orders"),
        LogLine(
            time: "09:24:18.001", prefix: "api#0", level: .error,
            text: Text.styled("\u{1B}[1mupstream\u{1B}[0m timeout 日本語 Timeout")),
        LogLine(level: .debug, text: "no time, no prefix"),
        LogLine(text: ""),
    ]

    func canvas(_ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode, _ change: (inout LogPane) -> Void) -> Canvas {
        var pane = LogPane(lines: Self.lines)
        change(&pane)
        return drawn(width, height) { pane.draw(on: &$0, in: $0.bounds, glyphs: glyphs) }
    }

    @Test func cut() { golden("Widgets/log-cut.canvas", canvas(44, 7) { _ in }.golden) }

    @Test func wrapped() { golden("Widgets/log-wrapped.canvas", canvas(44, 8) { $0.wraps = true }.golden) }

    @Test func wrappedInVeryFewColumns() {
        golden("Widgets/log-narrow.canvas", canvas(7, 20) { $0.wraps = true }.golden)
    }

    @Test func scrolledSideways() {
        let rows = canvas(30, 5, .ascii) { $0.column = 5 }.rows
        #expect(
            rows == [
                "09:24:17.112 api#0 I orders 2~", "09:24:17.590 api#1 W query 81~", "09:24:18.001 api#0 E eam time~",
                "D me, no prefix", "",
            ])
        for (column, row) in [(1, " 本語"), (2, "本語"), (99, ""), (-1, "日本語")] {
            let pane = LogPane(lines: [LogLine(text: "日本語")], column: column)
            #expect(drawn(30, 1) { pane.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == [row])
        }
    }

    @Test func theLastLinesAreShown() {
        #expect(canvas(30, 2) { _ in }.rows == ["D no time, no prefix", ""])
        let long = LogPane(lines: [LogLine(text: "0123456789abcdefghij")], wraps: true)
        #expect(drawn(8, 2) { long.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == ["89abcdef", "ghij"])
    }

    @Test func matches() {
        func matched(_ search: String, current: Int? = nil) -> [String] {
            let canvas = canvas(60, 5) { pane in
                pane.search = search
                pane.current = current
            }
            return canvas.golden.split(separator: "\n").filter { $0.contains("match") }.map(String.init)
        }
        #expect(matched("timeout").count == 1)
        #expect(matched("timeout")[0].contains("30-36 match") && matched("timeout")[0].contains("45-51 match"))
        #expect(!matched("Timeout")[0].contains("30-36 match"))
        #expect(matched("timeout", current: 2)[0].contains("match+bold+underline"))
        #expect(matched("").isEmpty && matched("nowhere").isEmpty)
        #expect(matched("本")[0].contains("40-41 match"))
    }

    @Test func levelsAreOrdered() {
        #expect(LogLine.Level.debug < .info && LogLine.Level.warning < .error)
        #expect(LogLine.Level.allCases.map(\.letter) == ["D", "I", "W", "E"])
    }

    @Test func empty() {
        let pane = LogPane(lines: [], placeholder: "nothing written yet")
        #expect(drawn(12, 2) { pane.draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == ["nothing wri…", ""])
    }

    @Test func followLabels() {
        #expect(Follow.following.label(.unicode).plain == "follow ●")
        #expect(Follow.paused(new: 123).label(.unicode).plain == "paused, +123 new")
        #expect(Follow.paused(new: 0).label(.ascii).plain == "paused")
    }
}
