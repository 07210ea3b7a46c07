import Interface
import Testing

struct HistoryTests {
    private func history(_ values: [Double]) -> History {
        var history = History()
        for value in values { history.append(value) }
        return history
    }

    @Test func bucketsHoldTheHighestSampleOfTheirSeconds() {
        // 60 seconds in 6 buckets: ten seconds each, the last one begun.
        let buckets = history((0..<60).map(Double.init)).buckets(6)
        #expect(buckets == [9, 19, 29, 39, 49, 59])
    }

    @Test func whatWasNotSampledIsNil() {
        #expect(history([]).buckets(3) == [nil, nil, nil])
        #expect(history([4]).buckets(3) == [nil, nil, 4])
    }

    @Test func oldSamplesAreDropped() {
        let history = history([100] + Array(repeating: 1, count: History.capacity))
        #expect(history.max == 1)
    }

    @Test func fromOneSecondToTheNextOnlyTheLastBucketChanges() {
        var history = history((0..<61).map { Double($0 % 7) })
        let before = history.buckets(10)
        history.append(50)
        let after = history.buckets(10)
        #expect(before.dropLast() == after.dropLast())
        #expect(after.last == 50)
    }

    @Test func itSlidesByWholeBuckets() {
        var history = history(Array(repeating: 1, count: 66))
        let full = history.buckets(10)
        history.append(9)
        // A bucket was full, so a new one begins and all move by one.
        #expect(history.buckets(10).dropLast() == full.dropFirst())
    }
}
