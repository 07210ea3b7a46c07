import ArgumentParser
@testable import Command
import Core
@testable import Engine
import Glibc
import Testing

/// What `od start` makes of its words before anything is sent.
struct StartPlanTests {
    private let folder: String
    private let input: StartPlan.Input

    init() throws {
        var template = Array("/tmp/od-start-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        folder = String(cString: made)
        input = StartPlan.Input(directory: folder, shell: ["PATH": folder + "/bin", "HOME": "/h"])
        mkdir(folder + "/bin", 0o755)
        for name in ["node", "sleep"] { write("bin/\(name)", "#!/bin/sh\n", mode: 0o755) }
        write("app.js", "")
        write(
            "opendaemon.config.yaml", "name: shop\napps: [{script: app.js, logRotation: {}}, {script: app.js, name: b}]"
        )
    }

    private func write(_ name: String, _ text: String, mode: mode_t = 0o644) {
        let file = open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, mode)
        let bytes = Array(text.utf8)
        _ = Glibc.write(file, bytes, bytes.count)
        close(file)
    }

    private func plan(_ words: String..., flags: [String] = [], args: [String] = []) throws -> StartPlan {
        try StartPlan(words, flags: try AppFlags.parse(flags).config(args: args), input: input)
    }

    private func code(_ body: () throws -> StartPlan) -> ErrorCode? {
        do { _ = try body() } catch { return (error as? Failure)?.code }
        return nil
    }

    @Test func partsOfAConfigAreChosen() throws {
        #expect(try plan("opendaemon.config.yaml", flags: ["--only", "b"]).apps.map(\.name) == ["b"])
        #expect(code { try plan("opendaemon.config.yaml", flags: ["--only", "c"]) } == .onlyUnknown)
        #expect(code { try plan("opendaemon.config.yaml", flags: ["--env", "production"]) } == .unknownBlock)
        #expect(try plan("opendaemon.config.yaml", flags: ["--env", "A=1"]).apps.map(\.env["A"]) == ["1", "1"])
        for flags in [["--only", "b"], ["--env", "production"]] {
            #expect(code { try plan("app.js", flags: flags) } == .usage)
            #expect(code { try plan("api#0", flags: flags) } == .usage)
        }
        // A path is a program, also when it could be the name of a config.
        #expect(code { try plan("/nowhere/app.py") } == .scriptMissing)
    }

    @Test func allWordsThatAreWrongAreTold() throws {
        let failure = #expect(throws: Failure.self) { try plan("no.js", "app.js", "/none/x.py") }
        #expect(failure?.code == .scriptMissing)
        #expect(failure?.what == "2 of these cannot be started, so nothing was")
        #expect(
            failure?.why.split(separator: "\n").map { $0.prefix(19) } == ["there is no ‘no.js’", "there is no ‘/none/"])
        let many = (0..<150).map { Failure(.scriptMissing, "no \($0)", why: "w", next: "n") }
        #expect(StartPlan.together(many)?.why.hasSuffix("no 99: w\nand 50 more") == true)
        #expect(StartPlan.together([many[0]]) == many[0])
        #expect(StartPlan.together([]) == nil)
    }

    @Test func aFileIsAnApp() throws {
        let plan = try plan("app.js", args: ["--port", "80"])
        let app = try #require(plan.apps.first)
        #expect(app.name == "app")
        #expect(app.namespace == "default")
        #expect(app.program == folder + "/bin/node")
        #expect(app.arguments == [folder + "/app.js", "--port", "80"])
        #expect(app.cwd == folder)
        #expect(app.env == ["PATH": folder + "/bin", "HOME": "/h"])
    }

    @Test func flagsSayWhatAConfigSays() throws {
        let flags = [
            "-n", "web", "-i", "4", "--env", "A=1", "--env", "B=x=y", "--restart", "on-failure", "--max-restarts", "3",
            "--restart-delay", "2s", "--kill-timeout", "500ms", "--namespace", "shop", "--interpreter-args",
            "-r './a b.js'",
        ]
        let app = try #require(try plan("app.js", flags: flags).apps.first)
        #expect(app.name == "web")
        #expect(app.namespace == "shop")
        #expect(app.instances == 4)
        #expect(app.env["A"] == "1")
        #expect(app.env["B"] == "x=y")
        #expect(app.restart.mode == .onFailure)
        #expect(app.restart.maxRestarts == 3)
        #expect(app.restart.delay == 2000)
        #expect(app.killTimeout == 500)
        #expect(app.arguments == ["-r", "./a b.js", folder + "/app.js"])
        #expect(try plan("app.js", flags: ["--no-auto-restart"]).apps[0].restart.mode == .never)
        #expect(try plan("app.js", flags: ["--interpreter", "sleep"]).apps[0].interpreter == "sleep")
        #expect(try plan("app.js", flags: ["--cwd", "bin"]).apps[0].cwd == folder + "/bin")
    }

    @Test(arguments: [
        ["--instances=-2"], ["-i", "four"], ["--restart", "often"], ["--kill-timeout", "soon"], ["--max-restarts=-1"],
        ["--env", "A"],
        ["--restart", "always", "--no-auto-restart"], ["--interpreter-args", "'"],
    ])
    func flagsThatCannotBeUnderstoodAreUsage(_ flags: [String]) {
        #expect(code { try plan("app.js", flags: flags) } == .usage)
    }

    @Test func aBadNameHasItsOwnCode() {
        #expect(code { try plan("app.js", flags: ["-n", "a b"]) } == .badName)
        #expect(code { try plan("app.js", flags: ["--namespace", "9"]) } == .badName)
    }

    @Test func aConfigIsAllItsApps() throws {
        let plan = try plan("opendaemon.config.yaml", flags: ["--env", "A=1"])
        #expect(plan.apps.map(\.name) == ["app", "b"])
        #expect(plan.apps.map(\.namespace) == ["shop", "shop"])
        #expect(plan.apps.map { $0.env["A"] } == ["1", "1"])
        #expect(plan.warnings.isEmpty)
        #expect(code { try self.plan("opendaemon.config.yaml", flags: ["-i", "2"]) } == .usage)
        #expect(code { try self.plan("none.yaml") } == .scriptMissing)
    }

    @Test func namesWaitForTheEngine() throws {
        let plan = try plan("api", "sleep", "shop/api")
        #expect(plan.undecided == ["api", "sleep", "shop/api"])
        #expect(plan.apps.isEmpty && plan.targets.isEmpty)
    }

    @Test func whatCanOnlyBeATargetIsOne() throws {
        let plan = try plan("all", "3", "api#2", "/^a/")
        #expect(plan.targets == ["all", "3", "api#2", "/^a/"])
    }

    @Test func aFileWinsOverAName() throws {
        write("api", "#!/bin/sh\n", mode: 0o755)
        #expect(try plan("api").apps.map(\.program) == [folder + "/api"])
    }

    @Test func aCommandLineIsAnApp() throws {
        let app = try #require(try plan("sleep 100").apps.first)
        #expect(app.name == "sleep")
        #expect(app.arguments == ["100"])
        #expect(app.script == "sleep 100")
    }

    @Test func anUndecidedWordBecomesWhatItIs() throws {
        var plan = try plan("sleep")
        try plan.takeProgram("sleep")
        #expect(plan.apps.map(\.program) == [folder + "/bin/sleep"])
        try plan.takeTarget("api")
        #expect(plan.targets == ["api"])
        let failure = #expect(throws: Failure.self) { try plan.takeProgram("nope") }
        #expect(failure?.code == .scriptMissing)
        #expect(failure?.why == "no file \(folder)/nope, and no program of that name in PATH, and no app is called so")
    }

    @Test func optionsDoNotChangeAppsThatExist() throws {
        for (flags, args) in [(["-i", "2"], []), (["--env", "A=1"], []), ([], ["x"])] as [([String], [String])] {
            var plan = try plan("api", flags: flags, args: args)
            #expect(throws: Failure.self) { try plan.takeTarget("api") }
        }
    }

    /// `od start npm --name dev -- run dev`, and `npm` is what an app is called.
    @Test func anotherNameMeansAnotherApp() throws {
        var plan = try plan("sleep", flags: ["--name", "dev"], args: ["100"])
        try plan.takeTarget("sleep")
        #expect(plan.targets.isEmpty)
        #expect(plan.apps.map(\.name) == ["dev"])
        #expect(throws: Failure.self) { try plan.takeTarget("dev") }
    }

    @Test func oneNameIsForOneApp() {
        #expect(code { try plan("app.js", "sleep 1", flags: ["-n", "x"]) } == .usage)
    }

    @Test func scriptsThatAreMissingAreKnownBeforeAnythingIsAsked() {
        for word in ["./nope", "nope.js", "nope.py", "sub/nope.js", "nope --x"] {
            #expect(code { try plan(word) } == .scriptMissing, "\(word)")
        }
    }
}
