import Core
import Themes
import Widgets

/// A graph of the last minute, of which each row is a line of the pane.
struct Chart {
    var history: History
    var unit: Graph.Unit
    var rows: Int

    /// Draws one of its rows, 0 is the highest, into a line.
    func draw(_ row: Int, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let place = Rect(x: area.x + 1, y: area.y - row, width: area.width - 2, height: rows)
        let wide = stretch(to: place.width)
        let samples = history.samples(History.capacity).flatMap { Array(repeating: $0, count: wide) }
        canvas.clipped(to: area) { canvas in
            Graph(samples, unit: unit, interval: 1000 / wide).draw(on: &canvas, in: place, glyphs: glyphs)
        }
    }

    /// How often a sample is repeated, so that a minute fills the room: two of them are a column.
    private func stretch(to columns: Int) -> Int {
        let scale = 10
        return max(1, 2 * (columns - scale) / History.capacity)
    }
}

/// Processor time and memory of one process, as large as the pane.
enum MetricsView {
    static func lines(_ row: Fleet.Row, _ state: State) -> [DetailView.Line] {
        let rows = min(14, max(4, (state.layout.detailRows - 2) / 2))
        return [.text(heading("cpu", "100 % is one core, with its children"))]
            + chart(Chart(history: row.cpu, unit: .percent, rows: rows))
            + [.text(heading("memory", "with its children"))]
            + chart(Chart(history: row.memory, unit: .bytes, rows: rows))
    }

    private static func heading(_ name: String, _ more: String) -> StyledText {
        StyledText(" " + name, .heading) + StyledText("   " + more, .dim)
    }

    private static func chart(_ chart: Chart) -> [DetailView.Line] {
        (0..<chart.rows).map { .chart(chart, row: $0) }
    }
}
