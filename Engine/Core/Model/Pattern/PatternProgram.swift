/// A pattern as steps of a machine that is at many places at once (Thompson, "Regular Expression Search Algorithm",
/// CACM 11:6, 1968).
struct PatternProgram: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        /// A byte of a set, then the next step.
        case byte(ByteSet)
        /// Goes on at both.
        case split(Int, Int)
        case jump(Int)
        case at(PatternNode.Place)
        case match
    }

    /// A pattern with more is refused.
    static let maxSteps = 4000

    private(set) var steps: [Step] = []
    /// Bytes that no step tells apart have the same class.
    private(set) var classes = [UInt8](repeating: 0, count: 256)
    /// A byte of each class.
    private(set) var samples: [UInt8] = []

    init(_ node: PatternNode) throws(PatternProblem) {
        try add(node)
        steps.append(.match)
        classify()
    }

    private mutating func put(_ step: Step) throws(PatternProblem) {
        guard steps.count < Self.maxSteps else { throw PatternProblem("it is too large: its counts multiply") }
        steps.append(step)
    }

    private mutating func add(_ node: PatternNode) throws(PatternProblem) {
        switch node {
        case .byte(let set): try put(.byte(set))
        case .at(let place): try put(.at(place))
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let nodes): try add(choice: nodes)
        case .repeated(let node, let least, let most): try add(node, least: least, most: most)
        }
    }

    private mutating func add(choice nodes: [PatternNode]) throws(PatternProblem) {
        var ends: [Int] = []
        for node in nodes.dropLast() {
            let split = steps.count
            try put(.jump(0))
            try add(node)
            ends.append(steps.count)
            try put(.jump(0))
            steps[split] = .split(split + 1, steps.count)
        }
        if let last = nodes.last { try add(last) }
        for end in ends { steps[end] = .jump(steps.count) }
    }

    private mutating func add(_ node: PatternNode, least: Int, most: Int?) throws(PatternProblem) {
        for _ in 0..<least {
            let before = steps.count
            try add(node)
            // What is empty is so however often it comes: counts in counts of nothing would never end.
            if steps.count == before { break }
        }
        guard let most else {
            let split = steps.count
            try put(.jump(0))
            try add(node)
            try put(.jump(split))
            steps[split] = .split(split + 1, steps.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(steps.count)
            try put(.jump(0))
            try add(node)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }

    private mutating func classify() {
        var sets = Set([ByteSet.words])
        for case .byte(let set) in steps { sets.insert(set) }
        var known: [[Bool]: UInt8] = [:]
        for byte in UInt8.min...UInt8.max {
            let kind = sets.map { $0.contains(byte) }
            if known[kind] == nil {
                known[kind] = UInt8(samples.count)
                samples.append(byte)
            }
            classes[Int(byte)] = known[kind] ?? 0
        }
    }
}

/// The longest bytes that every match has.
enum PatternNeedle {
    static func of(_ node: PatternNode, ignoresCase: Bool) -> (needle: [UInt8], isAll: Bool) {
        var best: [UInt8] = []
        var run: [UInt8] = []
        var isWhole = true
        visit(node, ignoresCase, &best, &run, &isWhole)
        if run.count > best.count { best = run }
        return (best, isWhole && best.count == run.count)
    }

    private static func visit(
        _ node: PatternNode, _ ignoresCase: Bool, _ best: inout [UInt8], _ run: inout [UInt8], _ isWhole: inout Bool
    ) {
        switch node {
        case .byte(let set):
            if let byte = letter(set, ignoresCase) { return run.append(byte) }
        case .sequence(let nodes):
            for node in nodes { visit(node, ignoresCase, &best, &run, &isWhole) }
            return
        case .repeated(let node, let least, _) where least > 0:
            end(&best, &run, &isWhole)
            visit(node, ignoresCase, &best, &run, &isWhole)
        case .repeated, .choice, .at: break
        }
        end(&best, &run, &isWhole)
    }

    private static func end(_ best: inout [UInt8], _ run: inout [UInt8], _ isWhole: inout Bool) {
        if run.count > best.count { best = run }
        run = []
        isWhole = false
    }

    /// The one byte that a set stands for; the small letter where it has both cases.
    private static func letter(_ set: ByteSet, _ ignoresCase: Bool) -> UInt8? {
        guard let first = set.first else { return nil }
        if set.count == 1 { return ignoresCase && (0x41...0x5A).contains(first) ? nil : first }
        guard ignoresCase, set.count == 2, (0x41...0x5A).contains(first), set.contains(first + 0x20) else {
            return nil
        }
        return first + 0x20
    }
}
