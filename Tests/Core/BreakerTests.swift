import Core
import Testing

/// Every arrow of the diagram in Breaker.swift.
@Suite struct BreakerTests {
    static let policy = Breaker.Policy(failures: 3, window: 1000, rest: 100, maxRest: 350)

    static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: UInt64(milliseconds) * 1_000_000) }

    /// Three failures at `moment`.
    static func resting(at moment: Int = 0) -> Breaker {
        var breaker = Breaker(policy)
        for _ in 0..<3 { _ = breaker.failed(at: at(moment)) }
        return breaker
    }

    @Test func fewFailuresChangeNothing() {
        var breaker = Breaker(Self.policy)
        #expect(breaker.failed(at: Self.at(0)) == .goesOn)
        #expect(breaker.failed(at: Self.at(900)) == .goesOn)
        #expect(breaker.failed(at: Self.at(1000)) == .goesOn, "the first is out of the window")
        #expect(breaker.state == .closed && breaker.allows(at: Self.at(1000)))
        #expect(breaker.failed(at: Self.at(1001)) == .rests(100))
    }

    @Test func aSuccessForgetsFailures() {
        var breaker = Breaker(Self.policy)
        for _ in 0..<20 {
            _ = breaker.failed(at: Self.at(0))
            _ = breaker.failed(at: Self.at(0))
            breaker.succeeded()
        }
        #expect(breaker.state == .closed)
    }

    @Test func oneTryAfterTheRest() {
        var breaker = Self.resting()
        #expect(breaker.state == .resting(until: Self.at(100)))
        #expect(breaker.allows(at: Self.at(99)) == false)
        #expect(breaker.allows(at: Self.at(100)) == true)
        #expect(breaker.state == .trying(since: Self.at(100)))
        #expect(breaker.allows(at: Self.at(101)) == false)
        breaker.succeeded()
        #expect(breaker.allows(at: Self.at(102)) && breaker.state == .closed)
    }

    @Test func everyFailedTryDoublesTheRest() {
        var breaker = Self.resting()
        var now = 100
        for rest in [200, 350, 350] {
            #expect(breaker.allows(at: Self.at(now)) == true)
            #expect(breaker.failed(at: Self.at(now)) == .rests(rest))
            now += rest
        }
        #expect(breaker.allows(at: Self.at(now)) == true)
        breaker.succeeded()
        for _ in 0..<2 { _ = breaker.failed(at: Self.at(now)) }
        #expect(breaker.failed(at: Self.at(now)) == .rests(100), "begun anew")
    }

    @Test func aTryThatSaysNothingIsAFailedOne() {
        var breaker = Self.resting()
        _ = breaker.allows(at: Self.at(100))
        #expect(breaker.allows(at: Self.at(200)) == false)
        #expect(breaker.state == .resting(until: Self.at(400)))
        #expect(breaker.allows(at: Self.at(400)) == true)
    }

    @Test func failuresOfOldTriesDoNotMakeTheRestLonger() {
        var breaker = Self.resting()
        #expect(breaker.failed(at: Self.at(50)) == .goesOn)
        #expect(breaker.state == .resting(until: Self.at(100)))
        #expect(breaker.anew == Breaker(Self.policy))
    }

    /// A part that never works is tried less and less, and never given up.
    @Test func whatNeverWorksCostsLittle() {
        var breaker = Breaker()
        var tries = 0
        for second in 0..<86_400 {
            let now = Self.at(second * 1000)
            guard breaker.allows(at: now) else { continue }
            tries += 1
            _ = breaker.failed(at: now)
        }
        #expect((100...200).contains(tries))
    }
}
