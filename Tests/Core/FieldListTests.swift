@testable import Core
import Testing

/// Values as lists of fields: whatever a type is made of.
struct FieldListTests {
    private struct Inner: Encodable {
        var x = 1.5
        var missing: Int?
        var flag = true
    }

    private struct Outer: Encodable {
        var text = "a"
        var number: UInt64 = 7
        var words = ["a", "b c", "it's", ""]
        var inners = [Inner(), Inner()]
        var map = ["k": Inner()]
        var option: Inner? = Inner()
    }

    @Test func everyFieldHasItsPath() throws {
        let inner = { (path: String) in ["\(path).x": "1.5", "\(path).flag": "true"] }
        var expected = ["text": "a", "number": "7", "words": #"a 'b c' 'it'\''s' ''"#]
        for path in ["inners[0]", "inners[1]", "map.k", "option"] { expected.merge(inner(path)) { $1 } }
        #expect(try FieldList.of(Outer()) == expected)
    }

    /// A type that encodes itself by hand, in every way that there is.
    private struct ByHand: Encodable {
        enum Keys: String, CodingKey { case map, list, nothing, above }

        func encode(to encoder: any Encoder) throws {
            #expect(encoder.codingPath.isEmpty && encoder.userInfo.isEmpty)
            var keyed = encoder.container(keyedBy: Keys.self)
            #expect(keyed.codingPath.isEmpty)
            try keyed.encodeNil(forKey: .nothing)
            var map = keyed.nestedContainer(keyedBy: Keys.self, forKey: .map)
            try map.encode(1, forKey: .list)
            var list = keyed.nestedUnkeyedContainer(forKey: .list)
            #expect(list.codingPath.isEmpty)
            try list.encodeNil()
            try list.encode("second")
            var third = list.nestedContainer(keyedBy: Keys.self)
            try third.encode(3, forKey: .above)
            var fourth = list.nestedUnkeyedContainer()
            try fourth.encode(4)
            var fifth = list.superEncoder().singleValueContainer()
            #expect(fifth.codingPath.isEmpty)
            try fifth.encodeNil()
            try fifth.encode(5)
            var above = keyed.superEncoder(forKey: .above).singleValueContainer()
            try above.encode(6)
            _ = keyed.superEncoder()
        }
    }

    @Test func typesThatEncodeThemselves() throws {
        #expect(
            try FieldList.of(ByHand()) == [
                "map.list": "1", "list[1]": "second", "list[2].above": "3", "list[3][0]": "4", "list[4]": "5",
                "above": "6",
            ])
    }
}
