import Core
import Engine
import Testing

/// Files of nearly a megabyte that somebody has written to keep us busy. What is read takes a time that grows with its
/// length and no faster: each of these takes minutes where a part is read again for each that follows.
struct LargeFileTests {
    private func toml(_ text: String) throws(Failure) -> Config {
        try ConfigDraft.decode(text, file: "/srv/a/opendaemon.config.toml", shown: "a.toml")
    }

    private func failure(_ text: String) -> Failure? {
        do throws(Failure) { _ = try toml(text) } catch { return error }
        return nil
    }

    @Test func mistakesWithoutNumberAreCounted() {
        let keys = (0..<90_000).map { "k\($0)=1\n" }.joined()
        let failure = failure("[[apps]]\nname='a'\nscript='s'\n" + keys)
        #expect(failure?.what == "‘a.toml’ has 90000 mistakes")
        let lines = failure?.why.split(separator: "\n") ?? []
        #expect(lines.count == 101)
        #expect(lines.last == "and 89900 more")
    }

    @Test func aHundredThousandValuesAndTables() throws {
        let values = (0..<60_000).map { "V\($0)=1" }.joined(separator: ",")
        #expect(try toml("[[apps]]\nscript='s'\nenv={\(values)}").apps[0].env?.count == 60_000)
        let dates = String(repeating: "2026-11-21T17:20:00.5+02:00,", count: 30_000)
        #expect(try toml("[[apps]]\nscript='s'\nargs=[\(dates)]").apps[0].args?.count == 30_000)
        let tables = (0..<40_000).map { "[[apps]]\nname='a\($0)'\nscript='s'\n" }.joined()
        #expect(try toml(tables).apps.count == 40_000)
    }

    /// No more parts than there are CPUs are looked at.
    @Test(arguments: ["0-8191,", "0-8190,", "0,"]) func cpusAreBounded(_ part: String) {
        let many = String(repeating: part, count: 20_000)
        #expect(failure("[[apps]]\nscript='s'\ncpuAffinity='\(many)0'")?.why.contains("cpuAffinity") == true)
        let list = String(repeating: "'\(part)0',", count: 9000)
        #expect(failure("[[apps]]\nscript='s'\ncpuAffinity=[\(list)]")?.why.contains("cpuAffinity") == true)
    }

    @Test func cpusAreASet() throws {
        #expect(
            try toml("[[apps]]\nscript='s'\ncpuAffinity='4-6, 5,0'").apps[0].attributes.cpuAffinity == [0, 4, 5, 6])
        let all = try toml("[[apps]]\nscript='s'\ncpuAffinity=['0-8191', 3]").apps[0].attributes.cpuAffinity
        #expect(all == Array(0...8191))
    }
}
