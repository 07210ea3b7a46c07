import Core
import Testing

@testable import OpenDaemon

/// Answers of somebody who wants to stop us.
struct WireNumberTests {
    private func clamped(_ text: String) -> String? {
        Array(text.utf8).withUnsafeBytes(WireNumbers.clamped).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        "", "{}", #"{"a":1,"b":[-2.5,1e3]}"#, "4611686018427387904", "-4611686018427387904", #""9223372036854775807""#,
        #"{"9223372036854775807":"\"9223372036854775807\\"}"#, #"["99999999999999999999"#, "1e", "--", #""\"#,
        "0.1234567890123456789012345",
    ])
    func whatIsUsualStays(_ text: String) { #expect(clamped(text) == nil) }

    @Test func largerNumbersAreTheLargest() {
        let most = "4611686018427387904"
        #expect(clamped("9223372036854775807") == most)
        #expect(
            clamped(#"{"a":18446744073709551615,"b":"1e308","c":-1e308}"#)
                == #"{"a":\#(most),"b":"1e308","c":-\#(most)}"#)
        #expect(clamped("[1E999, 2]") == "[\(most), 2]")
        #expect(clamped(String(repeating: "9", count: 100_000)) == most)
    }

    @Test func anEngineCannotStopItsClients() async throws {
        let number = "9223372036854775807"
        let engine = try StrangeEngine { head in
            if head.method == Methods.hello.name { return response(head, goodHello) }
            return response(
                head,
                #"{"pid":1,"keeperPid":2,"version":"1","home":"/","startedAt":"2026-01-01T00:00:00.000Z","#
                    + #""uptime":\#(number),"embedded":false,"halted":false,"clients":1,"apps":\#(number),"#
                    + #""instances":{},"engineStarts":1}"#)
        }
        let status = try await engine.connect().call(Methods.status, Nothing())
        #expect(status.uptime == 1 << 62 && status.apps == 1 << 62)
    }
}
