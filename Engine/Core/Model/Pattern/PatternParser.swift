/// Reads a pattern from left to right: choices of sequences of repeated atoms.
struct PatternParser {
    /// Groups in groups, and repeats: what is more is refused before it costs anything.
    private static let maxDepth = 50
    private static let maxRepeat = 1000

    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private(set) var ignoresCase: Bool

    init(_ text: String, ignoresCase: Bool) {
        scalars = Array(text.unicodeScalars)
        self.ignoresCase = ignoresCase
    }

    /// The text as it is.
    func literal() -> PatternNode {
        .sequence(scalars.map { .character($0, folded: ignoresCase) })
    }

    /// All of the text.
    mutating func pattern() throws(PatternProblem) -> PatternNode {
        if take("(?i)") { ignoresCase = true }
        let node = try choice()
        guard at == scalars.count else { throw PatternProblem("a ) closes nothing") }
        return node
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[at...].starts(with: wanted) else { return false }
        at += wanted.count
        return true
    }

    private mutating func choice() throws(PatternProblem) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw PatternProblem("its groups are nested too deeply") }
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .choice(nodes)
    }

    private mutating func sequence() throws(PatternProblem) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            nodes.append(try repeats(of: try atom()))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    // MARK: repeats

    private mutating func repeats(of atom: PatternNode) throws(PatternProblem) -> PatternNode {
        var node = atom
        while let (least, most) = try count() {
            // Lazy or possessive is a matter of where a match ends, not of whether there is one.
            _ = take("?") || take("+")
            node = .repeated(node, least: least, most: most)
        }
        return node
    }

    private mutating func count() throws(PatternProblem) -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = at
        guard take("{") else { return nil }
        let least = number()
        var most = least
        if take(",") { most = number() }
        let isOpen = scalars[start..<at].contains(",") && most == nil
        // Not a count: a brace means itself, as everywhere in JSON logs.
        guard take("}"), let least, isOpen || most != nil else {
            at = start
            return nil
        }
        guard least <= most ?? least, max(least, most ?? 0) <= Self.maxRepeat else {
            throw PatternProblem("a count in { } is at most \(Self.maxRepeat), the smaller one first")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar), digits.utf8.count < 6 {
            digits.unicodeScalars.append(scalar)
            at += 1
        }
        return Int(digits)
    }

    // MARK: atoms

    private mutating func atom() throws(PatternProblem) -> PatternNode {
        let scalar = scalars[at]
        at += 1
        switch scalar {
        case "(": return try group()
        case "[": return try brackets()
        case ".": return .anyCharacter
        case "^": return .at(.start)
        case "$": return .at(.end)
        case "\\": return try escape()
        case "*", "+", "?": throw PatternProblem("there is nothing in front of \(scalar) to repeat")
        default: return .character(scalar, folded: ignoresCase)
        }
    }

    private mutating func group() throws(PatternProblem) -> PatternNode {
        if take("?") {
            guard take(":") else { throw PatternProblem("of the groups that begin with (? only (?: is known") }
        }
        let node = try choice()
        guard take(")") else { throw PatternProblem("a ( is not closed") }
        return node
    }

    private mutating func escape() throws(PatternProblem) -> PatternNode {
        guard let scalar = next else { throw PatternProblem("it ends with a \\") }
        at += 1
        if let set = Self.shorthand(scalar) { return set }
        switch scalar {
        case "b": return .at(.wordEdge)
        case "B": return .at(.noWordEdge)
        case "A": return .at(.start)
        case "z", "Z": return .at(.end)
        default: return .character(try Self.plain(scalar), folded: ignoresCase)
        }
    }

    /// `\d \w \s`, and everything else for the capital.
    private static func shorthand(_ scalar: Unicode.Scalar) -> PatternNode? {
        switch scalar {
        case "d": .byte(.digits)
        case "w": .byte(.words)
        case "s": .byte(.blanks)
        case "D": others(than: .digits)
        case "W": others(than: .words)
        case "S": others(than: .blanks)
        default: nil
        }
    }

    private static func others(than set: ByteSet) -> PatternNode {
        .choice([.byte(set.inverted)] + PatternNode.longCharacters)
    }

    private static func plain(_ scalar: Unicode.Scalar) throws(PatternProblem) -> Unicode.Scalar {
        switch scalar {
        case "t": return "\t"
        case "r": return "\r"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "e": return "\u{1B}"
        default:
            guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw PatternProblem("\\\(scalar) is not known here")
            }
            return scalar
        }
    }

    // MARK: brackets

    private static let classes: [(String, ByteSet)] = [
        ("[:alpha:]", ByteSet(0x41...0x5A).union(ByteSet(0x61...0x7A))), ("[:digit:]", .digits),
        ("[:alnum:]", ByteSet(0x41...0x5A).union(ByteSet(0x61...0x7A)).union(.digits)), ("[:space:]", .blanks),
        ("[:upper:]", ByteSet(0x41...0x5A)), ("[:lower:]", ByteSet(0x61...0x7A)),
        ("[:xdigit:]", ByteSet(0x41...0x46).union(ByteSet(0x61...0x66)).union(.digits)),
        (
            "[:punct:]",
            ByteSet(0x21...0x2F).union(ByteSet(0x3A...0x40)).union(ByteSet(0x5B...0x60))
                .union(ByteSet(0x7B...0x7E))
        ),
    ]

    private mutating func brackets() throws(PatternProblem) -> PatternNode {
        let isInverted = take("^")
        var set = ByteSet()
        var long: [Unicode.Scalar] = []
        var isFirst = true
        while isFirst || next != "]" {
            isFirst = false
            if let known = Self.classes.first(where: { take($0.0) }) {
                set = set.union(known.1)
            } else if let range = try range(&set) {
                guard range.upperBound.value < 0x80 || range.lowerBound == range.upperBound else {
                    throw PatternProblem("a range in [ ] goes over ASCII only")
                }
                if range.upperBound.isASCII {
                    set = set.union(ByteSet(UInt8(range.lowerBound.value)...UInt8(range.upperBound.value)))
                } else {
                    long.append(range.lowerBound)
                }
            }
        }
        at += 1
        if ignoresCase { set = set.folded }
        guard isInverted else {
            guard !long.isEmpty else { return .byte(set) }
            return .choice([.byte(set)] + long.map { .character($0, folded: ignoresCase) })
        }
        guard long.isEmpty else { throw PatternProblem("[^ ] takes only what is in ASCII") }
        return Self.others(than: set)
    }

    /// One character, or a range of them; nil when it was `\d` or one like it, which is then in `set`.
    private mutating func range(_ set: inout ByteSet) throws(PatternProblem) -> ClosedRange<Unicode.Scalar>? {
        guard let first = try member(&set) else { return nil }
        guard at + 1 < scalars.count, scalars[at] == "-", scalars[at + 1] != "]" else { return first...first }
        at += 1
        guard let last = try member(&set), first <= last else { throw PatternProblem("a range in [ ] goes backwards") }
        return first...last
    }

    private mutating func member(_ set: inout ByteSet) throws(PatternProblem) -> Unicode.Scalar? {
        guard let scalar = next else { throw PatternProblem("a [ is not closed") }
        at += 1
        guard scalar == "\\" else { return scalar }
        guard let escaped = next else { throw PatternProblem("a [ is not closed") }
        at += 1
        guard case .byte(let known)? = Self.shorthand(escaped) else { return try Self.plain(escaped) }
        set = set.union(known)
        return nil
    }
}
