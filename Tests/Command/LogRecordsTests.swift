@testable import Command
import Core
import OpenDaemon
import Testing

/// What `od logs --raw` and `--json` make of logs whose files have records.
@Suite struct LogRecordsTests {
    private func file(_ type: LogType?, _ dateFormat: String? = nil) -> LogStreamResult.File {
        LogStreamResult.File(
            process: 1, label: "a#0", channel: .out, path: "/l", type: type, dateFormat: dateFormat)
    }

    private func unpack(
        _ file: LogStreamResult.File, _ text: String, _ form: LogWriter.Form = .raw, whole: Bool = true
    ) -> String {
        // In one piece and byte by byte: chunks end anywhere.
        let outputs = [text.utf8.map { [$0] }, [Array(text.utf8)]].map { chunks in
            var writer = LogWriter(form: form, extras: LogWriter.Extras(isWhole: whole))
            var output = writer.add(.opened(LogStreamResult(stream: 1, files: [file])))
            for bytes in chunks {
                output += writer.add(
                    .chunk(LogChunk(stream: 1, process: 1, channel: .out, offset: 0, bytes: bytes)))
            }
            return String(decoding: output + writer.finish(), as: UTF8.self)
        }
        #expect(outputs[0] == outputs[1])
        return outputs[0]
    }

    private let time = "2026-11-21T17:23:15.123Z"

    private func json(_ message: String, _ more: String = "", instance: Int = 0) -> String {
        "{\"timestamp\":\"\(time)\",\"level\":\"info\",\"pid\":7,\"processName\":\"api\",\"instanceId\":\(instance),"
            + "\"source\":\"stdout\",\"message\":\"\(message)\"\(more)}\n"
    }

    private let partial = #","metadata":{"partial":true}"#

    @Test func textBecomesWhatWasWritten() {
        #expect(
            unpack(file(.text), "\(time) out+ one \n\(time) out two\r\n\(time) out \n\(time) err+ end")
                == "one two\r\n\nend")
        #expect(unpack(file(.text, "YYYY [out of] HH"), "2026 out of 17 out#3 x out y\n") == "x out y\n")
        #expect(unpack(file(.text), "older line\n\(time) outside x\n") == "older line\n\(time) outside x\n")
    }

    @Test func jsonBecomesWhatWasWritten() {
        #expect(unpack(file(.json), json(#"q\"b\\t\tn\nr\rz\u0000\u001bü"#)) == "q\"b\\t\tn\nr\rz\0\u{1B}ü\n")
        #expect(unpack(file(.json), json("one ", partial) + json("two") + json("end", partial)) == "one two\nend")
        #expect(unpack(file(.json), json("\u{FFFD}", #","metadata":{"base64":"YWI="}"#)) == "ab\n")
        let odd = [
            "plain", #"{"timestamp":"x""#, json("x", #","metadata":{"base64":"!"}"#),
            #"{"timestamp":"x","message":"\u00"#, #"{"timestamp":"x","message":"\"#,
            #"{"timestamp":"x","message":"open"#,
        ].map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        #expect(unpack(file(.json), odd) == odd, "what is no record stays as it is")
    }

    @Test func linesOfInstancesDoNotMix() {
        let text = json("one ", partial) + json("other", instance: 1) + json("two")
        #expect(unpack(file(.json), text) == "other\none two\n")
    }

    @Test func rawFilesStayAsTheyAre() {
        for type in [LogType.raw, nil] {
            #expect(unpack(file(type), json("x") + "\(time) out y") == json("x") + "\(time) out y")
        }
    }

    /// A piece that was left out must not be replaced by one of another line.
    @Test func whatWasSearchedIsNotJoined() {
        #expect(unpack(file(.json), json("one ", partial) + json("two"), whole: false) == "one \ntwo\n")
    }

    @Test func entriesAreJoined() {
        let text = unpack(file(.json), json("one ", partial) + json("two") + json("x"), .json)
        #expect(
            text == """
                {"instanceId":0,"level":"info","message":"one two","pid":7,"processName":"api","source":"stdout",\
                "timestamp":"\(time)"}
                {"instanceId":0,"level":"info","message":"x","pid":7,"processName":"api","source":"stdout",\
                "timestamp":"\(time)"}

                """)
        let bytes = json("a", partial) + json("\u{FFFD}", #","metadata":{"base64":"/w=="}"#)
        #expect(unpack(file(.json), bytes, .json).contains(#""message":"a\#u{FFFD}","metadata":{"base64":"Yf8="}"#))
        #expect(unpack(file(.text), "\(time) out+ a\n\(time) out b\n", .json).contains(#""message":"ab""#))
    }

    @Test func aLineThatDoesNotEndComesInPieces() {
        var records = LogRecords(of: file(.text), joins: true)
        let piece = Array("\(time) out+ ".utf8) + [UInt8](repeating: 0x78, count: 1 << 20)
        var pieces: [LogRecords.Line] = []
        for _ in 0..<17 { pieces += records?.add(piece[...]) ?? [] }
        #expect(pieces.map(\.bytes.count) == [16 << 20] && pieces.first?.isWhole == false)
        #expect(records?.finish().map(\.bytes.count) == [1 << 20])
    }
}
