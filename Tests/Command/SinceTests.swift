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

    /// What is said at noon of 23:00 is the evening before: nothing can have begun later.
    @Test func aTimeThatIsStillToComeWasYesterday() throws {
        for minute in stride(from: 0, to: 1440, by: 30) {
            let text = "\(minute / 60):" + (minute % 60 == 0 ? "00" : "30")
            let since = try #require(Since(text, now: now))
            #expect(since.began <= now && now.milliseconds - since.began.milliseconds <= 90_000_000, "\(text)")
            #expect((since.began == since.time) == (since.time <= now), "\(text)")
        }
        #expect(Since("2h", now: now)?.began == Since("2h", now: now)?.time)
        let later = "2030-01-01T00:00:00Z"
        #expect(Since(later, now: now)?.began == WallTime(later))
    }

    @Test(arguments: ["", "5", "yesterday", "25:00", "12:60", "1:2:3:4", "-2h", "12:"])
    func whatIsNoTime(text: String) {
        #expect(Since(text, now: now) == nil)
    }
}
