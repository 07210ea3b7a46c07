import Interface
import Testing

/// The README says what there is: every key, every verb, every key of the config.
struct ReadmeTests {
    private let project = Project.here
    private var readme: String { project.text("README.md") }

    @Test func itHasTheKeysOfTheDashboard() {
        let lines = Set(readme.split(separator: "\n"))
        let absent = Keymap.markdown.split(separator: "\n").filter { !lines.contains($0) }
        #expect(absent.isEmpty, "\n\(absent.joined(separator: "\n"))")
    }

    @Test func itHasTheKeysOfTheConfig() {
        let keys = project.files(below: "Engine/Runtime/Config/ConfigKeys", ending: [".swift"])
            .map(project.text).joined()
            .matches(of: /ConfigKey\(\s*"(\w+)"/).map { String($0.output.1) }
        #expect(keys.count > 15)
        #expect(keys.filter { !readme.contains("`\($0)`") }.isEmpty)
    }

    @Test func itHasTheVerbs() {
        let verbs = project.text("App/Command/Od.swift")
            .matches(of: /(\w+)\.self/).map { String($0.output.1).lowercased() }
        #expect(verbs.count > 10)
        #expect(verbs.filter { !readme.contains("`od \($0)") }.isEmpty)
    }
}
