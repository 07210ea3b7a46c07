import Core
import Testing

@Suite struct RestartTests {
    static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: UInt64(milliseconds) * 1_000_000) }

    @Test func firstRestartIsAtOnceThenDelaysDouble() {
        var restart = Restart(policy: RestartPolicy())
        let delays = (0..<10).map { index -> Int in
            guard
                case .again(let after, let attempt) = restart.exited(
                    .code(1), uptime: 5000, at: Self.at(index), jitter: 0)
            else { return -1 }
            #expect(attempt == index + 1)
            return after
        }
        #expect(delays == [0, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 15000])
    }

    @Test func thirtySecondsUpBeginTheRowAnew() {
        var restart = Restart(policy: RestartPolicy())
        for index in 0..<5 { _ = restart.exited(.code(1), uptime: 10, at: Self.at(index), jitter: 0) }
        #expect(
            restart.exited(.code(1), uptime: 30_000, at: Self.at(40_000), jitter: 0) == .again(after: 0, attempt: 1))
    }

    @Test func jitterIsTenPercentEitherWay() {
        for (jitter, delay) in [(1.0, 110), (-1.0, 90), (0.5, 105)] {
            var restart = Restart(policy: RestartPolicy())
            _ = restart.exited(.code(1), uptime: 10, at: Self.at(0), jitter: jitter)
            #expect(
                restart.exited(.code(1), uptime: 10, at: Self.at(1), jitter: jitter) == .again(after: delay, attempt: 2)
            )
        }
    }

    @Test func aFixedDelayIsTheSameEveryTime() {
        var restart = Restart(policy: RestartPolicy(strategy: .fixed, delay: 700))
        for attempt in 1...3 {
            #expect(
                restart.exited(.code(0), uptime: 10, at: Self.at(0), jitter: 1) == .again(after: 700, attempt: attempt))
        }
    }

    @Test func noDelayConfiguredMeansAtOnceAlways() {
        var restart = Restart(policy: RestartPolicy(delay: 0, minUptime: 0))
        for attempt in 1...100 {
            #expect(
                restart.exited(.code(1), uptime: 0, at: Self.at(0), jitter: 1) == .again(after: 0, attempt: attempt))
        }
    }

    @Test func quickExitsInTheWindowGiveUp() {
        var restart = Restart(policy: RestartPolicy(delay: 0, maxRestarts: 3))
        #expect(restart.exited(.code(1), uptime: 10, at: Self.at(0), jitter: 0) == .again(after: 0, attempt: 1))
        #expect(restart.exited(.code(1), uptime: 10, at: Self.at(10), jitter: 0) == .again(after: 0, attempt: 2))
        #expect(restart.exited(.code(1), uptime: 10, at: Self.at(20), jitter: 0) == .giveUp(count: 3))
        // Somebody starts it again: it has all its tries.
        #expect(restart.exited(.code(1), uptime: 10, at: Self.at(30), jitter: 0) == .again(after: 0, attempt: 1))
    }

    /// With all defaults: the delays between are longer than the window.
    @Test(arguments: [false, true]) func whatAlwaysFailsIsGivenUp(_ engineDies: Bool) {
        var restart = Restart(policy: RestartPolicy())
        var now = Self.at(0)
        for attempt in 1...15 {
            let action = restart.exited(.code(1), uptime: 900, at: now, jitter: 1)
            guard case .again(let after, attempt) = action else {
                Issue.record("\(action) after \(attempt)")
                return
            }
            if engineDies { restart = Restart(policy: RestartPolicy(), memory: restart.memory, at: now) }
            now = now.advanced(byMilliseconds: after + 900)
        }
        #expect(restart.exited(.code(1), uptime: 900, at: now, jitter: 1) == .giveUp(count: 16))
    }

    @Test func quickExitsOutsideTheWindowAreForgotten() {
        var restart = Restart(policy: RestartPolicy(delay: 0, maxRestarts: 3, window: 1000))
        for index in 0..<50 {
            let action = restart.exited(.code(1), uptime: 10, at: Self.at(index * 600), jitter: 0)
            #expect(action == .again(after: 0, attempt: index + 1))
        }
    }

    @Test(arguments: [
        (RestartPolicy.Mode.always, Exit.code(0), true), (.always, .code(3), true), (.unlessStopped, .code(0), true),
        (.onFailure, .code(0), false), (.onFailure, .code(1), true), (.onFailure, .signal(9, core: false), true),
        (.onFailure, .unknown, true), (.never, .code(1), false), (.never, .signal(11, core: true), false),
    ])
    func theModeDecides(mode: RestartPolicy.Mode, exit: Exit, again: Bool) {
        var restart = Restart(policy: RestartPolicy(mode: mode))
        let action = restart.exited(exit, uptime: 5000, at: Self.at(0), jitter: 0)
        #expect(action == (again ? .again(after: 0, attempt: 1) : .stay))
    }

    @Test func delaysStayWithinTheirBoundsForAnySequence() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let policy = RestartPolicy(
                strategy: Bool.random(using: &random) ? .fixed : .exponential,
                delay: Int.random(in: 0...5000, using: &random),
                maxDelay: Int.random(in: 5000...60_000, using: &random),
                maxRestarts: Int.random(in: 1...20, using: &random))
            var restart = Restart(policy: policy)
            var now = 0
            for _ in 0..<100 {
                now += Int.random(in: 0...40_000, using: &random)
                let action = restart.exited(
                    .code(1), uptime: Int.random(in: 0...40_000, using: &random), at: Self.at(now),
                    jitter: Double.random(in: -1...1, using: &random))
                if case .again(let after, _) = action {
                    #expect((0...policy.maxDelay * 11 / 10).contains(after))
                } else {
                    #expect(action != .stay)
                }
            }
        }
    }
}
