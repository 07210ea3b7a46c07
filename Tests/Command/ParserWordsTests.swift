import ArgumentParser
@testable import Command
import Core
import Testing

/// Command lines that cannot be understood: what is said of them.
struct ParserWordsTests {
    private func failure(_ words: String...) -> Failure? {
        do {
            _ = try Od.parseAsRoot(words)
            return nil
        } catch {
            return ParserWords.failure(Od.message(for: error), verb: words[0])
        }
    }

    @Test func aNumberThatIsNoneSaysWhatWasExpected() {
        for words in [["logs", "-n"], ["logs", "--lines"], ["events", "-n"]] {
            let found = failure(words[0], words[1], "abc")
            #expect(
                found?.code == .usage && found?.why.hasSuffix("expected a whole number, like 20") == true, "\(words)")
        }
        #expect(failure("graph", "--format", "abc")?.why.contains("number") == false)
    }

    @Test func whatNobodyKnowsHasTheHelp() {
        #expect(failure("stop", "--nonsense")?.next == "od help stop")
        #expect(failure("start", "--nonsense")?.next.contains("stand behind --") == true)
        #expect(ParserWords.failure("Unknown option ''", verb: nil).next == "od help")
        #expect(failure("stop", "--watch")?.why.contains("od does not watch files") == true)
    }
}
