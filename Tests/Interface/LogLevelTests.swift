import Interface
import Testing
import Widgets

/// How grave a line is, as the loggers of the world say it.
struct LogLevelTests {
    @Test(arguments: [
        (#"{"level":30,"time":1700000000000,"pid":1,"msg":"started"}"#, LogLine.Level.info),
        (#"{"name":"bunyan","level": 50,"msg":"lost"}"#, .error), (#"{"level":20,"msg":"x"}"#, .debug),
        (#"{"level":40}"#, .warning), (#"{"level":60}"#, .error),
        (#"{"level":"warn","message":"winston"}"#, .warning), (#"{"severity":"CRITICAL","msg":"x"}"#, .error),
        (#"  {"msg":"x","lvl":"debug"}"#, .debug),
        ("ts=2026-01-01T00:00:00Z level=warn msg=\"slow\"", .warning), ("level=error err=timeout", .error),
        ("lvl=\"info\" a=1", .info), ("[WARN] disk is nearly full", .warning), ("[error] 12#12: open() failed", .error),
        ("2026-11-21 10:00:00,123 - app.db - ERROR - no connection", .error), ("WARNING:root:old", .warning),
        ("DEBUG:urllib3:x", .debug), ("2026-11-21T10:00:00Z INFO  server listening", .info),
        ("error: cannot find module", .error), ("<11>1 2026-11-21T10:00:00Z host app - - - x", .error),
        ("<12>x", .warning), ("<14>x", .info), ("<15>x", .debug), ("W1121 10:00:00.000000 1 a.go:1] x", .warning),
        ("E1121 10:00:00 x", .error), ("I1121 10:00:00 x", .info), ("F1121 10:00:00 x", .error),
        ("npm ERR! code ELIFECYCLE", .error), ("java.util.logging SEVERE: x", .error), ("TRACE x", .debug),
    ])
    func known(line: String, level: LogLine.Level) {
        #expect(LogLine.Level(readFrom: Array(line.utf8)) == level)
    }

    @Test(arguments: [
        "", "   ", "GET /errors 200 3ms", "no error at all", "an error occurred", "{}", #"{"level":null}"#,
        #"{"msg":"level"}"#,
        "Xlevel=warn", "<abc>", "<>", "<12345>x", "ERRORS", "X1121 10:00:00 x", "12:00:01 ok",
    ])
    func unknown(line: String) {
        #expect(LogLine.Level(readFrom: Array(line.utf8)) == nil)
    }

    @Test func onlyTheBeginningIsLookedAt() {
        #expect(LogLine.Level(readFrom: Array((String(repeating: "x", count: 100) + " ERROR").utf8)) == nil)
        #expect(LogLine.Level(readFrom: Array((String(repeating: "x", count: 600) + " level=error").utf8)) == nil)
    }

    private var scene: Scene {
        var scene = Scene.showing(shop)
        scene.log("starting\n[WARN] one\n  at a\nDEBUG two\n[error] three\n  at b\nINFO four\n")
        return scene
    }

    private func shown(_ scene: Scene) -> [String] {
        let log = scene.state.log
        return (0..<log.count).map { String(decoding: log.buffer[log.number(at: $0)].bytes, as: UTF8.self) }
    }

    @Test func levelsAreShownStepByStep() {
        var scene = scene
        scene.press("L")
        #expect(shown(scene) == ["starting", "[WARN] one", "  at a", "[error] three", "  at b", "INFO four"])
        #expect(scene.screen().contains("level info and above"))
        scene.press("L")
        #expect(shown(scene) == ["[WARN] one", "  at a", "[error] three", "  at b"])
        scene.press("L")
        #expect(shown(scene) == ["[error] three", "  at b"])
        scene.log("  at c, of INFO four\n[error] five\n")
        #expect(shown(scene) == ["[error] three", "  at b", "[error] five"])
        scene.press("L")
        #expect(shown(scene).count == 9)
    }

    @Test func levelAndSearchWorkTogether() {
        var scene = scene
        scene.press("L", "L", .tab, .tab, "/")
        scene.type("at")
        scene.press(.enter, "f")
        #expect(shown(scene) == ["  at a", "  at b"])
        scene.log("[error] at last\nINFO at\n")
        #expect(shown(scene) == ["  at a", "  at b", "[error] at last"])
        scene.press("L", "L")
        #expect(shown(scene) == ["  at a", "  at b", "[error] at last", "INFO at"])
    }

    @Test func theLevelStaysWithTheNextProcess() {
        var scene = scene
        scene.press("L", "L", "L", .down)
        scene.wait(State.rest)
        scene.log("INFO x\n")
        #expect(scene.state.log.count == 0)
        #expect(scene.screen().contains("no line is so grave: L shows others"))
    }
}
