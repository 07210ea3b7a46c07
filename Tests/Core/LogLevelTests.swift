import Core
import Testing

/// The levels that lines and people name; `Tests/Interface/LogLevelTests.swift` has the lines of the world.
struct LogLevelTests {
    @Test(arguments: [
        (#"{"level":10}"#, LogLevel.trace), (#"{"level":20}"#, .debug), (#"{"level":30}"#, .info),
        (#"{"level":40}"#, .warn), (#"{"level":50}"#, .error), (#"{"level":60}"#, .fatal), ("F0101 x", .fatal),
        ("<10>x", .fatal), ("<11>x", .error), ("CRITICAL x", .fatal), ("TRACE x", .trace), ("[warning] x", .warn),
        ("W0101 x", .warn), ("E0101 x", .error), ("level=error x", .error), ("I0101 x", .info),
        ("2026-05-01T12:00:00.000Z out {\"level\":50}", .error), ("2026-05-01T12:00:00.000Z err#12+ W0101 x", .warn),
        (#"{"timestamp":"2026-05-01T12:00:00.000Z","level":"info","pid":1,"message":"[WARN] x"}"#, .warn),
        (#"{"timestamp":"2026-05-01T12:00:00.000Z","level":"error","message":"x"}"#, .error),
        (#"{"timestamp":"2026-05-01T12:00:00.000Z","level":"info","message":"{\"level\":50}"}"#, .error),
        // Coloured by winston, env_logger and pino-pretty; the last one in a log of the type json.
        ("1:M 22 Nov 2026 10:00:00.000 # x", .warn), ("17:C 22 Nov 2026 10:00:00.000 * x", .info),
        ("1:S 22 Nov 2026 10:00:00.000 - x", .debug), ("1:X 22 Nov 2026 10:00:00.000 . x", .debug),
        ("fail: Microsoft.AspNetCore[0]", .error), ("dbug: x[0]", .debug), ("trce: x", .trace),
        (#"{"@timestamp":"x","log.level":"error"}"#, .error), (#"{"levelname":"CRITICAL"}"#, .fatal),
        (#"{"Level":"Warning"}"#, .warn), (#"{"@l":"Error"}"#, .error), (#"{"log":{"level":"warn"}}"#, .warn),
        ("\u{1B}[33mwarn\u{1B}[39m: x", .warn), ("[x \u{1B}[1;31mERROR\u{1B}[0m y]", .error),
        ("x \u{1B}7 WARN x", .warn),
        (#"{"timestamp":"2026-05-01T12:00:00.000Z","level":"info","message":"\u001b[33mwarn\u001b[39m: x"}"#, .warn),
    ])
    func lines(line: String, level: LogLevel) {
        #expect(LogLevel(readFrom: Array(line.utf8)) == level)
    }

    @Test(arguments: [
        "1:M 22 Nov 2026 10:00:00.000 x", "1:M 22 Nov 2026 # x", "1:Q 22 Nov 2026 10:00:00.000 # x", "1:", "1 x",
        "1:MM 22 Nov 2026 10:00:00.000 # x", "1:M 22 Nov 2026 10:00:00.000 + x",
        "", "  ", "hello", "{}", "xlevel=error", "<>", "X0101 x", "2026-05-01T12:00:00.000Z abc W0101 x",
        "2026-05-01T12:00:00.000Z out+W0101 x",
        "\u{1B}[33mwarn x\u{1B}[39m", "\u{1B}[33", "x\u{1B}", "2026-05-01T12:00:00.000Z out", #"{"level":null}"#,
    ])
    func none(line: String) {
        #expect(LogLevel(readFrom: Array(line.utf8)) == nil)
    }

    @Test func namesAndOrder() {
        #expect(LogLevel(named: "Warning") == .warn)
        #expect(LogLevel(named: "loud") == nil)
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.warn < .error)
    }
}
