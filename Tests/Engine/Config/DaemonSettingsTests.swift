import Core
import Glibc
import Testing

@testable import Engine

/// `config.yaml` of the home.
@Suite struct DaemonSettingsTests {
    private func settings(_ text: String) throws(Failure) -> DaemonSettings {
        try DaemonSettings.decode(text, shown: "/h/config.yaml")
    }

    @Test func whatItMaySay() throws {
        #expect(try settings("daemon:\n  logsMaxTotal: 5G\n").logsMaxTotal == 5 << 30)
        #expect(try settings("daemon: {logsMaxTotal: 0}").logsMaxTotal == 0)
        #expect(try settings("# nothing yet\n") == DaemonSettings())
        #expect(try settings("") == DaemonSettings())
    }

    @Test(arguments: [
        ("daemon:\n  logsMaxTotal: much", "/h/config.yaml:2:17: daemon.logsMaxTotal: expected a size"),
        ("daemon:\n  logMaxTotal: 1G", "did you mean ‘logsMaxTotal’?"),
        ("deamon: {}", "did you mean ‘daemon’?"),
        ("apps: []", "no such key"),
        ("daemon: 7", "expected a map of keys and values"),
        ("plugins: {}", "od plugin"),
        ("daemon: [", "/h/config.yaml:"),
    ]) func mistakesAreNamedWithTheirPlace(text: String, why: String) {
        do {
            _ = try settings(text)
            Issue.record("it was taken: \(text)")
        } catch {
            #expect(error.why.contains(why), "\(error.why)")
        }
    }

    @Test func aHomeWithoutOneSaysNothing() throws {
        let folder = try Folder()
        #expect(try DaemonSettings.read(home: folder.path) == DaemonSettings())
        // A directory of that name is no file.
        try #require(mkdir(folder.path + "/config.yaml", 0o700) == 0)
        defer { rmdir(folder.path + "/config.yaml") }
        #expect(throws: Failure.self) { try DaemonSettings.read(home: folder.path) }
    }

    /// It belongs into the home, which the error says.
    @Test func aProjectHasNone() {
        do {
            _ = try ConfigDraft.decode("daemon: {}\napps: [{script: a.js}]", file: "/s/c.yaml", shown: "c.yaml")
            Issue.record("it was taken")
        } catch {
            #expect(error.why.contains("config.yaml of its home"), "\(error.why)")
        }
    }
}
