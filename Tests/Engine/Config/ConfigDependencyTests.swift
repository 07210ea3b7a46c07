import Core
import Engine
import Testing

/// What apps depend on, as people write it, and what is wrong with it.
struct ConfigDependencyTests {
    private func decode(_ apps: String) throws(Failure) -> Config {
        try ConfigDraft.decode("name: shop\napps:\n" + apps, file: "/srv/shop/a.yaml", shown: "a.yaml")
    }

    private func mistake(in apps: String) -> Failure? {
        do throws(Failure) { _ = try decode(apps) } catch { return error }
        return nil
    }

    private static let others = "  - {name: db, script: db.sh}\n  - {name: job, script: job.sh, restart: never}\n"

    @Test(
        arguments: [
            ("dependencies: [db]", [Dependency("db")]), ("dependencies: db", [Dependency("db")]),
            ("dependencies: []", []), ("dependencies: {}", []),
            (
                "dependencies: [db, {name: job, condition: completed}]",
                [Dependency("db"), Dependency("job", .completed)]
            ),
            ("dependencies: [{name: shop/db}, other/cache]", [Dependency("shop/db"), Dependency("other/cache")]),
            ("dependsOn: {db: started, job: }", [Dependency("db", .started), Dependency("job")]),
            (
                "depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}}",
                [Dependency("db", .healthy), Dependency("job", .completedSuccessfully)]
            ),
            (
                "depends_on: {db: {condition: process_log_ready}, job: {condition: process_completed}}",
                [Dependency("db", .ready), Dependency("job", .completed)]
            ),
            ("depends_on: {db: {}}", [Dependency("db")]),
        ] as [(String, [Dependency])])
    func areReadAsWritten(line: String, expected: [Dependency]) throws {
        let config = try decode("  - script: api.js\n    \(line)\n" + Self.others)
        #expect(config.apps[0].dependencies == expected)
        #expect(config.warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("dependencies: [bd]", ErrorCode.dependencies, "did you mean ‘db’?"),
            ("dependencies: [elephant]", .dependencies, "the apps are db, job"),
            ("dependencies: [api]", .dependencies, "api → api"),
            ("dependencies: ['a b']", .configValue, "expected the name of an app"),
            ("dependencies: [{condition: ready}]", .configMissing, "‘name’ is missing"),
            ("dependencies: [{name: db, condition: soon}]", .configValue, "expected one of started, ready"),
            ("dependencies: {'a b': ready}", .configValue, "expected the name of an app"),
            ("dependencies: {db: soon}", .configValue, "expected one of started, ready"),
            ("dependencies: [{name: db, when: ready}]", .configUnknownKey, "no such key"),
            ("dependencies: [db]\n    dependsOn: [job]", .configValue, "said twice"),
            ("cascade: 3", .configValue, "expected stop, restart, or true"),
            ("maxMemory: much", .configValue, "expected a size"),
        ] as [(String, ErrorCode, String)])
    func mistakesAreNamed(line: String, code: ErrorCode, words: String) throws {
        let failure = try #require(mistake(in: "  - script: api.js\n    \(line)\n" + Self.others))
        #expect(failure.code == code)
        #expect(failure.description.contains(words), "\(failure)")
    }

    @Test func aCircleIsSpeltOut() throws {
        let apps = """
              - {name: a, script: a.sh, dependencies: [b]}
              - {name: b, script: b.sh, dependencies: [c]}
              - {name: c, script: c.sh, dependencies: [shop/a]}
            """
        let failure = try #require(mistake(in: apps))
        #expect(failure.code == .dependencies && failure.description.contains("a → b → c → a"))
    }

    /// All that is wrong with the order of a file at once: names given twice, strangers, and every circle.
    @Test func allMistakesComeTogether() throws {
        let apps = """
              - {name: a, script: a.sh, dependencies: [b]}
              - {name: b, script: b.sh, dependencies: [a, elephant]}
              - {name: c, script: c.sh, dependencies: [c]}
              - {name: b, script: d.sh}
            """
        let failure = try #require(mistake(in: apps))
        for words in ["a → b → a", "c → c", "‘elephant’", "is called ‘b’ already", "has 4 mistakes"] {
            #expect(failure.description.contains(words), "\(words): \(failure)")
        }
        #expect(failure.description.contains("the apps are a, c\n"))
    }

    /// A file that is wrong throughout fills no terminal.
    @Test func manyMistakesAreToldBriefly() throws {
        let apps = (0..<300).map { "  - {name: a\($0), script: a.sh, dependencies: [zebra\($0)]}\n" }.joined()
        let failure = try #require(mistake(in: apps))
        #expect(failure.what.contains("300 mistakes"))
        let lines = failure.why.split(separator: "\n")
        #expect(lines.count == 101 && lines[0].hasSuffix("a11, a12 and 287 more"))
        #expect(lines[99].contains("‘zebra99’") && lines[100] == "and 200 more")
    }

    /// A name that is none is no suggestion.
    @Test func onlyNamesAreSuggested() throws {
        let failure = try #require(
            mistake(in: "  - {name: '5 5', script: a.sh}\n  - {name: b, script: b.sh, dependencies: [c]}"))
        #expect(!failure.description.contains("‘/’") && !failure.description.contains("/,"), "\(failure)")
        let alone = try #require(mistake(in: "  - {name: '5 5', script: a.sh, dependencies: [c]}"))
        #expect(!alone.description.contains("the apps are"), "\(alone)")
    }

    @Test func circlesThatAreToldAreCounted() throws {
        let apps = (0..<50).map { "  - {name: a\($0), script: a.sh, dependencies: [a\($0)]}\n" }.joined()
        #expect(try #require(mistake(in: apps)).what.contains("20 mistakes"))
    }

    @Test func whatNeverCompletesIsNamed() throws {
        let config = try decode(
            "  - {name: api, script: a.sh, dependencies: [{name: db, condition: completed}]}\n" + Self.others)
        #expect(config.warnings.count == 1 && config.warnings[0].contains("never completes"))
    }

    @Test func limitsAreRead() throws {
        for (word, cascade) in [("true", Cascade.both), ("stop", .stop), ("restart", .restart), ("false", nil)] {
            let apps = "  - {script: a.sh, cascade: \(word), maxMemory: 512M, pidFile: run/a.pid, treeKill: false}"
            let app = try decode(apps).apps[0]
            #expect(app.cascade == cascade)
            #expect(app.maxMemory == 512 << 20 && app.pidFile == "run/a.pid" && app.treeKill == false)
        }
    }

    @Test func theyReachTheEngine() throws {
        var app = AppConfig()
        app.script = "sleep 1"
        app.dependencies = [Dependency("db")]
        app.cascade = .stop
        app.maxMemory = 1 << 20
        app.pidFile = "run/a.pid"
        app.treeKill = false
        let place = LaunchPlace(namespace: "shop", directory: "/tmp", shell: ["PATH": "/usr/bin:/bin"])
        let spec = try AppSpec(app, in: place)
        #expect(spec.dependencies == [Dependency("db")] && spec.cascade == .stop && spec.maxMemory == 1 << 20)
        #expect(spec.pidFile == "/tmp/run/a.pid" && spec.treeKill == false)
        app.dependencies = []
        app.treeKill = true
        let plain = try AppSpec(app, in: place)
        #expect(plain.dependencies == nil && plain.treeKill == nil)
    }
}
