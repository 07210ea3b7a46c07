import Core
import Testing

/// How delays grow, how we give up, and what outlives an engine.
@Suite struct RestartStrategyTests {
    static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: UInt64(milliseconds) * 1_000_000) }

    /// Delays of `count` quick exits in a row that never give up.
    static func delays(_ policy: RestartPolicy, _ count: Int, jitter: Double = 0) -> [Int] {
        var policy = policy
        policy.maxRestarts = .max
        var restart = Restart(policy: policy)
        return (0..<count).map { index in
            guard case .again(let after, _) = restart.exited(.code(1), uptime: 1, at: at(index), jitter: jitter)
            else { return -1 }
            return after
        }
    }

    @Test func linearDelaysGrowByTheFirst() {
        let policy = RestartPolicy(strategy: .linear, delay: 200, maxDelay: 900)
        #expect(Self.delays(policy, 7) == [0, 200, 400, 600, 800, 900, 900])
    }

    @Test func theFactorMayBeAFraction() {
        #expect(Self.delays(RestartPolicy(delay: 100, maxDelay: 400, factor: 1.5), 6) == [0, 100, 150, 225, 338, 400])
        #expect(Self.delays(RestartPolicy(delay: 100, factor: 1), 4) == [0, 100, 100, 100])
    }

    @Test func fullJitterIsAnythingUpToTheExponentialDelay() {
        let policy = RestartPolicy(strategy: .jitter, delay: 100, maxDelay: 400)
        #expect(Self.delays(policy, 5, jitter: 1) == [0, 100, 200, 400, 400])
        #expect(Self.delays(policy, 5, jitter: 0) == [0, 50, 100, 200, 200])
        #expect(Self.delays(policy, 5, jitter: -1) == [0, 0, 0, 0, 0])
    }

    @Test func jitterIsThePercentageAndNeverBeyondTheLongestDelay() {
        let policy = RestartPolicy(delay: 100, maxDelay: 150, jitter: 50)
        #expect(Self.delays(policy, 3, jitter: 1) == [0, 150, 150])
        #expect(Self.delays(policy, 3, jitter: -1) == [0, 50, 75])
        #expect(Self.delays(RestartPolicy(strategy: .linear, delay: 100, jitter: 0), 3, jitter: 1) == [0, 100, 200])
    }

    /// Without jitter no delay is shorter than the one before, whatever the policy; with it none is out of bounds. Rows
    /// as long as a year of crashes do not overflow.
    @Test(arguments: RestartPolicy.Strategy.allCases) func delaysAreBoundedAndGrow(strategy: RestartPolicy.Strategy) {
        var random = SplitMix64(seed: 11)
        for _ in 0..<300 {
            let year = 365 * 86_400_000
            var policy = RestartPolicy(
                strategy: strategy, delay: Int.random(in: 0...year, using: &random),
                factor: Double.random(in: 1...100, using: &random), jitter: Int.random(in: 0...100, using: &random),
                minUptime: 0)
            policy.maxDelay = Int.random(in: 0...year, using: &random)
            let top = strategy == .fixed ? policy.delay : policy.maxDelay
            let plain = Self.delays(policy, 40)
            if strategy != .jitter { #expect(plain == plain.sorted()) }
            let memory = RestartMemory(row: Int.random(in: 0...Int.max, using: &random), quick: [])
            var late = Restart(policy: policy, memory: memory, at: Self.at(0))
            for _ in 0..<3 {
                let jitter = Double.random(in: -1...1, using: &random)
                let action = late.exited(.code(1), uptime: 0, at: Self.at(1), jitter: jitter)
                guard case .again(let after, let attempt) = action else {
                    Issue.record("\(action)")
                    continue
                }
                #expect((0...top).contains(after) && attempt > memory.row || memory.row == .max)
            }
            for jitter in [-1.0, 1] { #expect(Self.delays(policy, 40, jitter: jitter).allSatisfy((0...top).contains)) }
        }
    }

    /// Whatever happens, we give up exactly when the window has so many quick exits, and start afresh then.
    @Test func givingUpCountsTheWindow() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<200 {
            let policy = RestartPolicy(
                delay: 0, maxRestarts: Int.random(in: 1...6, using: &random),
                window: Int.random(in: 0...3000, using: &random))
            var restart = Restart(policy: policy)
            var seen: [Int] = []
            var now = 0
            for _ in 0..<100 {
                now += Int.random(in: 1...900, using: &random)
                let isQuick = Bool.random(using: &random)
                if isQuick { seen.append(now) }
                seen.removeAll { now - $0 >= max(policy.window, 1) }
                let action = restart.exited(
                    .code(1), uptime: isQuick ? 0 : policy.minUptime, at: Self.at(now), jitter: 0)
                let isTooMany = isQuick && max(seen.count, 1) >= policy.maxRestarts
                #expect(action == .giveUp(count: max(seen.count, 1)) || !isTooMany)
                if isTooMany { seen = [] } else if case .giveUp = action { Issue.record("gave up early") }
            }
        }
    }

    @Test func aCoolDownIsToldWithTheGivingUp() {
        var restart = Restart(policy: RestartPolicy(maxRestarts: 1, coolDown: 5000))
        for _ in 0..<3 {
            #expect(
                restart.exited(.code(1), uptime: 1, at: Self.at(0), jitter: 0) == .giveUp(count: 1, coolDown: 5000))
        }
        #expect(restart.longestWait == 15_000)
    }

    @Test func whoAllowsMoreThanWeCountNeverGivesUp() {
        let policy = RestartPolicy(strategy: .fixed, delay: 0, maxRestarts: Defaults.countedRestarts + 1)
        var restart = Restart(policy: policy)
        for index in 0..<Defaults.countedRestarts * 2 {
            #expect(
                restart.exited(.code(1), uptime: 0, at: Self.at(index), jitter: 0)
                    == .again(after: 0, attempt: index + 1))
        }
        #expect(restart.memory.quick.isEmpty)
    }

    @Test(arguments: RestartPolicy.Mode.allCases) func finalExitsEndInEveryMode(mode: RestartPolicy.Mode) {
        let policy = RestartPolicy(mode: mode, stopExitCodes: [.code(3), .signal(15)])
        for (exit, isFinal) in [
            (Exit.code(3), true), (.signal(15, core: false), true), (.code(15), false), (.signal(3, core: true), false),
            (.unknown, false),
        ] {
            var restart = Restart(policy: policy)
            let action = restart.exited(exit, uptime: 0, at: Self.at(0), jitter: 0)
            #expect((action == .stay) == (isFinal || mode == .never))
        }
    }

    @Test func theResetIsThePolicys() {
        var restart = Restart(policy: RestartPolicy(reset: 5000))
        for index in 0..<3 { _ = restart.exited(.code(1), uptime: 4999, at: Self.at(index), jitter: 0) }
        #expect(restart.memory.row == 3)
        #expect(restart.exited(.code(1), uptime: 5000, at: Self.at(9), jitter: 0) == .again(after: 0, attempt: 1))
    }

    /// Another engine goes on as this one would have, at any point.
    @Test func whatIsRememberedIsAllThatCounts() {
        var random = SplitMix64(seed: 17)
        for _ in 0..<100 {
            let policy = RestartPolicy(
                strategy: RestartPolicy.Strategy.allCases.randomElement(using: &random) ?? .fixed,
                maxRestarts: Int.random(in: 1...5, using: &random), window: 2000, coolDown: 1000)
            var one = Restart(policy: policy)
            var now = 0
            for _ in 0..<60 {
                now += Int.random(in: 0...900, using: &random)
                var other = Restart(policy: policy, memory: one.memory, at: Self.at(now))
                let (uptime, jitter) = (Int.random(in: 0...2000, using: &random), 0.25)
                let action = one.exited(.code(1), uptime: uptime, at: Self.at(now), jitter: jitter)
                #expect(other.exited(.code(1), uptime: uptime, at: Self.at(now), jitter: jitter) == action)
            }
        }
    }

    @Test func aMemoryOfAnotherClockIsLeftOut() {
        let policy = RestartPolicy(maxRestarts: 3)
        let strange = RestartMemory(row: -5, quick: (0..<9).map { Self.at($0 * 1000) })
        let restart = Restart(policy: policy, memory: strange, at: Self.at(7000))
        #expect(restart.memory == RestartMemory(row: 0, quick: [Self.at(6000), Self.at(7000)]))
        #expect(Restart(policy: policy, memory: nil, at: Self.at(0)) == Restart(policy: policy))
    }
}
