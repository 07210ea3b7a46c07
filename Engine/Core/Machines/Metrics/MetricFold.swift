/// Gathers measurements of several sources into points at equal distances.
package struct MetricFold: Sendable {
    /// Distances that points may have, milliseconds.
    package static let steps =
        [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400].map { $0 * 1000 }

    package let from: WallTime
    package let to: WallTime
    /// Milliseconds.
    package let step: Int
    private var sums: [MetricName: [Int: MetricSum]] = [:]
    /// Minutes that are known in detail.
    private var covered: [MetricName: Set<Int>] = [:]

    /// - Parameters:
    ///   - series: how many there will be: together they have at most `Defaults.historyAnswer` points, and each
    ///     `Defaults.historyPoints`.
    ///   - step: the least distance that is wanted, milliseconds.
    package init(from: WallTime, to: WallTime, step: Int? = nil, series: Int) {
        self.from = from
        self.to = max(from, to)
        let length = max(0, to.milliseconds.subtractingReportingOverflow(from.milliseconds).partialValue)
        let most = max(1, min(Defaults.historyPoints, Defaults.historyAnswer / max(1, series)))
        // Whoever asks for a step of all time gets one that can still be counted with.
        let least = min(max(step ?? 0, Int(length / Int64(most))), Int.max / 2)
        self.step = Self.steps.first { $0 >= least } ?? (least / 86_400_000 + 1) * 86_400_000
    }

    /// A minute of a series is known in detail: the sums of the store are not needed.
    package mutating func cover(_ name: MetricName, minute: Int) { covered[name, default: []].insert(minute) }

    /// What was measured from a moment on; what lies outside is left out.
    package mutating func add(_ sum: MetricSum, of name: MetricName, at time: WallTime) {
        guard time >= from, time <= to else { return }
        let place = Int(time.milliseconds / Int64(step))
        if sums[name]?[place]?.add(sum) == nil { sums[name, default: [:]][place] = sum }
    }

    /// A minute of the store.
    ///
    /// - Parameter names: of its series.
    package mutating func add(_ minute: MetricMinute, names: [UInt32: MetricName]) {
        for (number, sum) in minute.sums {
            guard let name = names[number], covered[name]?.contains(minute.number) != true else { continue }
            // A minute that has begun before counts, as does what it has of the time asked for.
            add(
                sum, of: name,
                at: max(minute.start, min(from, WallTime(milliseconds: minute.start.milliseconds + 59_999))))
        }
    }

    /// The points of a series, in the order of time.
    package func points(of name: MetricName, load: MetricName? = nil) -> [MetricPoint] {
        let loads = load.flatMap { sums[$0] } ?? [:]
        return (sums[name] ?? [:]).sorted { $0.key < $1.key }.map { place, sum in
            MetricPoint(
                at: WallTime(milliseconds: Int64(place * step)), cpu: sum.cpu.spread, memory: sum.memory.spread,
                load: loads[place]?.cpu.spread)
        }
    }

    /// The last that was measured; nil for nothing.
    package func last(of name: MetricName) -> MetricSum? {
        sums[name]?.max { $0.key < $1.key }?.value
    }
}
