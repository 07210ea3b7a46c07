import Core
import Interface
import Testing

/// What is executed, as it is shown.
struct CommandLineTests {
    private func command(_ script: String, _ arguments: [String], interpreter: String? = nil) -> [String] {
        var process = InstanceInfo.sample(1, "api")
        (process.script, process.interpreter, process.arguments) = (script, interpreter, arguments)
        return process.command
    }

    @Test func aScriptStandsInFrontOfItsArguments() {
        #expect(command("/srv/run.sh", ["--port", "80"]) == ["/srv/run.sh", "--port", "80"])
        #expect(command("app.js", ["app.js", "x"], interpreter: "node") == ["node", "app.js", "x"])
        #expect(command("/srv/my app/run", ["x"]) == ["/srv/my app/run", "x"])
    }

    /// Events do not keep arguments: a moment that is over shows what it can.
    @Test func withoutArgumentsThereIsTheScript() {
        #expect(command("/srv/app.js", [], interpreter: "node") == ["node", "/srv/app.js"])
        #expect(command("/srv/run.sh", []) == ["/srv/run.sh"])
    }

    @Test func nothingOfALineIsSaidTwice() {
        #expect(command("sleep 10", ["10"]) == ["sleep", "10"])
        #expect(command("sh -c 'echo a; sleep 2'", ["-c", "echo a; sleep 2"]) == ["sh", "-c", "echo a; sleep 2"])
        #expect(command("sh -c \"it's\"", ["-c", "it's", "more"]) == ["sh", "-c", "it's", "more"])
    }
}
