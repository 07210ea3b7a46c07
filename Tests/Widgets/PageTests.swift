import Support
import Testing
import Themes
import Widgets

@Suite struct TabsTests {
    static let tabs = Tabs(["Info", "Env", "Metrics", "Health", "Events", "Files"], selected: 0)

    static func rows(_ selected: Int, width: Int, _ glyphs: Glyphs = .unicode) -> [String] {
        var tabs = tabs
        tabs.selected = selected
        return drawn(width, 1) { tabs.draw(on: &$0, in: $0.bounds, glyphs: glyphs) }.rows
    }

    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        let canvas = drawn(60, 3) { canvas in
            for (row, (selected, width)) in [(1, 60), (3, 40), (5, 24)].enumerated() {
                var tabs = Self.tabs
                tabs.selected = selected
                let place = Rect(x: 0, y: row, width: width, height: 1)
                tabs.draw(on: &canvas, in: place, glyphs: glyphSets[set].glyphs)
            }
        }
        golden(set == 0 ? "Widgets/tabs.canvas" : "Widgets/tabs-ascii.canvas", canvas.golden)
    }

    @Test func theSelectedOneIsInView() {
        for width in 0..<70 {
            for selected in 0..<6 {
                var tabs = Self.tabs
                tabs.selected = selected
                let places = tabs.places(in: Rect(x: 3, y: 0, width: width, height: 1))
                if width > 4 {
                    #expect(places.contains { $0.tab == selected && $0.width > 0 }, "\(selected) in \(width)")
                }
                #expect(places.allSatisfy { $0.x >= 3 && $0.x + $0.width <= 3 + width })
            }
        }
    }

    @Test func places() {
        #expect(Self.tabs.width == 53)
        #expect(Self.tabs.places(in: Rect(x: 2, y: 0, width: 55, height: 1)).map(\.x) == [2, 10, 17, 28, 38, 48])
        #expect(Tabs([], selected: 0).places(in: Rect(x: 0, y: 0, width: 9, height: 1)).isEmpty)
        #expect(
            Tabs(["a", "b"], selected: 7, isNumbered: false).places(in: Rect(x: 0, y: 0, width: 9, height: 1)).map(\.x)
                == [0, 3])
        #expect(drawn(9, 1) { Tabs([], selected: 0).draw(on: &$0, in: $0.bounds, glyphs: .unicode) }.rows == [""])
    }

    /// Only nine have a digit.
    @Test func digits() {
        let many = Tabs((1...11).map { "t\($0)" }, selected: 0)
        let row = drawn(80, 1) { many.draw(on: &$0, in: $0.bounds, glyphs: .ascii) }.rows[0]
        #expect(row.hasSuffix("9 t9  t10  t11"))
    }
}

@Suite struct ScrollBarTests {
    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        let canvas = drawn(20, 8) { canvas in
            for (column, offset) in [0, 1, 30, 60, 91, 92].enumerated() {
                ScrollBar(count: 100, visible: 8, offset: offset).draw(
                    on: &canvas, in: Rect(x: column * 2, y: 0, width: 3, height: 8), glyphs: glyphSets[set].glyphs)
            }
            ScrollBar(count: 12, visible: 8, offset: 4).draw(
                on: &canvas, in: Rect(x: 14, y: 0, width: 1, height: 8), glyphs: glyphSets[set].glyphs)
        }
        golden(set == 0 ? "Widgets/scrollbar.canvas" : "Widgets/scrollbar-ascii.canvas", canvas.golden)
    }

    @Test func onlyTheEndsTouchTheEnds() {
        for height in 3..<20 {
            for offset in 0...92 {
                let thumb = ScrollBar(count: 100, visible: 8, offset: offset).thumb(height: height)
                #expect((thumb?.lowerBound == 0) == (offset == 0), "\(offset) of \(height)")
                #expect((thumb?.upperBound == height) == (offset == 92), "\(offset) of \(height)")
            }
        }
    }

    /// On a frame only what is in view is drawn; a place without cells has no edge.
    @Test func onAFrame() {
        let canvas = drawn(6, 5) { canvas in
            let inside = Box(focused: true).draw(on: &canvas, in: canvas.bounds, glyphs: .unicode)
            ScrollBar(count: 9, visible: 3, offset: 6)
                .draw(on: &canvas, in: inside.rightEdge, isOnFrame: true, glyphs: .unicode)
        }
        #expect(canvas.rows == ["╭────╮", "│    │", "│    │", "│    ┃", "╰────╯"])
        #expect(canvas[5, 2].style == Style(.frameFocused) && canvas[5, 3].style == Style(.accent))
        #expect(Rect(x: 3, y: 1, width: 0, height: 4).rightEdge.isEmpty)
    }

    @Test func nothingToScroll() {
        #expect(ScrollBar(count: 8, visible: 8, offset: 0).thumb(height: 8) == nil)
        #expect(ScrollBar(count: 80, visible: 0, offset: 0).thumb(height: 8) == nil)
        #expect(ScrollBar(count: 80, visible: 8, offset: 0).thumb(height: 0) == nil)
        #expect(ScrollBar(count: 80, visible: 8, offset: 999).thumb(height: 1) == 0..<1)
        #expect(
            drawn(1, 4) { ScrollBar(count: 2, visible: 4, offset: 0).draw(on: &$0, in: $0.bounds, glyphs: .ascii) }.rows
                == ["", "", "", ""])
    }
}

@Suite struct StageTests {
    static let stages: [StageStrip.Step] = [
        .init("fetch", .done, "3s"), .init("build", .done, "22s"), .init("prestart", .skipped), .init("roll", .running),
        .init("verify", .waiting),
    ]
    static let instances: [StageStrip.Step] = [
        .init("api#0", .done, "1.2s"), .init("api#1", .done, "1.1s"),
        .init("api#2", .running, "waiting for health 4s of 30s"), .init("api#3", .waiting),
    ]
    static let strip = StageStrip(
        stages: stages, part: 0.5, instances: instances, note: "fails back to 2026-11-21T0900")

    static func draw(_ strip: StageStrip, _ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode) -> Canvas {
        drawn(width, height) { strip.draw(on: &$0, in: $0.bounds, glyphs: glyphs) }
    }

    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        golden(
            set == 0 ? "Widgets/stages.canvas" : "Widgets/stages-ascii.canvas",
            Self.draw(Self.strip, 110, 3, glyphSets[set].glyphs).golden)
    }

    @Test func inOneRow() {
        golden("Widgets/stages-one-row.canvas", Self.draw(Self.strip, 78, 1).golden)
    }

    @Test func aFailureIsWhatIsSeen() {
        var strip = Self.strip
        strip.stages[3] = .init("roll", .failed, "health")
        strip.instances[2] = .init("api#2", .failed, "exit 1")
        golden("Widgets/stages-failed.canvas", Self.draw(strip, 44, 3).golden)
        #expect(Self.draw(strip, 60, 1).rows[0].hasSuffix("api#2 ✖ exit 1"))
    }

    /// Those that need a look come first, and the number of the others is told.
    @Test func manyInstances() {
        var strip = Self.strip
        strip.instances = (0..<40).map { .init("i\($0)", $0 == 33 ? .failed : $0 == 20 ? .running : .done) }
        let rows = Self.draw(strip, 40, 3).rows
        #expect(rows[1].hasPrefix("i33 ✖  i20 ◐  i0 ✔"))
        #expect(rows[2].hasSuffix("more"))
        #expect(Self.draw(strip, 4, 2).rows[1] == "… 4…")
        #expect(Self.draw(strip, 40, 0).rows.isEmpty)
    }

    @Test func withLittleToTell() {
        #expect(Self.draw(StageStrip(stages: []), 20, 2).rows == ["", ""])
        #expect(
            Self.draw(StageStrip(stages: [.init("fetch", .waiting)], note: "soon"), 20, 1).rows == ["· fetch   soon"])
        #expect(
            Self.draw(StageStrip(stages: [.init("fetch", .done, "3s")], part: 1), 24, 1).rows == [
                "✔ fetch 3s  ▓▓▓▓▓▓ 100 %"
            ])
        let narrow = StageStrip(stages: [.init("fetch", .done), .init("verify", .waiting)], part: 0)
        #expect(Self.draw(narrow, 18, 1).rows == ["✔ fetch"])
        #expect(
            Self.draw(StageStrip(stages: [.init("fetch", .waiting), .init("v", .waiting)]), 9, 1).rows == ["· fetch"])
    }

    @Test func clocks() {
        #expect(StageStrip.clock(elapsed: 41_000, left: 40_000) == "00:41, about 00:40 left")
        #expect(StageStrip.clock(elapsed: 41_000, left: nil) == "00:41")
    }

    @Test(arguments: glyphSets.indices)
    func healthBadges(set: Int) {
        let glyphs = glyphSets[set].glyphs
        let canvas = drawn(28, 4) { canvas in
            let all: [HealthBadge] = [.passing(milliseconds: 3), .failing(count: 2, limit: 3), .failed, .unknown]
            for (row, badge) in all.enumerated() { canvas.text(badge.text(glyphs), x: 0, y: row) }
        }
        golden(set == 0 ? "Widgets/health.canvas" : "Widgets/health-ascii.canvas", canvas.golden)
    }
}
