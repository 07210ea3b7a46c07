/// Holds lines against a pattern. What it has found out about the pattern on the way it keeps, within a bound: each user
/// has his own.
///
/// A set of places of the machine (`PatternProgram`) is a state, made when a line leads there and found again in a
/// table after that, so that most bytes cost one look (as in RE2: Cox, "Regular Expression Matching in the Wild",
/// 2010). Places are kept as they were before `^`, `$` and `\b` were looked at, for these depend on the next byte too.
package struct PatternSearch: Sendable {
    /// What came before: it decides about `^` and `\b`.
    private enum Before: Hashable, Sendable { case nothing, word, other }

    private struct Key: Hashable, Sendable {
        var places: [Int]
        var before: Before
    }

    /// States that are kept; one more, and all are forgotten.
    private static let maxStates = 1000
    private static let unknown: Int32 = -1

    package let pattern: LinePattern
    private let program: PatternProgram
    /// A match may begin at every byte; else only at the first.
    private let isFloating: Bool
    private var keys: [Key] = []
    private var numbers: [Key: Int] = [:]
    /// For each state and class of bytes, and the end of the line as the last class: twice the next state, plus 1 when
    /// there was a match before that byte.
    private var table: [Int32] = []
    /// For each step of the program, which look at it was the last; and how many looks there were.
    private var seen: [UInt64]
    private var looks: UInt64 = 0
    private var width: Int { program.samples.count + 1 }

    package init(_ pattern: LinePattern) {
        self.init(pattern, isFloating: true)
    }

    private init(_ pattern: LinePattern, isFloating: Bool) {
        self.pattern = pattern
        self.isFloating = isFloating
        program = pattern.program
        seen = Array(repeating: 0, count: program.steps.count)
    }

    /// Whether the pattern is in the line, which is given without its newline.
    package mutating func matches(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = number(of: Key(places: [], before: .nothing))
        let classes = program.classes
        var at = 0
        while at < line.count {
            let entry = go(from: state, Int(classes[Int(line[at])]))
            if entry & 1 != 0 { return true }
            state = Int(entry >> 1)
            at += 1
        }
        return go(from: state, width - 1) & 1 != 0
    }

    /// Whether the pattern is somewhere in the line.
    package mutating func matches(_ line: [UInt8]) -> Bool {
        line.withUnsafeBufferPointer { matches($0) }
    }

    /// The places of the line where the pattern is: each as far left and then as long as it can be, none empty.
    ///
    /// Where it could begin at every byte and end late, this costs the square of `line.count`: for lines that are shown.
    package static func ranges(of pattern: LinePattern, in line: [UInt8]) -> [Range<Int>] {
        var search = PatternSearch(pattern, isFloating: false)
        var ranges: [Range<Int>] = []
        var start = 0
        while start < line.count {
            if let end = search.end(of: line, from: start), end > start {
                ranges.append(start..<end)
                start = end
            } else {
                start += 1
            }
        }
        return ranges
    }

    /// Where the longest match that begins at `start` ends.
    private mutating func end(of line: [UInt8], from start: Int) -> Int? {
        let before: Before = start == 0 ? .nothing : ByteSet.words.contains(line[start - 1]) ? .word : .other
        var state = number(of: Key(places: [0], before: before))
        var end: Int?
        for at in start..<line.count {
            let entry = go(from: state, Int(program.classes[Int(line[at])]))
            if entry & 1 != 0 { end = at }
            state = Int(entry >> 1)
            if keys[state].places.isEmpty { return end }
        }
        return go(from: state, width - 1) & 1 != 0 ? line.count : end
    }

    // MARK: states

    private mutating func number(of key: Key) -> Int {
        if let number = numbers[key] { return number }
        if keys.count >= Self.maxStates {
            keys = []
            numbers = [:]
            table = []
        }
        let number = keys.count
        keys.append(key)
        numbers[key] = number
        table += repeatElement(Self.unknown, count: width)
        return number
    }

    private mutating func go(from state: Int, _ kind: Int) -> Int32 {
        let entry = table[state * width + kind]
        return entry == Self.unknown ? explore(state, kind) : entry
    }

    private mutating func explore(_ state: Int, _ kind: Int) -> Int32 {
        let key = keys[state]
        let byte = kind < program.samples.count ? program.samples[kind] : nil
        let isWord = byte.map { ByteSet.words.contains($0) } ?? false
        looks += 1
        var waiting = isFloating ? key.places + [0] : key.places
        // A place is looked at once, so none comes twice.
        var next: [Int] = []
        var isMatch = false
        while let place = waiting.popLast() {
            guard seen[place] < looks else { continue }
            seen[place] = looks
            switch program.steps[place] {
            case .byte(let set): if let byte, set.contains(byte) { next.append(place + 1) }
            case .split(let one, let other): waiting += [one, other]
            case .jump(let target): waiting.append(target)
            case .match: isMatch = true
            case .at(let wanted):
                if Self.holds(wanted, key.before, isWord: isWord, isEnd: byte == nil) { waiting.append(place + 1) }
            }
        }
        let before = keys.count
        let number = number(of: Key(places: next.sorted(), before: isWord ? .word : .other))
        let entry = Int32(number << 1 | (isMatch ? 1 : 0))
        // Nothing to note when all was forgotten just now.
        if keys.count >= before { table[state * width + kind] = entry }
        return entry
    }

    private static func holds(_ place: PatternNode.Place, _ before: Before, isWord: Bool, isEnd: Bool) -> Bool {
        switch place {
        case .start: before == .nothing
        case .end: isEnd
        case .wordEdge: (before == .word) != isWord
        case .noWordEdge: (before == .word) == isWord
        }
    }
}
