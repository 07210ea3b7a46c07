import Support
import Testing
import Themes
import Widgets

@Suite struct GraphTests {
    /// A wave with a gap and one peak, as long as ten minutes of samples every five seconds.
    static let wave: [Double] = (0..<120).map { index in
        if index == 90 { return 88 }
        return (30..<36).contains(index) ? Double.nan : Double(12 + abs(index % 50 - 25))
    }

    static func draw(_ graph: Graph, _ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode) -> Canvas {
        drawn(width, height) { graph.draw(on: &$0, in: $0.bounds, glyphs: glyphs) }
    }

    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        let graph = Graph(Self.wave, maximum: 100, unit: .percent, interval: 5000)
        golden(
            set == 0 ? "Widgets/graph.canvas" : "Widgets/graph-ascii.canvas",
            Self.draw(graph, 60, 10, glyphSets[set].glyphs).golden)
    }

    /// The words go first, then the time, then the scale.
    @Test func whatDoesNotFitIsLeftOut() {
        let graph = Graph([1, 2, 3, 4], unit: .number, interval: 1000)
        #expect(Self.draw(graph, 30, 4).rows.first == "now 4.0  mean 2.5  peak 4.0")
        let three = Self.draw(graph, 30, 3).rows
        #expect(three[0].hasPrefix("5.0 │") && three[0].hasSuffix("⡰"))
        #expect(three[1].hasPrefix("  0 │") && three[2] == "     -50s      -25s        now")
        #expect(Self.draw(graph, 12, 2).rows == ["5.0 │      ⡰", "  0 │     ⠜"])
        #expect(Self.draw(graph, 11, 2).rows == ["          ⡰", "         ⠜"])
        #expect(Self.draw(graph, 6, 1).rows == ["    ⠤⠒"])
    }

    @Test(arguments: [
        (0.0, "1.0"), (1, "1.0"), (1.2, "2.0"), (4, "5.0"), (7, "10"), (41, "50"), (812, "1.0k"), (.infinity, "1.0"),
    ])
    func scalesAreRound(peak: Double, label: String) {
        #expect(Self.draw(Graph([0, peak]), 20, 2).rows[0].split(separator: "│")[0].filter { $0 != " " } == label)
    }

    @Test func scalesHaveUnits() {
        #expect(Self.draw(Graph([300 * 1024 * 1024], unit: .bytes), 20, 2).rows[0].hasPrefix("512M │"))
        #expect(Self.draw(Graph([5], maximum: 200, unit: .percent), 30, 2).rows[0].hasPrefix("200 % │"))
    }

    /// What is no number has no place in the line, and nothing is said of it.
    @Test func gapsAndWhatIsBeyond() {
        #expect(Self.draw(Graph([], interval: 1000), 20, 4).rows[0] == "no samples")
        #expect(Self.draw(Graph([.nan]), 20, 1).rows == [""])
        let beyond = Self.draw(Graph([.infinity, -5, 7], maximum: 1), 4, 1, .ascii)
        #expect(beyond.rows == [" \"||"])
        #expect(Self.draw(Graph([1, 1], maximum: 0), 3, 1, .ascii).rows == [" __"])
    }

    /// Of more samples than columns the highest of each group is seen: no peak is lost.
    @Test func peaksSurviveNarrowPlaces() {
        var samples = Array(repeating: 0.0, count: 997)
        samples[500] = 9
        for width in 1..<40 {
            let canvas = Self.draw(Graph(samples, maximum: 9), width, 1, .ascii)
            #expect(canvas.rows[0].contains("|") || canvas.rows[0].contains("\""), "\(width)")
        }
    }

    @Test func heightsHaveColoursOnlyOnAKnownScale() {
        let graph = Self.draw(Graph([0.1, 0.6, 1], maximum: 1), 3, 1, .ascii)
        #expect((0..<3).map { graph[$0, 0].style.role } == [.graphLow, .graphMiddle, .graphHigh])
        let free = Self.draw(Graph([0.1, 0.6, 1]), 3, 1, .ascii)
        #expect((0..<3).allSatisfy { free[$0, 0].style.role == .graphLow })
    }

    /// A graph of a time gone by names that time, and no age.
    @Test func theEndMayBeATime() {
        let graph = Graph([5, 1, 1], interval: 60_000, end: "09:24")
        #expect(Self.draw(graph, 40, 5).rows[0] == "09:24 1.0  mean 2.3  peak 5.0")
        #expect(Self.draw(graph, 40, 5).rows[4].hasSuffix(" 09:24"))
        #expect(Self.draw(Graph([5, 1, 1], interval: 60_000), 40, 5).rows[0].hasSuffix("peak 5.0, 2m ago"))
        #expect(Self.draw(Graph([5, 1, 1], interval: 60_000), 5, 3).rows[2] == "  now")
    }

    /// Few samples in a wide place: each is as wide as there is room, and the axis is as long as they are.
    @Test func samplesMayFillTheWidth() {
        let rows = Self.draw(Graph([0, 1, 0], maximum: 1, unit: .rate, interval: 1000, fills: true), 25, 4, .ascii).rows
        #expect(rows[0] == "now 0/s  mean 0/s  peak 1~" || rows[0].hasPrefix("now 0/s"))
        #expect(rows[3].contains("-3s") && rows[3].hasSuffix("now"))
        let line = Self.draw(Graph([0, 1, 0], maximum: 1, fills: true), 9, 1, .ascii).rows[0]
        #expect(line == "___|\"\"|__")
        let many = Self.draw(Graph([0, 0, 1, 0, 0, 0], maximum: 1, fills: true), 3, 1, .ascii).rows[0]
        #expect(many == "_||")
        #expect(Self.draw(Graph([], fills: true), 9, 1, .ascii).rows == [""])
    }

    @Test(arguments: [
        (Graph.Unit.number, 9.94, "9.9"), (.number, 1234, "1.2k"), (.percent, 41.25, "41.3 %"), (.bytes, 2048, "2.0K"),
        (.bytes, -4, "0"), (.rate, 2048, "2.0K/s"), (.number, .infinity, "1.0E"),
    ])
    func units(unit: Graph.Unit, value: Double, text: String) { #expect(unit.text(value) == text) }
}

@Suite struct GaugeTests {
    static let gauges = [
        Gauge(label: "cpu", part: 0.124, text: "12.4 %", labelWidth: 4, textWidth: 12),
        Gauge(label: "mem", part: 0.41, text: "212M of 512M", labelWidth: 4, textWidth: 12),
        Gauge(label: "disk", part: 0.93, text: "93 %", labelWidth: 4, textWidth: 12),
    ]

    static func draw(_ gauges: [Gauge], width: Int, _ glyphs: Glyphs) -> Canvas {
        drawn(width, gauges.count) { canvas in
            for (row, gauge) in gauges.enumerated() {
                gauge.draw(on: &canvas, in: Rect(x: 0, y: row, width: width, height: 1), glyphs: glyphs)
            }
        }
    }

    @Test(arguments: glyphSets.indices)
    func looks(set: Int) {
        golden(
            set == 0 ? "Widgets/gauge.canvas" : "Widgets/gauge-ascii.canvas",
            Self.draw(Self.gauges, width: 44, glyphSets[set].glyphs).golden)
    }

    @Test(arguments: [(22, "mem  ▓▓░░ 212M of 512M"), (21, "mem  212M of 512M"), (10, "mem  212M…"), (3, "mem")])
    func theBarGivesWay(width: Int, row: String) {
        #expect(Self.draw([Self.gauges[1]], width: width, .unicode).rows == [row])
    }
}
