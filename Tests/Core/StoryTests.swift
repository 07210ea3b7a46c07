import Core
import Support
import Testing

/// What `od why` is made from: who is meant, and what ran well; and what apps say of themselves.
@Suite struct StoryTests {
    // MARK: metadata

    @Test func metadataIsNoDifferenceOfApps() {
        var old = AppSpec(name: "api", script: "api.js", program: "/usr/bin/node", cwd: "/srv")
        var new = old
        (old.metadata, new.metadata) = (AppMetadata(version: "1"), AppMetadata(version: "2", description: "d"))
        #expect(old == new && old.hashValue == new.hashValue)
        new.cwd = "/elsewhere"
        #expect(new.changes(from: old).map(\.key) == ["cwd"])
    }

    @Test func metadataAsText() {
        #expect(AppMetadata().text == nil)
        #expect(AppMetadata(version: "1.2").text == "1.2")
        #expect(AppMetadata(commit: "4f2a9c1", branch: "main").text == "main 4f2a9c1")
        #expect(AppMetadata(version: "1.2", commit: "4f2a9c1").text == "1.2 (4f2a9c1)")
    }

    /// A new commit is known with the next start or apply, and restarts nothing.
    @Test func aNewVersionRestartsNothing() throws {
        var world = World()
        var spec = World.spec("a") { $0.metadata = AppMetadata(version: "1") }
        _ = world.start(spec)
        world.pass(20)
        let pid = world.process("a#0")?.pid
        spec.metadata = AppMetadata(version: "2")
        _ = world.start(spec)
        world.pass(20)
        #expect(world.process("a#0")?.version == "2" && world.process("a#0")?.pid == pid)
        spec.metadata = AppMetadata(version: "3")
        world.say(.apply(ApplyRequest(namespace: spec.namespace, apps: [spec])))
        world.pass(20)
        #expect(world.process("a#0")?.version == "3" && world.process("a#0")?.pid == pid)
        #expect(try world.kernel.details(of: ["a"], at: world.now).first?.metadata?.text == "3")
    }

    // MARK: who is meant

    private func app(_ name: String, _ number: Int = 0, namespace: String = "shop", id: Int = 7) -> InstanceInfo {
        InstanceInfo(id: id, name: name, instance: number, namespace: namespace, status: .online)
    }

    @Test(arguments: [
        ("all", true), ("7", true), ("8", false), ("api", true), ("api#1", true), ("api#0", false),
        ("shop/api", true), ("bar/api", false), ("shop", true), ("bar", false), ("/^ap/", true), ("/^x/", false),
    ])
    func aTargetMatches(_ target: String, _ matches: Bool) throws {
        #expect(try TargetMatcher([target]).matches(app("api", 1)) == matches)
        #expect(try TargetMatcher(["nobody", target]).matches(app("api", 1)) == matches)
    }

    @Test func withoutTargetsAllMatch() throws {
        let engine = FleetEvent(seq: 1, at: WallTime(milliseconds: 0), name: .engineStarted, process: nil)
        let event = FleetEvent(seq: 2, at: WallTime(milliseconds: 0), name: .online, process: app("api"))
        #expect(try TargetMatcher([]).matches(app("api")))
        #expect(try TargetMatcher([]).matches(engine) && TargetMatcher([]).matches(event))
        #expect(try !TargetMatcher(["api"]).matches(engine) && TargetMatcher(["api"]).matches(event))
    }

    @Test(arguments: [["a b"], ["/(/"], ["/(?=a)/"], Array(repeating: "a", count: 65)])
    func whatNamesNothingIsRefused(_ targets: [String]) {
        #expect(throws: Failure.self) { try TargetMatcher(targets) }
    }

    // MARK: the kernel

    @Test func aSubjectIsAnInstanceWithItsDefinition() throws {
        var world = World()
        _ = world.start(World.spec("a") { $0.instances = 2 })
        world.pass(20)
        let subjects = try world.kernel.subjects(of: ["a"], at: world.now)
        #expect(subjects.map(\.process.label) == ["a#0", "a#1"])
        #expect(subjects.map(\.app) == ["default/a", "default/a"])
        #expect(world.kernel.subject(subjects[1].key, at: world.now) == subjects[1])
        #expect(world.kernel.subject(999, at: world.now) == nil)
        #expect(throws: Failure.self) { try world.kernel.subjects(of: ["b"], at: world.now) }
    }

    @Test func whatRanWellIsKnown() throws {
        var world = World()
        let spec = World.spec("a")
        _ = world.start(spec)
        world.pass(20)
        let key = try #require(world.stored.apps.first?.key)
        var next = AppRecord(key: key, spec: spec)
        #expect(world.kernel.goodSpec(before: next, at: world.now) == nil, "nothing is replaced")
        next.spec.cwd = "/elsewhere"
        #expect(world.kernel.goodSpec(before: next, at: world.now) == nil, "it may yet be a quick exit")
        world.pass(2000)
        #expect(world.kernel.goodSpec(before: next, at: world.now) == spec)
        world.say(.stop(["a"]))
        world.pass(20)
        #expect(world.kernel.goodSpec(before: next, at: world.now) == nil, "nothing of it is up")
        next.key = 999
        #expect(world.kernel.goodSpec(before: next, at: world.now) == nil)
    }

    // MARK: what is sent

    @Test func aStoryIsWhole() throws {
        let at = WallTime(milliseconds: 1_795_253_057_112)
        var story = ProcessStory(
            process: WireTests.process, since: at,
            deeds: [Deed(at: at, what: "stop", uid: 1000, user: "alice", by: "od stop api")],
            crashes: [
                CrashReport(
                    app: "shop/api", instance: 0, run: 2, pid: 5, at: at, exit: .code(1), uptime: 12, maxMemory: 1,
                    outOfMemory: "yes", stderr: ["a"])
            ],
            events: [FleetEvent(seq: 1, at: at, name: .exited, process: WireTests.process, message: "exit 1")],
            changes: [FieldChange(key: "cwd", old: "/a", new: "/b", restarts: true)], goodUntil: at)
        try WireTests().check("process-story", story)
        story.crashes[0].core = "/srv/core.5"
        story.cause = "memory 600 MiB over maxMemory 512 MiB"
        story.dependencies = [
            DependencyState(name: "db", condition: .ready, obstacle: "starting", reason: "not ready yet", since: at),
            DependencyState(name: "job", condition: .completedSuccessfully),
        ]
        try WireTests().check("process-story-2", story)
    }

    @Test func aSubjectKnowsWhatItDependsOn() throws {
        var world = World()
        let api = World.spec("api") {
            $0.dependencies = [Dependency("db"), Dependency("job", .completed), Dependency("none", .started)]
        }
        world.behaviours["job"] = .exits(0, after: 1)
        let db = World.spec("db") { $0.ready = Readiness(port: 5432) }
        let job = World.spec("job") { $0.restart.mode = .never }
        world.say(.start(StartRequest(apps: [api, db, job])))
        world.pass(20)
        let subject = try #require(try world.kernel.subjects(of: ["api"], at: world.now).first)
        #expect(subject.dependencies.map(\.obstacle) == ["starting", nil, "not there"])
        #expect(subject.dependencies.map(\.reason) == ["not ready yet: waits for port 5432", nil, nil])
        #expect(subject.cause == nil)
    }

    @Test func aSubjectKnowsWhyItWasRestarted() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.maxMemory = 1 << 20 })
        world.pass(20)
        let run = try #require(world.spawns.last?.id)
        world.take(.overMemory(run, 2 << 20))
        world.pass(50)
        let subject = try #require(try world.kernel.subjects(of: ["api"], at: world.now).first)
        #expect(subject.cause == "memory 2 MiB over maxMemory 1 MiB" && subject.process.status == .online)
    }
}
