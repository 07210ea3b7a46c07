import Testing

/// Reads the tree and finds what the compiler does not: walls, lengths, access, words, cards, goldens, format.
struct HouseTests {
    private static let sources = Project.here.sources()
    private let project = Project.here

    @Test func theTopLevelHoldsWhatItMay() {
        expectNone(Rules.topLevel(project.topLevel))
    }

    @Test func roomsImportOnlyWhatTheyMay() {
        expectNone(Self.sources.flatMap(Rules.imports))
    }

    @Test func onlyTheSDKIsPublic() {
        expectNone(Self.sources.flatMap(Rules.accessLevel))
    }

    @Test func whatIsSharedSaysWhatItIs() {
        expectNone(Self.sources.flatMap(Rules.comments))
    }

    @Test func filesAndFunctionsAreShort() {
        expectNone(Self.sources.flatMap(Rules.lengths))
    }

    /// Swift's are the formatter's matter.
    @Test func linesOfOtherLanguagesAreShort() {
        let paths = project.files(ending: [".c", ".h", ".py", ".sh", "/run", "/setup", ".ci/release"])
        expectNone(paths.map { Source(path: $0, text: project.text($0)) }.flatMap(Rules.columns))
    }

    @Test func nobodyMakesForbiddenCalls() {
        expectNone(Self.sources.flatMap(Rules.calls))
    }

    @Test func checksAreSwitchedOffWithAReasonOnly() {
        expectNone(Self.sources.flatMap { Rules.unchecked($0) })
    }

    @Test func theAllowListIsNotStale() {
        let needed = Set(Self.sources.filter { !Rules.unchecked($0, allowed: []).isEmpty }.map(\.path))
        #expect(AllowList.unchecked.subtracting(needed).isEmpty)
    }

    @Test func nothingIsPutOffAndNoPathIsOfOneMachine() {
        let texts = project.files(ending: [
            ".swift", ".c", ".h", ".md", ".py", ".sh", ".js", ".yaml", ".json", "/run", "/setup", ".ci/release",
        ])
        let machine = [project.root + "/", "/root" + "/"]
        expectNone(texts.flatMap { Rules.words($0, project.text($0), machine: machine) })
    }

    @Test(arguments: ["App", "Engine", "Themes", "Widgets"])
    func everyRoomHasItsCard(_ room: String) {
        let card = project.text("\(room)/README.md")
        #expect(card.split(separator: "\n").count > 5, "\(room)/README.md says what lives there and who may import it")
    }

    @Test func everyGoldenIsNamedByATest() {
        let strings = project.files(below: "Tests/", ending: [".swift", ".py"])
            .filter { !$0.hasPrefix("Tests/House/") }
            .flatMap { Source(path: $0, text: project.text($0)).strings }
        expectNone(Rules.staleGoldens(project.files(below: "Snapshots/", ending: [""]), strings: strings))
    }

    @Test func everyErrorCodeIsExplained() {
        let path = "Engine/Core/Model/Failure.swift"
        expectNone(Rules.errorCodes(Source(path: path, text: project.text(path)), readme: project.text("README.md")))
    }

    @Test func theFormatterFindsNothing() throws {
        let entries = ["App", "Engine", "Package.swift", "Tests", "Themes", "Widgets"]
        let result = try run(
            ["swift", "format", "lint", "--strict", "--parallel", "--recursive"]
                + ["--configuration", "\(project.root)/.swift-format"] + entries.map { "\(project.root)/\($0)" })
        #expect(result.status == 0, "\(result.output)")
    }

    private func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        let list = violations.map(\.description).joined(separator: "\n")
        #expect(violations.isEmpty, "\n\(list)", sourceLocation: sourceLocation)
    }
}
