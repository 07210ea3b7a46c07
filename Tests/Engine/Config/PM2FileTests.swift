import Core
import Engine
import Glibc
import Support
import Testing

/// Files of PM2 in the shapes that its users write, each with what it starts.
struct PM2FileTests {
    private let folder: ConfigFolder

    init() throws {
        folder = try ConfigFolder()
        for program in ["node", "npm", "python3", "bash", "sh", "tool"] {
            folder.write("bin/\(program)", "", executable: true)
        }
        for script in ["app.js", "server.js", "worker.py", "run.sh", "api/server.js", "api/only-here.js"] {
            folder.write(script)
        }
    }

    /// What would be started, and what is said about it; `/srv` is the folder.
    private func plan(_ name: String) throws -> String {
        let config = try ConfigFile.load(name, in: folder.path)
        var shell = ["PATH": folder.path + "/bin", "HOME": "/home/me", "USER": "me", "API_KEY": "of the shell"]
        shell["LANG"] = "C.UTF-8"
        let project = try ResolvedProject(config, shell: shell, env: [:])
        var text = project.apps.map(Self.describe).joined(separator: "\n")
        for failure in project.failures { text += "failure: \(failure)\n" }
        for warning in config.warnings { text += "warning: \(warning)\n" }
        // As many as the machine has CPUs.
        if name.hasPrefix("02-") { text = text.replacing(/web, \d+ of it/, with: "web, MAX of it") }
        return text.replacing(folder.path, with: "/srv").replacing("project \(config.namespace)", with: "project NAME")
    }

    private static func describe(_ app: AppSpec) -> String {
        let restart = app.restart
        let env = app.env.sorted { $0.key < $1.key }.map { "    \($0.key)=\($0.value)\n" }.joined()
        let named = app.outFile != nil || app.errorFile != nil
        return """
            \(app.name), \(app.instances) of it
              argv: \(([app.program] + app.arguments).joined(separator: " | "))
              cwd: \(app.cwd)
              restart: \(restart.mode.rawValue) \(restart.strategy.rawValue) \(restart.delay) ms x\(restart.factor.plain), \
            gives up after \(restart.maxRestarts) within \(restart.minUptime) ms
              stop: \(Signal.name(app.killSignal)), \(app.killTimeout) ms
            \(named ? "  logs: \(app.outFile ?? "-") \(app.errorFile ?? "-")\(app.mergeLogs ? " merged" : "")\n" : "")\
              env:
            \(env)
            """
    }

    @Test(arguments: [
        "03-two-apps.json", "04-bare-array.json", "05-one-app.json", "06-pm2-key.json", "07-yaml.yml", "09-cwd.json",
        "10-logs.json", "11-restarts.json", "12-graceful.json", "ecosystem.13-commands.json", "15-names.json",
        "16-user.json",
        "17-everything-absent.json", "19-odd-types.json", "20-snake-in-yaml.yaml",
    ])
    func filesOfDataStart(_ name: String) throws {
        folder.write(name, try #require(goldenText("PM2/\(name)")))
        golden("PM2/\(name).txt", try plan(name))
    }

    @Test(
        .enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"),
        arguments: [
            "01-basic.config.js", "02-cluster-max.config.js", "08-node-args.config.cjs",
            "14-function.config.mjs",
        ])
    func programsStart(_ name: String) throws {
        folder.write(name, try #require(goldenText("PM2/\(name)")))
        golden("PM2/\(name).txt", try plan(name))
    }

    /// `~` is the home of who says `od start`.
    @Test func aTildeIsTheHome() throws {
        folder.write("18-home.json", try #require(goldenText("PM2/18-home.json")))
        let app = try ConfigFile.load("18-home.json", in: folder.path).apps[0]
        let home = AppEnvironment.ofThisProcess()["HOME"] ?? "/"
        #expect(app.script == home + "/home.js")
        #expect(app.cwd == home + "/api")
        #expect(app.outFile == home + "/out.log")
    }

    /// What PM2 looks for in the app's folder only is not found in the file's folder.
    @Test func aScriptIsThatOfItsOwnFolder() throws {
        folder.write("ecosystem.json", #"{"apps": [{"script": "server.js", "cwd": "api"}]}"#)
        let spec = try ResolvedProject(
            try ConfigFile.load("ecosystem.json", in: folder.path), shell: ["PATH": folder.path + "/bin"], env: [:])
        #expect(spec.apps[0].arguments == [folder.path + "/api/server.js"])
    }

    /// What it takes no notice of is no mistake here either.
    @Test func argumentsOfNoInterpreterAreNamed() throws {
        for name in ["interpreter", "exec_interpreter"] {
            let app = "{\"script\": \"sleep\", \"\(name)\": \"none\", \"node_args\": \"--x\", \"args\": \"9\"}"
            folder.write("ecosystem.json", "{\"apps\": [\(app)]}")
            let config = try ConfigFile.load("ecosystem.json", in: folder.path)
            #expect(config.apps[0].interpreterArgs == nil && config.apps[0].args == ["9"])
            #expect(config.warnings.contains { $0.contains("node_args") })
        }
    }

    /// What follows from what is not done is said, where it is more than a missing comfort.
    @Test func whatFollowsIsSaid() throws {
        let job = #"{"script": "a.js", "name": "nightly", "cron_restart": "0 3 * * *", "autorestart": false}"#
        folder.write("ecosystem.json", #"{"apps": [\#(job), {"script": "b.js", "increment_var": "PORT"}]}"#)
        let warnings = try ConfigFile.load("ecosystem.json", in: folder.path).warnings.joined()
        #expect(warnings.contains("nightly runs once now and never again"))
        #expect(warnings.contains("it has no variable PORT with a number"))
    }

    @Test(arguments: [
        ("x.json", #"{"apps": [{"script": "a", "exec_moode": 1}]}"#), ("x.yaml", "apps: [{script: a, env_x: {A: 1}}]"),
        ("opendaemon.config.json", #"{"apps": [{"script": "a", "exec_mode": "fork"}]}"#), ("y.json", "3"),
    ])
    func whatIsNotPM2sIsReadAsOurs(_ name: String, _ text: String) {
        folder.write(name, text)
        do throws(Failure) {
            let config = try ConfigFile.load(name, in: folder.path)
            // Where blocks are known, `env_x` is a key of ours.
            #expect(config.apps[0].killSignal == nil)
        } catch {
            #expect([.configUnknownKey, .configValue].contains(error.code))
        }
    }

    @Test func mistakesOfAFileOfPM2HaveTheirPlace() {
        folder.write("ecosystem.json", "{\n  \"apps\": [{\"script\": \"a\", \"kill_timeout\": \"soon\"}]\n}")
        do throws(Failure) {
            _ = try ConfigFile.load("ecosystem.json", in: folder.path)
            Issue.record("it was taken")
        } catch {
            #expect(error.why.hasPrefix("ecosystem.json:2:44: apps[0].killTimeout: expected a duration"))
        }
    }

    @Test func whatIsNoConfigIsNoConfig() {
        for (name, text) in [("pm2.json", "7"), ("ecosystem.json", #"{"apps": 3}"#), ("pm2.json", #"[{"name": "x"}]"#)]
        {
            folder.write(name, text)
            #expect(throws: Failure.self) { try ConfigFile.load(name, in: folder.path) }
        }
    }

    @Test(arguments: [
        ("ecosystem.config.js", true), ("x/fleet.config.mjs", true), ("opendaemon.config.ts", true), ("app.js", false),
        ("ecosystem.js", true), ("config.js", false), ("a.config.jsx", false),
    ])
    func programsAreConfigsByTheirNames(_ path: String, _ isConfig: Bool) {
        #expect(ConfigFile.isConfig(path) == isConfig)
    }
}
