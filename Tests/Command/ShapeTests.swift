import ArgumentParser
@testable import Command
import Support
import Testing

/// Every verb has a help text and a shape of its JSON among the golden files: one without is a failure. That the real
/// program prints these shapes is the work of Tests/Session/shapes.py.
struct ShapeTests {
    /// `list`, `daemon status`
    private static let verbs = below(Od.self, "")

    private static func below(_ verb: any ParsableCommand.Type, _ path: String) -> [String] {
        verb.configuration.subcommands.flatMap { part in
            let name = path + part._commandName
            return part.configuration.subcommands.isEmpty ? [name] : below(part, name + " ")
        }
    }

    @Test(arguments: verbs) func everyVerbHasAShapeAndAHelp(_ verb: String) throws {
        let shapes = try #require(goldenText("Commands/shapes.json"), "there are no shapes")
        #expect(
            shapes.contains("\n \"\(verb)\": "),
            "\(verb) has no shape: a row in CALLS or TEXT of Tests/Session/shapes.py, then OD_RECORD=1")
        let help = "Commands/help-\(verb.replacing(" ", with: "-")).txt"
        #expect(goldenText(help) != nil, "\(verb) has no golden help text: \(help)")
    }

    @Test func theTreeIsNotEmpty() {
        #expect(Self.verbs.count > 50 && Self.verbs.contains("daemon status") && !Self.verbs.contains("daemon"))
    }
}
