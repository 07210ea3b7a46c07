import Core
import Themes
import Widgets

/// The last minute of the machine as graphs, two side by side: a band below each part of its page.
struct MachineGraphs {
    private struct Named {
        var name: String
        var chart: Chart
    }

    /// Rows of a graph with its words and its time: with fewer nothing is seen, more are wasted.
    private static let rows = 6...16
    /// Columns of one graph at least; two that have less are none.
    private static let leastWidth = 36

    /// By importance: processor and memory, network, disks.
    private let pairs: [[Named]]

    init(_ state: State, _ host: HostInfo) {
        func named(_ name: String, _ history: History, _ unit: Graph.Unit, _ maximum: Double? = nil) -> Named {
            Named(name: name, chart: Chart(history: history, unit: unit, maximum: maximum, rows: 0))
        }
        let (fleet, machine) = (state.live, state.machine)
        pairs = [
            [
                named("processor", fleet.hostCPU, .percent, 100),
                named("memory", fleet.hostMemory, .bytes, Double(host.memoryTotal)),
            ],
            [named("received", machine.received, .rate), named("sent", machine.sent, .rate)],
            [named("read from disks", machine.read, .rate), named("written to disks", machine.written, .rate)],
        ]
    }

    /// A band for each part of the page, of which `texts` says how many lines it has; none below a part without lines,
    /// nor where there is no room.
    func bands(_ texts: [Int], width: Int, height: Int, _ glyphs: Glyphs) -> [[StyledText]] {
        let wanted = pairs.indices.filter { texts[$0] > 0 }
        let room = height - texts.reduce(0, +)
        // A heading, and a blank line before it.
        let count = (1...max(1, wanted.count)).last { room / $0 - 2 >= Self.rows.lowerBound } ?? 0
        guard count > 0, width >= 2 * Self.leastWidth else { return pairs.map { _ in [] } }
        let rows = min(Self.rows.upperBound, room / count - 2)
        return pairs.indices.map { wanted.prefix(count).contains($0) ? band(pairs[$0], width, rows, glyphs) : [] }
    }

    private func band(_ pair: [Named], _ width: Int, _ rows: Int, _ glyphs: Glyphs) -> [StyledText] {
        var canvas = Canvas(size: Size(width: width, height: rows + 2))
        for (place, named) in pair.enumerated() {
            let area = Rect(x: place * (width / 2), y: 1, width: width / 2, height: rows + 1)
            let (head, plot) = area.split(top: 1)
            canvas.text(StyledText(" " + named.name, .heading), x: head.x, y: head.y, width: head.width)
            let inside = Rect(x: plot.x + 1, y: plot.y, width: plot.width - 3, height: plot.height)
            named.chart.draw(on: &canvas, in: inside, glyphs)
        }
        return canvas.lines
    }
}
