import Core
import Testing

@Suite struct LogRotationTests {
    private let now = WallTime(milliseconds: 1_000_000_000)

    /// An old file of `log` that is `age` seconds old.
    private func part(_ log: String, _ number: UInt64, size: Int = 10, age: Int64) -> LogPart {
        LogPart(
            path: log, number: number, size: size,
            modified: WallTime(milliseconds: now.milliseconds - age * 1000))
    }

    private func excess(_ rotation: LogRotation, _ parts: [LogPart]) -> [UInt64] {
        rotation.excess(of: parts, at: now).map(\.number)
    }

    @Test func eachLogKeepsItsNewestFiles() {
        let rotation = LogRotation(maxFiles: 2, maxAge: 0, maxTotal: 0)
        let parts = [part("a", 3, age: 1), part("a", 1, age: 9), part("b", 7, age: 20), part("a", 2, age: 5)]
        #expect(excess(rotation, parts) == [1])
        #expect(excess(LogRotation(maxFiles: 0), parts) == [7, 1, 2, 3])
    }

    @Test func whatIsTooOldGoes() {
        let rotation = LogRotation(maxFiles: 100, maxAge: 5000, maxTotal: 0)
        #expect(excess(rotation, [part("a", 1, age: 6), part("a", 2, age: 5), part("b", 3, age: 7)]) == [3, 1])
    }

    /// Their owner may be an enemy.
    @Test func filesMayHaveAnyTimeAndSize() {
        let rotation = LogRotation(maxFiles: 100, maxAge: 5000, maxTotal: 100)
        let parts = [Int64.min, 0, .max].enumerated().map { number, time in
            LogPart(path: "a", number: UInt64(number), size: .max, modified: WallTime(milliseconds: time))
        }
        #expect(excess(rotation, parts) == [0, 1])
    }

    @Test func theOldestOfAllLogsMakeRoom() {
        let rotation = LogRotation(maxFiles: 100, maxAge: 0, maxTotal: 25)
        #expect(excess(rotation, [part("a", 1, age: 3), part("b", 2, age: 9), part("a", 3, age: 1)]) == [2])
        #expect(excess(rotation, [part("a", 1, size: 30, age: 3), part("b", 2, size: 1, age: 9)]) == [2, 1])
        #expect(excess(LogRotation(maxFiles: 100, maxAge: 0, maxTotal: 0), [part("a", 1, size: 1 << 40, age: 3)]) == [])
    }

    @Test func itIsOffWithoutSizeAndInterval() {
        #expect(!LogRotation.off.isOn)
        #expect(LogRotation(maxSize: 0, interval: 1).isOn)
        #expect(LogRotation().isOn)
    }
}
