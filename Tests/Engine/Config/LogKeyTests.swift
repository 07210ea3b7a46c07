import Core
import Testing

@testable import Engine

/// The keys that say how logs are written.
@Suite struct LogKeyTests {
    static let everyKey = """
        logType: json, logFlush: immediate, logFile: all.log, disableLogs: true, logDateFormat: YYYY, crashLogs: 7
        """

    private func config(_ keys: String) throws(Failure) -> Config {
        let text = "apps:\n  - {script: a.js, \(keys)}"
        return try ConfigDraft.decode(text, file: "/srv/shop/c.yaml", shown: "c.yaml")
    }

    private func settings(_ keys: String) throws -> LogSettings? {
        LogSettings(try #require(try config(keys).apps.first).logs, in: "/srv/shop")
    }

    @Test func allOfThemAreRead() throws {
        #expect(
            try settings(Self.everyKey)
                == LogSettings(
                    type: .json, dateFormat: "YYYY", flush: .immediate, file: "/srv/shop/all.log", isDisabled: true,
                    crashLines: 7))
        #expect(try settings("name: a") == nil)
    }

    /// As people expect who come from PM2.
    @Test func aFormatOfTimesMakesText() throws {
        #expect(try settings("logDateFormat: YYYY-MM-DD") == LogSettings(type: .text, dateFormat: "YYYY-MM-DD"))
        #expect(try settings("logDateFormat: YYYY, logType: raw")?.type == .raw)
        #expect(try settings("logFile: 'NULL'")?.file == "/dev/null")
    }

    @Test(arguments: [
        ("logType: xml", "expected raw, text or json, found ‘xml’"),
        ("logFlush: never", "expected immediate, batch or interval, found ‘never’"),
        ("crashLogs: 10001", "expected a whole number from 0 to 10000, found ‘10001’"),
        ("logDateFormat: \"\"", "expected a format of 1 to 100 bytes"),
    ]) func mistakesAreNamed(keys: String, why: String) {
        do {
            _ = try config(keys)
            Issue.record("it was taken: \(keys)")
        } catch {
            #expect(error.code == .configValue && error.why.contains(why), "\(error.why)")
        }
    }
}
