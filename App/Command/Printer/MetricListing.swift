internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// `od metrics`: of each instance a graph and a table.
struct MetricListing {
    /// Columns of a graph, its rows, and lines of a table.
    private static let graphWidth = 60
    private static let graphHeight = 3
    private static let lines = 12
    /// Milliseconds that a point may claim to stand for, whoever says so.
    private static let longest = 1 << 60

    let from: WallTime
    let to: WallTime
    /// Milliseconds from one point to the next.
    let step: Int
    var colour = false
    var unicode = true

    func text(_ series: MetricSeries) -> String {
        let title = series.name.map { "\(series.namespace ?? "")/\($0)#\(series.instance ?? 0)" } ?? "the machine"
        let head = Paint.text(Text.sanitize(title), Style(.heading, .bold), colour)
        guard !series.points.isEmpty else { return "\(head): no figures of this time are kept\n" }
        let cpu = spread(series.points.map(\.cpu))
        let memory = spread(series.points.map(\.memory))
        return head + " from \(short(from)) to \(short(to)), by \(Format.elapsed(milliseconds: step))\n"
            + graph("cpu", series.points.map { ($0.at, $0.cpu.max) }, "\(Format.percent(cpu.max)) %")
            + graph("mem", series.points.map { ($0.at, $0.memory.max) }, Format.bytes(measured: memory.max)) + "\n"
            + table(series)
    }

    // MARK: the graph

    /// Over the whole time; where nothing was measured it is empty. The text says what its height is.
    private func graph(_ label: String, _ points: [(at: WallTime, value: Double)], _ most: String) -> String {
        let columns = 2 * Self.graphWidth
        var samples = [Double](repeating: .nan, count: columns)
        let length = Double(max(1, to.milliseconds - from.milliseconds))
        func place(_ milliseconds: Int64) -> Int {
            Int(Double(milliseconds - from.milliseconds) / length * Double(columns))
        }
        let width = Int64(min(step, Self.longest))
        for point in points {
            // A point is as wide as its step.
            let first = max(0, min(columns - 1, place(point.at.milliseconds)))
            let end = max(first + 1, min(columns, place(point.at.milliseconds + width)))
            for column in first..<end {
                samples[column] = samples[column].isNaN ? point.value : max(samples[column], point.value)
            }
        }
        var canvas = Canvas(size: Size(width: Self.graphWidth, height: Self.graphHeight))
        Sparkline(samples).draw(on: &canvas, in: canvas.bounds, glyphs: unicode ? .unicode : .ascii)
        let rows = (colour ? ANSI.render(canvas, theme: .terminal, depth: .sixteen) : ANSI.plain(canvas))
            .split(separator: "\n", omittingEmptySubsequences: false)
        return rows.prefix(Self.graphHeight).enumerated().map { row, text in
            row == 0 ? "  \(label)  \(text)  \(most)\n" : "       \(text)\n"
        }.joined()
    }

    // MARK: the table

    private func table(_ series: MetricSeries) -> String {
        let rows = stretches(series.points)
        let hasLoad = rows.contains { $0.load != nil }
        var columns = [
            Table.Column("from", .content(maximum: 20)), Table.Column("cpu", .content(maximum: 8), .right),
            Table.Column("highest", .content(maximum: 8), .right), Table.Column("mem", .content(maximum: 8), .right),
            Table.Column("highest", .content(maximum: 8), .right),
        ]
        if hasLoad { columns.append(Table.Column("load", .content(maximum: 8), .right)) }
        let table = Table(
            columns: columns,
            rows: rows.map { point in
                var cells = [
                    StyledText(short(point.at), .dim), StyledText(Format.percent(point.cpu.average) + "%"),
                    StyledText(Format.percent(point.cpu.max) + "%"),
                    StyledText(Format.bytes(measured: point.memory.average)),
                    StyledText(Format.bytes(measured: point.memory.max)),
                ]
                if hasLoad { cells.append(StyledText(point.load.map { Format.fixed($0.average, places: 2) } ?? "-")) }
                return Table.Row(cells)
            }, gap: 2, placeholder: "")
        let height = rows.count + 1
        var canvas = Canvas(size: Size(width: 70, height: height))
        table.draw(on: &canvas, in: canvas.bounds, glyphs: unicode ? .unicode : .ascii)
        let text = colour ? ANSI.render(canvas, theme: .terminal, depth: .sixteen) : ANSI.plain(canvas)
        return text.split(separator: "\n").map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return "  \(line)\n"
        }.joined()
    }

    /// A few stretches of equal length, those in which something was measured.
    private func stretches(_ points: [MetricPoint]) -> [MetricPoint] {
        let length = max(
            1, Int64(min(step, Self.longest)),
            (to.milliseconds - from.milliseconds + Int64(Self.lines) - 1) / Int64(Self.lines))
        let groups = Dictionary(grouping: points) { max(0, $0.at.milliseconds - from.milliseconds) / length }
        return groups.sorted { $0.key < $1.key }.map { number, points in
            // It says nothing of the time before the first figure, when the app may not have been there.
            let begin = max(from.milliseconds + number * length, points.map(\.at.milliseconds).min() ?? 0)
            return MetricPoint(
                at: WallTime(milliseconds: begin), cpu: spread(points.map(\.cpu)),
                memory: spread(points.map(\.memory)),
                load: points.contains { $0.load != nil } ? spread(points.compactMap(\.load)) : nil)
        }
    }

    private func spread(_ parts: [MetricSpread]) -> MetricSpread {
        MetricSpread(
            min: parts.map(\.min).min() ?? 0,
            average: parts.map(\.average).reduce(0, +) / Double(max(1, parts.count)),
            max: parts.map(\.max).max() ?? 0)
    }

    /// `2026-11-21T09:24:17Z`
    private func short(_ time: WallTime) -> String { String(time.description.prefix(19)) + "Z" }
}

extension Printer {
    func metrics(_ result: MetricsResult, _ request: MetricsRequest) {
        if json { return value(result) }
        let listing = MetricListing(
            from: request.from, to: request.to, step: result.step, colour: console.outputColour,
            unicode: console.unicode)
        output.write(result.series.map(listing.text).joined(separator: "\n"))
    }
}
