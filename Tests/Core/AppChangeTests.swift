@testable import Core
import Testing

/// What differs between two definitions, and what that does to the app.
struct AppChangeTests {
    private func changes(_ edit: (inout AppSpec) -> Void, old: ((inout AppSpec) -> Void)? = nil) -> [String] {
        var before = World.spec("api")
        before.env = ["PORT": "3000", "TERM": "x", "TOKEN": "old"]
        before.envSources = VariableSources(["PORT": .config, "TERM": .shell, "TOKEN": .config])
        old?(&before)
        var after = before
        edit(&after)
        return after.changes(from: before).map {
            "\($0.key): \($0.old ?? "-") > \($0.new ?? "-")\($0.restarts ? "" : " (live)")"
        }
    }

    @Test func nothing() {
        #expect(changes { _ in } == [])
        #expect(changes { $0.envSources = nil } == [])
    }

    @Test func variables() {
        #expect(changes { $0.env["PORT"] = "3001" } == ["env.PORT: 3000 > 3001"])
        #expect(changes { $0.env["PORT"] = nil } == ["env.PORT: 3000 > -"])
        #expect(changes { $0.env["NEW"] = "1" } == ["env.NEW: - > 1"])
        #expect(changes { $0.env["TOKEN"] = "new" } == ["env.TOKEN: ******** > ********"])
    }

    @Test func anotherShellIsNoDifference() {
        #expect(changes { $0.env["TERM"] = "y" } == [])
        #expect(changes { $0.env["TERM"] = nil } == [])
        // The config says it now: that is one.
        #expect(
            changes {
                $0.env["TERM"] = "y"
                $0.envSources = VariableSources(["TERM": .config])
            } == ["env.TERM: x > y"])
    }

    @Test func whatHoldsAtOnceRestartsNothing() {
        #expect(changes { $0.restart.delay = 5 } == ["restartDelay: 100 > 5 (live)"])
        #expect(changes { $0.restart.mode = .never } == ["restart: always > never (live)"])
        #expect(changes { $0.restart.maxRestarts = 5 } == ["maxRestarts: 16 > 5 (live)"])
        #expect(changes { $0.restart.stopExitCodes = [.code(3)] } == ["stopExitCodes[0]: - > 3 (live)"])
        #expect(changes { $0.killSignal = 2 } == ["killSignal: SIGTERM > SIGINT (live)"])
        #expect(changes { $0.killTimeout = 5 } == ["killTimeout: 10000 > 5 (live)"])
        #expect(changes { $0.config = "/a.yaml" } == ["config: - > /a.yaml (live)"])
        #expect(changes { $0.autoStart = false } == ["autoStart: - > false (live)"])
    }

    /// The one that is there stays as it is, unless its port or its files are others then.
    @Test func instancesRestartOnlyWhenTheyMust() {
        #expect(changes({ $0.instances = 5 }, old: { $0.instances = 2 }) == ["instances: 2 > 5 (live)"])
        #expect(changes { $0.instances = 2 } == ["instances: 1 > 2 (live)"])
        for edit in [
            { $0.cluster = ClusterSpec(port: 80) }, { $0.cluster = ClusterSpec(node: true) },
            { $0.pidFile = "/run/a.pid" }, { $0.outFile = "/tmp/a.log" },
        ] as [(inout AppSpec) -> Void] {
            func several(_ spec: inout AppSpec) {
                edit(&spec)
                spec.instances = 2
            }
            #expect(changes(several, old: edit) == ["instances: 1 > 2"])
        }
    }

    @Test func keysAreThoseOfTheConfig() {
        #expect(changes { $0.arguments = ["-p", "a b"] }.first?.hasSuffix("> -p 'a b'") == true)
        #expect(
            changes {
                $0.attributes = ProcessAttributes()
                $0.attributes?.nice = 5
                $0.attributes?.limits = ["core": ResourceLimit(soft: 1, hard: nil)]
            } == ["limits.core.soft: - > 1", "nice: - > 5"])
        #expect(changes { $0.cwd = "/x" }.first?.hasPrefix("cwd: ") == true)
    }
}
