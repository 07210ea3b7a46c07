import Core
import Interface
import Testing

/// A slow line: frames are left out, not queued.
struct PaceTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    @Test func aTerminalThatNeverAnsweredIsNotAsked() {
        var pace = Pace()
        let isAsked = pace.wrote(100_000, at: start)
        #expect(!isAsked)
        #expect(pace.holdsUntil(start) == nil)
    }

    @Test func itIsAskedAfterSoManyBytes() {
        var pace = Pace()
        pace.answered()
        let frames = [Pace.piece - 1, 1, Pace.piece - 1, 5 * Pace.piece].map { pace.wrote($0, at: start) }
        #expect(frames == [false, true, false, true])
    }

    @Test func nothingIsDrawnWhileTooMuchIsUnderWay() {
        var pace = Pace()
        pace.answered()
        for _ in 0..<Pace.most {
            #expect(pace.holdsUntil(start) == nil)
            let isAsked = pace.wrote(Pace.piece, at: start)
            #expect(isAsked)
        }
        #expect(pace.holdsUntil(start) == start.advanced(byMilliseconds: Pace.patience))
        pace.answered()
        #expect(pace.holdsUntil(start) == nil)
    }

    @Test func whatIsNeverAnsweredDoesNotStopTheDashboard() {
        var pace = Pace()
        pace.answered()
        for _ in 0..<Pace.most { _ = pace.wrote(Pace.piece, at: start) }
        #expect(pace.holdsUntil(start.advanced(byMilliseconds: Pace.patience)) == nil)
        pace.forget()
        #expect(pace.holdsUntil(start) == nil)
    }
}
