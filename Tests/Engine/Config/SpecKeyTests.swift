import Core
import Engine
import Testing

/// Keys of apps that exist, one by one.
struct SpecKeyTests {
    private let spec = AppSpec(
        namespace: "shop", name: "api", script: "a.js", program: "/usr/bin/node", arguments: ["a.js"], cwd: "/srv",
        env: ["A": "1"])

    private func set(_ key: String, _ value: String?, in given: AppSpec? = nil) throws -> AppSpec {
        var copy = given ?? spec
        try SpecKeys.set(key, to: value, in: &copy, directory: "/tmp")
        return copy
    }

    private func failure(_ key: String, _ value: String?) -> Failure? {
        do { _ = try set(key, value) } catch { return error as? Failure }
        return nil
    }

    @Test(arguments: [
        ("instances", "4"), ("autoRestart", "false"), ("restart", "on-failure"), ("restartStrategy", "jitter"),
        ("restartDelay", "2s"), ("restartFactor", "3"), ("restartMaxDelay", "1m"), ("restartJitter", "0"),
        ("restartReset", "5s"), ("maxRestarts", "3"), ("restartWindow", "10s"), ("minUptime", "5s"),
        ("coolDown", "10m"), ("stopExitCodes", "0,3,SIGTERM"), ("killSignal", "SIGINT"), ("killTimeout", "1s"),
        ("outFile", "out.log"), ("errorFile", "/e.log"), ("mergeLogs", "true"), ("logRotation.maxSize", "5M"),
        ("logRotation.interval", "1h"), ("logRotation.maxFiles", "3"), ("logRotation.maxAge", "1d"),
        ("logRotation.maxTotal", "2G"), ("logRotation.compress", "false"), ("umask", "027"), ("uid", "nobody"),
        ("gid", "nogroup"), ("groups", "a,b"), ("nice", "5"), ("ioNice", "idle"), ("cpuAffinity", "0-1"),
        ("noNewPrivileges", "true"), ("oomScoreAdjust", "100"),
        ("autoStart", "false"), ("logFile", "all.log"), ("disableLogs", "true"), ("logType", "json"),
        ("logDateFormat", "HH:mm"), ("logFlush", "immediate"), ("crashLogs", "5"), ("maxMemory", "100M"),
        ("pidFile", "a.pid"), ("treeKill", "false"), ("stdin", "pipe"), ("shutdownWithMessage", "true"),
        ("cascade", "stop"), ("port", "3000"), ("reusePort", "true"), ("instanceVar", "N"),
        ("waitReady", "true"), ("ready", "systemd"), ("ready.notify", "node"), ("ready.port", "80"),
        ("ready.log", "listening"), ("dependencies", "db,cache"),
    ])
    func aKeyIsSetAndTakenBack(_ key: String, _ value: String) throws {
        let changed = try set(key, value)
        #expect(changed != spec)
        #expect((changed.program, changed.cwd, changed.env) == (spec.program, spec.cwd, spec.env))
        #expect(try set(key, nil, in: changed) == spec)
        #expect(SpecKeys.names.contains(key))
    }

    @Test func everyKeyIsTested() {
        // Those that are not in the list above have tests of their own.
        #expect(SpecKeys.names.count == 56 + 10)
    }

    @Test func valuesAreReadAsAConfigReadsThem() throws {
        #expect(try set("outFile", "out.log").outFile == "/tmp/out.log")
        #expect(try set("stopExitCodes", "3").restart.stopExitCodes == [.code(3)])
        #expect(try set("killTimeout", "1m").killTimeout == 60_000)
        #expect(failure("killTimeout", "soon")?.code == .usage)
        #expect(failure("instances", "-2")?.code == .usage)
        #expect(failure("stopExitCodes", "0,x")?.code == .usage)
        #expect(failure("logRotation.maxSise", "1")?.why == "the nearest is logRotation.maxSize")
    }

    @Test func aVariableHasItsSource() throws {
        let changed = try set("env.B", "2")
        #expect(changed.env == ["A": "1", "B": "2"])
        #expect(changed.envSources?.byName["B"] == .set)
        #expect(changed.envSources?.byName["A"] == .unknown)
        #expect(try set("env.A", nil, in: changed).env == ["B": "2"])
        #expect(failure("env.1x", "2")?.code == .usage)
    }

    @Test func whoAnAppIsCannotBeSet() {
        #expect(failure("name", "b")?.why == "it says who the app is, or belongs to a whole")
        #expect(failure("maxRestart", "1")?.why == "the nearest is maxRestarts")
        #expect(failure("zzzzzzzz", "1")?.code == .keyNotSet)
    }
}
