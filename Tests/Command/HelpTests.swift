import ArgumentParser
@testable import Command
import Core
import Support
import Testing

struct HelpTests {
    @Test func ofEverything() throws {
        golden("Commands/help.txt", try Help.text([], columns: 80))
        golden("Commands/help-config.txt", try Help.text(["config"], columns: 80))
        golden("Commands/help-defaults.txt", try Help.text(["defaults"], columns: 80))
        golden("Commands/help-protocol.md", try Help.text(["protocol"], columns: 80))
    }

    @Test(arguments: Od.verbs.map { $0._commandName })
    func ofEachVerb(_ verb: String) throws {
        let text = try Help.text([verb], columns: 80)
        golden("Commands/help-\(verb).txt", text)
        #expect(text.contains("USAGE: od \(verb)"))
    }

    /// A name that is made of a type's costs every command a millisecond.
    @Test func everyVerbSaysItsName() {
        func below(_ verb: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
            verb.configuration.subcommands.flatMap { [$0] + below($0) }
        }
        #expect(below(Od.self).filter { $0.configuration.commandName == nil }.map { "\($0)" } == [])
    }

    @Test(arguments: ["start", "stop", "restart", "status", "logs"])
    func ofEachVerbOfTheDaemon(_ verb: String) throws {
        golden("Commands/help-daemon-\(verb).txt", try Help.text(["daemon", verb], columns: 80))
    }

    @Test(arguments: ["list", "info", "enable", "disable"])
    func ofEachVerbOfPlugins(_ verb: String) throws {
        golden("Commands/help-plugin-\(verb).txt", try Help.text(["plugin", verb], columns: 80))
    }

    @Test(arguments: [("ls", "od list"), ("rm", "od delete"), ("describe", "od info")])
    func ofAnAlias(_ alias: String, _ usage: String) throws {
        #expect(try Help.text([alias], columns: 80).contains("USAGE: \(usage)"))
    }

    @Test func ofNothingKnown() {
        let failure = #expect(throws: Failure.self) { try Help.text(["strat"]) }
        #expect(failure?.code == .usage)
        #expect(failure?.why == "the nearest is ‘start’")
    }

    @Test func verbsAreNamedOnce() {
        #expect(Set(Od.verbNames).count == Od.verbNames.count)
    }
}
