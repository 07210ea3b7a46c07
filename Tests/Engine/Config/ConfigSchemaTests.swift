import Core
import Engine
import FoundationEssentials
import Testing

/// The schema for editors is made from the table of keys. That it takes and refuses what the decoder does is in
/// Tests/Session/configs.py, by a validator of others.
struct ConfigSchemaTests {
    @Test func itIsJSON() throws {
        #expect(throws: Never.self) {
            try JSONDecoder().decode([String: Ignored].self, from: Data(ConfigSchema.document().utf8))
        }
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    @Test func itDescribesEveryKey() {
        #expect(ConfigSchema.undescribed.isEmpty)
        let text = ConfigSchema.document()
        for key in ConfigKeys.app where key.name != "env_NAME" { #expect(text.contains("\"\(key.name)\": {")) }
        #expect(text.contains("\"^env_.+\""))
    }

    @Test func textsAreQuoted() {
        #expect(ConfigSchema.quoted("a\"b\\c\nd\te\u{1}ä") == "\"a\\\"b\\\\c\\nd\\te\\u0001ä\"")
    }
}
