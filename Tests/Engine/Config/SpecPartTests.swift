import Core
import Engine
import Testing

/// Keys of apps that exist and go together with others, and what is run.
struct SpecPartTests {
    private let folder: ConfigFolder

    init() throws {
        folder = try ConfigFolder()
        for program in ["node", "bun", "python3", "sh", "tool"] {
            folder.write("bin/\(program)", "", executable: true)
        }
        for script in ["app.js", "other.js", "worker.py", "lib/run.js"] { folder.write(script) }
    }

    private func app(_ script: String, _ edit: (inout AppConfig) -> Void = { _ in }) throws -> AppSpec {
        var app = AppConfig()
        app.name = "api"
        app.script = script
        edit(&app)
        let place = LaunchPlace(namespace: "shop", directory: folder.path, shell: ["PATH": folder.path + "/bin"])
        return try AppSpec(app, in: place)
    }

    private func set(_ key: String, _ value: String?, in spec: AppSpec, _ directory: String? = nil) throws -> AppSpec {
        var copy = spec
        try SpecKeys.set(key, to: value, in: &copy, directory: directory ?? folder.path)
        return copy
    }

    private func failure(_ key: String, _ value: String?, in spec: AppSpec) -> Failure? {
        do { _ = try set(key, value, in: spec) } catch { return error as? Failure }
        return nil
    }

    // MARK: what is run

    /// What is set is what the same config would have been.
    @Test func argumentsAreReplaced() throws {
        for script in ["app.js", "tool", "tool --fast", "tool a | tool b"] {
            let before = try app(script) { $0.args = ["old", "older"] }
            let after = try set("args", "--port 3000", in: before)
            #expect(after.arguments == (try app(script) { $0.args = ["--port", "3000"] }).arguments, "\(script)")
            #expect(after.program == before.program && after.interpreter == before.interpreter)
            #expect(try set("args", nil, in: after).arguments == app(script).arguments)
        }
    }

    @Test func anotherScriptKeepsTheArguments() throws {
        let before = try app("app.js") { $0.args = ["-v"] }
        let after = try set("script", "worker.py", in: before)
        #expect(after.arguments == [folder.path + "/worker.py", "-v"] && after.interpreter == "python3")
        #expect(after.cluster == nil && before.cluster?.node == true && after.script == "worker.py")
        let elsewhere = try set("script", "run.js", in: before, folder.path + "/lib")
        #expect(elsewhere.script == folder.path + "/lib/run.js" && elsewhere.cwd == folder.path)
        #expect(failure("script", "gone.js", in: before)?.code == .scriptMissing)
        #expect(failure("script", nil, in: before)?.code == .usage)
    }

    @Test func anotherInterpreter() throws {
        let before = try app("app.js") { $0.args = ["-v"] }
        let bun = try set("interpreter", "bun", in: before)
        #expect(bun.program == folder.path + "/bin/bun" && bun.arguments == before.arguments)
        let flagged = try set("interpreterArgs", "--smol", in: bun)
        #expect(flagged.program == bun.program)
        #expect(flagged.arguments == ["--smol", folder.path + "/app.js", "-v"])
        #expect(try set("args", "-q", in: flagged).arguments == ["--smol", folder.path + "/app.js", "-q"])
        #expect(try set("interpreterArgs", nil, in: flagged) == bun)
        #expect(try set("interpreter", nil, in: flagged) == before)
        #expect(failure("interpreter", "cobol", in: before)?.code == .interpreterMissing)
        #expect(failure("interpreter", "bun", in: try app("tool a | tool b"))?.code == .usage)
    }

    @Test func anotherFolder() throws {
        let before = try app("app.js")
        let after = try set("cwd", "lib", in: before)
        #expect(after.cwd == folder.path + "/lib" && after.arguments == before.arguments)
        #expect(after.script == folder.path + "/app.js", "a relative one would be another")
        #expect(try set("cwd", nil, in: after).cwd == folder.path)
        #expect(failure("cwd", "nowhere", in: before)?.code == .badDirectory)
    }

    // MARK: parts

    @Test func howInstancesStandIsCheckedAsAWhole() throws {
        let tool = try app("tool")
        #expect(failure("execMode", "cluster", in: tool)?.code == .configValue)
        let shared = try set("execMode", "cluster", in: set("port", "80", in: tool))
        #expect(shared.cluster == ClusterSpec(mode: .cluster, port: 80))
        #expect(failure("port", nil, in: shared)?.code == .configValue)
        #expect(try set("port", nil, in: set("execMode", nil, in: shared)).cluster == nil)
        let alone = try set("execMode", "fork", in: set("port", "80", in: tool))
        #expect(failure("instances", "2", in: alone)?.code == .configValue)
        let counted = try set("incrementVar", "PORT", in: set("env.PORT", "3000", in: tool))
        #expect(failure("env.PORT", "x", in: counted)?.code == .configValue)
        #expect(failure("port", "0", in: tool)?.code == .usage)
        let node = try set("instanceVar", "N", in: app("app.js"))
        #expect(node.cluster == ClusterSpec(instanceVar: "N", node: true))
        #expect(try set("execMode", "cluster", in: app("app.js")).cluster?.mode == .cluster)
    }

    @Test func roadsToReadinessReplaceEachOther() throws {
        let port = try set("ready.port", "3000", in: app("app.js"))
        #expect(port.ready == Readiness(port: 3000))
        #expect(try set("ready.log", "up", in: port).ready == Readiness(log: "up"))
        let timed = try set("listenTimeout", "5s", in: port)
        #expect(timed.ready == Readiness(port: 3000, timeout: 5000))
        #expect(try set("waitReady", "true", in: timed).ready == Readiness(notify: .node, timeout: 5000))
        #expect(try set("listenTimeout", nil, in: timed) == port)
        let silent = try set("ready.watchdog", "2s", in: set("ready", "systemd", in: port))
        #expect(silent.ready == Readiness(notify: .systemd, watchdog: 2000))
        #expect(try set("ready.watchdog", nil, in: silent).ready == Readiness(notify: .systemd))
        let line = try set("ready.fd", "7", in: set("ready", "fd", in: port))
        #expect(line.ready == Readiness(notify: .fd, descriptor: 7))
        #expect(try set("ready.fd", nil, in: line).ready?.descriptor == nil)
        #expect(try set("ready.fd", nil, in: app("app.js")).ready == nil)
        for (key, value) in [("listenTimeout", "5s"), ("ready.watchdog", "2s"), ("ready.port", "x"), ("ready", "soon")]
        {
            #expect(failure(key, value, in: try app("app.js"))?.code == .usage, "\(key)")
        }
    }

    @Test func dependenciesOneByOne() throws {
        let two = try set("dependencies", "db,shop/cache", in: app("app.js"))
        #expect(two.dependencies == [Dependency("db"), Dependency("shop/cache")])
        let job = try set("dependencies.job", "completed", in: two)
        #expect(job.dependencies?.last == Dependency("job", .completed) && job.dependencies?.count == 3)
        #expect(try set("dependencies.db", "started", in: two).dependencies?.count == 2)
        #expect(try set("dependencies.job", nil, in: job) == two)
        #expect(try set("dependencies", nil, in: job).dependencies == nil)
        #expect(failure("dependencies.db", "soon", in: two)?.code == .usage)
        #expect(failure("dependencies", "a b", in: two)?.code == .usage)
    }

    @Test func filesOfThisMachineAreMeant() {
        #expect(SpecKeys.isLocal("script") && SpecKeys.isLocal("cwd") && !SpecKeys.isLocal("port"))
        let known = ["execMode", "incrementVar", "ready.fd", "ready.watchdog", "listenTimeout", "script", "args"]
        #expect(known.allSatisfy(SpecKeys.names.contains))
    }
}
