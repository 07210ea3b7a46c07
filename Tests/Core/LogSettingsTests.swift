import Core
import FoundationEssentials
import Testing

@Suite struct LogDateFormatTests {
    /// 2026-03-09T04:05:06.007Z
    private static let time = WallTime(milliseconds: 1_773_029_106_007)

    private func text(_ format: String, offset: Int = 0, at time: WallTime = time) -> String {
        String(decoding: LogDateFormat(format).text(of: time, offset: offset), as: UTF8.self)
    }

    @Test(arguments: [
        ("YYYY-MM-DD HH:mm:ss.SSS", "2026-03-09 04:05:06.007"), ("YY MMM M D", "26 Mar 3 9"), ("H m s", "4 5 6"),
        ("hh h A", "04 4 AM"), ("Z ZZ", "+00:00 +0000"), ("X x", "1773029106 1773029106007"),
        ("[Day] DD", "Day 09"), ("[open DD", "[open 09"), ("ü|YYYY", "ü|2026"),
    ]) func lettersStandForParts(format: String, expected: String) {
        #expect(text(format) == expected)
    }

    @Test func theZoneShiftsTheClock() {
        #expect(text("YYYY-MM-DD HH:mm Z", offset: 5 * 3600 + 1800) == "2026-03-09 09:35 +05:30")
        #expect(text("DD HH hh A ZZ", offset: -8 * 3600) == "08 20 08 PM -0800")
        #expect(text("hh A", at: WallTime(milliseconds: 0)) == "12 AM")
        // Seconds since 1970 are the same everywhere.
        #expect(text("X", offset: 3600) == "1773029106")
    }

    @Test func aFormatIsOneShortLine() {
        #expect(LogDateFormat.isValid("YYYY"))
        for bad in ["", "a\nb", String(repeating: "x", count: 101)] { #expect(!LogDateFormat.isValid(bad)) }
    }
}

@Suite struct LogSettingsTests {
    private func decoded(_ text: String) throws -> LogSettings {
        try JSONDecoder().decode(LogSettings.self, from: Data(text.utf8))
    }

    @Test func whatIsMissingIsTheDefault() throws {
        #expect(try decoded("{}") == LogSettings())
        let all = LogSettings(
            type: .json, dateFormat: "YYYY", flush: .interval, file: "/a", isDisabled: true, crashLines: 3)
        let text = String(decoding: try JSONEncoder().encode(all), as: UTF8.self)
        #expect(try decoded(text) == all)
    }

    /// A client that is not ours must not stop the engine.
    @Test(arguments: [
        (LogSettings(file: "here"), "logFile"), (LogSettings(file: "/a\0b"), "logFile"),
        (LogSettings(dateFormat: ""), "logDateFormat"), (LogSettings(crashLines: -1), "crashLogs"),
        (LogSettings(crashLines: 10_001), "crashLogs"),
    ]) func badSettingsAreRefused(settings: LogSettings, key: String) {
        var world = World()
        let request = world.start(World.spec("a") { $0.logs = settings })
        guard case .failed(let failure) = world.answers[request] else {
            Issue.record("it was taken: \(settings)")
            return
        }
        #expect(failure.code == .configValue)
        #expect(failure.what.contains(key))
    }

    @Test func goodOnesAreTaken() {
        var world = World()
        _ = world.start(World.spec("a") { $0.logs = LogSettings(dateFormat: "YYYY", file: "/l/a.log") })
        world.pass(5)
        #expect(world.kernel.list(at: world.now).map(\.status) == [.online])
    }

    private func plans(_ edit: @escaping (inout AppSpec) -> Void) -> [LogPlan] {
        var world = World()
        _ = world.start(
            World.spec("app") {
                $0.instances = 2
                edit(&$0)
            })
        world.pass(5)
        return world.spawns.compactMap { world.kernel.logPlan(of: $0.id) }
    }

    @Test func bothStreamsShareACombinedFile() {
        let apart = plans { $0.logs = LogSettings(file: "/l/all.log") }
        #expect(apart.map(\.out) == ["/l/all-0.log", "/l/all-1.log"])
        #expect(apart.map(\.error) == apart.map(\.out))
        let merged = plans {
            $0.logs = LogSettings(file: "/l/all.log")
            $0.mergeLogs = true
            $0.errorFile = "/l/bad.log"
        }
        #expect(merged.map(\.out) == ["/l/all.log", "/l/all.log"])
        #expect(merged.map(\.error) == ["/l/bad.log", "/l/bad.log"])
        #expect(merged.map(\.origin.isShared) == [true, true])
        #expect(merged.map(\.origin.instance) == [0, 1])
    }

    @Test func disabledLogsGoNowhere() {
        let plans = plans { $0.logs = LogSettings(isDisabled: true) }
        #expect(plans.flatMap { [$0.out, $0.error] } == Array(repeating: "/dev/null", count: 4))
    }

    @Test func aCrashAsksForItsLastLines() throws {
        var world = World()
        world.behaviours = ["a": .exits(1, after: 20), "b": .exits(1, after: 20), "c": .exits(0, after: 20)]
        _ = world.start(
            World.spec("a"), World.spec("b") { $0.logs = LogSettings(crashLines: 0) }, World.spec("c"),
            World.spec("d"))
        world.pass(30)
        world.say(.stop(["d"]))
        world.pass(10)
        let notes = world.crashes
        #expect(Set(notes.map(\.label)) == ["a#0"])
        #expect(notes.first?.path == "/home/x/.opendaemon/logs/default/a-0.crash.log")
        #expect(notes.first?.lines == Defaults.crashLogLines)
        #expect(notes.first?.text.hasPrefix("exit 1 after") == true)
    }
}
