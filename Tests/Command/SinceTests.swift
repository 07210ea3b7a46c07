import Core
import Testing

@testable import Command

@Suite struct SinceTests {
    private let now = WallTime(milliseconds: 1_800_000_000_000)

    @Test(arguments: [("2h", 7_200_000), ("90s", 90_000), ("500ms", 500), ("1.5m", 90_000)])
    func howLongAgo(text: String, ago: Int64) {
        #expect(Since(text, now: now)?.time.milliseconds == now.milliseconds - ago)
    }

    @Test func aMomentOfTheCalendar() {
        #expect(Since("2026-05-01T12:00:00Z", now: now)?.time == WallTime("2026-05-01T12:00:00Z"))
    }

    @Test func aTimeOfToday() throws {
        let noon = try #require(Since("12:00", now: now)?.time)
        let later = try #require(Since("12:30:15", now: now)?.time)
        #expect(later.milliseconds - noon.milliseconds == 1_815_000)
        #expect(abs(noon.milliseconds - now.milliseconds) <= 86_400_000)
    }

    @Test(arguments: ["", "5", "yesterday", "25:00", "12:60", "1:2:3:4", "-2h", "12:"])
    func whatIsNoTime(text: String) {
        #expect(Since(text, now: now) == nil)
    }
}
