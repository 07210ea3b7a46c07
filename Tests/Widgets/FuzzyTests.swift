import Testing
import Widgets

@Suite struct FuzzyTests {
    @Test(
        arguments: [
            ("", "anything", []), ("rst", "restarts the process", [0, 2, 3]), ("RS", "restarts", [0, 2]),
            ("to the", "to the first", [0, 1, 3, 4, 5]), ("first to", "to the first", [0, 1, 7, 8, 9, 10, 11]),
        ] as [(String, String, [Int])])
    func finds(pattern: String, text: String, places: [Int]) {
        #expect(Fuzzy(pattern).match(text)?.places == places)
    }

    @Test(arguments: [("x", "api"), ("aa", "api"), ("ia", "api"), ("api x", "api")])
    func misses(pattern: String, text: String) {
        #expect(Fuzzy(pattern).match(text) == nil)
    }

    /// What people mean comes first.
    @Test(arguments: [
        ("sl", "stop the log", "tassel"), ("log", "its log", "a long gap"), ("api", "api#1: log", "a pid"),
        ("st", "api: stop", "must"),
    ])
    func ranks(pattern: String, better: String, worse: String) throws {
        let fuzzy = Fuzzy(pattern)
        #expect(try #require(fuzzy.match(better)).score > #require(fuzzy.match(worse)).score)
    }
}

@Suite struct Base64Tests {
    /// The examples of RFC 4648, §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("\u{3FF}\u{3FE}", "z7/Pvg=="),
    ])
    func encodes(text: String, expected: String) {
        #expect(Base64.encoded(Array(text.utf8)) == expected)
    }
}
