import Support
import Testing

/// `Snapshots/Stories` is played: what is done stands there beside what follows. `OD_RECORD=1` writes what follows anew.
@Suite struct StoryTests {
    @Test(arguments: [
        "acknowledged-on-a-full-disk", "apply-changes-what-differs", "apply-restarts-only-what-must", "clock-jumps",
        "crash-backoff", "delete-then-start", "dependencies", "dependency-gives-up", "dependency-jobs",
        "dependencies-end-in-order", "dependencies-outlive-the-engine", "cascade",
        "engine-dies-in-a-backoff", "engine-dies-while-stopping", "exit-without-an-engine", "first-start-fails",
        "fleet-of-three", "gives-up", "halted-home", "leftovers-are-swept", "names-and-targets", "never-restart",
        "new-boot", "no-room-on-the-machine", "program-being-replaced", "readiness", "reload",
        "restart-on-failure",
        "scale-up-and-down",
        "stop-escalates", "stop-while-starting", "up-for-long", "words-are-lost",
    ])
    func isTold(name: String) throws {
        let path = "Stories/\(name).story"
        let text = try #require(Snapshots.here.text(path), "there is no \(path)")
        golden(path, try Story.played(text))
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
