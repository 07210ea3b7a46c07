import Core
import Themes
import Widgets

/// A graph of the last minute, of which each row is a line of the pane.
struct Chart {
    var history: History
    var unit: Graph.Unit
    /// The upper edge where there is a limit, so that the height means something by itself.
    var maximum: Double?
    var rows: Int
    /// Milliseconds of a sample, and what the right edge is.
    var step = 1000
    var end = "now"

    /// Draws one of its rows, 0 is the highest, into a line.
    func draw(_ row: Int, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let place = Rect(x: area.x + 1, y: area.y - row, width: area.width - 2, height: rows)
        canvas.clipped(to: area) { draw(on: &$0, in: place, glyphs) }
    }

    /// Draws all of it.
    func draw(on canvas: inout Canvas, in place: Rect, _ glyphs: Glyphs) {
        Graph(history.samples(History.capacity), maximum: maximum, unit: unit, interval: step, end: end, fills: true)
            .draw(on: &canvas, in: place, glyphs: glyphs)
    }
}

/// Processor time and memory of one process, as large as the pane.
enum MetricsView {
    static func lines(_ row: Fleet.Row, _ state: State) -> [DetailView.Line] {
        let rows = min(14, max(4, (state.layout.detailRows - 2) / 2))
        return [.text(heading("cpu", "100 % is one core, with its children"))]
            + chart(Chart(history: row.cpu, unit: .percent, rows: rows), state)
            + [.text(heading("memory", "with its children"))]
            + chart(Chart(history: row.memory, unit: .bytes, rows: rows), state)
    }

    private static func heading(_ name: String, _ more: String) -> StyledText {
        StyledText(" " + name, .heading) + StyledText("   " + more, .dim)
    }

    private static func chart(_ chart: Chart, _ state: State) -> [DetailView.Line] {
        var chart = chart
        if let past = state.past, let moment = past.shown {
            (chart.step, chart.end) = (past.step, state.clock(of: moment))
        }
        return (0..<chart.rows).map { .chart(chart, row: $0) }
    }
}
