@testable import Command
import Core
import Engine
import Glibc
import Support
import Testing

/// What verbs that take a config print and accept.
struct ConfigVerbTests {
    private let changes = [
        AppChange(namespace: "shop", name: "old", change: .removed),
        AppChange(
            namespace: "shop", name: "api", change: .changed, restarts: true,
            fields: [
                FieldChange(key: "env.PORT", old: "3000", new: "3001", restarts: true),
                FieldChange(key: "env.KEY", old: FieldChange.stars, new: FieldChange.stars, restarts: true),
                FieldChange(key: "env.NEW", old: nil, new: "a\nb\u{1B}[31m", restarts: true),
                FieldChange(key: "args", old: String(repeating: "x", count: 80), new: nil, restarts: true),
                FieldChange(key: "cwd", old: nil, new: nil, restarts: true),
                FieldChange(key: "env.EMPTY", old: "1", new: "", restarts: true),
            ]),
        AppChange(
            namespace: "shop", name: "web", change: .changed,
            fields: [FieldChange(key: "killTimeout", old: "10000", new: "5", restarts: false)]),
        AppChange(namespace: "shop", name: "new", change: .added),
        AppChange(namespace: "group", name: "far", change: .same),
    ]

    @Test func aPlanIsShown() {
        golden("Commands/diff.txt", PlanListing.text(changes, colour: false))
        golden("Commands/apply-reasons.txt", PlanListing.reasons(changes, colour: false))
        #expect(PlanListing.text(Array(changes.suffix(1)), colour: false) == "nothing differs\n")
        #expect(PlanListing.reasons([], colour: true).isEmpty)
        #expect(PlanListing.text(changes, colour: true).contains(Paint.reset))
    }

    @Test func namesOfOnly() throws {
        #expect(try ProjectFlags.names(nil) == nil)
        #expect(try ProjectFlags.names("a,b c, d") == ["a", "b", "c", "d"])
        #expect(throws: Failure.self) { try ProjectFlags.names(" ,") }
    }

    @Test func aConfigIsATarget() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/od-target-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let folder = String(cString: made)
        let file = folder + "/opendaemon.config.yaml"
        defer {
            unlink(file)
            rmdir(folder)
        }
        close(open(file, O_WRONLY | O_CREAT, 0o600))
        #expect(Targets.file(of: "opendaemon.config.yaml", in: folder) == file)
        #expect(Targets.file(of: ".", in: folder) == file)
        #expect(Targets.file(of: file, in: "/") == file)
        #expect(Targets.file(of: folder, in: "/") == file)
        // A name, a pattern, and files that are none or no configs.
        for word in ["api", "shop/api", folder + "/", "none.yaml", "/dev/null", "/bin/sh"] {
            #expect(Targets.file(of: word, in: folder) == nil, "\(word)")
        }
        #expect(try Targets.named([file, "api"], for: "stop") == [file, "api"])
    }
}
