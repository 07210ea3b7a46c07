import CKernel
import Testing

/// Lines that become records by copying.
@Suite struct PlainLineTests {
    private static let bad: [UInt8] = [0x00, 0x0A, 0x1F, 0x22, 0x5C, 0x80, 0xFF]

    /// Each place of each length, around the blocks in which it looks.
    @Test func theFirstByteThatIsNotPlain() {
        for length in 0...40 {
            var line = [UInt8](repeating: 0x7F, count: length)
            if length > 1 { line[0] = 0x20 }
            #expect(od_plain_length(line, length) == length)
            for place in 0..<length {
                for byte in Self.bad {
                    var other = line
                    other[place] = byte
                    #expect(od_plain_length(other, length) == place)
                }
            }
        }
    }

    private static func format(
        _ text: String, escapes: Bool, room: Int = 4096, most: Int = 10
    ) -> (taken: Int, text: String) {
        let (head, tail) = (Array("<".utf8), Array(">\n".utf8))
        var output = [UInt8](repeating: 0, count: room)
        let made = head.withUnsafeBufferPointer { head in
            tail.withUnsafeBufferPointer { tail in
                var form = od_record_form()
                (form.head, form.head_length) = (head.baseAddress, head.count)
                (form.tail, form.tail_length) = (tail.baseAddress, tail.count)
                (form.most, form.escapes) = (most, escapes ? 1 : 0)
                let bytes = Array(text.utf8)
                return od_format_simple(&form, bytes, bytes.count, &output, room)
            }
        }
        return (made.taken, String(decoding: output[..<made.length], as: UTF8.self))
    }

    @Test(arguments: [true, false]) func upToOneThatIsNotSimple(_ escapes: Bool) {
        #expect(Self.format("", escapes: escapes) == (0, ""))
        #expect(Self.format("a\n\nbc\nopen", escapes: escapes) == (6, "<a>\n<>\n<bc>\n"))
        #expect(Self.format("0123456789\n0123456789+\nx\n", escapes: escapes) == (11, "<0123456789>\n"))
        // No room for the third.
        #expect(Self.format("a\nb\nc\n", escapes: escapes, room: 11) == (4, "<a>\n<b>\n"))
        #expect(Self.format("a\nb\nc\n", escapes: escapes, room: 12) == (6, "<a>\n<b>\n<c>\n"))
    }

    @Test func whatMustBeEscapedIsLeft() {
        #expect(Self.format("a\nb\"c\nd\n", escapes: true) == (2, "<a>\n"))
        #expect(Self.format("a\nb\"c\nü\n", escapes: false) == (9, "<a>\n<b\"c>\n<ü>\n"))
        #expect(Self.format("ü\n", escapes: true) == (0, ""))
    }
}
