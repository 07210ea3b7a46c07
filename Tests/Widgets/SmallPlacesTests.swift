import Support
import Testing
import Themes
import Widgets

/// Every widget in every small place: no trap, nothing torn, nothing outside.
@Suite struct SmallPlaces {
    @Test(arguments: glyphSets.indices)
    func everythingIsClipped(set: Int) {
        let glyphs = glyphSets[set].glyphs
        for width in 0..<14 {
            for height in 0..<6 {
                let area = Rect(x: 2, y: 1, width: width, height: height)
                let canvas = drawn(18, 8) { drawAll(on: &$0, in: area, glyphs) }
                #expect(isWhole(canvas))
                for y in 0..<8 {
                    for x in 0..<18 where !area.contains(x: x, y: y) {
                        #expect(canvas[x, y] == .blank, "\(width)x\(height) \(x),\(y)")
                    }
                }
                _ = drawn(width, height) { drawAll(on: &$0, in: area, glyphs) }
                _ = drawn(width, height) { drawAll(on: &$0, in: Rect(x: -3, y: -2, width: 9, height: 9), glyphs) }
            }
        }
    }

    func drawAll(on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        Table(columns: TableTests.columns, rows: TableTests.rows, selected: 0).draw(
            on: &canvas, in: area, glyphs: glyphs)
        Sparkline([1, 2, 3, 4], maximum: 3).draw(on: &canvas, in: area, glyphs: glyphs)
        Bar(0.5).draw(on: &canvas, in: area, glyphs: glyphs)
        for wraps in [false, true] {
            LogPane(lines: LogPaneTests.lines, wraps: wraps, column: 3).draw(on: &canvas, in: area, glyphs: glyphs)
        }
        KeyBar(KeyBarTests.bar.keys).draw(on: &canvas, in: area)
        Menu(items: [.init("日本", "語")], selected: 0).draw(on: &canvas, in: area, glyphs: glyphs)
        TextField("日本語").draw(on: &canvas, in: area, glyphs: glyphs)
        Dialog(title: "日本", lines: ["日本語日本語"], field: TextField("日本語"), fieldLabel: "日", buttons: ["日", "本"])
            .draw(on: &canvas, in: area, glyphs: glyphs)
        Graph([1, 5, .nan, 3], unit: .percent, interval: 1000).draw(on: &canvas, in: area, glyphs: glyphs)
        Gauge(label: "日本", part: 0.4, text: "日 of 語").draw(on: &canvas, in: area, glyphs: glyphs)
        Tabs(["日本", "語", "env"], selected: 1).draw(on: &canvas, in: area, glyphs: glyphs)
        ScrollBar(count: 90, visible: max(1, area.height), offset: 40).draw(on: &canvas, in: area, glyphs: glyphs)
        StageStrip(stages: StageTests.stages, part: 0.5, instances: StageTests.instances, note: "日本")
            .draw(on: &canvas, in: area, glyphs: glyphs)
        Box(title: "日本", right: "本", bottomLeft: "語", bottomRight: "日").draw(on: &canvas, in: area, glyphs: glyphs)
    }
}
