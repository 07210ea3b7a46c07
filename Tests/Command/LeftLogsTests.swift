import Core
import Engine
import Glibc
import Testing

@testable import Command

/// Logs that outlive their apps.
@Suite struct LeftLogsTests {
    private func inHome(_ files: [String], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/od-left-XXXXXX".utf8CString)
        let home = String(cString: try #require(mkdtemp(&template)))
        var made: [String] = []
        for file in files {
            var folder = home
            for part in file.split(separator: "/").dropLast() {
                folder += "/" + part
                if mkdir(folder, 0o700) == 0 { made.append(folder) }
            }
            close(open(home + "/" + file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        }
        defer {
            for file in files { unlink(home + "/" + file) }
            for folder in made.reversed() { rmdir(folder) }
            rmdir(home)
        }
        try body(home)
    }

    @Test func theyAreFoundByName() throws {
        try inHome(["logs/shop/api-0.out.log.3.gz", "logs/blog/web.merged.err.log", "logs/blog/web-site-0.out.log"]) {
            home in
            for target in ["api", "api#0", "shop/api", "shop/api#2"] {
                #expect(LeftLogs.pattern(of: target, home: home) == "\(home)/logs/shop/api[-.]*", "\(target)")
            }
            #expect(LeftLogs.pattern(of: "web", home: home) == "\(home)/logs/blog/web[-.]*")
            #expect(LeftLogs.pattern(of: "web-site", home: home) == "\(home)/logs/blog/web-site[-.]*")
            for target in ["ap", "blog/api", "site", "all", "/regex/", "a/b/c", "../shop", ""] {
                #expect(LeftLogs.pattern(of: target, home: home) == nil, "\(target)")
            }
        }
    }

    @Test func onlyWhatNamesNothingIsAnsweredSo() throws {
        try inHome(["logs/shop/api-0.out.log"]) { home in
            let absent = Failure(
                .noSuchTarget, "‘api’ names no process", why: "there are no apps yet", next: "od start")
            let told = LeftLogs.told(absent, ["x", "api"], home: home)
            #expect(told.code == .noSuchTarget && told.what == absent.what)
            #expect(told.next == "what it wrote is still there: ls \(home)/logs/shop/api[-.]*")
            #expect(LeftLogs.told(absent, ["x"], home: home) == absent)
            let other = Failure(.usage, "no", why: "no", next: "no")
            #expect(LeftLogs.told(other, ["api"], home: home) == other)
        }
    }
}
