import Core
import Engine
import Glibc
import Testing

/// How a script is run, tried on real files in a folder with a PATH of its own.
struct LaunchTests {
    private let folder: ConfigFolder
    private let search: LaunchSearch

    init() throws {
        folder = try ConfigFolder()
        for name in ["node", "python3", "sh", "env", "tool"] {
            folder.write("bin/\(name)", "#!/bin/sh\n", executable: true)
        }
        folder.write("bin/plain", "no program")
        search = LaunchSearch(directories: [folder.path], path: "/nowhere:\(folder.path)/bin")
    }

    private func bin(_ name: String) -> String { "\(folder.path)/bin/\(name)" }

    private func launch(
        _ script: String, _ arguments: [String] = ["x"], interpreter: String? = nil, before: [String] = []
    ) throws(Failure) -> Launch {
        try search.launch(script: script, arguments: arguments, interpreter: interpreter, interpreterArguments: before)
    }

    private func code(_ script: String, interpreter: String? = nil) -> ErrorCode? {
        do throws(Failure) { _ = try launch(script, interpreter: interpreter) } catch { return error.code }
        return nil
    }

    @Test(arguments: [
        ("a.js", "node"), ("a.mjs", "node"), ("a.CJS", "node"), ("a.ts", "node"), ("a.py", "python3"), ("a.sh", "sh"),
    ])
    func theExtensionNamesTheInterpreter(_ script: String, _ interpreter: String) throws {
        let file = folder.write("src/\(script)", "text")
        let expected = Launch(program: bin(interpreter), arguments: [file, "x"], interpreter: interpreter)
        #expect(try launch("src/\(script)") == expected)
        #expect(try launch("./src/\(script)") == expected)
        #expect(try launch(file) == expected)
    }

    @Test func aScriptThatMayBeExecutedIsExecuted() throws {
        let file = folder.write("run.js", "#!/usr/bin/env -S node --flag\n", executable: true)
        #expect(try launch("run.js") == Launch(program: file, arguments: ["x"]))
        let elf = folder.write("server", bytes: [0x7F, 0x45, 0x4C, 0x46, 0, 1], executable: true)
        #expect(try launch("./server") == Launch(program: elf, arguments: ["x"]))
    }

    @Test func aScriptThatMayNotBeExecutedIsRunByItsFirstLine() throws {
        let direct = folder.write("run", "#!\(bin("python3")) -u\n")
        #expect(
            try launch("run")
                == Launch(program: bin("python3"), arguments: ["-u", direct, "x"], interpreter: "python3"))
        let viaEnv = folder.write("via.py", "#!/usr/bin/env node\n")
        #expect(try launch("via.py") == Launch(program: bin("node"), arguments: [viaEnv, "x"], interpreter: "node"))
    }

    @Test func anExecutableTextWithoutFirstLineIsAScript() throws {
        let file = folder.write("app.js", "console.log(1)", executable: true)
        #expect(try launch("app.js") == Launch(program: bin("node"), arguments: [file, "x"], interpreter: "node"))
        let shell = folder.write("serve", "echo hello", executable: true)
        #expect(try launch("./serve") == Launch(program: bin("sh"), arguments: [shell, "x"], interpreter: "sh"))
    }

    @Test func anInterpreterThatIsNamedWins() throws {
        let file = folder.write("a.js", "#!/bin/false\n", executable: true)
        #expect(
            try launch("a.js", interpreter: "tool", before: ["-v"])
                == Launch(program: bin("tool"), arguments: ["-v", file, "x"], interpreter: "tool"))
        #expect(try launch("a.js", interpreter: "./bin/tool").program == bin("tool"))
        #expect(try launch("a.js", interpreter: bin("tool")).program == bin("tool"))
        #expect(try launch("a.js", interpreter: "none") == Launch(program: file, arguments: ["x"]))
    }

    @Test func interpreterArgumentsGoToTheInterpreterThatIsFound() throws {
        let file = folder.write("a.js", "#!/usr/bin/env node\n", executable: true)
        #expect(
            try launch("a.js", before: ["--inspect"])
                == Launch(program: bin("node"), arguments: ["--inspect", file, "x"], interpreter: "node"))
    }

    @Test func aBareWordIsAProgramOfThePath() throws {
        #expect(try launch("tool") == Launch(program: bin("tool"), arguments: ["x"]))
        #expect(try launch("tool", interpreter: "none") == Launch(program: bin("tool"), arguments: ["x"]))
        folder.write("tool", "#!\(bin("sh"))\n", executable: true)
        #expect(try launch("tool").program == folder.path + "/tool")
    }

    @Test func aCommandLineIsSplit() throws {
        #expect(
            try launch("tool -m 'http server' 80")
                == Launch(program: bin("tool"), arguments: ["-m", "http server", "80", "x"]))
        let file = folder.write("a.js")
        #expect(
            try launch("a.js --port 80")
                == Launch(program: bin("node"), arguments: [file, "--port", "80", "x"], interpreter: "node"))
    }

    @Test func aCommandLineOfAShellIsRunByAShell() throws {
        #expect(
            try launch("tool | tool", [])
                == Launch(program: bin("sh"), arguments: ["-c", "tool | tool"], interpreter: "sh"))
        #expect(
            try launch("cd x && tool")
                == Launch(program: bin("sh"), arguments: ["-c", "cd x && tool \"$@\"", "sh", "x"], interpreter: "sh"))
    }

    @Test func aFileWithBlanksIsAFile() throws {
        let file = folder.write("my app.js")
        #expect(try launch("my app.js") == Launch(program: bin("node"), arguments: [file, "x"], interpreter: "node"))
    }

    @Test func whatIsMissingIsNamed() {
        folder.write("a.rb")
        folder.write("gone.js", "#!/opt/none/node\n", executable: true)
        folder.write("env.js", "#!/usr/bin/env bun\n", executable: true)
        folder.write("data.bin", "text")
        _ = folder.folder("dir")
        #expect(code("nope") == .scriptMissing)
        #expect(code("./nope.js") == .scriptMissing)
        #expect(code("/nope/a.js") == .scriptMissing)
        #expect(code("plain") == .scriptMissing)
        #expect(code("dir") == .scriptMissing)
        #expect(code("") == .scriptMissing)
        #expect(code("nope --x") == .scriptMissing)
        #expect(code("tool 'open") == .usage)
        #expect(code("data.bin") == .notExecutable)
        #expect(code("data.bin", interpreter: "none") == .notExecutable)
        #expect(code("a.rb") == .interpreterMissing)
        #expect(code("gone.js") == .interpreterMissing)
        #expect(code("env.js") == .interpreterMissing)
        #expect(code("a.rb", interpreter: "nope") == .interpreterMissing)
        #expect(code("a.rb", interpreter: "./data.bin") == .notExecutable)
        #expect(code("nope.js", interpreter: "node") == .scriptMissing)
    }

    @Test func aMissingScriptSaysWhereItWasLookedFor() throws {
        let failure = #expect(throws: Failure.self) { try launch("nope") }
        #expect(failure?.why == "no file \(folder.path)/nope, and no program of that name in PATH")
        #expect(failure?.next == "check the name and the directory")
        folder.write("sub/server.js")
        let slip = #expect(throws: Failure.self) { try launch("sub/sever.js") }
        #expect(slip?.next == "did you mean ‘sub/server.js’?")
    }

    private func spec(_ change: (inout AppConfig) -> Void, env: [String: String] = [:]) throws(Failure) -> AppSpec {
        var app = AppConfig()
        app.script = "a.js"
        app.place = "c.yaml:2:5: apps[0]"
        change(&app)
        let shell = ["PATH": folder.path + "/bin", "HOME": "/h", "LC_ALL": "C", "SECRET": "s", "NODE_OPTIONS": "x"]
        return try AppSpec(app, in: LaunchPlace(namespace: "shop", directory: folder.path, shell: shell, env: env))
    }

    @Test func anAppIsResolvedInFull() throws {
        let file = folder.write("a.js")
        let cwd = folder.folder("sub")
        let spec = try spec(
            {
                $0.cwd = "sub"
                $0.env = ["A": "1", "B": "2", "HOME": "/other"]
                $0.outFile = "logs/o.log"
                $0.restartDelay = 20_000
                $0.autoRestart = false
            }, env: ["B": "3"])
        #expect(spec.name == "a")
        #expect(spec.namespace == "shop")
        #expect(spec.script == "a.js")
        #expect(spec.program == bin("node"))
        #expect(spec.arguments == [file])
        #expect(spec.interpreter == "node")
        #expect(spec.cwd == cwd)
        #expect(spec.env == ["PATH": folder.path + "/bin", "HOME": "/other", "LC_ALL": "C", "A": "1", "B": "3"])
        #expect(
            spec.envSources?.byName.mapValues { VariableSource(rawValue: $0.word) }
                == ["PATH": .shell, "HOME": .config, "LC_ALL": .shell, "A": .config, "B": .flag])
        #expect(spec.outFile == folder.path + "/logs/o.log")
        #expect(spec.errorFile == nil)
        #expect(spec.restart.mode == .never)
        #expect(spec.restart.delay == 20_000)
        #expect(spec.restart.maxDelay == 20_000)
        #expect(spec.instances == Defaults.instances)
        #expect(spec.killTimeout == Defaults.killTimeout)
    }

    @Test func defaultsAreThoseOfTheTable() throws {
        folder.write("a.js")
        let spec = try spec { _ in }
        #expect(spec.restart == RestartPolicy())
        #expect(spec.killSignal == Defaults.killSignal)
        #expect(spec.cwd == folder.path)
        #expect(!spec.mergeLogs)
    }

    @Test func aScriptMayAlsoBeInTheAppsOwnDirectory() throws {
        let inner = folder.write("sub/a.js")
        #expect(try spec { $0.cwd = "sub" }.arguments == [inner])
        let outer = folder.write("a.js")
        #expect(try spec { $0.cwd = "sub" }.arguments == [outer])
    }

    @Test func theAppsOwnPathFindsItsInterpreter() throws {
        folder.write("a.js")
        let other = folder.write("other/node", "#!/bin/sh\n", executable: true)
        #expect(try spec { $0.env = ["PATH": folder.path + "/other"] }.program == other)
    }

    @Test func whatIsWrongWithAnAppNamesItsPlace() {
        folder.write("a.js")
        let bad: [((inout AppConfig) -> Void, ErrorCode)] = [
            ({ $0.name = "a b" }, .badName), ({ $0.name = "all" }, .badName), ({ $0.cwd = "nope" }, .badDirectory),
            ({ $0.cwd = "a.js" }, .badDirectory), ({ $0.script = "nope.js" }, .scriptMissing),
        ]
        for (change, code) in bad {
            let failure = #expect(throws: Failure.self) { try spec(change) }
            #expect(failure?.code == code)
            #expect(failure?.why.hasPrefix("c.yaml:2:5: apps[0]: ") == true)
        }
    }
}
