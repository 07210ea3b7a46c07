/// Measurements of CPU time and memory, summed up.
package struct MetricSum: Hashable, Sendable {
    /// Of one quantity.
    package struct Part: Hashable, Sendable {
        package var min: Double
        package var average: Double
        package var max: Double

        package init(min: Double, average: Double, max: Double) {
            self.min = min
            self.average = average
            self.max = max
        }

        init(_ value: Double) { self.init(min: value, average: value, max: value) }

        /// - Parameters:
        ///   - weight: measurements of its own.
        ///   - others: of the other.
        fileprivate mutating func add(_ other: Part, _ weight: Int, _ others: Int) {
            min = Swift.min(min, other.min)
            max = Swift.max(max, other.max)
            let both = Double(weight + others)
            average = average * (Double(weight) / both) + other.average * (Double(others) / both)
        }

        package var spread: MetricSpread { MetricSpread(min: min, average: average, max: max) }
    }

    /// How many they are, 1 at least.
    package private(set) var count: Int
    /// Percent.
    package private(set) var cpu: Part
    /// Bytes.
    package private(set) var memory: Part

    package init(cpu: Double, memory: Double) { self.init(count: 1, cpu: Part(cpu), memory: Part(memory)) }

    package init(count: Int, cpu: Part, memory: Part) {
        self.count = Swift.max(1, count)
        self.cpu = cpu
        self.memory = memory
    }

    /// Takes in the samples of another stretch: averages are weighted by how many samples each had.
    package mutating func add(_ other: MetricSum) {
        cpu.add(other.cpu, count, other.count)
        memory.add(other.memory, count, other.count)
        count += other.count
    }
}

/// The sums of one minute, by the number of the series.
package struct MetricMinute: Hashable, Sendable {
    /// Bytes of one series.
    static let width = 18
    /// The wall clock's minutes since 1970.
    package var number: Int
    package var sums: [UInt32: MetricSum]

    package init(number: Int, sums: [UInt32: MetricSum] = [:]) {
        self.number = number
        self.sums = sums
    }

    package var start: WallTime { WallTime(milliseconds: Int64(number) * 60_000) }

    /// As it is stored: of each series its number (four bytes), how many measurements it is of (two bytes), then
    /// least, average and highest of CPU time and of memory (two bytes each, see `MetricNumber`); low bytes first.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(sums.count * Self.width)
        func put(_ value: UInt16) {
            bytes.append(UInt8(value & 0xFF))
            bytes.append(UInt8(value >> 8))
        }
        for (series, sum) in sums.sorted(by: { $0.key < $1.key }) {
            put(UInt16(series & 0xFFFF))
            put(UInt16(series >> 16))
            put(UInt16(clamping: sum.count))
            for value in [sum.cpu.min, sum.cpu.average, sum.cpu.max] { put(MetricNumber(percent: value).bits) }
            for value in [sum.memory.min, sum.memory.average, sum.memory.max] { put(MetricNumber(bytes: value).bits) }
        }
        return bytes
    }

    /// Reads what `bytes` has written; what is left over of damaged ones is not looked at.
    ///
    /// - Parameter wanted: the series that are read; nil for all.
    package init(number: Int, bytes: [UInt8], wanted: Set<UInt32>? = nil) {
        self.init(number: number)
        for start in stride(from: 0, to: bytes.count - Self.width + 1, by: Self.width) {
            let words = (0..<Self.width / 2).map {
                UInt16(bytes[start + 2 * $0]) | UInt16(bytes[start + 2 * $0 + 1]) << 8
            }
            let series = UInt32(words[0]) | UInt32(words[1]) << 16
            guard wanted?.contains(series) ?? true else { continue }
            let numbers = words.dropFirst(3).map { MetricNumber(stored: $0) }
            sums[series] = MetricSum(
                count: Int(words[2]),
                cpu: MetricSum.Part(min: numbers[0].percent, average: numbers[1].percent, max: numbers[2].percent),
                memory: MetricSum.Part(min: numbers[3].bytes, average: numbers[4].bytes, max: numbers[5].bytes))
        }
    }

    /// The same minute, from somebody else: an engine that ended in the middle of it.
    package mutating func add(_ other: MetricMinute) {
        sums.merge(other.sums) { mine, theirs in
            var both = mine
            both.add(theirs)
            return both
        }
    }
}
