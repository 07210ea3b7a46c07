import Core
import Testing

struct TotalTests {
    @Test func sumsHaveAnEnd() {
        #expect([1, 2, 3].total == 6)
        #expect([Int]().total == 0)
        #expect([Int.max, 1].total == .max)
        #expect([Int.min, -1].total == .min)
        #expect([UInt64.max, .max].total == .max)
    }
}
