import Core
import Support
import Testing

/// Lines held against patterns, as egrep has it.
struct LinePatternTests {
    private func matches(_ pattern: String, _ line: String, ignoresCase: Bool = false) throws -> Bool {
        var search = PatternSearch(try LinePattern(pattern, ignoresCase: ignoresCase))
        return search.matches(Array(line.utf8))
    }

    @Test(arguments: [
        ("", ["", "x"], []),
        ("abc", ["abc", "xabcx", "ababc"], ["", "ab", "aabbc"]),
        ("a.c", ["abc", "aéc", "a€c", "a🙂c"], ["ac", "ab\u{0}"]),
        ("^ab", ["ab", "abc"], ["xab"]), ("ab$", ["ab", "xab"], ["abx"]), ("^$", [""], ["x"]),
        ("\\Aa\\z", ["a"], ["aa"]),
        ("a|bc|", ["a", "bc", ""], []), ("x(a|bc)y", ["xay", "xbcy"], ["xy", "xby"]), ("(?:ab)+c", ["ababc"], ["ac"]),
        ("ab*c", ["ac", "abbbc"], ["bc"]), ("ab+c", ["abc", "abbc"], ["ac"]), ("ab?c", ["ac", "abc"], ["abbc"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
        ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^(a*)*b", ["b", "aab"], ["a"]), ("a+?b", ["aab"], ["b"]), ("a{2}{2}", ["aaaa"], ["aaa"]),
        ("{\"a\":1}", ["{\"a\":1}"], ["{\"a\":2}"]), ("a{x}", ["a{x}"], ["ax"]), ("a{,2}", ["a{,2}"], ["aa"]),
        ("a{1", ["a{1"], ["a"]), ("{2}", ["{2}"], ["2"]), ("a]", ["a]"], ["a"]),
        ("[abc]x", ["ax", "cx"], ["dx"]), ("[a-c]x", ["bx"], ["dx"]), ("[^a-c]x", ["dx", "éx"], ["ax"]),
        ("[]a]x", ["]x", "ax"], ["bx"]), ("[a-]x", ["-x", "ax"], ["bx"]), ("[\\d.]x", ["1x", ".x"], ["ax"]),
        ("[\\]a]x", ["]x"], ["bx"]), ("[äö]x", ["äx", "öx"], ["ax"]),
        ("[[:alpha:]][[:digit:]]", ["a1"], ["1a"]), ("^[[:upper:][:punct:]]+$", ["A!"], ["a"]),
        ("\\d+ms", ["12ms"], ["ms"]), ("\\D", ["a", "é"], ["1"]), ("\\w+", ["a_1"], ["-"]), ("\\W", ["-", "é"], ["a"]),
        ("a\\sb", ["a b", "a\tb"], ["ab"]), ("a\\Sb", ["axb", "aéb"], ["a b"]),
        ("\\berr\\b", ["err", "an err.", "err-1"], ["error", "ferr"]), ("\\Berr", ["ferr"], ["err", "an err"]),
        ("\\t\\r\\f\\v\\e", ["\t\r\u{C}\u{B}\u{1B}"], [""]), ("a\\.b\\\\", ["a.b\\"], ["axb\\"]),
        ("(?i)Err", ["ERR", "err"], ["er"]), ("é+", ["éé"], ["e"]),
    ])
    func meaning(pattern: String, with: [String], without: [String]) throws {
        for line in with { #expect(try matches(pattern, line), "\(pattern) in \(line)") }
        for line in without { #expect(try !matches(pattern, line), "\(pattern) not in \(line)") }
    }

    @Test func theCaseMayNotMatter() throws {
        #expect(try matches("[a-c]É", "Bé", ignoresCase: true))
        #expect(try matches("Error [0-9]", "eRROR 5", ignoresCase: true))
        #expect(try !matches("Error", "error"))
        var search = PatternSearch(try LinePattern("a.(B", isLiteral: true, ignoresCase: true))
        let found = ["xA.(b", "xAx(b"].map { search.matches(Array($0.utf8)) }
        #expect(found == [true, false])
    }

    @Test func linesAreBytes() throws {
        var search = PatternSearch(try LinePattern("a.b"))
        let found = [[0xFF, 0x61, 0xC3, 0x62], [0x61, 0x00, 0x62]].map { search.matches($0) }
        #expect(found == [true, true])
    }

    @Test(arguments: [
        "(", "a)", "[a", "[", "[\\", "*a", "+", "?", "\\", "(?=a)", "(?<n>a)", "\\1", "\\q", "[z-a]", "[a-é]", "[^é]",
        "a{3,2}", "a{1001}", "[a-\\d]", String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
        "((a{100}){100}){100}", String(repeating: "a", count: 1001),
    ])
    func refused(pattern: String) {
        let failure = #expect(throws: Failure.self) { try LinePattern(pattern) }
        #expect(failure?.code == .badPattern)
    }

    @Test(arguments: [
        ("timeout", false, "timeout", true), ("time.*out now", false, "out now", false),
        ("(abc)+d", false, "abc", false),
        ("a|b", false, "", false), ("x?yes", false, "yes", false), ("Error", true, "error", true),
        ("^GET /", false, "GET /", false), ("[x]y", false, "xy", true), ("ab[0-9]cde", true, "cde", false),
        ("", false, "", true),
    ])
    func needles(pattern: String, ignoresCase: Bool, needle: String, isAll: Bool) throws {
        let pattern = try LinePattern(pattern, ignoresCase: ignoresCase)
        #expect(pattern.needle == Array(needle.utf8))
        #expect(pattern.isNeedleAll == isAll)
    }

    @Test func placesAreFound() throws {
        func ranges(_ pattern: String, _ line: String) throws -> [Range<Int>] {
            PatternSearch.ranges(of: try LinePattern(pattern), in: Array(line.utf8))
        }
        #expect(try ranges("a+", "baaca") == [1..<3, 4..<5])
        #expect(try ranges("\\bx$", "x xx x") == [5..<6])
        #expect(try ranges("a*", "b") == [])
        #expect(try ranges("a|ab", "xab") == [1..<3])
    }

    /// What takes other engines longer than the machine lives, and more states than are kept.
    @Test func hostilePatternsEnd() throws {
        let line = String(repeating: "a", count: 5000)
        #expect(try !matches("^(a+)+$", line + "!"))
        #expect(try matches("(a|aa)+$", line))
        #expect(try matches("(x+x+)+y|a", line))
        var dice = Seeded(seed: 7)
        let noise = (0..<6000).map { _ in Bool.random(using: &dice) ? "a" : "b" }.joined()
        #expect(try matches("a.{12}$", noise + "a" + String(repeating: "b", count: 12)))
        #expect(try !matches("c.{14}d", noise))
        #expect(try !matches("a[ab]{14}c", noise))
        // Nothing, a thousand times a thousand times ...
        #expect(try matches("^((((((){1000}){1000}){1000}){1000}){1000}){1000}$", ""))
    }
}
