@testable import Command
import Core
import OpenDaemon
import Support
import Testing
import Themes

/// Chunks end anywhere; lines do not.
struct LogWriterTests {
    private func opened(_ files: [(UInt32, String, LogChunk.Channel)]) -> LogUpdate {
        .opened(
            LogStreamResult(
                stream: 1, files: files.map { .init(process: $0.0, label: $0.1, channel: $0.2, path: "/l") }))
    }

    private func chunk(_ process: UInt32, _ channel: LogChunk.Channel, _ text: String, last: Bool = false) -> LogUpdate
    {
        .chunk(LogChunk(stream: 1, process: process, channel: channel, last: last, offset: 0, bytes: Array(text.utf8)))
    }

    private func print(_ form: LogWriter.Form, _ updates: [LogUpdate]) -> String {
        var writer = LogWriter(form: form)
        var bytes: [UInt8] = []
        for update in updates { bytes += writer.add(update) }
        return String(decoding: bytes + writer.finish(), as: UTF8.self)
    }

    private let plain = LogWriter.Form.lines(clean: false, colour: false)

    @Test func oneProcessNeedsNoPrefix() {
        let text = print(
            plain,
            [opened([(0, "api#0", .out), (0, "api#0", .error)]), chunk(0, .out, "a\nb\n"), chunk(0, .error, "c\n")])
        #expect(text == "a\nb\nc\n")
    }

    @Test func severalAreToldApart() {
        let text = print(
            plain,
            [opened([(0, "api#0", .out), (1, "worker#0", .out)]), chunk(0, .out, "a\n"), chunk(1, .out, "b\n\n")])
        #expect(text == "api#0    | a\nworker#0 | b\nworker#0 | \n")
    }

    @Test func linesAreWholeHoweverTheyAreCut() {
        let lines = "eins\nzwei é\n\ndrei\nvier ohne Ende"
        let bytes = Array(lines.utf8)
        var random = Seeded(seed: 3)
        for _ in 0..<200 {
            var writer = LogWriter(form: .lines(clean: false, colour: false))
            var output = writer.add(opened([(0, "a#0", .out), (1, "b#0", .out)]))
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                let chunk = LogChunk(stream: 1, process: 0, channel: .out, offset: 0, bytes: Array(rest.prefix(count)))
                output += writer.add(.chunk(chunk))
                output += writer.add(self.chunk(1, .out, "x\n"))
                rest = rest.dropFirst(count)
            }
            output += writer.finish()
            let mine = String(decoding: output, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("a#0 | ") }
            #expect(mine == ["a#0 | eins", "a#0 | zwei é", "a#0 | ", "a#0 | drei", "a#0 | vier ohne Ende"])
        }
    }

    @Test func aTerminalGetsGlyphsOnly() {
        let text = print(
            .lines(clean: true, colour: false),
            [opened([(0, "a#0", .out)]), chunk(0, .out, "\u{1B}[2Jx\u{1B}]0;t\u{7}y\u{8}\r\n")])
        #expect(text == "xy\n")
    }

    @Test func coloursOfTheAppStay() {
        let text = print(
            .lines(clean: true, colour: true),
            [opened([(0, "a#0", .out)]), chunk(0, .out, "\u{1B}[31mred\u{1B}[0m plain\n")])
        #expect(text.contains("red\u{1B}[0m plain\n"))
        #expect(text.hasPrefix("\u{1B}["))
    }

    @Test func rawIsWhatWasWritten() {
        let text = print(
            .raw,
            [opened([(0, "a#0", .out), (1, "b#0", .out)]), chunk(0, .out, "\u{1B}[2Jx\r"), chunk(1, .out, "y\n")])
        #expect(text == "\u{1B}[2Jx\ry\n")
    }

    @Test func jsonIsOneObjectALine() {
        let text = print(
            .json,
            [
                opened([(0, "a#0", .out), (0, "a#0", .error)]), chunk(0, .out, "say \"hi\"\n"),
                chunk(0, .error, "\u{1B}[1mx", last: true),
            ])
        #expect(
            text == """
                {"level":"info","message":"say \\"hi\\"","processName":"a#0","source":"stdout"}
                {"level":"info","message":"\\u001b[1mx","processName":"a#0","source":"stderr"}

                """)
    }

    @Test func whatIsSaidOfALogIsALineOfItsOwn() {
        let note = LogChunk(
            stream: 1, process: 0, channel: .out, isNote: true, offset: 40, bytes: Array("[od] 2 lines\n".utf8))
        let updates = [opened([(0, "a#0", .out)]), chunk(0, .out, "cut o"), .chunk(note), chunk(0, .out, "next\n")]
        #expect(print(plain, updates) == "cut o\n[od] 2 lines\nnext\n")
        let last = print(.json, updates).split(separator: "\n")
        #expect(last[1] == #"{"level":"warn","message":"[od] 2 lines","processName":"od","source":"stdout"}"#)
        #expect(last.count == 3)
    }

    @Test func timesStandInFront() {
        var writer = LogWriter(form: plain, extras: LogWriter.Extras(timestamps: true))
        _ = writer.add(opened([(0, "a#0", .out)]))
        let chunk = LogChunk(
            stream: 1, process: 0, channel: .out, offset: 0, time: WallTime(milliseconds: 1),
            bytes: Array("x\ny\n".utf8))
        let text = String(decoding: writer.add(.chunk(chunk)), as: UTF8.self)
        #expect(text == "1970-01-01T00:00:00.001Z x\n1970-01-01T00:00:00.001Z y\n")
    }

    @Test func groupsOfLinesAreToldApart() {
        var writer = LogWriter(form: plain, extras: LogWriter.Extras(separates: true))
        var text = writer.add(opened([(0, "a#0", .out)]))
        for offset: UInt64 in [10, 12, 40] {
            text += writer.add(
                .chunk(LogChunk(stream: 1, process: 0, channel: .out, offset: offset, bytes: Array("x\n".utf8))))
        }
        #expect(String(decoding: text, as: UTF8.self) == "x\nx\n--\nx\n")
    }

    /// Lines of another log stand between them.
    @Test func groupsOfSeveralLogsAreToldApart() {
        var writer = LogWriter(form: plain, extras: LogWriter.Extras(separates: true))
        var text = writer.add(opened([(0, "a#0", .out), (1, "b#0", .out)]))
        for (process, offset): (UInt32, UInt64) in [(0, 10), (0, 12), (1, 10), (0, 14)] {
            text += writer.add(
                .chunk(LogChunk(stream: 1, process: process, channel: .out, offset: offset, bytes: Array("x\n".utf8))))
        }
        #expect(String(decoding: text, as: UTF8.self) == "a#0 | x\na#0 | x\n--\nb#0 | x\n--\na#0 | x\n")
    }

    @Test func appsOfOneNameAreToldApart() {
        func file(_ process: UInt32, _ project: String, _ label: String) -> LogStreamResult.File {
            LogStreamResult.File(
                process: process, label: label, channel: .out, path: "/\(process)", namespace: project, name: label)
        }
        let files = [file(0, "one", "api#0"), file(1, "two", "api#0"), file(2, "two", "db#0")]
        let text = print(
            plain, [.opened(LogStreamResult(stream: 1, files: files))] + (0...2).map { chunk($0, .out, "x\n") })
        #expect(text == "one/api#0 | x\ntwo/api#0 | x\ndb#0      | x\n")
    }

    @Test func gravityAndMatchesHaveColours() throws {
        let shown = LogWriter.Form.lines(clean: true, colour: true)
        let updates = [opened([(0, "a#0", .out)]), chunk(0, .out, "[WARN] x\nfine\n\u{1B}[32mERROR\u{1B}[0m y\n")]
        let lines = print(shown, updates).split(separator: "\n")
        #expect(lines[0] == Substring(Paint.text("[WARN] x", Style(.warning), true)))
        #expect(lines[1] == "fine")
        #expect(lines[2] == Substring(Paint.text("ERROR", Style(.logGreen), true) + " y"))
        var writer = LogWriter(
            form: shown, extras: LogWriter.Extras(highlight: try LinePattern("in|y", ignoresCase: true)))
        let marked = String(decoding: updates.flatMap { writer.add($0) }, as: UTF8.self).split(separator: "\n")
        #expect(marked[1] == Substring("f" + Paint.text("in", Style(.match, .bold), true) + "e"))
    }

    @Test func aLineWithoutEndIsPrintedInPieces() {
        let long = String(repeating: "x", count: LogWriter.longestLine + 10)
        let text = print(plain, [opened([(0, "a#0", .out)]), chunk(0, .out, long)])
        #expect(text.split(separator: "\n").map(\.count) == [LogWriter.longestLine, 10])
    }

    @Test func bytesThatAreNoTextPassThrough() {
        var writer = LogWriter(form: plain)
        _ = writer.add(opened([(0, "a#0", .out)]))
        let bytes: [UInt8] = [0xFF, 0x00, 0xC3, 0x0A]
        let written = writer.add(.chunk(LogChunk(stream: 1, process: 0, channel: .out, offset: 0, bytes: bytes)))
        #expect(written == bytes)
    }
}
