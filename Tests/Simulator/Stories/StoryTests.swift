import Core
import Support
import Testing

/// `Snapshots/Stories` is played: what is done stands there beside what follows. `OD_RECORD=1` writes what follows anew.
@Suite struct StoryTests {
    private static let names = [
        "acknowledged-on-a-full-disk", "apply-changes-what-differs", "apply-restarts-only-what-must", "clock-jumps",
        "crash-backoff", "delete-then-start", "dependencies", "dependency-gives-up", "dependency-jobs",
        "dependencies-end-in-order", "dependencies-outlive-the-engine", "cascade",
        "definitions-change", "engine-dies-in-a-backoff", "engine-dies-while-stopping", "exit-without-an-engine",
        "first-start-fails",
        "fleet-of-three", "gives-up", "halted-home", "leftovers-are-swept", "names-and-targets", "never-restart",
        "new-boot", "no-room-on-the-machine", "program-being-replaced", "readiness", "reload",
        "restart-on-failure",
        "scale-up-and-down",
        "stop-escalates", "stop-while-starting", "up-for-long", "verbs-and-targets", "words-are-lost",
    ]

    @Test(arguments: names)
    func isTold(name: String) throws {
        let path = "Stories/\(name).story"
        let text = try #require(Snapshots.here.text(path), "there is no \(path)")
        golden(path, try Story.played(text))
    }

    /// No command and no way to name an app is without a story.
    @Test func everyVerbMeetsEveryKindOfTarget() {
        let lines = Self.names.compactMap { Snapshots.here.text("Stories/\($0).story") }
            .flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("> ") }
            .map { $0.dropFirst(2).split(separator: " ").map(String.init) }
        let verbs = Set(lines.map { $0[0] })
        let alone: Set = ["apply", "set", "resurrect", "shutdown", "resume", "detach", "list"]
        #expect(alone.isSubset(of: verbs))
        let kinds: [(String, ([String]) -> Bool)] = [
            ("a name", { $0 == ["api"] }), ("a name in a project", { $0 == ["default/api"] }),
            ("an instance", { $0 == ["api#1"] }), ("an id", { $0 == ["2"] }), ("a project", { $0 == ["default"] }),
            ("a pattern", { $0 == ["/^w/"] }), ("all", { $0 == ["all"] }), ("several", { $0 == ["api", "web"] }),
        ]
        for verb in ["start", "stop", "restart", "reload", "reset", "scale", "delete"] {
            let said = lines.filter { $0[0] == verb }.map {
                verb == "scale" ? Array($0[1...].dropLast()) : Array($0[1...])
            }
            for (kind, isKind) in kinds { #expect(said.contains(where: isKind), "\(verb) of \(kind)") }
        }
        // What changes something and is decided elsewhere: by programs, files and executables.
        let others: Set = [
            "daemon.restart", "plugin.disable", "plugin.enable", "log.flush", "process.send", "process.signal",
            "process.save",
        ]
        let spelled = ["process.change": "set"]
        for method in Methods.all where method.changes && !others.contains(method.name) {
            let verb = spelled[method.name] ?? method.name.split(separator: ".").last.map(String.init) ?? ""
            #expect(verbs.contains(verb), "\(method.name) changes something and has no story")
        }
    }

    @Test func aStoryThatCannotBeReadIsAMistake() {
        for line in ["> dance", "> wait long", "> program api flies", "app api colour=red", "> kill api#0"] {
            #expect(throws: Story.Mistake.self, "\(line)") { try Story.played(line) }
        }
    }

    @Test func whatFollowsIsWrittenAnew() throws {
        let played = try Story.played("# One.\napp api\n> start api\n    nonsense\n\n> list\n")
        #expect(played.hasPrefix("# One.\napp api\n> start api\n"))
        #expect(!played.contains("nonsense") && played.contains("online"))
        #expect(try Story.played(played) == played)
    }
}
