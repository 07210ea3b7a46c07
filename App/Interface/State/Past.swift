package import Core

/// A moment that is looked back at: the table, graphs, events and logs are as they were then.
package struct Past: Sendable {
    /// What the engine told of a moment.
    package struct View: Hashable, Sendable {
        package var fleet: FleetPast
        /// Figures before it, for the graphs; nil when none are kept.
        package var metrics: MetricsResult?
        /// Milliseconds of one sample of the graphs.
        package var step: Int

        package init(fleet: FleetPast, metrics: MetricsResult?, step: Int) {
            self.fleet = fleet
            self.metrics = metrics
            self.step = step
        }
    }

    /// How far a press goes, milliseconds: the more presses in a row, the farther.
    package static let strides = [10_000, 60_000, 600_000, 3_600_000]
    /// Presses with one stride.
    static let pressesOfStride = 3
    /// Of so many processes at most the minute before is asked for when the dashboard is opened.
    static let fullMinute = 300
    /// After so long without a press the first stride comes again, milliseconds.
    static let pause = 3000

    /// Where the keys have come to, on the engine's clock.
    package internal(set) var time: WallTime
    /// What is shown; nil until the first answer, and the present stays.
    package internal(set) var fleet: Fleet?
    /// Milliseconds of one sample of its graphs.
    package internal(set) var step = 1000
    /// The moment that `fleet` is of, and the last event before it.
    package internal(set) var shown: WallTime?
    package internal(set) var event: FleetEvent?
    /// Nothing that was before is kept: there is no way farther back.
    package internal(set) var since: WallTime?
    /// What was asked and is not answered: one at a time, however fast the keys come.
    var asked: (number: Int, time: WallTime)?
    /// Presses in a row in one direction, and the last.
    var presses = 0
    var isBack = true
    var pressedAt: Instant
    /// What was selected in the present.
    let selected: InstanceName?

    /// The stride of the next press.
    var stride: Int { Self.strides[min(Self.strides.count - 1, presses / Self.pressesOfStride)] }

    /// What the graphs reach over: `60s`, `10m`, `60m`.
    package var reach: String { step < 10_000 ? "60s" : "\(History.capacity * step / 60_000)m" }
}

extension Past.View {
    /// How far apart samples are that are kept of something so old, milliseconds: see `Defaults.historySeconds`.
    package static func step(ofAge milliseconds: Int) -> Int {
        if milliseconds < (Defaults.historySeconds - History.capacity) * 1000 { return 1000 }
        return milliseconds < (Defaults.historyTens - History.capacity) * 10_000 ? 10_000 : 60_000
    }
}

extension Fleet {
    /// The fleet of a moment: nothing in it goes on.
    ///
    /// - Parameters:
    ///   - now: the present, on the clock of this machine.
    init(_ view: Past.View, at now: Instant) {
        self.init()
        let past = view.fleet
        var graphs: [InstanceName: MetricSeries] = [:]
        for series in view.metrics?.series ?? [] {
            guard let namespace = series.namespace, let name = series.name, let number = series.instance else {
                continue
            }
            graphs[InstanceName(namespace: namespace, name: name, instance: number)] = series
        }
        let rows = past.processes.map { process in
            var row = Row(process: process, seenAt: now)
            let points = graphs[InstanceName(process)]?.points ?? []
            let samples = view.samples(points)
            for point in samples {
                row.cpu.append(point?.cpu.average ?? 0)
                row.memory.append(point?.memory.average ?? 0)
            }
            return row
        }
        let machine = view.metrics?.series.first { $0.name == nil }
        stand(rows, host: past.host, wall: past.time, at: now)
        for point in view.samples(machine?.points ?? []) { look(point?.cpu.average ?? 0) }
    }
}

extension Past.View {
    /// A sample for each place of a graph, the moment last; nil where nothing was measured.
    func samples(_ points: [MetricPoint]) -> [MetricPoint?] {
        // A point stands for its own step, and for as long as measurements are apart at most where nobody looks.
        let width = Int64(max(step, metrics?.step ?? step, Defaults.longestRestInterval))
        var next = 0
        return (0..<History.capacity).map { place in
            let end = fleet.time.milliseconds - Int64((History.capacity - 1 - place) * step)
            while next < points.count, points[next].at.milliseconds <= end { next += 1 }
            guard next > 0, end - points[next - 1].at.milliseconds < width + Int64(step) else { return nil }
            return points[next - 1]
        }
    }
}
