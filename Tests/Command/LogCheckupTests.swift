import Core
import Glibc
import Testing

@testable import Command

/// What `od doctor` says of all old logs together, and of the daemon's settings.
@Suite struct LogCheckupTests {
    @Test func filesThatHadToGoAreTold() {
        #expect(LogCheckup.findings(nil, home: "/h").isEmpty)
        let calm = LogCheckup.findings(OldLogs(limit: 20 << 30, bytes: 5 << 20), home: "/h")
        #expect(calm.map(\.state) == [.ok] && calm[0].what == "5.0M of 20G")
        #expect(LogCheckup.findings(OldLogs(limit: 0), home: "/h")[0].what == "not yet counted, without a limit")
        let logs = OldLogs(limit: 20 << 30, bytes: 19 << 30, removedFiles: 7, removedBytes: 2 << 30)
        let full = LogCheckup.findings(logs, home: "/h")
        #expect(full.map(\.state) == [.warn])
        #expect(full[0].what.hasSuffix("the oldest of all apps were removed for it: 7 files, 2.0G"))
        #expect(full[0].mend?.contains("daemon.logsMaxTotal in /h/config.yaml") == true)
    }

    @Test func mistakesInTheSettingsAreTold() throws {
        var template = Array("/tmp/od-settings-XXXXXX".utf8CString)
        let home = String(cString: try #require(mkdtemp(&template)))
        let path = home + "/config.yaml"
        defer {
            unlink(path)
            rmdir(home)
        }
        let checkup = Checkup(home: home, od: Installation(od: home + "/od"))
        #expect(checkup.settings().isEmpty)
        for (text, state) in [("daemon: {logsMaxTotal: 1G}\n", Finding.State.ok), ("daemon: {logsTotal: 1}\n", .fail)] {
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            try #require(write(file, text, text.utf8.count) == text.utf8.count)
            close(file)
            #expect(checkup.settings().map(\.state) == [state])
        }
        #expect(checkup.settings()[0].what.contains("\(path):1:"))
    }
}
