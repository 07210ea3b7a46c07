import Testing

@testable import Core

/// Figures that are kept: numbers, rings, minutes and points.
@Suite struct MetricTests {
    private let name = MetricName(namespace: "shop", name: "api", instance: 0)

    /// So many seconds after a start that is a full minute on both clocks.
    private func moment(_ seconds: Double, wall shift: Int64 = 0) -> Moment {
        Moment(
            boot: Instant(nanoseconds: UInt64(max(0, 6_000_000_000_000 + seconds * 1_000_000_000))),
            wall: WallTime(milliseconds: 1_795_260_000_000 + Int64(seconds * 1000) + shift))
    }

    private func fold(_ from: Double, _ to: Double, _ step: Int? = nil, series: Int = 1) -> MetricFold {
        MetricFold(from: moment(from).wall, to: moment(to).wall, step: step, series: series)
    }

    // MARK: numbers

    private static let values: [UInt64] = [
        0, 1, 2047, 2048, 2049, 4095, 4097, 1_048_576, 123_456_789, 1_099_511_627_775, MetricNumber.largest,
    ]

    @Test(arguments: values) func aNumberIsCloseToWhatItWas(_ value: UInt64) {
        let read = MetricNumber(value).value
        #expect(value < 2048 ? read == value : abs(Double(read) - Double(value)) <= Double(value) / 2048)
        #expect(MetricNumber(stored: MetricNumber(value).bits) == MetricNumber(value))
    }

    @Test func numbersStayInTheirBounds() {
        #expect(MetricNumber(.max).value == MetricNumber.largest && MetricNumber(.max) != .none)
        #expect(MetricNumber(percent: -1).percent == 0 && MetricNumber(percent: .nan).percent == 0)
        #expect(MetricNumber(percent: .infinity).percent > 9e8)
        #expect(MetricNumber(percent: 12.34).percent == 12.34)
        #expect(MetricNumber(bytes: .nan).bytes == 0 && MetricNumber(bytes: -5).bytes == 0)
        #expect(MetricNumber(bytes: 512 * 1024).bytes == 512 * 1024)
        #expect(MetricNumber(bytes: .infinity).bytes > 1e15)
    }

    /// Numbers rise with what they stand for, over all of them.
    @Test func numbersAreInOrder() {
        var before = UInt64(0)
        for bits in stride(from: UInt64(1), to: 1 << 41, by: 0x3_0000_0071) {
            let value = MetricNumber(bits).value
            #expect(value >= before)
            before = value
        }
    }

    // MARK: rings

    private struct Slot: RingSlot, Equatable {
        var value: Int
        static let empty = Slot(value: -1)
        var isEmpty: Bool { value < 0 }
    }

    @Test func aRingRemembersTheLastSlots() {
        var ring = SlotRing<Slot>(capacity: 20, chunk: 5)
        #expect(ring.isEmpty && ring[3] == nil && ring[-1] == nil)
        for number in 0..<100 where number % 7 != 0 { ring.put(Slot(value: number), at: number) }
        for number in 80..<100 { #expect(ring[number]?.value == (number % 7 == 0 ? nil : number)) }
        #expect(ring[70] == nil && ring[100] == nil)
        #expect(ring.allocated == 25, "no more than its capacity and one chunk")
        ring.put(Slot(value: 1), at: 60)
        #expect(ring[60] == nil, "its place is taken by a later one")
        ring.put(Slot(value: 1), at: 1000)
        #expect(ring[1000]?.value == 1 && ring[99]?.value == 99)
        ring.forget(before: 100)
        #expect(ring[99] == nil && ring[1000]?.value == 1 && ring.allocated == 5)
        ring.forget(before: 2000)
        #expect(ring.isEmpty)
    }

    // MARK: the history

    @Test func secondsAreKeptWhileTheyCome() {
        var history = MetricHistory()
        for second in 0..<30 {
            _ = history.add([.init(name, cpu: Double(second), memory: 1 << 20)], at: moment(Double(second)))
        }
        var points = fold(0, 30)
        history.fold([name], into: &points, at: moment(30))
        #expect(points.step == 1000)
        // The first one has none before it: it counts for its ten seconds only.
        #expect(points.points(of: name).map(\.cpu.average) == (1..<30).map(Double.init))
        #expect(points.points(of: name)[3].at == moment(4).wall)
        #expect(points.last(of: name)?.memory.average == 1_048_576)
        var coarse = fold(0, 30, 10_000)
        history.fold([name], into: &coarse, at: moment(30))
        let ten = coarse.points(of: name)
        #expect(ten.map(\.cpu.average) == [4.5, 14.5, 24.5])
        #expect(ten.map(\.cpu.max) == [9, 19, 29])
    }

    @Test func atRestTensAreKept() {
        var history = MetricHistory()
        for ten in 0..<2000 {
            let sample = MetricHistory.Sample(name, cpu: Double(ten % 100), memory: 1 << 20)
            _ = history.add([sample], at: moment(Double(ten) * 10))
        }
        var points = fold(19_900, 20_000)
        history.fold([name], into: &points, at: moment(20_000))
        // Of two thousandths more or less nobody asks.
        #expect(points.points(of: name).map { $0.cpu.average.rounded() } == [90, 91, 92, 93, 94, 95, 96, 97, 98, 99])
        // Three hours and no more; not a byte for seconds.
        var all = fold(0, 20_000)
        history.fold([name], into: &all, at: moment(20_000))
        let first = all.points(of: name).first.map { $0.at.milliseconds - moment(0).wall.milliseconds } ?? 0
        #expect(first > 8_000_000 && first <= 20_000_000 - 10_800_000)
        #expect(history.slotBytes <= (MetricHistory.tens + 90) * 6)
    }

    /// What an instance costs at most, whatever comes: DESIGN allows 12 KB.
    @Test func aSeriesHasABound() {
        var history = MetricHistory()
        for second in 0..<14_000 {
            _ = history.add([.init(name, cpu: 1, memory: 1)], at: moment(Double(second)))
        }
        #expect(history.slotBytes <= 12_000)
        #expect(history.slotBytes >= MetricHistory.tens * 6 + MetricHistory.seconds * 4)
        // What ended long ago is forgotten, and costs nothing more.
        let other = MetricName(namespace: "shop", name: "web", instance: 0)
        for ten in 1400..<3000 { _ = history.add([.init(other, cpu: 1, memory: 1)], at: moment(Double(ten) * 10)) }
        #expect(history.names == [other])
    }

    /// A ten-thousandth of a processor, within bounds.
    @Test(arguments: [(-1, 10_000), (0, 10_000), (999_999, 10_000), (2_000_000, 20_000), (Int.max, 50_000)])
    func restIsLongerTheMoreItCosts(cost: Int, milliseconds: Int) {
        #expect(MetricHistory.rest(cost: cost) == milliseconds)
    }

    @Test func seriesAreCounted() {
        var history = MetricHistory()
        let many = (0..<MetricHistory.mostSeries + 9).map {
            MetricHistory.Sample(MetricName(namespace: "a", name: "b", instance: $0), cpu: 1, memory: 1)
        }
        _ = history.add(many, at: moment(0))
        #expect(history.names.count == MetricHistory.mostSeries)
    }

    @Test func aMinuteIsHandedOutWhenItIsOver() {
        var history = MetricHistory()
        for second in stride(from: 0.0, to: 60, by: 10) {
            #expect(history.add([.init(name, cpu: second, memory: 1000)], at: moment(second)) == nil)
        }
        let number = history.presentMinute
        let sums = history.add([.init(name, cpu: 7, memory: 1)], at: moment(60))
        #expect(sums?[name]?.count == 6 && sums?[name]?.cpu == MetricSum.Part(min: 0, average: 25, max: 50))
        #expect(history.presentMinute == number.map { $0 + 1 })
        // A minute in which it did not run has none of it.
        #expect(history.add([], at: moment(120))?[name]?.count == 1)
        #expect(history.add([], at: moment(180)) == nil)
        // A clock that is set back begins another minute, too.
        #expect(history.add([.init(name, cpu: 7, memory: 1)], at: moment(185)) == nil)
        #expect(history.add([], at: moment(186, wall: -3_600_000))?[name]?.count == 1)
    }

    @Test func aWallClockThatIsSetMovesAllOfThePast() {
        var history = MetricHistory()
        for ten in 0..<6 { _ = history.add([.init(name, cpu: 5, memory: 1)], at: moment(Double(ten) * 10)) }
        let now = moment(60, wall: 3_600_000)
        var points = MetricFold(
            from: WallTime(milliseconds: now.wall.milliseconds - 60_000), to: now.wall, series: 1)
        history.fold([name], into: &points, at: now)
        #expect(points.points(of: name).count == 6)
    }

    @Test func nothingIsFoundWhereNothingIs() {
        var history = MetricHistory()
        _ = history.add([.init(name, cpu: 5, memory: 1)], at: moment(0))
        for (from, to) in [(-9e9, -8e9), (1e6, 2e6), (5, 1)] {
            var points = fold(from, to)
            history.fold([name, .host], into: &points, at: moment(1))
            #expect(points.points(of: name).isEmpty && points.last(of: name) == nil)
        }
    }

    // MARK: minutes

    @Test func aMinuteIsReadAsItWasWritten() {
        var minute = MetricMinute(number: 29_921_000)
        let part = MetricSum.Part(min: 0.5, average: 1.25, max: 300)
        let bytes = MetricSum.Part(min: 1_048_576, average: 2_097_152, max: 1_073_741_824)
        minute.sums[1] = MetricSum(count: 60, cpu: part, memory: bytes)
        minute.sums[70_000] = MetricSum(cpu: 2, memory: 4096)
        let read = MetricMinute(number: minute.number, bytes: minute.bytes)
        #expect(read.sums[1]?.count == 60 && read.sums[1]?.memory == bytes && read.sums[70_000] == minute.sums[70_000])
        #expect(read.sums[1]?.cpu.min == 0.5 && read.sums[1]?.cpu.average == 1.25 && read.sums[1]?.cpu.max == 300)
        #expect(read.start.milliseconds == Int64(minute.number) * 60_000)
        #expect(MetricMinute(number: 1, bytes: minute.bytes, wanted: [1]).sums.count == 1)
        #expect(MetricMinute(number: 1, bytes: Array(minute.bytes.dropLast())).sums.count == 1)
        #expect(MetricMinute(number: 1, bytes: [1, 2, 3]).sums.isEmpty)
    }

    @Test func twoHalvesOfAMinuteAreOne() {
        var first = MetricMinute(number: 1, sums: [1: MetricSum(cpu: 10, memory: 100)])
        first.add(MetricMinute(number: 1, sums: [1: MetricSum(cpu: 20, memory: 300), 2: MetricSum(cpu: 1, memory: 1)]))
        #expect(first.sums[1]?.count == 2 && first.sums[1]?.cpu == MetricSum.Part(min: 10, average: 15, max: 20))
        #expect(first.sums[1]?.memory.average == 200 && first.sums[2]?.count == 1)
    }

    /// Of a minute that memory knows in detail the store's sums are not counted again.
    @Test func theStoreFillsWhatMemoryHasNot() {
        var history = MetricHistory()
        for ten in 6..<12 { _ = history.add([.init(name, cpu: 5, memory: 1)], at: moment(Double(ten) * 10)) }
        var points = fold(0, 120, 60_000)
        history.fold([name], into: &points, at: moment(120))
        let minute = Int(moment(0).wall.milliseconds / 60_000)
        let sum = MetricSum(
            count: 6, cpu: MetricSum.Part(min: 1, average: 2, max: 3), memory: .init(min: 1, average: 1, max: 1))
        for number in [minute, minute + 1] {
            points.add(MetricMinute(number: number, sums: [4: sum, 9: sum]), names: [4: name])
        }
        #expect(points.points(of: name).map(\.cpu.average) == [2, 5])
        #expect(points.points(of: name)[0].cpu == MetricSpread(min: 1, average: 2, max: 3))
        // A minute that began before the first moment counts.
        var later = fold(30, 120)
        later.add(MetricMinute(number: minute, sums: [4: sum]), names: [4: name])
        #expect(later.last(of: name) == sum)
    }

    @Test func stepsKeepToTheBounds() {
        #expect(fold(0, 600).step == 1000)
        #expect(fold(0, 601).step == 2000)
        #expect(fold(0, 3600).step == 10_000)
        #expect(fold(0, 3600, 60_000).step == 60_000)
        #expect(fold(0, 600, series: 1000).step == 30_000)
        #expect(fold(0, 7 * 86_400).step == 1_200_000)
        #expect(fold(0, 4e9).step % 86_400_000 == 0 && fold(0, 4e9).step >= 4_000_000_000_000 / Defaults.historyPoints)
        #expect(fold(10, 0).to == fold(10, 0).from)
        #expect(fold(0, 600, .max).step > 0 && fold(0, 600, .min).step == 1000)
    }

    @Test func theLoadComesWithTheMachine() {
        var history = MetricHistory()
        for ten in 0..<3 {
            _ = history.add(
                [.init(.host, cpu: 40, memory: 1 << 30), .init(.load, cpu: 1.5, memory: 0)],
                at: moment(Double(ten) * 10))
        }
        var points = fold(0, 30)
        history.fold([.host, .load], into: &points, at: moment(30))
        #expect(points.points(of: .host, load: .load).map(\.load?.average) == [1.5, 1.5, 1.5])
        #expect(points.points(of: .host).first?.load == nil)
    }

    @Test func namesHaveParts() {
        let process = InstanceInfo(id: 3, name: "api", instance: 2, namespace: "shop", status: .online)
        #expect(MetricName(process).text == "shop/api#2")
        let trace = MetricName(process).trace
        #expect(trace?.name == "api" && trace?.namespace == "shop" && trace?.instance == 2)
        for text in ["host", "load", "a/b", "a#1", "a#b/1", "a/b#c"] { #expect(MetricName(text: text).trace == nil) }
        #expect(MetricName(text: "a") < MetricName(text: "b"))
    }
}
