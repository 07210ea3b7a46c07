@testable import Command
import Core
import OpenDaemon
import Testing

/// What is read out of a line, whichever logger wrote it.
struct LogEntryTests {
    private func entry(_ line: String, time: Int64? = nil, _ file: LogStreamResult.File? = nil) -> LogEntry {
        LogEntry(
            Array(line.utf8), of: file, label: "api#0", channel: .out, time: time.map { WallTime(milliseconds: $0) })
    }

    @Test func pino() {
        let entry = entry(#"{"level":40,"time":1700000000123,"pid":7,"hostname":"h","msg":"slow","ms":812.5}"#)
        #expect(entry.level == .warn)
        #expect(entry.timestamp == WallTime(milliseconds: 1_700_000_000_123))
        #expect(entry.pid == 7)
        #expect(entry.message == "slow")
        #expect(entry.metadata == ["hostname": .text("h"), "ms": .number(812.5)])
    }

    @Test func winstonAndZap() {
        let winston = entry(
            #"{"level":"error","message":"lost","timestamp":"2026-05-01T12:00:00.000Z","err":{"a":[1,null,true]}}"#)
        #expect(winston.level == .error)
        #expect(winston.message == "lost")
        #expect(winston.timestamp == WallTime("2026-05-01T12:00:00.000Z"))
        #expect(winston.metadata == ["err": .object(["a": .list([.integer(1), .null, .flag(true)])])])
        let zap = entry(#"{"level":"info","ts":1700000000.5,"msg":"up"}"#)
        #expect(zap.timestamp == WallTime(milliseconds: 1_700_000_000_500))
        #expect(zap.metadata == nil)
    }

    @Test(arguments: ["-9223372036854775808", "-1", "9223372036854775807", "9223372036854775", "1e300"])
    func absurdTimesAreNoTimes(_ time: String) {
        #expect(entry(#"{"level":30,"time":\#(time),"msg":"t"}"#).timestamp == nil)
    }

    @Test func logfmt() {
        let entry = entry(#"ts=2026-05-01T12:00:00Z level=warn msg="a \"slow\" query\n" ms=812 rate=0.5 ok=yes"#)
        #expect(entry.level == .warn)
        #expect(entry.message == "a \"slow\" query\n")
        #expect(entry.metadata == ["ms": .integer(812), "rate": .number(0.5), "ok": .text("yes")])
        #expect(self.entry("a=1 b=2").message == "a=1 b=2")
        #expect(self.entry("level=info and more").message == "level=info and more")
        #expect(self.entry(#"msg="open"#).message == "open")
    }

    @Test(arguments: ["{", "{}x", #"{"a":1"#, "plain text", "", "[1]"])
    func otherLinesAreMessages(line: String) {
        let entry = entry(line, time: 5)
        #expect(entry.message == line)
        #expect(entry.level == .info)
        #expect(entry.metadata == nil)
        #expect(entry.timestamp == WallTime(milliseconds: 5))
    }

    /// The formats that `od` itself writes.
    @Test func ourOwnFormats() {
        let json = entry(
            #"{"timestamp":"2026-05-01T12:00:00.000Z","level":"info","pid":9,"processName":"web","instanceId":2,"#
                + #""message":"hi","source":"stderr","metadata":{"partial":true}}"#)
        #expect(json.message == "hi")
        #expect(json.processName == "web")
        #expect(json.instanceId == 2)
        #expect(json.source == .stderr)
        #expect(json.metadata == ["partial": .flag(true)])
        let text = entry("2026-05-01T12:00:00.000Z err [WARN] disk")
        #expect(text.message == "[WARN] disk")
        #expect(text.level == .warn)
        #expect(text.source == .stderr)
        #expect(text.timestamp == WallTime("2026-05-01T12:00:00.000Z"))
        #expect(entry("2026-05-01T12:00:00.000Z out+ part").message == "part")
    }

    @Test func thePidIsThatOfTheProcessOfThatTime() {
        let file = LogStreamResult.File(
            process: 0, label: "api#0", channel: .out, path: "/l", namespace: "shop", name: "api", instance: 0, pid: 30,
            started: WallTime(milliseconds: 1000))
        #expect(entry("x", time: 1000, file).pid == 30)
        #expect(entry("x", time: 999, file).pid == nil)
        #expect(entry("x", time: nil, file).pid == nil)
        #expect(entry("x", time: nil, file).namespace == "shop")
        #expect(entry("x", time: nil, file).instanceId == 0)
    }
}
