import ArgumentParser
@testable import Command
import Core
import Glibc
import Support
import Testing

/// The tables of `od help`: complete, and the same as in the README.
struct TopicTests {
    private func text(_ path: String) throws -> String {
        let file = try #require(fopen(Snapshots.here.folder + "/../" + path, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: ErrorCode.allCases)
    func everyErrorIsExplained(_ code: ErrorCode) throws {
        let entry = try #require(HelpErrors.guide[code])
        #expect(!entry.meaning.isEmpty && !entry.remedy.isEmpty)
        let one = try HelpErrors.text(code.rawValue.lowercased())
        #expect(
            one.hasPrefix("\(code.rawValue): \(entry.meaning)\n  next: \(entry.remedy)\n  exit: \(code.exitCode)\n"))
        #expect(try HelpErrors.text(nil).contains("\(code.rawValue)  \(entry.meaning)\n"))
        #expect(try text("README.md").contains("| `\(code.rawValue)` | \(entry.meaning) |"), "\(code.rawValue)")
    }

    @Test func anErrorThatIsNone() throws {
        let failure = #expect(throws: Failure.self) { try Help.text(["errors", "OD3003"]) }
        #expect(failure?.code == .usage)
        #expect(failure?.why.hasPrefix("the nearest is OD") == true)
        golden("Commands/help-errors.txt", try Help.text(["errors"], columns: 80))
    }

    /// Whoever adds a default says in `od help defaults` what it means.
    @Test func everyDefaultIsShown() throws {
        let table = try text("App/Command/Verbs/HelpDefaults.swift")
        let names = try text("Engine/Core/Model/Defaults.swift").matches(of: /static let (\w+)/).map {
            String($0.output.1)
        }
        #expect(names.count > 20)
        #expect(names.filter { !table.contains("Defaults.\($0)") }.isEmpty)
    }

    @Test func theManualIsMadeFromTheSameTables() throws {
        let page = try ManPage.text(date: "2026-11-21")
        golden("Commands/man.txt", page)
        for verb in Od.verbs { #expect(page.contains(".SS od \(verb._commandName)"), "\(verb)") }
        for code in ErrorCode.allCases { #expect(page.contains(code.rawValue)) }
        #expect(page.split(separator: "\n").allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }
}
