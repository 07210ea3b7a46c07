// MetricHistory: what is remembered of figures, and for how long.
//
//     a sample ──> seconds   600 slots of 1 s, only while samples come that often
//              ──> tens      1,080 slots of 10 s: average and highest
//              ──> minute    sums, handed out when the minute of the wall clock is over: for the store
//
// Slots are numbered by the clock that runs since boot: a wall clock that is set moves all of them together, and ages
// stay right. What only the store has is looked up there.

/// The figures of all instances and of the machine.
package struct MetricHistory: Sendable {
    /// One measurement.
    package struct Sample: Hashable, Sendable {
        package var name: MetricName
        /// Percent.
        package var cpu: Double
        /// Bytes.
        package var memory: UInt64

        package init(_ name: MetricName, cpu: Double, memory: UInt64) {
            self.name = name
            self.cpu = cpu
            self.memory = memory
        }
    }

    /// A second. Four bytes.
    private struct Second: RingSlot {
        var cpu = MetricNumber.none
        var memory = MetricNumber.none
        static let empty = Second()
        var isEmpty: Bool { cpu == .none }
    }

    /// Ten seconds. Six bytes; memory changes little in them, and is the average.
    private struct Ten: RingSlot {
        var cpu = MetricNumber.none
        var highest = MetricNumber.none
        var memory = MetricNumber.none
        static let empty = Ten()
        var isEmpty: Bool { cpu == .none }
    }

    private struct Series: Sendable {
        var seconds = SlotRing<Second>(capacity: MetricHistory.seconds, chunk: 60)
        var tens = SlotRing<Ten>(capacity: MetricHistory.tens, chunk: 90)
        /// Of the present ten seconds, and which these are.
        var ten: (number: Int, sum: MetricSum)?
        var minute: MetricSum?
        var last: Instant
    }

    package static let seconds = Defaults.historySeconds
    package static let tens = Defaults.historyTens
    /// Series that are remembered; more are not taken.
    static let mostSeries = 8192
    /// Samples that come at this distance or closer are remembered by the second, milliseconds.
    private static let close = 2500

    private var series: [MetricName: Series] = [:]
    private var minute: Int?
    private var last: Instant?
    private var forgotAt: Instant?

    package init() {}

    /// Milliseconds from one measurement to the next while nobody looks: the more one costs, the longer.
    ///
    /// - Parameter cost: nanoseconds of CPU time of the last one.
    package static func rest(cost: Int) -> Int {
        let wanted = max(0, min(cost, 1_000_000_000)) * Defaults.restShare / 1_000_000
        return min(max(wanted, Defaults.restInterval), Defaults.longestRestInterval)
    }

    /// Whose figures there are.
    package var names: [MetricName] { Array(series.keys) }
    /// Bytes that slots take, for tests of their bound.
    package var slotBytes: Int { series.values.reduce(0) { $0 + 4 * $1.seconds.allocated + 6 * $1.tens.allocated } }

    /// Takes in what was measured.
    ///
    /// - Returns: the sums of the minute before, when this sample begins another.
    package mutating func add(_ samples: [Sample], at now: Moment) -> [MetricName: MetricSum]? {
        let finished = turn(to: minuteNumber(now.wall))
        let isClose = last.map { now.boot.milliseconds(since: $0) <= Self.close } ?? false
        last = now.boot
        let second = Int(now.boot.nanoseconds / 1_000_000_000)
        for sample in samples { put(sample, second, isClose: isClose, at: now.boot) }
        forget(at: now.boot)
        return finished
    }

    /// The minute that `add` has handed out last is the one before this.
    package var presentMinute: Int? { minute }

    private func minuteNumber(_ wall: WallTime) -> Int { Int(wall.milliseconds / 60_000) }

    private mutating func turn(to number: Int) -> [MetricName: MetricSum]? {
        guard number != minute else { return nil }
        defer { minute = number }
        guard minute != nil else { return nil }
        let sums = series.compactMapValues(\.minute)
        for name in sums.keys { series[name]?.minute = nil }
        return sums.isEmpty ? nil : sums
    }

    private mutating func put(_ sample: Sample, _ second: Int, isClose: Bool, at now: Instant) {
        guard series[sample.name] != nil || series.count < Self.mostSeries else { return }
        let sum = MetricSum(cpu: sample.cpu, memory: Double(sample.memory))
        // In place: a copy of the rings for each sample would cost more than the sample.
        func take(_ one: inout Series) {
            one.last = now
            if isClose {
                let slot = Second(
                    cpu: MetricNumber(percent: sample.cpu), memory: MetricNumber(bytes: Double(sample.memory)))
                one.seconds.put(slot, at: second)
            }
            if one.ten?.number == second / 10 {
                one.ten?.sum.add(sum)
            } else {
                one.ten = (second / 10, sum)
            }
            if let ten = one.ten?.sum {
                let slot = Ten(
                    cpu: MetricNumber(percent: ten.cpu.average), highest: MetricNumber(percent: ten.cpu.max),
                    memory: MetricNumber(bytes: ten.memory.average))
                one.tens.put(slot, at: second / 10)
            }
            if one.minute == nil { one.minute = sum } else { one.minute?.add(sum) }
        }
        take(&series[sample.name, default: Series(last: now)])
    }

    /// Now and then: memory of what is too old is given back.
    private mutating func forget(at now: Instant) {
        guard let before = forgotAt, now.milliseconds(since: before) < 60_000 else {
            forgotAt = now
            let second = Int(now.nanoseconds / 1_000_000_000)
            for name in Array(series.keys) {
                series[name]?.seconds.forget(before: second - Self.seconds)
                series[name]?.tens.forget(before: second / 10 - Self.tens)
                if let one = series[name], one.tens.isEmpty, one.minute == nil { series[name] = nil }
            }
            return
        }
    }
}

extension MetricHistory {
    /// Puts what is remembered of some series between two moments into a fold.
    ///
    /// - Parameter now: the present, by which the two clocks are compared.
    package func fold(_ names: Set<MetricName>, into fold: inout MetricFold, at now: Moment) {
        let (from, to) = (boot(fold.from, now), boot(fold.to, now))
        let latest = Int(to.nanoseconds / 10_000_000_000)
        // What is older than the rings is in none.
        let oldest = max(Int(from.nanoseconds / 10_000_000_000), latest - Self.tens - 90)
        guard oldest <= latest else { return }
        for name in names {
            guard let one = series[name] else { continue }
            for number in oldest...latest {
                guard let ten = one.tens[number] else { continue }
                let start = wall(UInt64(number) * 10_000_000_000, now)
                fold.cover(name, minute: Int(start.milliseconds / 60_000))
                if fold.step < 10_000, put(one, number, name, into: &fold, now) { continue }
                let cpu = ten.cpu.percent
                let part = MetricSum.Part(min: cpu, average: cpu, max: ten.highest.percent)
                fold.add(
                    MetricSum(count: 10, cpu: part, memory: MetricSum.Part(ten.memory.bytes)), of: name, at: start)
            }
        }
    }

    /// The seconds of one slot of ten; false when there are none.
    private func put(
        _ one: Series, _ number: Int, _ name: MetricName, into fold: inout MetricFold, _ now: Moment
    ) -> Bool {
        var isAny = false
        for second in number * 10..<number * 10 + 10 {
            guard let slot = one.seconds[second] else { continue }
            isAny = true
            let sum = MetricSum(cpu: slot.cpu.percent, memory: slot.memory.bytes)
            fold.add(sum, of: name, at: wall(UInt64(second) * 1_000_000_000, now))
        }
        return isAny
    }

    private func wall(_ nanoseconds: UInt64, _ now: Moment) -> WallTime {
        WallTime(
            milliseconds: now.wall.milliseconds
                + (Int64(nanoseconds / 1_000_000) - Int64(now.boot.nanoseconds / 1_000_000)))
    }

    private func boot(_ wall: WallTime, _ now: Moment) -> Instant {
        now.boot.advanced(byMilliseconds: Int(max(-(1 << 50), min(1 << 50, wall.milliseconds - now.wall.milliseconds))))
    }
}
