import Testing

/// The table of Tests/README.md: each of PM2's complaints has a test, and that is there.
struct ComplaintTests {
    private struct Row {
        var number: Int
        var tests: [(file: String, name: String)]
    }

    private static let project = Project.here

    private static let rows: [Row] = project.text("Tests/README.md").split(separator: "\n").compactMap { line in
        let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
        guard let number = cells.first.flatMap({ Int($0) }), cells.count == 3 else { return nil }
        let tests = line.matches(of: /`(Tests\/[\w\/]+\.(?:swift|py)): (\w+)`/)
        return Row(number: number, tests: tests.map { (String($0.output.1), String($0.output.2)) })
    }

    @Test func thereAreThirty() {
        #expect(Self.rows.map(\.number) == Array(1...30))
    }

    @Test func eachHasATestThatIsThere() {
        for row in Self.rows {
            #expect(!row.tests.isEmpty, "complaint \(row.number)")
            for (file, name) in row.tests {
                let word = file.hasSuffix(".py") ? "def" : "func"
                #expect(
                    Self.project.text(file).contains("\(word) \(name)("), "complaint \(row.number): \(file): \(name)")
            }
        }
    }
}
