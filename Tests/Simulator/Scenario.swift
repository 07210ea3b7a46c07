import Core

/// A row of moves with a planted mistake or none, and how it ends.
struct Scenario {
    var moves: [Move]
    var mutation: Mutation?
    var isOrdered = false

    struct Result {
        /// What went wrong, if anything.
        var violation: String?
        /// Moves that were played, the one that went wrong included.
        var played: Int
        var steps: Int
    }

    func run() -> Result {
        var simulation = Simulation(mutation: mutation, isOrdered: isOrdered)
        for (index, move) in moves.enumerated() {
            simulation.play(move)
            if let violation = simulation.violation {
                return Result(violation: violation, played: index + 1, steps: simulation.steps)
            }
        }
        return Result(violation: nil, played: moves.count, steps: simulation.steps)
    }

    /// A short row that still goes wrong: pieces are left out, smaller and smaller ones, as long as it does. Tries a
    /// bounded number of rows (Zeller, Hildebrandt: "Simplifying and isolating failure-inducing input", 2002).
    func shrunk(tries: Int = 400) -> Scenario {
        var best = self
        best.moves = Array(moves.prefix(run().played))
        var left = tries
        var piece = best.moves.count / 2
        while piece >= 1, left > 0 {
            var start = 0
            while start < best.moves.count, left > 0 {
                left -= 1
                var candidate = best
                candidate.moves.removeSubrange(start..<min(start + piece, best.moves.count))
                let result = candidate.run()
                if result.violation != nil {
                    best.moves = Array(candidate.moves.prefix(result.played))
                } else {
                    start += piece
                }
            }
            piece /= 2
        }
        return best
    }

    /// For people who look for the mistake.
    func report(_ seed: UInt64) -> String {
        let short = shrunk()
        let moves = short.moves.map { "    \($0.kind)  dice \($0.dice)" }.joined(separator: "\n")
        return """
            seed \(seed): \(run().violation ?? "nothing")
            OD_SEED=\(seed) plays it again. The shortest row found, \(short.moves.count) moves:
            \(moves)
            which ends with: \(short.run().violation ?? "nothing")
            """
    }
}
