import Core
import Testing

@Suite struct KeeperWatchTests {
    private static func ticks(_ watch: inout KeeperWatch, _ count: Int) -> [Bool] {
        (0..<count).map { _ in watch.tick() }
    }

    @Test func oneThatWasNeverHeardIsNotJudged() {
        var watch = KeeperWatch()
        #expect(Self.ticks(&watch, 100) == Array(repeating: false, count: 100))
    }

    @Test func oneThatSpeaksNowAndThenIsThere() {
        var watch = KeeperWatch()
        for _ in 0..<10 {
            watch.heard()
            #expect(Self.ticks(&watch, KeeperWatch.silentMost) == [false, false, false])
        }
    }

    @Test func oneThatFallsSilentHangsAndItsSuccessorBeginsAnew() {
        var watch = KeeperWatch()
        watch.heard()
        #expect(Self.ticks(&watch, 5) == [false, false, false, true, false])
        watch.heard()
        #expect(Self.ticks(&watch, 4) == [false, false, false, true])
    }
}
