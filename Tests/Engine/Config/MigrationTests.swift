import Core
import Engine
import Glibc
import Support
import Testing

/// A config of another program, written as ours, starts the same.
struct MigrationTests {
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

    private func specs(_ name: String) throws -> [AppSpec] {
        let shell = ["PATH": folder.path + "/bin", "HOME": "/home/me", "USER": "me"]
        let project = try ResolvedProject(try ConfigFile.load(name, in: folder.path), shell: shell, env: [:])
        return project.apps.map { spec in
            var copy = spec
            copy.config = nil
            return copy
        }
    }

    @Test(arguments: [
        "03-two-apps.json", "04-bare-array.json", "05-one-app.json", "06-pm2-key.json", "07-yaml.yml", "09-cwd.json",
        "10-logs.json", "11-restarts.json", "12-graceful.json", "ecosystem.13-commands.json", "15-names.json",
        "16-user.json", "17-everything-absent.json", "19-odd-types.json", "20-snake-in-yaml.yaml",
    ])
    func filesOfPM2AreTheSameInOurKeys(_ name: String) throws {
        folder.write(name, try #require(goldenText("PM2/\(name)")))
        let text = try Migration.yaml(of: name, in: folder.path)
        folder.write("opendaemon.config.yaml", text)
        #expect(try specs("opendaemon.config.yaml") == specs(name))
        let again = try ConfigFile.load("opendaemon.config.yaml", in: folder.path)
        #expect(again.warnings.isEmpty)
    }

    @Test func whatHasNoCounterpartIsAComment() throws {
        let name = "17-everything-absent.json"
        folder.write(name, try #require(goldenText("PM2/\(name)")))
        golden("PM2/migrated.yaml", try Migration.yaml(of: name, in: folder.path))
    }

    @Test(.enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"))
    func aProgramIsWrittenAsItsValues() throws {
        folder.write("ecosystem.config.js", "module.exports = {apps: [{script: 'app.js', env: {N: 1 + 1}}]}")
        let text = try Migration.yaml(of: "ecosystem.config.js", in: folder.path)
        #expect(text.contains("# That is a program"))
        folder.write("opendaemon.config.yaml", text)
        #expect(try specs("opendaemon.config.yaml") == specs("ecosystem.config.js"))
    }

    @Test func aBadFileIsNotWritten() {
        folder.write("ecosystem.json", #"{"apps": [{"script": "app.js", "kill_timeout": "soon"}]}"#)
        #expect(throws: Failure.self) { try Migration.yaml(of: "ecosystem.json", in: folder.path) }
        #expect(throws: Failure.self) { try Migration.yaml(of: "nothing.json", in: folder.path) }
    }

    /// Texts that YAML takes for something else without quotes, and lists in lists.
    @Test func whatIsWrittenIsReadAgain() throws {
        let texts = [
            "", " ", "true", "No", "null", "~", "1", "1.10", "0x10", "a: b", "a #b", "- a", "*a", "&a", "!a", "%a",
            "@a",
            "`a`", "'a'", "\"a\"", "a\\b", "a\nb", "\t", "\u{7}", "é", "🎉", "{a}", "[a]", "a,b", "/srv/a.js", "=", "<<",
        ]
        let items = texts.map { ConfigNode.plain(.string($0), at: .none) }
        let env = zip(0..., texts).map {
            ConfigPair(key: "K\($0)", mark: .none, node: .plain(.string($1), at: .none))
        }
        let app = ConfigNode.plain(
            .map([
                ConfigPair(key: "name", mark: .none, node: .plain(.string("x"), at: .none)),
                ConfigPair(key: "script", mark: .none, node: .plain(.string("a b"), at: .none)),
                ConfigPair(key: "args", mark: .none, node: .plain(.list(items), at: .none)),
                ConfigPair(key: "env", mark: .none, node: .plain(.map(env), at: .none)),
                ConfigPair(key: "logRotation", mark: .none, node: .plain(.map([]), at: .none)),
            ]), at: .none)
        let root = ConfigNode.plain(
            .map([ConfigPair(key: "apps", mark: .none, node: .plain(.list([app]), at: .none))]), at: .none)
        folder.write("c.yaml", ConfigYAML.text(root))
        let read = try ConfigFile.load("c.yaml", in: folder.path).apps[0]
        #expect(read.args == texts)
        #expect(read.env == Dictionary(uniqueKeysWithValues: zip(0..., texts).map { ("K\($0)", $1) }))
    }

    // MARK: variables

    /// PM2's complaint 20: there was no support for .env.
    @Test func variablesAloneTakeThePrograms() throws {
        folder.write(".env", "A=1\nB='2 3'\n")
        #expect(throws: Failure.self) { try Migration.yaml(of: ".env", in: folder.path + "/api") }
        folder.write("package.json", #"{"name": "shop", "main": "server.js"}"#)
        let text = try Migration.yaml(of: ".env", in: folder.path)
        folder.write("opendaemon.config.yaml", text)
        let specs = try specs("opendaemon.config.yaml")
        #expect(specs.map(\.name) == ["shop"] && specs[0].env["A"] == "1" && specs[0].env["B"] == "2 3")
        #expect(specs[0].arguments == [folder.path + "/server.js"])
        folder.write(".env.production", "A=2\n")
        #expect(try Migration.yaml(of: ".env.production", in: folder.path).contains("envFile: .env.production"))
        folder.write(".env", "not a variable\n")
        #expect(throws: Failure.self) { try Migration.yaml(of: ".env", in: folder.path) }
    }

    @Test func variablesWithoutProgramsAreRefused() throws {
        let empty = try ConfigFolder()
        empty.write(".env", "A=1\n")
        do throws(Failure) {
            _ = try Migration.yaml(of: ".env", in: empty.path)
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .configAbsent)
        }
    }

    // MARK: Procfile

    @Test func aProcfileStarts() throws {
        folder.write("Procfile", "# the shop\nweb: python3 -m http.server $PORT\n\nworker_2:  node app.js  \n")
        let specs = try specs("Procfile")
        #expect(specs.map(\.name) == ["web", "worker_2"])
        #expect(specs.map { $0.env["PORT"] } == ["5000", "5100"])
        #expect(specs[0].arguments == ["-c", "python3 -m http.server $PORT"])
        #expect(specs[1].arguments == ["app.js"])
        let text = try Migration.yaml(of: "Procfile", in: folder.path)
        folder.write("opendaemon.config.yaml", text)
        #expect(try self.specs("opendaemon.config.yaml") == specs)
        #expect(ConfigFile.isConfig("x/Procfile.dev"))
        #expect(!ConfigFile.isConfig("Profile"))
    }

    @Test func aFileOfVariablesBesideAProcfileIsRead() throws {
        folder.write("Procfile", "web: node app.js\napi: node server.js\n")
        folder.write(".env", "A=1\n PORT = \"3000\"\n")
        let specs = try specs("Procfile")
        #expect(specs.map { $0.env["PORT"] } == ["3000", "3100"])
    }

    @Test(arguments: [
        ("web node app.js", "Procfile:1:1: expected NAME: COMMAND"), (": x", "Procfile:1:1: expected NAME: COMMAND"),
        ("a b: x", "Procfile:1:1: expected NAME: COMMAND"), ("a: x\nweb:  ", "Procfile:2:1: ‘web’ has no command"),
        ("# nothing\n", "Procfile:1:1: no app is in it: NAME: COMMAND"),
    ])
    func aLineThatIsNoAppIsNamed(_ text: String, _ why: String) {
        folder.write("Procfile", text)
        do throws(Failure) {
            _ = try ConfigFile.load("Procfile", in: folder.path)
            Issue.record("it was taken")
        } catch {
            #expect(error.why == why)
        }
    }
}
