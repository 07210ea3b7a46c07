import Core
import Support
import Testing

@Suite("Versions, batches, tokens, buckets")
struct ProtocolTests {
    @Test(
        arguments: [
            (1, nil, 1), (2, nil, 2), (1, 2, 2), (1, 7, 2), (2, 9, 2), (3, nil, nil), (3, 4, nil), (0, nil, nil),
            (0, 1, 1),
            (-5, -2, nil), (5, 1, nil),
        ] as [(Int, Int?, Int?)]) func theNewestCommonVersionCounts(oldest: Int, newest: Int?, common: Int?)
    {
        #expect(Versions.common(oldest: oldest, newest: newest) == common)
    }

    private func elements(_ text: String, limit: Int = 8) throws -> [String] {
        let bytes = Array(text.utf8)
        return try Batch.elements(bytes, limit: limit).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test func aBatchIsCutWhereItsElementsEnd() throws {
        #expect(Batch.isOne(Array(" \t\r\n[".utf8)))
        #expect(!Batch.isOne(Array(" {}".utf8)))
        #expect(!Batch.isOne([UInt8]()))
        #expect(try elements("[1]") == ["1"])
        #expect(try elements(#" [{"a":[1,2]},{"b":"x,]}\"[\\"},3] "#) == [#"{"a":[1,2]}"#, #"{"b":"x,]}\"[\\"}"#, "3"])
        #expect(try elements("[,]") == ["", ""], "what is no JSON is found by who decodes it")
    }

    @Test(arguments: [
        ("", Batch.Refusal.notAnArray), ("[", .notAnArray), ("]", .notAnArray), ("{}", .notAnArray), ("[ ]", .empty),
        ("[1,2", .notAnArray), ("[1,2,3]", .tooLong(limit: 2)),
    ]) func whatIsNoBatchIsRefused(text: String, why: Batch.Refusal) {
        #expect(throws: why) { try elements(text, limit: 2) }
    }

    @Test func aTokenIsItsFileWithoutTheSpaceAround() throws {
        let text = "  0123456789abcdef\n"
        let token = try #require(Token(file: Array(text.utf8)))
        #expect(token.bytes == Array("0123456789abcdef".utf8))
        #expect("\(token)" == "Token", "it never gets into a log")
        for bad in ["", " \n ", "short", String(repeating: "x", count: 1025)] {
            #expect(Token(file: Array(bad.utf8)) == nil)
        }
        #expect(Token.message([1, 2]) == Token.context + [1, 2])
        #expect(Token.trouble(isRegular: true, isOurs: true, mode: 0o600) == nil)
        #expect(Token.trouble(isRegular: true, isOurs: true, mode: 0o400) == nil)
        #expect(Token.trouble(isRegular: false, isOurs: true, mode: 0o600)?.contains("plain") == true)
        #expect(Token.trouble(isRegular: true, isOurs: false, mode: 0o600)?.contains("another") == true)
        for mode: UInt32 in [0o640, 0o604, 0o660, 0o700] {
            #expect(Token.trouble(isRegular: true, isOurs: true, mode: mode)?.contains(String(mode, radix: 8)) == true)
        }
        #expect(Failure.tokenFile("/h/auth-token", "it is a link").next.contains("/h/auth-token"))
    }

    private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0).advanced(byMilliseconds: milliseconds) }

    @Test func aBucketGivesItsFillAndThenItsRate() {
        var bucket = TokenBucket(capacity: 3, rate: 2, at: at(0))
        for _ in 0..<3 { #expect(bucket.take(at: at(0)) == .go) }
        #expect(bucket.take(at: at(0)) == .wait(500))
        #expect(bucket.take(at: at(499)) == .wait(1))
        #expect(bucket.take(at: at(500)) == .go)
        #expect(bucket.take(2, at: at(500)) == .wait(1000))
        #expect(bucket.take(9, at: at(99_000)) == .go, "more than it can hold counts as what it can hold")
        #expect(bucket.take(at: at(98_000)) == .wait(500), "a clock that goes back gives nothing")
        #expect(bucket.take(at: Instant(nanoseconds: .max)) == .go)
    }

    /// Whatever comes when: never more than the fill and the rate allow, and waiting as told always helps.
    @Test(arguments: 1...20) func aBucketKeepsItsRate(seed: UInt64) {
        var random = Seeded(seed: seed)
        let (capacity, rate) = (Int.random(in: 1...50, using: &random), Int.random(in: 1...500, using: &random))
        var bucket = TokenBucket(capacity: capacity, rate: rate, at: at(0))
        var (now, taken) = (0, 0)
        for _ in 0..<2000 {
            now += Int.random(in: 0...20, using: &random)
            let count = Int.random(in: 1...capacity, using: &random)
            switch bucket.take(count, at: at(now)) {
            case .go:
                taken += count
            case .wait(let milliseconds):
                #expect(milliseconds > 0)
                var later = bucket
                #expect(later.take(count, at: at(now + milliseconds)) == .go)
            }
            #expect(taken <= capacity + rate * now / 1000 + 1)
        }
    }
}

@Suite("What the protocol says of itself")
struct SchemaTests {
    private struct Sample: Codable {
        var flag: Bool
        var count: UInt32
        var share: Double?
        var names: [String]
        var limits: [String: Int]
        var when: WallTime
        var exit: Exit?
        var mode: RestartPolicy.Mode
        var inner: [Nothing]
    }

    @Test func everyKindOfFieldIsFound() throws {
        let schema = try Schema(of: [Sample].self)
        #expect(schema.label == "[Sample]")
        #expect(schema.markdown == "[Sample]")
        let sample = try #require(schema.named["Sample"])
        #expect(
            sample.markdown == """
                | field | type |
                |---|---|
                | `flag` | true or false |
                | `count` | integer |
                | `share`? | number |
                | `names` | [text] |
                | `limits` | {text: integer} |
                | `when` | time |
                | `exit`? | Exit |
                | `mode` | Mode |
                | `inner` | [nothing] |
                """)
        #expect(Set(schema.named.keys) == ["Sample", "Exit", "Mode"])
        let mode = "One of: `always`, `on-failure`, `unless-stopped`, `never`."
        #expect(schema.named["Mode"]?.markdown == mode)
    }

    /// A type that decodes in a way which cannot be followed is an error, not a wrong description.
    private struct Sly: Decodable {
        enum Key: CodingKey { case a }

        init(from decoder: any Decoder) throws {
            let keyed = try decoder.container(keyedBy: Key.self)
            var list = try decoder.unkeyedContainer()
            #expect(decoder.codingPath.isEmpty && decoder.userInfo.isEmpty)
            #expect(keyed.codingPath.isEmpty && list.codingPath.isEmpty && list.count == 1)
            #expect(keyed.contains(.a))
            #expect(try !list.decodeNil())
            #expect(throws: (any Error).self) { try keyed.nestedContainer(keyedBy: Key.self, forKey: .a) }
            #expect(throws: (any Error).self) { try keyed.nestedUnkeyedContainer(forKey: .a) }
            #expect(throws: (any Error).self) { try keyed.superDecoder() }
            #expect(throws: (any Error).self) { try keyed.superDecoder(forKey: .a) }
            #expect(throws: (any Error).self) { try list.nestedContainer(keyedBy: Key.self) }
            #expect(throws: (any Error).self) { try list.nestedUnkeyedContainer() }
            #expect(throws: (any Error).self) { try list.superDecoder() }
            let single = try decoder.singleValueContainer()
            #expect(single.codingPath.isEmpty && !single.decodeNil())
            _ = try list.superDecoder()
        }
    }

    @Test func whatCannotBeFollowedIsAnError() {
        #expect(throws: (any Error).self) { try Schema(of: Sly.self) }
    }

    @Test func everyMethodIsDescribed() throws {
        for method in Methods.all {
            #expect(method.summary.hasSuffix("."), "\(method.name)")
            _ = try (method.params(), method.result())
        }
        #expect(Set(Methods.all.map(\.name)).count == Methods.all.count)
        golden("Commands/help-protocol.md", try ProtocolText.markdown())
    }
}
