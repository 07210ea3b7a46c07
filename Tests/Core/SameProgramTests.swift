@testable import Core
import Testing

/// Which definitions mean the same program.
struct SameProgramTests {
    private static func spec(
        _ script: String, _ program: String, _ arguments: [String] = [], interpreter: String? = nil,
        cwd: String = "/srv"
    ) -> AppSpec {
        AppSpec(
            name: "app", script: script, program: program, arguments: arguments, interpreter: interpreter, cwd: cwd)
    }

    private static let here = spec("app.py", "/usr/bin/python3", ["/srv/app.py", "-v"], interpreter: "python3")

    @Test func theFileCountsAndNotItsSpelling() {
        let there = Self.spec(
            "app.py", "/usr/bin/python3", ["/srv/sub/app.py"], interpreter: "python3", cwd: "/srv/sub")
        let above = Self.spec(
            "../app.py", "/usr/bin/python3", ["/srv/app.py"], interpreter: "python3", cwd: "/srv/sub")
        let whole = Self.spec("/srv/app.py", "/usr/bin/python3.13", ["/srv/app.py"], interpreter: "python3")
        #expect(!there.runsSame(as: Self.here) && above.runsSame(as: Self.here) && whole.runsSame(as: Self.here))
        #expect(Self.here.file == "/srv/app.py" && there.file == "/srv/sub/app.py")
    }

    @Test func aProgramOfPathIsTheSameEverywhere() {
        let usr = Self.spec("sleep", "/usr/bin/sleep", ["9"])
        let bin = Self.spec("sleep", "/bin/sleep", ["9"], cwd: "/tmp")
        #expect(usr.file == nil && usr.runsSame(as: bin))
        let own = Self.spec("sleep", "/srv/sleep", ["9"])
        #expect(own.file == "/srv/sleep")
        let line = Self.spec("sleep 9", "/usr/bin/sleep", ["9"])
        #expect(line.file == nil && line.runsSame(as: line) && !line.runsSame(as: usr))
        #expect(Self.spec("/", "/").file == nil)
        let there = Self.spec("sleep 9", "/usr/bin/sleep", ["9"], cwd: "/tmp")
        #expect(!there.runsSame(as: line), "a command line means what its folder says")
    }

    /// Another program under a name that is taken: nothing is started, and nothing is said to be.
    @Test func anotherFileOfThatNameIsRefused() {
        var world = World()
        world.say(.start(StartRequest(apps: [Self.here])))
        world.pass(5)
        let other = Self.spec(
            "app.py", "/usr/bin/python3", ["/srv/sub/app.py"], interpreter: "python3", cwd: "/srv/sub")
        let request = world.say(.start(StartRequest(apps: [other])))
        #expect(world.failure(request)?.code == .nameTaken)
        #expect(world.failure(request)?.why == "it runs /srv/app.py" && world.spawns.count == 1)
    }

    @Test func aCommandLineOfAnotherFolderIsRefused() {
        var world = World()
        let here = Self.spec("npm start", "/usr/bin/npm", ["start"], cwd: "/a")
        world.say(.start(StartRequest(apps: [here])))
        world.pass(5)
        let request = world.say(
            .start(StartRequest(apps: [Self.spec("npm start", "/usr/bin/npm", ["start"], cwd: "/b")])))
        #expect(world.failure(request)?.code == .nameTaken)
        #expect(world.failure(request)?.why == "it runs npm start in /a" && world.spawns.count == 1)
    }

    /// A dump of apps that wait for a job which had completed: it runs once more, and they start.
    @Test func aDumpBringsBackWhatOthersWaitFor() {
        var world = World()
        world.behaviours["migrate"] = .exits(0, after: 2)
        let job = World.spec("migrate") { $0.restart.mode = .never }
        let api = World.spec("api") { $0.dependencies = [Dependency("migrate", .completedSuccessfully)] }
        world.say(.start(StartRequest(apps: [job, api])))
        world.pass(50)
        #expect(world.status("api#0") == .online && world.status("migrate#0") == .stopped)
        let saved = world.kernel.savedApps
        world.say(.delete(["all"]))
        world.pass(50)
        #expect(world.process("api#0") == nil)
        let request = world.say(.restore(saved))
        world.pass(50)
        #expect(world.status("api#0") == .online && world.status("migrate#0") == .stopped)
        #expect(world.started(request)?.processes.count == 2)
        // It has completed: another one changes nothing.
        let spawned = world.spawns.count
        world.say(.restore(saved))
        world.pass(50)
        #expect(world.spawns.count == spawned)
    }
}
