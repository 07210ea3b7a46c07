import Core
import Glibc
import Testing

/// The whole kernel with people, a keeper, a store and clocks that fail, in virtual time. `OD_LONG=1` plays a million
/// steps and 100,000 rows, `OD_FIRST=N` begins with that row and `OD_ROWS=N` plays so many; `OD_SEED=N` plays one seed; a
/// seed that fails is reported with the shortest row of moves that fails.
@Suite struct SimulatorTests {
    /// Moves of one seed.
    static let moves = 300

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static let rows = variable("OD_ROWS").flatMap(UInt64.init) ?? (variable("OD_LONG") == "1" ? 100_000 : 2000)
    static let steps = variable("OD_LONG") == "1" ? 1_000_000 : 20_000

    @Test func nothingGoesWrong() {
        if let seed = Self.variable("OD_SEED").flatMap(UInt64.init) {
            let scenario = Scenario(moves: Plan.moves(seed: seed, count: Self.moves))
            if scenario.run().violation != nil { Issue.record(Comment(rawValue: scenario.report(seed))) }
            return
        }
        var steps = 0
        var seed: UInt64 = 0
        while steps < Self.steps {
            seed += 1
            let scenario = Scenario(moves: Plan.moves(seed: seed, count: Self.moves))
            let result = scenario.run()
            steps += result.steps
            if result.violation != nil {
                Issue.record(Comment(rawValue: scenario.report(seed)))
                return
            }
        }
        #expect(steps >= Self.steps)
    }

    /// A simulator that finds nothing proves nothing: each planted mistake is found within the steps of a short run.
    @Test(arguments: Mutation.allCases) func aPlantedMistakeIsFound(mutation: Mutation) {
        var steps = 0
        var seed: UInt64 = 0
        while steps < 20_000 {
            seed += 1
            let moves = Plan.moves(seed: seed, count: Self.moves)
            let result = Scenario(moves: moves, mutation: mutation, isOrdered: mutation.needsOrder).run()
            steps += result.steps
            if result.violation != nil { return }
        }
        Issue.record("\(mutation) was not found in \(steps) steps")
    }

    /// Rows that went wrong once, behind those that every run plays.
    private static let mended: [UInt64] = [3617, 4067, 5302, 12_725, 16_741, 65_710, 88_307]

    /// Whole rows of commands, exits and deaths, over a fleet whose apps depend on each other.
    @Test func nothingGoesWrongWithDependencies() {
        let one = Self.variable("OD_SEED").flatMap(UInt64.init)
        let first = Self.variable("OD_FIRST").flatMap(UInt64.init) ?? 1
        for seed in one.map({ [$0] }) ?? Array(first..<first + Self.rows) + Self.mended {
            let scenario = Scenario(moves: Plan.moves(seed: seed, count: 24), isOrdered: true)
            if scenario.run().violation != nil {
                Issue.record(Comment(rawValue: scenario.report(seed)))
                return
            }
        }
    }

    @Test func theSameMovesGiveTheSameHistory() {
        for seed in 1...3 as ClosedRange<UInt64> {
            let scenario = Scenario(moves: Plan.moves(seed: seed, count: Self.moves))
            let (first, second) = (scenario.run(), scenario.run())
            #expect(first.steps == second.steps && first.violation == second.violation)
        }
    }

    @Test func aFailureIsShrunk() throws {
        let whole = Scenario(moves: Plan.moves(seed: 1, count: Self.moves), mutation: .forgetsTimers)
        try #require(whole.run().violation != nil)
        let short = whole.shrunk()
        #expect(short.run().violation != nil)
        #expect(short.moves.count <= 12)
        #expect(whole.report(1).contains("OD_SEED=1"))
    }
}
