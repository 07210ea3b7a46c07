@testable import Command
import Testing

/// Which `od` is meant, as a table.
struct OctalDumpTests {
    private func isOctalDump(_ line: String, terminal: Bool = true, files: Set<String> = ["a.bin", "list", "-"]) -> Bool
    {
        let words = line.split(separator: " ").map(String.init)
        let call = OctalDump.Call(
            program: words[0], arguments: Array(words.dropFirst()), inputIsTerminal: terminal, verbs: Od.verbNames)
        return call.isOctalDump(isFile: files.contains)
    }

    @Test(arguments: [
        "od -c a.bin", "od -A x", "od -An", "od -t x1z", "od -tx1 a.bin", "od -j 10", "od -j10", "od -N 5", "od -S 3",
        "od -v",
        "od -w16", "od -x a.bin", "od -vAn -tx1 a.bin", "od -abc", "od --format=x1", "od --format x1",
        "od --skip-bytes=1", "od --skip",
        "od --endian=big", "od --traditional a.bin", "od --width", "od -", "od a.bin", "od a.bin +10", "od -- a.bin",
        "/usr/bin/od -c", "od -x --json", "od --a=x", "od --f=x1", "od --t", "od ./nothing", "od /nothing", "od sub/",
        "od -- -",
        "od -- ./nothing", "od ./list",
    ])
    func theOctalDumpIsMeant(_ line: String) {
        #expect(isOctalDump(line))
        #expect(!isOctalDump(line.replacing("od", with: "opendaemon", maxReplacements: 1)))
    }

    @Test(arguments: [
        "od", "od start a.bin", "od list", "od ls --json", "od --home /x", "od --home /x list", "od --json",
        "od --version", "od --help",
        "od -h", "od --detach", "od nothing", "od strat", "od help", "od --", "od -- nothing", "od --w0rd", "od -z",
        "od -ch", "od --s=", "od --s", "od --h", "od --v", "od -q list", "od --quiet list", "od --verbose list",
        "od completions --at 1 -- ./x",
    ])
    func thisOneIsMeant(_ line: String) {
        #expect(!isOctalDump(line))
    }

    @Test func withoutATerminalABareOneReadsThePipe() {
        #expect(isOctalDump("od", terminal: false))
        #expect(isOctalDump("od +10", terminal: false))
        #expect(isOctalDump("od --", terminal: false))
        #expect(!isOctalDump("od list", terminal: false))
        #expect(!isOctalDump("od --json", terminal: false))
        #expect(!isOctalDump("opendaemon", terminal: false))
        #expect(!isOctalDump("od +10", terminal: true))
    }

    @Test func noVerbLooksLikeAFlag() {
        for verb in Od.verbNames {
            #expect(!isOctalDump("od \(verb)", terminal: false, files: Set(Od.verbNames)), "\(verb)")
        }
    }
}
