@testable import Command
import Core
import OpenDaemon
import Testing

/// What can stand where the cursor is. The shells themselves are in Tests/Session/completions.py.
struct CompleterTests {
    private func answer(_ line: String) throws -> Completer.Answer {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let prefix = words.removeLast()
        return try Completer(tree: CommandTree.ofOd()).answer(words, prefix: prefix)
    }

    @Test func verbsAreOfferedWithWhatTheyDo() throws {
        let verbs = try answer("").candidates
        #expect(verbs.map(\.word).contains("completions"))
        #expect(verbs.count { $0.word == "help" } == 1)
        #expect(verbs.first { $0.word == "stop" }?.note == "Stops apps; they stay known and can be started again.")
        #expect(try answer("--home /x ").candidates == verbs)
        #expect(try answer("--json ").candidates == verbs)
    }

    @Test(arguments: [
        "stop ", "stop web ", "restart --json ", "rm ", "describe ", "env ", "logs -n 3 ", "--home /x stop ",
    ])
    func targets(_ line: String) throws {
        #expect(try answer(line) == Completer.Answer(asked: .targets))
    }

    @Test func whatElseAVerbTakes() throws {
        #expect(try answer("start ") == Completer.Answer(native: .files, asked: .targets))
        #expect(try answer("up ") == Completer.Answer(native: .files))
        #expect(try answer("up x.yaml ") == Completer.Answer())
        #expect(try answer("down ") == Completer.Answer(native: .files, asked: .projects))
        #expect(try answer("ping ") == Completer.Answer())
        #expect(try answer("list ").asked == .targets)
        #expect(try answer("completions ").candidates.map(\.word) == ["bash", "zsh", "fish"])
        #expect(try answer("help ").candidates.map(\.word).suffix(Help.topics.count) == Help.topics[...])
        #expect(try answer("daemon ").candidates.map(\.word).contains("logs"))
        #expect(try answer("daemon nothing ") == Completer.Answer())
        #expect(try answer("start x -- ") == Completer.Answer(native: .files))
    }

    @Test func optionsAndTheirValues() throws {
        let flags = try answer("logs -").candidates.map(\.word)
        #expect(flags.contains("--follow") && flags.contains("-n") && flags.contains("--home"))
        #expect(!flags.contains("--show"))
        #expect(try answer("list --home ") == Completer.Answer(native: .folders))
        #expect(try answer("start --restart ").candidates.map(\.word).contains("on-failure"))
        #expect(try answer("start --restart=").candidates.map(\.word).contains("--restart=never"))
        #expect(try answer("start --kill-timeout ") == Completer.Answer())
        #expect(!(try answer("completions -").candidates.map(\.word).contains("--at")))
    }

    @Test func namesAreAsPeopleWriteThem() {
        func process(_ name: String, _ instance: Int = 0, _ namespace: String = "default") -> InstanceInfo {
            InstanceInfo(id: 0, name: name, instance: instance, namespace: namespace, status: .online)
        }
        let fleet = [process("api"), process("api", 1), process("web", 0, "a"), process("web", 0, "b")]
        #expect(
            Completer.targets(fleet, prefix: "").map(\.word) == ["api", "a/web", "b/web", "a", "b", "default", "all"])
        #expect(Completer.targets(fleet, prefix: "api#").map(\.word).contains("api#1"))
        #expect(Completer.targets(fleet, prefix: "default/").map(\.word).contains("default/api"))
        #expect(Completer.targets([], prefix: "").isEmpty)
    }

    @Test func bashTearsWordsAtTheSignOfEquality() {
        #expect(Completer.joined(["list", "--home", "=", "/x"]) == ["list", "--home=/x"])
        #expect(Completer.joined(["a", "=", "b"]) == ["a", "=", "b"])
    }

    @Test func withoutAnEngineThereAreNoNames() async throws {
        #expect(try await Completions.lines(["--home", "/nonexistent/x", "stop", ""], at: 4) == [])
        #expect(try await Completions.lines(["compl"], at: 1).map { $0.prefix(11) } == ["completions"])
        #expect(try await Completions.lines([], at: 99).count > 10)
        #expect(try await Completions.lines(["list", "--home", "="], at: 3) == [":folders"])
        #expect(try await Completions.lines(["list", "--home", "=", "/x"], at: 4) == [":folders"])
    }

    @Test(arguments: Completions.shells)
    func everyShellHasAScript(_ shell: String) throws {
        let script = try CompletionScript.text(shell)
        #expect(script.contains("completions --at"))
        #expect(script.contains("opendaemon"))
        #expect(throws: Failure.self) { try CompletionScript.text("b" + shell) }
    }
}
