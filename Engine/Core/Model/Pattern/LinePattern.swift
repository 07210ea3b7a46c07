/// A pattern that lines of a log are held against, in time that grows with the length of the line and nothing else: a
/// hostile one costs memory within a bound and never more than a few steps for each byte.
///
/// A regular expression as egrep and most others have it: `.` `[a-z]` `[^0-9]` `[[:alpha:]]` `\d \w \s` and their
/// opposites, `^ $ \b \B`, `( )` and `(?: )`, `|`, `* + ? {2,5}`, and `(?i)` in front. Lines are bytes: `.` takes a
/// code point of UTF-8 or a single byte. What looks behind, ahead or back at a group is refused.
package struct LinePattern: Hashable, Sendable {
    /// Bytes of a pattern.
    package static let maxLength = 1000

    package let text: String
    package let isLiteral: Bool
    package let ignoresCase: Bool
    let program: PatternProgram
    /// Bytes that are in every line that matches, the longest such; empty when nothing is known. Small letters where
    /// the case does not matter.
    package let needle: [UInt8]
    /// A line matches exactly when the needle is in it.
    package let isNeedleAll: Bool

    /// - Parameters:
    ///   - isLiteral: the text means itself.
    ///   - ignoresCase: letters match in both cases.
    /// - Throws: `OD1023`.
    package init(_ text: String, isLiteral: Bool = false, ignoresCase: Bool = false) throws(Failure) {
        self.text = text
        self.isLiteral = isLiteral
        do throws(PatternProblem) {
            guard text.utf8.count <= Self.maxLength else { throw PatternProblem("it is longer than 1000 bytes") }
            var parser = PatternParser(text, ignoresCase: ignoresCase)
            let node = isLiteral ? parser.literal() : try parser.pattern()
            self.ignoresCase = parser.ignoresCase
            program = try PatternProgram(node)
            (needle, isNeedleAll) = PatternNeedle.of(node, ignoresCase: parser.ignoresCase)
        } catch {
            throw Failure(
                .badPattern, "‘\(text)’ is no pattern", why: error.text,
                next: "put a \\ in front of what means itself, or search for plain text with --fixed")
        }
    }
}

/// Why a pattern is refused.
struct PatternProblem: Error, Hashable {
    var text: String

    init(_ text: String) {
        self.text = text
    }
}

/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>()

    static let all = ByteSet(0...255)
    static let digits = ByteSet(0x30...0x39)
    static let words = digits.union(ByteSet(0x41...0x5A)).union(ByteSet(0x61...0x7A)).union(ByteSet(0x5F...0x5F))
    static let blanks = ByteSet(0x09...0x0D).union(ByteSet(0x20...0x20))

    init() {}

    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 }

    func union(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words |= other.words
        return result
    }

    /// All others.
    var inverted: ByteSet {
        var result = self
        result.words = ~words
        return result
    }

    /// With each ASCII letter its other case.
    var folded: ByteSet {
        var result = self
        for letter in UInt8(0x61)...0x7A where contains(letter) || contains(letter - 0x20) {
            result.insert(letter)
            result.insert(letter - 0x20)
        }
        return result
    }

    /// How many bytes are in it.
    var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }

    /// The least byte in it; nil for none.
    var first: UInt8? {
        (0..<4).first { words[$0] != 0 }.map { UInt8($0 << 6 + words[$0].trailingZeroBitCount) }
    }
}

/// What a pattern means.
indirect enum PatternNode: Hashable, Sendable {
    enum Place: Hashable, Sendable { case start, end, wordEdge, noWordEdge }

    case byte(ByteSet)
    /// All of them, one after the other; none is the empty text.
    case sequence([PatternNode])
    case choice([PatternNode])
    case repeated(PatternNode, least: Int, most: Int?)
    case at(Place)

    /// A code point, or, where the text is no UTF-8, a byte.
    static let anyCharacter = PatternNode.choice([.byte(.all)] + longCharacters)

    /// The code points beyond ASCII (RFC 3629, without the finer rules for the second byte).
    static let longCharacters: [PatternNode] = [(0xC2...0xDF, 1), (0xE0...0xEF, 2), (0xF0...0xF4, 3)].map {
        .sequence([.byte(ByteSet($0.0))] + Array(repeating: .byte(ByteSet(0x80...0xBF)), count: $0.1))
    }

    /// A code point.
    ///
    /// - Parameter folded: in both cases.
    static func character(_ scalar: Unicode.Scalar, folded: Bool) -> PatternNode {
        guard folded, !scalar.isASCII else {
            let bytes = Array(String(scalar).utf8).map { byte in
                folded ? ByteSet(byte...byte).folded : ByteSet(byte...byte)
            }
            return bytes.count == 1 ? .byte(bytes[0]) : .sequence(bytes.map { .byte($0) })
        }
        let cases = Set([String(scalar), String(scalar).lowercased(), String(scalar).uppercased()])
        return .choice(cases.sorted().map { text in .sequence(text.utf8.map { .byte(ByteSet($0...$0)) }) })
    }
}
