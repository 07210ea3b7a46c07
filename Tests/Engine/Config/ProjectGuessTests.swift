import Core
import Engine
import Testing

/// What `od init` finds in a folder.
struct ProjectGuessTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private func guess() -> ProjectGuess { ProjectGuess(of: folder.path) }

    @Test func nothing() {
        #expect(guess().apps.isEmpty)
        folder.write("package.json", "{}")
        folder.write("pyproject.toml", "[project]\nname = 'x'")
        #expect(guess().apps.isEmpty)
    }

    @Test func aProcfileSaysAll() {
        folder.write(
            "Procfile", "# ours\nweb: node server.js --port $PORT \n\nrelease: migrate\nworker:python w.py\nbad line\n")
        folder.write("package.json", #"{"scripts": {"start": "node x.js"}}"#)
        #expect(guess().apps.map(\.name) == ["web", "worker"])
        #expect(guess().apps.map(\.script) == ["node server.js --port $PORT", "python w.py"])
        #expect(guess().apps.map(\.env) == [["PORT": "5000"], ["PORT": "5200"]])
    }

    @Test(arguments: [
        (#"{"name": "@me/shop", "scripts": {"start": "node server.js"}}"#, "shop", "node server.js"),
        (#"{"name": "web", "scripts": {"start": "next start"}}"#, "web", "npm run start"),
        (#"{"name": "web", "scripts": {"start": "node a.js && node b.js"}}"#, "web", "npm run start"),
        (#"{"name": "web", "main": "lib/none.js"}"#, "web", "app.js"),
        (#"{"name": "web", "main": "main.js"}"#, "web", "main.js"),
    ])
    func node(_ text: String, _ name: String, _ script: String) {
        folder.write("package.json", text)
        folder.write("app.js")
        folder.write("main.js")
        #expect(guess().apps.map(\.name) == [name])
        #expect(guess().apps.map(\.script) == [script])
    }

    @Test func python() {
        folder.write("pyproject.toml", "[project.scripts]\nserve = 'shop:main'\n")
        #expect(guess().apps.map(\.script) == ["serve"])
        folder.write("venv/bin/python", "", executable: true)
        #expect(guess().apps.map(\.script) == ["venv/bin/serve"])
        folder.write("main.py")
        #expect(guess().apps.map(\.interpreter) == ["venv/bin/python"])
        folder.write("manage.py")
        #expect(guess().apps.map(\.args) == [["runserver", "--noreload"]])
    }

    /// Two programs, each with the name that `od start` would give it.
    @Test func scriptsWithoutAPackage() {
        folder.write("app.js")
        folder.write("app.py")
        #expect(guess().apps.map(\.script) == ["app.js", "app.py"])
        #expect(guess().apps[0].name == "app")
        folder.write("server.mjs")
        #expect(guess().apps.map(\.script) == ["server.mjs", "app.py"])
    }

    @Test func composeAndOthers() throws {
        folder.write(
            "compose.yaml",
            """
            services:
              db: {image: "postgres:16"}
              api:
                build: {context: ./api}
                command: ["node", "server.js", "a: b"]
                environment: [PORT=3000, "DEBUG=yes", PASSED_ON]
              job:
                build: .
                command: python3 "job one.py"
                environment: {EVERY: 5}
            """)
        folder.write("ecosystem.config.js")
        let guess = guess()
        #expect(guess.apps.map(\.name) == ["api", "job"])
        #expect(guess.apps.map(\.cwd) == ["./api", nil])
        #expect(guess.remarks.count == 2)
        #expect(guess.remarks[0].contains("‘db’ of compose.yaml (image postgres:16)"))
        // What is written is a config, and says the same.
        folder.write("api/x")
        folder.write("opendaemon.config.yaml", guess.yaml)
        let config = try ConfigFile.load(".", in: folder.path)
        #expect(config.namespace == guess.name)
        #expect(config.apps.map(\.args) == [["server.js", "a: b"], ["job one.py"]])
        #expect(config.apps.map(\.env) == [["PORT": "3000", "DEBUG": "yes"], ["EVERY": "5"]])
        #expect(config.apps.map(\.cwd) == ["./api", nil])
    }

    @Test func namesAreMadeDifferent() {
        folder.write("package.json", #"{"name": "app", "main": "app.js"}"#)
        folder.write("app.js")
        folder.write("compose.yml", "services: {app: {build: ., command: run}}")
        #expect(guess().apps.map(\.name) == ["app", "app-2"])
    }

    @Test(arguments: ["plain", "yes", "3000", "a: b", "#x", "", "tab\there", "quote\"", "-x", "é", "end ", "1e3", "*"])
    func everyTextIsWrittenSoThatItIsReadAgain(_ text: String) throws {
        var guess = guess()
        var app = ProjectGuess.App(name: "a", script: "x", source: "test")
        app.args = [text]
        guess.apps = [app]
        let config = try ConfigDraft.decode(guess.yaml, file: "/srv/a/c.yaml", shown: "c.yaml")
        #expect(config.apps[0].args == [text])
    }
}
